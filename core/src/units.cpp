#include "tillcue/core/units.hpp"

#include <cstdlib>
#include <limits>
#include <utility>

namespace tillcue {
namespace {

constexpr std::int64_t kMaxMinor = 1'000'000'000'000'000;

constexpr std::string_view kNoDecimals[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                            "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::string_view kThreeDecimals[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

std::uint8_t digits_of(std::string_view code) noexcept {
  for (auto known : kNoDecimals) {
    if (known == code) return 0;
  }
  for (auto known : kThreeDecimals) {
    if (known == code) return 3;
  }
  return 2;
}

bool all_digits(std::string_view text) noexcept {
  for (char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return !text.empty();
}

tl::unexpected<Error> bad_amount(std::string_view text, std::string_view why) {
  constexpr std::size_t kShown = 40;
  std::string message = "amount \"";
  message += text.substr(0, kShown);
  message += text.size() > kShown ? "...\" " : "\" ";
  message += why;
  return fail(Code::invalid, std::move(message));
}

std::int64_t saturated(bool negative) noexcept {
  return negative ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

Result<Currency> parse_currency(std::string_view code) {
  bool good = code.size() == 3;
  for (char c : code) good = good && c >= 'A' && c <= 'Z';
  if (!good) {
    return fail(Code::invalid, "currency \"" + std::string(code.substr(0, 40)) +
                                   "\" is not an ISO 4217 code; write three capital letters, as in EUR");
  }
  return Currency{{code[0], code[1], code[2]}, digits_of(code)};
}

Money& Money::operator+=(Money other) noexcept {
  if (!(currency == other.currency)) std::abort();
  minor += other.minor;
  return *this;
}

Money& Money::operator-=(Money other) noexcept {
  if (!(currency == other.currency)) std::abort();
  minor -= other.minor;
  return *this;
}

Result<Money> parse_money(std::string_view text, Currency currency) {
  auto rest = text;
  bool const negative = !rest.empty() && rest.front() == '-';
  if (negative) rest.remove_prefix(1);
  auto const point = rest.find('.');
  auto const whole = rest.substr(0, point);
  auto const fraction = point == std::string_view::npos ? std::string_view{} : rest.substr(point + 1);
  if (!all_digits(whole) || (point != std::string_view::npos && !all_digits(fraction))) {
    return bad_amount(text, "is not a decimal number; write it as in 2.55");
  }
  if (fraction.size() > currency.digits) {
    return bad_amount(text, "has more decimals than " + std::string(currency.text()) + " has (" +
                                std::to_string(currency.digits) + ")");
  }
  std::int64_t minor = 0;
  for (std::size_t n = 0; n < whole.size() + currency.digits && minor <= kMaxMinor; ++n) {
    char const c = n < whole.size() ? whole[n] : n - whole.size() < fraction.size() ? fraction[n - whole.size()] : '0';
    minor = minor * 10 + (c - '0');
  }
  if (minor > kMaxMinor) return bad_amount(text, "is beyond 10^15 minor units");
  return Money{negative ? -minor : minor, currency};
}

std::string to_text(Money amount, bool with_code) {
  bool const negative = amount.minor < 0;
  // Through unsigned, so that the smallest number has a positive twin.
  auto digits = std::to_string(negative ? 0 - static_cast<std::uint64_t>(amount.minor)
                                        : static_cast<std::uint64_t>(amount.minor));
  std::size_t const decimals = amount.currency.digits;
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - decimals, 1, '.');
  if (negative) digits.insert(0, 1, '-');
  if (with_code) {
    digits += ' ';
    digits += amount.currency.text();
  }
  return digits;
}

Money extended(Money unit_price, Quantity quantity) noexcept {
  // In two parts, because the plain product of a large price and a large quantity does not fit 64 bits.
  std::int64_t const whole = unit_price.minor / 1000, rest = unit_price.minor % 1000;
  bool const negative = (unit_price.minor < 0) != (quantity.milli < 0);
  std::int64_t large = 0, small = 0, sum = 0;
  if (__builtin_mul_overflow(whole, quantity.milli, &large) || __builtin_mul_overflow(rest, quantity.milli, &small)) {
    return {saturated(negative), unit_price.currency};
  }
  std::int64_t const half = small < 0 ? -500 : 500;
  if (__builtin_add_overflow(small, half, &small) || __builtin_add_overflow(large, small / 1000, &sum)) {
    return {saturated(negative), unit_price.currency};
  }
  return {sum, unit_price.currency};
}

}  // namespace tillcue
