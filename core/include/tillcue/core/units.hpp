#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "tillcue/core/result.hpp"

namespace tillcue {

/// A point in time, UTC, millisecond steps. Clocks are read in the applications only.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// ISO 4217 code and the number of decimals of its minor unit (EUR 2, JPY 0, KWD 3).
struct Currency {
  std::array<char, 3> code{'X', 'X', 'X'};
  std::uint8_t digits = 2;

  friend constexpr bool operator==(Currency, Currency) = default;
  [[nodiscard]] std::string_view text() const noexcept { return {code.data(), code.size()}; }
};

/// "EUR" -> Currency with the decimals ISO 4217 gives it (2 when the code is not in our short list).
/// Errors  invalid (not three capital letters).
Result<Currency> parse_currency(std::string_view code);

/// An amount in minor units of one currency. Adding two currencies is a bug and aborts.
struct Money {
  std::int64_t minor = 0;
  Currency currency{};

  friend constexpr bool operator==(Money, Money) = default;
  Money& operator+=(Money other) noexcept;
  Money& operator-=(Money other) noexcept;
  friend Money operator+(Money a, Money b) noexcept { return a += b; }
  friend Money operator-(Money a, Money b) noexcept { return a -= b; }
};

/// An exact decimal ("2.55", "-3", "1200") to minor units; no rounding, no thousands separators.
/// Errors  invalid (not a decimal, more decimals than the currency has, beyond +-10^15).
Result<Money> parse_money(std::string_view text, Currency currency);

/// "2.55 EUR"; a plain number without the code when `with_code` is false.
std::string to_text(Money amount, bool with_code = true);

/// Pieces, or kilograms and litres of weighed goods, in thousandths.
struct Quantity {
  std::int64_t milli = 1000;
  friend constexpr auto operator<=>(Quantity, Quantity) = default;  // NOLINT(modernize-use-nullptr)
};

/// unit price x quantity, rounded half away from zero.
Money extended(Money unit_price, Quantity quantity) noexcept;

/// Parts per million, 0..1'000'000.
struct Probability {
  std::uint32_t ppm = 0;
  friend constexpr auto operator<=>(Probability, Probability) = default;  // NOLINT(modernize-use-nullptr)
};

/// Fixed-point score of one bundle; only comparable within that bundle.
using Score = std::int32_t;

}  // namespace tillcue
