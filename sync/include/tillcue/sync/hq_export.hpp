#pragma once

#include <cstdint>
#include <filesystem>

#include "tillcue/core/units.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

struct ExportOptions {
  Timestamp since{};  ///< sales closed at or after this by the terminal's clock
};

struct Exported {
  std::uint64_t sales = 0;
  std::uint64_t rows = 0;
  std::uint64_t thinned = 0;  ///< sales that full terminals sent as sums only: not in the file
};

/// Writes the finished sales as transactions.csv for the next training, in order of time: basket_id, customer_id,
/// timestamp, sku, quantity, unit_price, holdout (0 or 1). The basket id is TERMINAL/SALE/second the sale began,
/// because tills use their numbers again. A name that ends in .gz is compressed. The file appears complete or not at
/// all. Errors  io, else as Statement.
Result<Exported> export_transactions(Database& db, std::filesystem::path const& out, ExportOptions const& options = {});

/// Writes the decisions with what became of them, one a row, in order of time: for audits, for replaying them, for
/// estimates from logged probabilities. `response` and `bought` are empty without an answer; `replay` is what
/// read_replay() takes. Returns how many.  Errors  io, else as Statement.
Result<std::uint64_t> export_decisions(Database& db, std::filesystem::path const& out,
                                       ExportOptions const& options = {});

}  // namespace tillcue::sync
