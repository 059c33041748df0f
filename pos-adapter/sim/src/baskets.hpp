#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "table_file.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"

namespace tillcue::pos::sim {

/// What the POS knows of an article.
struct Article {
  std::string name;
  std::optional<std::int64_t> price_minor;
};
using Catalogue = std::map<std::string, Article, std::less<>>;

/// Reads sku, name and price of items.csv.
/// Errors  as TableFile; invalid (a price is not a decimal), naming file and line.
Result<Catalogue> read_catalogue(std::string const& path, Currency currency);

/// One line as it is to be scanned.
struct Scan {
  Sku sku;
  std::string name;  ///< the SKU where nothing better is known
  Quantity quantity{};
  std::optional<std::int64_t> price_minor;
};

struct RecordedBasket {
  std::string id;
  std::string customer;
  std::vector<Scan> scans;
};

/// The first `limit` baskets of a transactions file, in the order in which each is first seen: many tills write their
/// rows interleaved, so the file is read to its end. Rows with no positive quantity (returns) and baskets with nothing
/// else are left out.
/// Errors  as TableFile; invalid (a field of a basket that is kept), naming file, line and field.
/// Cost    one pass; memory for the baskets kept.
Result<std::vector<RecordedBasket>> read_baskets(std::string const& path, Catalogue const& catalogue, Currency currency,
                                                 std::size_t limit);

}  // namespace tillcue::pos::sim
