#include "slip_words.hpp"

#include <array>

namespace tillcue::pos {
namespace {

using Months = std::array<std::string_view, 12>;
constexpr Months kEnglish{"January", "February", "March",     "April",   "May",      "June",
                          "July",    "August",   "September", "October", "November", "December"};
constexpr Months kRussian{"января", "февраля", "марта",    "апреля",  "мая",    "июня",
                          "июля",   "августа", "сентября", "октября", "ноября", "декабря"};

constexpr std::string_view kNoBreak = "\xC2\xA0";  // a date is not torn apart at the end of a line

bool russian(std::string_view language) { return language == "ru"; }

std::string with(std::string_view word, std::string_view rest) { return std::string(word) + std::string(rest); }

}  // namespace

std::string long_date(std::chrono::sys_days day, std::string_view language) {
  std::chrono::year_month_day const date{day};
  auto const month = static_cast<unsigned>(date.month()) - 1;
  auto const& months = russian(language) ? kRussian : kEnglish;
  std::string out = std::to_string(static_cast<unsigned>(date.day()));
  out += kNoBreak;
  out += months.at(month);
  out += kNoBreak;
  out += std::to_string(static_cast<int>(date.year()));
  return russian(language) ? out + std::string(kNoBreak) + "г." : out;
}

std::string validity(std::optional<std::chrono::sys_days> from, std::optional<std::chrono::sys_days> until,
                     std::string_view language) {
  bool const ru = russian(language);
  if (from && until) {
    return with(ru ? "Действует с " : "Valid ", long_date(*from, language)) +
           with(ru ? " по " : " to ", long_date(*until, language));
  }
  if (until) return with(ru ? "Действует по " : "Valid until ", long_date(*until, language));
  if (from) return with(ru ? "Действует с " : "Valid from ", long_date(*from, language));
  return {};
}

std::string regular_price(std::string_view price, std::string_view language) {
  return with(russian(language) ? "Обычная цена " : "Regular price ", price);
}

std::string issued_with(std::string_view receipt, std::string_view language) {
  return with(russian(language) ? "Выдан с чеком " : "Issued with receipt ", receipt);
}

std::string serial_line(std::string_view serial, std::string_view language) {
  return with(russian(language) ? "Номер купона " : "Coupon no. ", serial);
}

}  // namespace tillcue::pos
