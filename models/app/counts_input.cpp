#include "counts_input.hpp"

#include <algorithm>

#include "command.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/stray_days.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

std::string note_of_few(StrayDays const& stray) {
  return "counts: " + counted(stray.baskets, "basket") + " of " + day_text(stray.first) +
         (stray.last > stray.first ? " to " + day_text(stray.last) : "") + ", " + stray.how_late() +
         ": not what ages are counted from; if the date is right, give --as-of " + day_text(stray.last);
}

/// What the files hold, without their counts: the last day of all, and duplicates.
struct Plan {
  std::int32_t last = kNoDay;  ///< but for strays
  std::string strays;          ///< what there is to say of them
  std::vector<NamedSources> sources;
  std::string not_weighed;  ///< why; empty: can be
};

Result<Plan> plan(std::vector<std::string> const& files) {
  Plan plan;
  std::vector<NamedCounts> heads;
  BasketsByDay days;
  for (auto const& file : files) {
    auto const bytes = read_file(file, kLargestCounts);
    if (!bytes) return tl::unexpected(bytes.error());
    auto head = decode_head(*bytes);
    if (!head) return tl::unexpected(head.error().within(file));
    plan.last = std::max(plan.last, last_day(*head));
    if (!head->sources.empty()) {
      add_days(days, head->sources);
    } else if (last_day(*head) != kNoDay) {
      days[last_day(*head)] += head->baskets;
    }
    heads.push_back({file, std::move(*head)});
  }
  if (auto const stray = find_stray_days(days)) {
    plan.strays = stray->few ? note_of_few(*stray) : note_of_many(*stray);
    if (stray->few) plan.last = stray->others_end;
  }
  plan.not_weighed = why_not_weighed(heads);
  for (auto& head : heads) plan.sources.push_back({std::move(head.name), std::move(head.counts.sources)});
  return plan;
}

}  // namespace

Result<RecentCounts> load_counts(std::vector<std::string> const& files, Recency const& recency, bool allow_duplicates) {
  auto const planned = plan(files);
  if (!planned) return tl::unexpected(planned.error());
  if (!allow_duplicates) {
    auto const single = refuse_duplicates(planned->sources, "give each once, or take it so with --allow-duplicates");
    if (!single) return tl::unexpected(single.error());
  }
  bool const off = recency.if_possible && !planned->not_weighed.empty();
  RecentSum sum(off ? Recency{} : recency, recency.as_of.value_or(planned->last));
  for (auto const& file : files) {
    auto const bytes = read_file(file, kLargestCounts);
    if (!bytes) return tl::unexpected(bytes.error());
    auto counts = decode(*bytes);
    if (!counts) return tl::unexpected(counts.error().within(file));
    if (auto const added = sum.add({file, std::move(*counts)}); !added) return tl::unexpected(added.error());
  }
  auto counts = sum.finish();
  if (counts && off && planned->last != kNoDay) {
    counts->notes.push_back("recency: all baskets count alike: " + planned->not_weighed);
  }
  if (counts && !recency.as_of && !planned->strays.empty()) counts->notes.push_back(planned->strays);
  if (counts) tell_notes(counts->notes);
  return counts;
}

}  // namespace tillcue::models::app
