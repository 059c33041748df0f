#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tillcue::models {

/// Exact decimals as integers: prices in millionths of the currency, quantities in thousandths.
inline constexpr int kPriceDecimals = 6;
inline constexpr int kQuantityDecimals = 3;

/// "2.55" with `decimals` = 3 -> 2550; further decimals are rounded half away from zero. No exponent, no
/// thousands separator. Nothing when it is not such a number or is beyond +-10^12.
std::optional<std::int64_t> parse_decimal(std::string_view text, int decimals);

/// Millionths of the currency to its minor units, rounded half away from zero.
std::int64_t micro_to_minor(std::int64_t micro, int currency_digits);

/// Seconds since 1970 of "2010-12-01", "2010-12-01T08:26[:00[.5]]" (T or a space), with nothing, Z, +02:00, +0200
/// or +02 behind. Without an offset it is taken as UTC: the shop's wall clock, which is what matters here.
std::optional<std::int64_t> parse_iso8601(std::string_view text);

/// A plain integer of at most 18 digits, for visit numbers and the like.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// Well-formed UTF-8 without control characters.
bool is_clean_text(std::string_view text);

}  // namespace tillcue::models
