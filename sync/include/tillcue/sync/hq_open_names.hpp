#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tillcue/core/units.hpp"
#include "tillcue/sync/hq_near_items.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// What tills heard and found no item for, as their sales tell it (kOpenName).
struct OpenName {
  std::string text;
  std::uint64_t lines = 0;             ///< sold under it
  std::int64_t least = 0, most = 0;    ///< price of one, minor units
  Currency currency{};                 ///< of one of these sales
  Timestamp last{};                    ///< by the till's clock
  std::uint64_t terminals = 0;         ///< that told it
  std::vector<std::string> told_by{};  ///< some of them, by name
};

struct OpenNamesWanted {
  Timestamp since{};  ///< of sales closed at or after this
  std::size_t most = 50;
};

/// The most frequent first. Lines of before a minute after the name was assigned, to whatever scope, are answered.
/// Errors  as Statement.
Result<std::vector<OpenName>> open_names(Database& db, OpenNamesWanted const& wanted = {});

/// A name that head office has said the meaning of.
struct AssignedName {
  std::string scope, text, sku;
  std::optional<std::int64_t> price{};  ///< minor units
};
/// By scope, then name; an empty scope: all of them.  Errors  as Statement.
Result<std::vector<AssignedName>> assigned_names(Database& db, std::string const& scope);

/// Of the newest sale; none when there is none.  Errors  as Statement.
Result<std::optional<Currency>> currency_of_sales(Database& db);

/// For the operator's console; `near`: candidates, `price` as text.
std::string to_text(OpenName const& name, std::span<NearItem const> near);
std::string to_text(AssignedName const& name, std::string const& price);

/// A row of a file of names, with where it stands for errors.
struct NameEntry {
  std::string where, text, sku, price;
};
/// `text,sku[,price]`, a header first; gzip is read.  Errors  not_found, invalid: file, line, what is wrong.
Result<std::vector<NameEntry>> read_names_file(std::string const& file);
/// The same form; what is assigned to a scope. Returns how many.  Errors  io, else as Statement.
Result<std::size_t> export_names(Database& db, std::string const& out, std::string const& scope);

}  // namespace tillcue::sync
