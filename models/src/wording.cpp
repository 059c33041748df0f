#include "tillcue/models/wording.hpp"

#include <chrono>
#include <cstdio>

namespace tillcue::models {

std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = text.size(); at > 3; at -= 3) text.insert(text.begin() + static_cast<std::ptrdiff_t>(at - 3), ',');
  return text;
}

std::string counted(std::uint64_t number, std::string_view singular, std::string_view plural) {
  auto text = grouped(number) + ' ';
  if (number == 1) return text.append(singular);
  return plural.empty() ? text.append(singular) + 's' : text.append(plural);
}

std::string decimals(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string signed_decimals(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%+.*f", digits, value);
  return text;
}

std::string percent(double share, int digits) { return decimals(share * 100, digits) + " %"; }

std::string date_text(std::int64_t seconds, std::string_view unknown) {
  if (seconds == 0) return std::string(unknown);
  std::chrono::year_month_day const day{
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds{std::chrono::seconds{seconds}})};
  char text[24];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                static_cast<unsigned>(day.day()));
  return text;
}

}  // namespace tillcue::models
