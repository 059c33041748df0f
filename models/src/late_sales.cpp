#include "late_sales.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>

#include "tillcue/models/stray_days.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// "2026-11-21T08:00:00"
std::string time_text(std::int64_t seconds) {
  std::chrono::hh_mm_ss const clock{std::chrono::seconds{seconds - std::int64_t{day_of(seconds)} * 86'400}};
  char text[40];
  std::snprintf(text, sizeof text, "T%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return day_text(day_of(seconds)) + text;
}

}  // namespace

void LateSales::add(std::string const& file, std::vector<LateBasket> const& latest) {
  for (auto const& basket : latest) latest_.push_back({file, basket});
}

void LateSales::judge(Dataset& data, BadRows& bad) const {
  if (data.time_kind != TimeKind::calendar) return;
  auto days = baskets_by_day(data);
  auto stray = find_stray_days(days);
  if (stray && stray->few) {
    auto const at = std::find_if(latest_.begin(), latest_.end(),
                                 [&](Sale const& sale) { return day_of(sale.basket.time) >= stray->first; });
    bool const known = at != latest_.end();
    std::string const which = stray->baskets > kShown ? ", one of " : ", the first of ";
    auto const where = known ? at->file + ':' + std::to_string(at->basket.line) : "transactions";
    bad.total(where + ": sold " + day_text(known ? day_of(at->basket.time) : stray->first) + ", " + stray->how_late() +
              (stray->baskets > 1 ? which + counted(stray->baskets, "such basket") : "") +
              ": left out; if the date is right, build --as-of " + day_text(stray->last) + " takes " +
              (stray->baskets > 1 ? "them" : "it") + " in");
    leave_out_from(data, stray->first);
    days.erase(days.lower_bound(stray->first), days.end());
    stray = find_stray_days(days);
  }
  if (stray) bad.total(note_of_many(*stray));
}

void note_unix_times(Dataset const& data, BadRows& bad) {
  if (data.time_kind != TimeKind::order) return;
  constexpr std::int64_t kFrom = 1'000'000'000, kTo = 2'100'000'000;  // 2001 to 2036
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = kNoTime;
  for (auto const time : data.times) {
    if (time == kNoTime) continue;
    first = std::min(first, time);
    last = std::max(last, time);
  }
  struct {
    std::int64_t each;
    char const* name;
  } const units[] = {{1, "seconds"}, {1000, "milliseconds"}};
  for (auto const& [each, name] : units) {
    if (first < kFrom * each || last > kTo * each) continue;
    bad.total(
        "transactions: timestamps like " + std::to_string(first) + " look like " + name +
        " since 1970 and are taken as visit numbers, without dates: no half-life, nothing is split by time; write " +
        "them like " + time_text(first / each));
  }
}

}  // namespace tillcue::models
