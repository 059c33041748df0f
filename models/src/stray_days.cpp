#include "tillcue/models/stray_days.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "tillcue/models/bad_rows.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kLongGap = 30;
constexpr std::int64_t kTimesAsLong = 2;
constexpr std::uint64_t kMostOneIn = 5;  ///< more of the baskets are no strays, however late they are

}  // namespace

BasketsByDay baskets_by_day(Dataset const& data) {
  std::unordered_map<std::int32_t, std::uint64_t> found;
  // Most baskets are of the day of the one before.
  std::int64_t midnight = 0;
  std::uint64_t* of_day = nullptr;
  for (auto const time : data.times) {
    if (time == kNoTime) continue;
    if (of_day == nullptr || time < midnight || time - midnight >= kDaySeconds) {
      auto const day = day_of(time);
      midnight = day * kDaySeconds;
      of_day = &found[day];
    }
    ++*of_day;
  }
  return {found.begin(), found.end()};
}

void add_days(BasketsByDay& days, std::span<CountedSource const> sources) {
  for (auto const& source : sources) {
    if (source.day != kNoDay) days[source.day] += source.baskets;
  }
}

std::string StrayDays::how_late() const {
  constexpr int kMonth = 30, kYear = 365;
  auto const days = static_cast<std::uint64_t>(std::int64_t{first} - others_end);
  auto const gap = days < 3 * kMonth  ? counted(days, "day")
                   : days < 2 * kYear ? counted(days * 12 / kYear, "month")
                                      : counted(days / kYear, "year");
  return gap + " after all others";
}

std::optional<StrayDays> find_stray_days(BasketsByDay const& days) {
  struct Day {
    std::int32_t day;
    std::uint64_t baskets;
    std::int64_t gap;      ///< to the day before
    std::int64_t longest;  ///< of the gaps before that
  };
  std::vector<Day> all;
  std::uint64_t total = 0;
  std::int64_t longest = 1;
  for (auto const& [day, baskets] : days) {
    auto const gap = all.empty() ? 0 : std::int64_t{day} - all.back().day;
    all.push_back({day, baskets, gap, longest});
    longest = std::max(longest, gap);
    total += baskets;
  }
  std::optional<StrayDays> found;
  std::uint64_t later = 0;
  for (auto n = all.size(); n-- > 1;) {
    later += all[n].baskets;
    if (later * kMostOneIn > total) break;
    bool const few = BadRowLimit{}.allows(later, total);
    if (found && found->few && !few) break;
    if (all[n].gap < kLongGap || all[n].gap <= kTimesAsLong * all[n].longest) continue;
    found = StrayDays{all[n].day, all.back().day, all[n - 1].day, later, few};
  }
  return found;
}

std::string note_of_many(StrayDays const& stray) {
  return "transactions: " + counted(stray.baskets, "basket") + " of " + day_text(stray.first) +
         (stray.last > stray.first ? " to " + day_text(stray.last) : "") + ", " + stray.how_late() +
         ": counted; if a till's clock was wrong, build --as-of " + day_text(stray.others_end) + " leaves them out";
}

std::string note_of_counted(StrayDays const& stray, std::string const& where) {
  if (!stray.few) return note_of_many(stray);
  bool const one = stray.baskets == 1;
  return where + ": " + counted(stray.baskets, "basket") + " of " + day_text(stray.first) +
         (stray.last > stray.first ? " to " + day_text(stray.last) : "") + ", " + stray.how_late() +
         ": counted; train ends before " + (one ? "it" : "them") + "; if the date is right, train --as-of " +
         day_text(stray.last) + " takes " + (one ? "it" : "them") + " in";
}

void leave_out_from(Dataset& data, std::int32_t first) {
  auto const limit = first * kDaySeconds;
  std::size_t place = 0;
  std::uint64_t end = 0;
  std::size_t file = 0;
  for (std::size_t n = 0; n < data.baskets(); ++n) {
    for (; file < data.file_end.size() && data.file_end[file] == n; ++file) data.file_end[file] = place;
    if (data.times[n] >= limit) continue;
    auto const items = data.basket(n);
    auto* const to = data.basket_items.data() + end;
    if (items.data() != to) std::copy(items.begin(), items.end(), to);
    end += items.size();
    data.times[place] = data.times[n];
    data.keys[place] = data.keys[n];
    data.begin[++place] = end;
  }
  for (; file < data.file_end.size(); ++file) data.file_end[file] = place;
  data.basket_items.resize(end);
  data.begin.resize(place + 1);
  data.times.resize(place);
  data.keys.resize(place);
}

}  // namespace tillcue::models
