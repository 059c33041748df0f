#include <algorithm>
#include <array>

#include "receipt_row.hpp"

namespace tillcue::pos::reading {
namespace {

constexpr std::int64_t kMostMinor = 1'000'000'000'000;

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

constexpr std::array<std::u32string_view, 34> kMoneySigns{
    U"$",   U"€",   U"£",   U"¥",   U"₽", U"₴",   U"₺",    U"₸",   U"R$",  U"zł",  U"zl", U"TL",
    U"EUR", U"USD", U"GBP", U"PLN", U"RUB", U"UAH", U"TRY",  U"CHF", U"BRL", U"KZT", U"Kč", U"CZK",
    U"kr",  U"SEK", U"NOK", U"DKK", U"р.",  U"руб", U"руб.", U"грн", U"₹",   U"="};

/// Takes signs of money off both ends.
std::u32string_view bare(std::u32string_view word) {
  for (bool again = true; again;) {
    again = false;
    for (auto const sign : kMoneySigns) {
      if (word.size() > sign.size() && word.substr(0, sign.size()) == sign) {
        word.remove_prefix(sign.size());
        again = true;
      }
      if (word.size() > sign.size() && word.substr(word.size() - sign.size()) == sign) {
        word.remove_suffix(sign.size());
        again = true;
      }
    }
  }
  return word;
}

/// Digits with separators of thousands: groups of three behind the first.
std::optional<std::int64_t> whole_number(std::u32string_view text) {
  std::int64_t value = 0;
  std::size_t group = 0;
  bool grouped = false;
  if (text.empty()) return {};
  for (char32_t const c : text) {
    if (is_digit(c)) {
      value = value * 10 + static_cast<std::int64_t>(c - U'0');
      if (value > kMostMinor) return {};
      ++group;
      continue;
    }
    bool const separates = c == U'.' || c == U',' || c == U' ' || c == U'\'' || c == U'\u00A0' || c == U'\u2019';
    if (!separates || group == 0 || group > 3 || (grouped && group != 3)) return {};
    grouped = true;
    group = 0;
  }
  if (grouped && group != 3) return {};
  return value;
}

}  // namespace

std::optional<std::int64_t> parse_amount(std::u32string_view word, unsigned digits) {
  bool negative = false;
  if (!word.empty() && (word.back() == U'-' || word.back() == U'\u2212')) {
    negative = true;
    word.remove_suffix(1);
  }
  if (word.size() > 2 && word.front() == U'(' && word.back() == U')') {  // as bookkeepers write it
    negative = true;
    word = word.substr(1, word.size() - 2);
  }
  for (int twice = 0; twice < 2; ++twice) {
    word = bare(word);
    if (!word.empty() && (word.front() == U'-' || word.front() == U'\u2212')) {
      negative = true;
      word.remove_prefix(1);
    }
  }
  if (word.size() < digits + (digits > 0 ? 2U : 1U) || word.size() > 20) return {};
  std::int64_t value = 0;
  auto whole = word;
  if (digits > 0) {
    auto const point = word.size() - digits - 1;
    if (word[point] != U'.' && word[point] != U',') return {};
    for (char32_t const c : word.substr(point + 1)) {
      if (!is_digit(c)) return {};
      value = value * 10 + static_cast<std::int64_t>(c - U'0');
    }
    whole = word.substr(0, point);
  }
  auto const units = whole_number(whole);
  if (!units) return {};
  std::int64_t scale = 1;
  for (unsigned n = 0; n < digits; ++n) scale *= 10;
  if (*units > kMostMinor / scale) return {};
  value += *units * scale;
  return negative ? -value : value;
}

std::optional<std::int64_t> parse_quantity(std::u32string_view word) {
  constexpr std::array<std::u32string_view, 16> kUnits{U"x",  U"X",   U"*",  U"×",   U"х",   U"Х",  U"kg", U"KG",
                                                       U"кг", U"шт.", U"шт", U"Stk", U"pcs", U"ea", U"l",  U"л"};
  for (auto const unit : kUnits) {
    if (word.size() <= unit.size()) continue;
    if (word.substr(word.size() - unit.size()) == unit) {
      word.remove_suffix(unit.size());
      break;
    }
    if (unit.size() == 1 && word.substr(0, 1) == unit) {
      word.remove_prefix(1);
      break;
    }
  }
  std::int64_t milli = 0;
  unsigned decimals = 0;
  bool point = false;
  if (word.empty() || word.size() > 9 || !is_digit(word.front()) || !is_digit(word.back())) return {};
  for (char32_t const c : word) {
    if (is_digit(c)) {
      milli = milli * 10 + static_cast<std::int64_t>(c - U'0');
      if (point) ++decimals;
    } else if ((c == U'.' || c == U',') && !point) {
      point = true;
    } else {
      return {};
    }
  }
  if (decimals > 3) return {};
  for (; decimals < 3; ++decimals) milli *= 10;
  if (milli == 0 || milli > 100'000'000) return {};
  return milli;
}

}  // namespace tillcue::pos::reading
