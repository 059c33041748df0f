#include "tillcue/models/week_prices.hpp"

#include <algorithm>
#include <tuple>

namespace tillcue::models {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kWeekDays = 7;
constexpr std::int64_t kMonday = 3;           ///< 1970 began on a Thursday
constexpr std::int64_t kFirstWeek = 200'000;  ///< that of 1970; the year 0 is 102,790 weeks before
constexpr std::int64_t kMostWeeks = 1U << 22U;
constexpr std::int32_t kHalfYear = 26;

std::int64_t floor_of(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

/// Where the week of `at` ends.
std::size_t end_of_week(std::span<WeekPrice const> weeks, std::size_t at) {
  auto const week = weeks[at].week;
  while (at < weeks.size() && weeks[at].week == week) ++at;
  return at;
}

std::size_t count_weeks(std::span<WeekPrice const> weeks) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < weeks.size(); at = end_of_week(weeks, at)) ++count;
  return count;
}

/// The lower one of two.
std::int64_t median_of(std::span<WeekPrice const> week) {
  std::uint64_t total = 0, seen = 0;
  for (auto const& price : week) total += price.times;
  for (auto const& price : week) {
    seen += price.times;
    if (seen * 2 >= total) return price.micro;
  }
  return week.back().micro;
}

}  // namespace

std::int32_t week_of(std::int64_t seconds) noexcept {
  auto const week = floor_of(floor_of(seconds, kDaySeconds) + kMonday, kWeekDays) + kFirstWeek;
  return week > kNoWeek && week < kMostWeeks ? static_cast<std::int32_t>(week) : kNoWeek;
}

void add_week_price(std::vector<WeekPrice>& weeks, WeekPrice const& sold) {
  if (sold.week == kNoWeek || sold.times == 0) return;
  auto const at = std::lower_bound(weeks.begin(), weeks.end(), sold, [](WeekPrice const& a, WeekPrice const& b) {
    return std::tie(a.week, a.micro) < std::tie(b.week, b.micro);
  });
  if (at != weeks.end() && at->week == sold.week && at->micro == sold.micro) {
    at->times += sold.times;
    return;
  }
  weeks.insert(at, sold);
  if (count_weeks(weeks) <= kPriceWeeks) return;
  weeks.erase(weeks.begin(), weeks.begin() + static_cast<std::ptrdiff_t>(end_of_week(weeks, 0)));
}

bool price_of_lately(std::span<WeekPrice const> weeks, std::int64_t& micro) {
  struct Median {
    std::int64_t micro;
    std::int32_t week;
  };
  std::vector<Median> medians;
  for (std::size_t at = 0; at < weeks.size();) {
    auto const end = end_of_week(weeks, at);
    if (weeks[at].week > weeks.back().week - kHalfYear)
      medians.push_back({median_of(weeks.subspan(at, end - at)), weeks[at].week});
    at = end;
  }
  if (medians.empty()) return false;
  std::sort(medians.begin(), medians.end(),
            [](Median const& a, Median const& b) { return std::tie(a.micro, a.week) < std::tie(b.micro, b.week); });
  auto const& upper = medians[medians.size() / 2];
  auto const& lower = medians[(medians.size() - 1) / 2];
  micro = lower.week > upper.week ? lower.micro : upper.micro;
  return true;
}

}  // namespace tillcue::models
