#include "slip_words.hpp"

#include <algorithm>

#include "slip_words_data.hpp"
#include "tillcue/pos/coupon.hpp"

namespace tillcue::pos {
namespace {

constexpr std::string_view kNoBreak = "\xC2\xA0";  // a date is not torn apart at the end of a line

SlipWords const& words_of(std::string_view language) {
  auto const all = slip_words();
  auto const found = std::find_if(all.begin(), all.end(), [&](SlipWords const& words) {
    auto const rest = language.substr(std::min(words.language.size(), language.size()));
    return language.substr(0, words.language.size()) == words.language && (rest.empty() || rest.front() == '-');
  });
  return found == all.end() ? all.front() : *found;
}

/// Puts the values in for `{}`, in order.
std::string filled(std::string_view phrase, std::initializer_list<std::string_view> values) {
  std::string out(phrase);
  std::size_t at = 0;
  for (auto const value : values) {
    at = out.find("{}", at);
    if (at == std::string::npos) break;
    out.replace(at, 2, value);
    at += value.size();
  }
  return out;
}

void replace(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

}  // namespace

std::string long_date(std::chrono::sys_days day, std::string_view language) {
  auto const& words = words_of(language);
  std::chrono::year_month_day const date{day};
  std::string out(words.date);
  replace(out, "{d}", std::to_string(static_cast<unsigned>(date.day())));
  replace(out, "{m}", words.months.at(static_cast<unsigned>(date.month()) - 1));
  replace(out, "{y}", std::to_string(static_cast<int>(date.year()) + words.year_offset));
  replace(out, " ", kNoBreak);
  return out;
}

std::string validity(std::optional<std::chrono::sys_days> from, std::optional<std::chrono::sys_days> until,
                     std::string_view language) {
  auto const& words = words_of(language);
  if (from && until) return filled(words.from_until, {long_date(*from, language), long_date(*until, language)});
  if (until) return filled(words.until, {long_date(*until, language)});
  if (from) return filled(words.from, {long_date(*from, language)});
  return {};
}

std::string regular_price(std::string_view price, std::string_view language) {
  return filled(words_of(language).regular_price, {price});
}

std::string issued_with(std::string_view receipt, std::string_view language) {
  return filled(words_of(language).receipt, {receipt});
}

std::string serial_line(std::string_view serial, std::string_view language) {
  return filled(words_of(language).serial, {serial});
}

std::vector<std::string_view> slip_languages() {
  std::vector<std::string_view> out;
  for (auto const& words : slip_words()) out.push_back(words.language);
  return out;
}

}  // namespace tillcue::pos
