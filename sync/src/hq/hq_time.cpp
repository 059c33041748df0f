#include "tillcue/sync/hq_time.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>

namespace tillcue::sync {
namespace {

struct Civil {
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
};

Civil civil(Timestamp time) {
  auto const days = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day const date{days};
  std::chrono::hh_mm_ss const clock{std::chrono::floor<std::chrono::seconds>(time - days)};
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.front() == '-') return std::nullopt;
  return value;
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  auto const year = digits(text.substr(0, 4));
  auto const month = digits(text.substr(5, 2));
  auto const day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  std::chrono::year_month_day const date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

std::optional<std::chrono::seconds> parse_clock(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  auto const hour = digits(text.substr(0, 2));
  auto const minute = digits(text.substr(3, 2));
  auto const second = digits(text.substr(6, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};
}

std::optional<std::chrono::minutes> parse_age(std::string_view text) {
  if (text.size() < 2 || text.size() > 6) return std::nullopt;
  auto const count = digits(text.substr(0, text.size() - 1));
  if (!count) return std::nullopt;
  switch (text.back()) {
    case 'm':
      return std::chrono::minutes{*count};
    case 'h':
      return std::chrono::hours{*count};
    case 'd':
      return std::chrono::days{*count};
    default:
      return std::nullopt;
  }
}

}  // namespace

std::int64_t unix_seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string to_minute(Timestamp time) {
  auto const at = civil(time);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d", at.year, at.month, at.day, at.hour, at.minute);
  return text.data();
}

std::string to_iso(Timestamp time) {
  auto const at = civil(time);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", at.year, at.month, at.day, at.hour,
                at.minute, at.second);
  return text.data();
}

Result<Timestamp> parse_since(std::string_view text, Timestamp now) {
  if (auto const age = parse_age(text)) return now - *age;
  std::string_view const date_text = text.substr(0, 10);
  if (auto const date = parse_date(date_text)) {
    if (text.size() == 10) return Timestamp{*date};
    std::string_view clock_text = text.substr(11);
    if (clock_text.ends_with('Z')) clock_text.remove_suffix(1);
    if (text[10] == 'T' || text[10] == ' ') {
      if (auto const clock = parse_clock(clock_text)) return Timestamp{*date + *clock};
    }
  }
  return fail(Code::invalid, "\"" + std::string{text} +
                                 "\" is not a time; write 2026-11-21, 2026-11-21T08:00:00 (UTC) or an age such as 7d, "
                                 "24h, 30m");
}

}  // namespace tillcue::sync
