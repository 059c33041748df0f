#pragma once

#include <array>
#include <span>
#include <string_view>

namespace tillcue::pos {

/// Our own words on a slip in one language. In `date` {d}, {m} and {y} are the places of day, month and year; in the
/// phrases {} is the place of the value.
struct SlipWords {
  std::string_view language;
  std::array<std::string_view, 12> months;  ///< as they stand in a date
  std::string_view date;
  std::string_view from_until;  ///< "{}" twice
  std::string_view until, from;
  std::string_view regular_price, receipt, serial;
  int year_offset = 0;  ///< of the calendar the date is written in
};

/// English first.
std::span<SlipWords const> slip_words() noexcept;

}  // namespace tillcue::pos
