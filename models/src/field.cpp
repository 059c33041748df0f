#include "tillcue/models/field.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <iterator>

namespace tillcue::models {
namespace {

constexpr std::int64_t kPowers[] = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000};
static_assert(std::size(kPowers) > kPriceDecimals && kPriceDecimals >= kQuantityDecimals);

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads fixed-width numbers and separators from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool digits(std::size_t count, int& out) {
    if (text_.size() < count) return false;
    out = 0;
    for (std::size_t n = 0; n < count; ++n) {
      if (!is_digit(text_[n])) return false;
      out = out * 10 + (text_[n] - '0');
    }
    text_.remove_prefix(count);
    return true;
  }
  bool one_of(std::string_view set) {
    if (text_.empty() || set.find(text_[0]) == std::string_view::npos) return false;
    text_.remove_prefix(1);
    return true;
  }
  void skip_digits() {
    while (!text_.empty() && is_digit(text_[0])) text_.remove_prefix(1);
  }
  [[nodiscard]] char front() const { return text_.empty() ? '\0' : text_[0]; }
  [[nodiscard]] bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

std::optional<std::int64_t> offset_seconds(Cursor& at) {
  if (at.done() || (at.one_of("Zz") && at.done())) return 0;
  int const sign = at.front() == '-' ? -1 : 1;
  int hours = 0;
  int minutes = 0;
  if (!at.one_of("+-") || !at.digits(2, hours) || hours > 18) return std::nullopt;
  at.one_of(":");
  if (!at.done() && (!at.digits(2, minutes) || minutes > 59)) return std::nullopt;
  if (!at.done()) return std::nullopt;
  return sign * (hours * 3600 + minutes * 60);
}

std::optional<std::int64_t> clock_seconds(Cursor& at) {
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  if (!at.digits(2, hours) || !at.one_of(":") || !at.digits(2, minutes)) return std::nullopt;
  if (at.one_of(":")) {
    if (!at.digits(2, seconds)) return std::nullopt;
    if (at.one_of(".,")) at.skip_digits();
  }
  if (hours > 23 || minutes > 59 || seconds > 60) return std::nullopt;
  auto const offset = offset_seconds(at);
  if (!offset) return std::nullopt;
  return hours * 3600 + minutes * 60 + seconds - *offset;
}

/// Whether the 8 bytes are printable ASCII.  Source  Hacker's Delight, 2nd ed., 6-1.
bool is_plain_word(char const* bytes) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101ULL;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  auto const deleted = word ^ (0x7F * kOnes);
  return (((word - 0x20 * kOnes) | word | ((deleted - kOnes) & ~deleted)) & (0x80 * kOnes)) == 0;
}

/// Length of the UTF-8 character at the front, 0 when it is not one.
std::size_t character_length(std::string_view text) {
  auto const byte = [&](std::size_t n) { return static_cast<unsigned char>(text[n]); };
  unsigned const lead = byte(0);
  if (lead < 0x80) return lead < 0x20 || lead == 0x7F ? 0 : 1;
  std::size_t const length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : (lead & 0xF0U) == 0xE0       ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t n = 1; n < length; ++n) {
    if ((byte(n) & 0xC0U) != 0x80) return 0;
  }
  bool const overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  bool const surrogate = lead == 0xED && byte(1) > 0x9F;
  bool const beyond = lead == 0xF4 && byte(1) > 0x8F;
  bool const control = lead == 0xC2 && byte(1) < 0xA0;
  return overlong || surrogate || beyond || control ? 0 : length;
}

}  // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text, int decimals) {
  constexpr std::int64_t kLimit = 1'000'000'000'000;
  bool const negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  std::int64_t value = 0;
  std::size_t digits = 0;
  std::size_t n = 0;
  for (; n < text.size() && is_digit(text[n]); ++n, ++digits) {
    value = value * 10 + (text[n] - '0');
    if (value > kLimit) return std::nullopt;
  }
  if (n < text.size() && text[n] == '.') ++n;
  int kept = 0;
  bool round_up = false;
  for (; n < text.size() && is_digit(text[n]); ++n, ++digits) {
    if (kept == decimals) {
      round_up = text[n] >= '5';
      for (++n, ++digits; n < text.size() && is_digit(text[n]);) ++n;
      break;
    }
    value = value * 10 + (text[n] - '0');
    ++kept;
  }
  if (digits == 0 || n != text.size()) return std::nullopt;
  value = value * kPowers[decimals - kept] + (round_up ? 1 : 0);
  return negative ? -value : value;
}

std::int64_t micro_to_minor(std::int64_t micro, int currency_digits) {
  std::int64_t step = 1;
  for (int n = currency_digits; n < kPriceDecimals; ++n) step *= 10;
  return (micro >= 0 ? micro + step / 2 : micro - step / 2) / step;
}

std::optional<std::int64_t> parse_iso8601(std::string_view text) {
  Cursor at(text);
  int year = 0;
  int month = 0;
  int day = 0;
  if (!at.digits(4, year) || !at.one_of("-") || !at.digits(2, month) || !at.one_of("-") || !at.digits(2, day)) {
    return std::nullopt;
  }
  std::chrono::year_month_day const date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  std::int64_t const midnight = std::int64_t{std::chrono::sys_days{date}.time_since_epoch().count()} * 86'400;
  if (at.done()) return midnight;
  if (!at.one_of("Tt ")) return std::nullopt;
  auto const clock = clock_seconds(at);
  if (!clock) return std::nullopt;
  return midnight + *clock;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  bool const negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 18 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int64_t value = 0;
  for (char const c : text) value = value * 10 + (c - '0');
  return negative ? -value : value;
}

bool is_clean_text(std::string_view text) {
  for (; text.size() >= 8 && is_plain_word(text.data()); text.remove_prefix(8)) {
  }
  if (text.size() >= 4 && text.size() < 8) {
    char all[8];  // of the rest, some bytes twice
    std::memcpy(all, text.data(), 4);
    std::memcpy(all + 4, text.data() + text.size() - 4, 4);
    if (is_plain_word(all)) return true;
  }
  while (!text.empty()) {
    auto const length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace tillcue::models
