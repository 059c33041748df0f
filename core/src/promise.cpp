#include "tillcue/core/promise.hpp"

#include <algorithm>
#include <array>

namespace tillcue {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr std::array<std::string_view, 3> kBlanks{" ", "\xC2\xA0", "\xE2\x80\xAF"};
constexpr std::array<std::string_view, 15> kSigns{"€", "$", "£",  "¥",  "₽", "₺",   "₴", "₸",
                                                  "₹", "₪", "zł", "Kč", "kr",  "руб", "Fr"};

/// Without the blanks it begins or ends with.
std::string_view behind_blanks(std::string_view text) noexcept {
  for (auto const blank : kBlanks) {
    if (text.substr(0, blank.size()) == blank) return behind_blanks(text.substr(blank.size()));
  }
  return text;
}
std::string_view before_blanks(std::string_view text) noexcept {
  for (auto const blank : kBlanks) {
    if (text.ends_with(blank)) return before_blanks(text.substr(0, text.size() - blank.size()));
  }
  return text;
}

/// A number and what stands on its sides.
struct Number {
  std::int64_t minor = 0;  ///< in the currency's minor units
  bool decimals = false;   ///< as many as the currency has
  std::string_view before, behind;
};

/// "1,299.00", "5,00", "20": of the last sign three digits follow when it groups.
Number number_at(std::string_view text, std::size_t from, int digits) noexcept {
  std::size_t end = from, sign = std::string_view::npos;
  while (end < text.size() && (is_digit(text[end]) || ((text[end] == '.' || text[end] == ',') &&
                                                       end + 1 < text.size() && is_digit(text[end + 1])))) {
    if (!is_digit(text[end])) sign = end;
    ++end;
  }
  auto const tail = sign == std::string_view::npos ? std::size_t{0} : end - sign - 1;
  bool const broken = tail > 0 && (tail != 3 || digits == 3);
  Number number;
  number.decimals = broken && digits > 0 && tail == static_cast<std::size_t>(digits);
  number.before = before_blanks(text.substr(0, from));
  number.behind = behind_blanks(text.substr(end));
  constexpr std::int64_t kMost = 1'000'000'000'000'000;
  int left = digits;
  for (auto at = from; at < end; ++at) {
    if (!is_digit(text[at]) || number.minor > kMost) continue;
    if (broken && at > sign && left-- <= 0) break;
    number.minor = number.minor * 10 + (text[at] - '0');
  }
  while (left-- > 0 && number.minor <= kMost) number.minor *= 10;
  return number;
}

bool is_percent(Number const& number) noexcept {
  return number.behind.starts_with('%') || number.before.ends_with('%');
}

bool is_money(Number const& number, Currency currency) noexcept {
  auto const says = [&](std::string_view sign) {
    return number.behind.substr(0, sign.size()) == sign || number.before.ends_with(sign);
  };
  return number.decimals || says(currency.text()) || std::any_of(kSigns.begin(), kSigns.end(), says);
}

}  // namespace

Promise promise_of(std::string_view text, DiscountKind kind, std::int64_t value, Currency currency,
                   std::span<std::int64_t const> beside) noexcept {
  auto promise = Promise::none;
  std::int64_t percent = value;
  for (int n = 0; n < currency.digits; ++n) percent *= 10;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at])) continue;
    auto const number = number_at(text, at, currency.digits);
    while (at + 1 < text.size() && (is_digit(text[at + 1]) || text[at + 1] == '.' || text[at + 1] == ',')) ++at;
    bool const of_percent = is_percent(number);
    if (!of_percent && !is_money(number, currency)) continue;
    if (of_percent == (kind == DiscountKind::percent) && kind != DiscountKind::none &&
        number.minor == (of_percent ? percent : value)) {
      return Promise::kept;
    }
    bool const aside = !of_percent && std::find(beside.begin(), beside.end(), number.minor) != beside.end();
    if (!aside) promise = Promise::other;
  }
  return promise;
}

}  // namespace tillcue
