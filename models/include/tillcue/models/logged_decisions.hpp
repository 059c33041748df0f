#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tillcue/models/bad_rows.hpp"
#include "tillcue/models/byte_source.hpp"

namespace tillcue::models {

/// One row of what `tillcue-hq export --decisions` writes, as far as an estimate needs it.
/// Borrows  its texts, until the next row.
struct LoggedDecision {
  std::uint64_t line = 0;  ///< where it stands in the file, from 1
  std::string_view terminal, sale;
  bool prompt = false;    ///< decided at scan or subtotal: coupons are answered on another day
  bool held_out = false;  ///< the sale was in the holdout
  std::string_view item;  ///< offered; empty when nothing was
  std::uint32_t propensity_ppm = 0;
  bool answered = false;  ///< the sale was closed and said what became of the offer
  bool accepted = false;
  bool bought = false;  ///< the item was in the basket in the end
  std::string_view replay;
};

/// Calls `visit` for every good row. What it returns is the row's complaint, "field: what is wrong; mend", or nothing.
/// Errors  those of Table::open and of the source.
Result<void> read_decisions(std::unique_ptr<ByteSource> source, std::string name, BadRows& bad,
                            std::function<std::string(LoggedDecision const&)> const& visit);

}  // namespace tillcue::models
