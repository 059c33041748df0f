#include "delisted.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tillcue/core/bundle.hpp"
#include "tillcue/models/counted_source.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::int32_t kLeastGap = 28;    ///< days
constexpr std::int32_t kLeastSold = 56;   ///< days from the first sale to the last
constexpr std::int32_t kTimesAsLong = 3;  ///< as any pause before
constexpr double kMostProbable = 1e-6;
constexpr std::size_t kMostDays = 1U << 20U;  ///< between the first and the last: other dates are none

/// What is known of an item when the days have gone by.
struct Sold {
  std::int32_t first = 0, last = 0;  ///< counted from the first day of all
  std::int32_t longest = 0;          ///< days between two of its sales
  std::uint64_t baskets = 0;
};

/// Baskets by day, each day's together.
struct Days {
  std::int32_t first = 0;
  std::vector<std::size_t> begin;  ///< by day; one more than days
  std::vector<std::uint32_t> baskets;
};

Days by_day(Dataset const& data) {
  Days days;
  auto first = std::numeric_limits<std::int64_t>::max(), last = kNoTime;
  for (auto const time : data.times) {
    if (time == kNoTime) continue;
    first = std::min(first, time);
    last = std::max(last, time);
  }
  if (last == kNoTime || static_cast<std::size_t>(day_of(last) - day_of(first)) >= kMostDays) return days;
  days.first = day_of(first);
  days.begin.assign(static_cast<std::size_t>(day_of(last) - days.first) + 2, 0);
  auto const place = [&](std::int64_t time) { return static_cast<std::size_t>(day_of(time) - days.first); };
  for (auto const time : data.times) {
    if (time != kNoTime) ++days.begin[place(time) + 1];
  }
  for (std::size_t n = 1; n < days.begin.size(); ++n) days.begin[n] += days.begin[n - 1];
  days.baskets.resize(days.begin.back());
  auto next = days.begin;
  for (std::uint32_t n = 0; n < data.baskets(); ++n) {
    if (data.times[n] != kNoTime) days.baskets[next[place(data.times[n])]++] = n;
  }
  return days;
}

std::vector<Sold> sold_by_day(Dataset const& data, Days const& days) {
  std::vector<Sold> sold(data.items.size());
  for (std::size_t day = 0; day + 1 < days.begin.size(); ++day) {
    auto const today = static_cast<std::int32_t>(day);
    for (auto at = days.begin[day]; at < days.begin[day + 1]; ++at) {
      for (auto const item : data.basket(days.baskets[at])) {
        auto& its = sold[item];
        if (its.baskets++ == 0) its.first = its.last = today;
        its.longest = std::max(its.longest, today - its.last);
        its.last = today;
      }
    }
  }
  return sold;
}

}  // namespace

std::vector<Delisted> find_delisted(Dataset const& data) {
  std::vector<Delisted> found;
  if (data.time_kind != TimeKind::calendar) return found;
  auto const days = by_day(data);
  if (days.begin.size() < 2) return found;
  auto const sold = sold_by_day(data, days);
  auto const end = static_cast<std::int32_t>(days.begin.size()) - 2;
  for (std::uint32_t n = 0; n < sold.size(); ++n) {
    auto const& its = sold[n];
    auto const gap = end - its.last;
    if (gap < kLeastGap || its.last - its.first < kLeastSold || gap < kTimesAsLong * its.longest) continue;
    // By baskets, so that days on which hardly anybody came count for little.
    auto const behind = days.begin[static_cast<std::size_t>(its.last) + 1];
    auto const among = static_cast<double>(behind - days.begin[static_cast<std::size_t>(its.first)]);
    auto const since = static_cast<double>(days.baskets.size() - behind);
    if (std::exp(-static_cast<double>(its.baskets) / among * since) >= kMostProbable) continue;
    found.push_back({n, days.first + its.last, its.baskets});
  }
  std::stable_sort(found.begin(), found.end(), [&](Delisted const& a, Delisted const& b) {
    return a.baskets != b.baskets ? a.baskets > b.baskets : data.items[a.item].sku < data.items[b.item].sku;
  });
  return found;
}

void note_delisted(Dataset const& data, Catalogue const& catalogue, std::vector<std::string>& notes) {
  constexpr std::size_t kShown = 3;
  constexpr auto kNever = static_cast<std::uint16_t>(static_cast<std::uint16_t>(ItemFlag::excluded) |
                                                     static_cast<std::uint16_t>(ItemFlag::not_for_sale));
  auto found = find_delisted(data);
  std::erase_if(found, [&](Delisted const& one) {
    auto const* const known = catalogue.find(data.items[one.item].sku);
    return known != nullptr && (known->flags & kNever) != 0;
  });
  if (found.empty()) return;
  std::string text = counted(found.size(), "item") + (found.size() == 1 ? " seems" : " seem") +
                     " to be delisted, sold regularly until ";
  for (std::size_t n = 0; n < std::min(kShown, found.size()); ++n) {
    text += (n > 0 ? ", '" : "'") + data.items[found[n].item].sku + "' on " + day_text(found[n].last);
  }
  notes.push_back(
      "transactions: " + text + (found.size() > kShown ? ", ..." : "") +
      ": offered all the same, for it may be the season; what is gone needs not_for_sale in the items file");
}

}  // namespace tillcue::models
