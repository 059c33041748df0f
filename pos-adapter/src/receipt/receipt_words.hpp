#pragma once

#include <string>
#include <string_view>

#include "tillcue/pos/receipt.hpp"

namespace tillcue::pos::reading {

/// What the words of a receipt line say it is about.
enum class LineTopic : std::uint8_t { none, total, subtotal, tax, tender, change, discount, voided, rounding, count };

/// Small letters of the scripts receipts are printed in; punctuation other than letters, digits and % becomes a space.
std::u32string folded(std::u32string_view text);
/// True when `phrase` (folded) stands in `line` (folded) as whole words.
bool has_phrase(std::u32string_view line, std::u32string_view phrase);

LineTopic topic_of(std::u32string_view folded_line, ReceiptLayout const& layout);
/// A receipt's number, and whether a "No." says that it is one: that is surer than a number behind a word alone.
struct PrintedNumber {
  std::u32string text{};
  bool marked = false;
};
/// "Receipt: 17", "Чек № 17", "Bon-Nr. 4711  Kasse 2": the receipt's number; empty for other lines, and for dates,
/// times and what another word stands before without a "No." ("Tax invoice ABN 51 824"). Below the items only where
/// nothing but numbers stands before its word, or a "No." behind it.
PrintedNumber receipt_number(std::u32string_view line, bool above_items);
/// "Thank you", "Auf Wiedersehen": said when all is paid.
bool says_thanks(std::u32string_view folded_line);
/// The times of day in a line, "21:50 21:50:12 "; empty for most.
std::string printed_times(std::u32string_view line);
/// The line holds one of the layout's `not_sale_words`.
bool told_no_sale(std::u32string_view folded_line, ReceiptLayout const& layout);

}  // namespace tillcue::pos::reading
