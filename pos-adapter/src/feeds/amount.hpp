#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tillcue/core/units.hpp"

namespace tillcue::pos {

/// An amount as a till shows it, in any country's way: "$ 2,972.75", "2.972,75 EUR", "1 234,50", "-3.00", "3.00-".
/// Nothing when it holds no digit, two signs that could be decimal ones and are neither, or more than 12 digits.
[[nodiscard]] std::optional<std::int64_t> shown_amount(std::string_view text, Currency currency);

/// A number with up to three decimals, in thousandths: "2", "0,385", "-1.5". Nothing when it is none, or 0.
[[nodiscard]] std::optional<Quantity> shown_quantity(std::string_view text);

/// A JSON number of whole units ("1.4899995" EUR) to minor units, rounded half away from zero.
[[nodiscard]] std::optional<std::int64_t> to_minor(double amount, Currency currency);

}  // namespace tillcue::pos
