#include "feeds/amount.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos {
namespace {

bool digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool separator(char c) noexcept { return c == '.' || c == ',' || c == '\''; }

/// Digits before and behind the decimal sign.
struct Digits {
  std::string whole, part;
  bool negative = false;
};

/// Everything that is no digit and no separator between digits is a currency or a blank.
std::optional<Digits> read_digits(std::string_view text, std::size_t decimals, bool grouped) {
  Digits out;
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '-') out.negative = true;
    if (digit(text[at])) plain += text[at];
    // A separator needs a digit behind it: the point of "Rs." is none.
    if (separator(text[at]) && at + 1 < text.size() && digit(text[at + 1])) plain += text[at];
  }
  auto const sign = plain.find_last_of(".,");
  auto const behind = sign == std::string::npos ? 0 : plain.size() - sign - 1;
  // "2,972" in a currency with cents is two thousand, "2,97" is not.
  bool const once = sign != std::string::npos && plain.find(plain[sign]) == sign;
  bool const decimal = sign != std::string::npos && once && behind <= decimals && behind > 0;
  out.whole = plain.substr(0, decimal ? sign : plain.size());
  if (decimal) out.part = plain.substr(sign + 1);
  if (!grouped && !decimal && sign != std::string::npos) return {};
  std::erase_if(out.whole, separator);
  if ((out.whole.empty() && out.part.empty()) || out.whole.size() > 12) return {};
  return out;
}

std::int64_t scaled(Digits const& digits, std::size_t decimals) {
  auto text = digits.whole + digits.part + std::string(decimals - std::min(decimals, digits.part.size()), '0');
  std::int64_t value = 0;
  for (auto const c : text) value = value * 10 + (c - '0');
  return digits.negative ? -value : value;
}

}  // namespace

std::optional<std::int64_t> shown_amount(std::string_view text, Currency currency) {
  if (text.size() > 64) return {};
  auto const digits = read_digits(text, currency.digits, true);
  if (!digits) return {};
  auto const minor = scaled(*digits, currency.digits);
  if (std::abs(minor) > kMaxAmountMinor) return {};
  return minor;
}

std::optional<Quantity> shown_quantity(std::string_view text) {
  if (text.size() > 32) return {};
  auto const digits = read_digits(text, 3, false);
  if (!digits || digits->whole.size() > 9) return {};
  auto const milli = scaled(*digits, 3);
  if (milli == 0 || std::abs(milli) > kMaxQuantityMilli) return {};
  return Quantity{milli};
}

std::optional<std::int64_t> to_minor(double amount, Currency currency) {
  auto const minor = std::round(amount * std::pow(10.0, currency.digits));
  if (!std::isfinite(minor) || std::fabs(minor) > static_cast<double>(kMaxAmountMinor)) return {};
  return static_cast<std::int64_t>(minor);
}

}  // namespace tillcue::pos
