#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/pos/receipt.hpp"

namespace tillcue::pos::reading {

/// One printed line taken apart: a text on the left, then quantity, price of one and amount as far as they are there.
struct ReceiptRow {
  std::u32string text;          ///< what is left of the numbers, single spaces
  unsigned text_column = 0;     ///< where it starts
  unsigned numbers_column = 0;  ///< where the numbers start; the line's end when there are none
  std::optional<std::int64_t> amount_minor{};
  std::optional<std::int64_t> unit_minor{};
  std::optional<std::int64_t> quantity_milli{};
  bool count_leads = false;  ///< `quantity_milli` is the first word of `text`, and price and amount confirm it
  bool bracketed = false;    ///< the amount is in parentheses: money off, or only a note
  bool rule = false;         ///< dashes, dots, box drawing: a divider
};

/// Generic: by what the words look like. With declared columns: by position.
ReceiptRow read_row(std::u32string_view line, ReceiptLayout const& layout);

/// "1.234,56", "$1.20", "7,50-", "(7.50)", "EUR 3.00", "1000": exactly `digits` decimals.
std::optional<std::int64_t> parse_amount(std::u32string_view word, unsigned digits);
/// "x3", "3", "0,456", "3x", "2kg": thousandths.
std::optional<std::int64_t> parse_quantity(std::u32string_view word);

}  // namespace tillcue::pos::reading
