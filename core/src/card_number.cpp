#include "tillcue/core/card_number.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace tillcue {
namespace {

constexpr std::size_t kShortest = 13;
constexpr std::size_t kLongest = 19;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Sum of the digits, every second one from the right (not the last) worth `weight` times itself.
/// Luhn takes the cross sum of such a product, GS1 the product.
unsigned check_sum(std::string_view digits, unsigned weight, bool cross_sum) noexcept {
  unsigned sum = 0;
  for (std::size_t n = 0; n < digits.size(); ++n) {
    auto value = static_cast<unsigned>(digits[digits.size() - 1 - n] - '0');
    if (n % 2 == 1) value *= weight;
    sum += cross_sum && value > 9 ? value - 9 : value;
  }
  return sum;
}

bool luhn(std::string_view digits) noexcept { return check_sum(digits, 2, true) % 10 == 0; }
bool gtin13(std::string_view digits) noexcept { return digits.size() == 13 && check_sum(digits, 3, false) % 10 == 0; }

struct IssuerRange {
  unsigned first, last;  ///< of the four leading digits
};

/// Where card schemes issue. Dates and counters of a POS ("20261121193504") mostly lie outside.
constexpr std::array<IssuerRange, 7> kIssuers{{
    {2200, 2204},  // Mir
    {2221, 2720},  // Mastercard
    {3000, 3999},  // American Express, Diners, JCB
    {4000, 4999},  // Visa
    {5000, 6999},  // Mastercard, Maestro, Discover, UnionPay, RuPay
    {8100, 8299},  // UnionPay, RuPay
    {9792, 9792},  // Troy
}};

bool issued(std::string_view digits) noexcept {
  unsigned lead = 0;
  for (char const digit : digits.substr(0, 4)) lead = lead * 10 + static_cast<unsigned>(digit - '0');
  for (auto const range : kIssuers) {
    if (lead >= range.first && lead <= range.last) return true;
  }
  return false;
}

bool card(std::string_view digits) noexcept {
  return digits.size() >= kShortest && digits.size() <= kLongest && luhn(digits) && issued(digits) && !gtin13(digits);
}

}  // namespace

bool looks_like_card_number(std::string_view text) noexcept {
  std::array<char, kLongest + 1> run{};
  std::size_t length = 0;  // of the run; one more than kLongest means too long for a card
  for (std::size_t n = 0; n < text.size(); ++n) {
    if (is_digit(text[n])) {
      if (length < run.size()) run[length++] = text[n];
      continue;
    }
    bool const bridge =
        (text[n] == ' ' || text[n] == '-') && length > 0 && n + 1 < text.size() && is_digit(text[n + 1]);
    if (bridge) continue;
    if (card({run.data(), length})) return true;
    length = 0;
  }
  return card({run.data(), length});
}

}  // namespace tillcue
