#include "counts_input.hpp"

#include <algorithm>

#include "command.hpp"
#include "tillcue/models/atomic_file.hpp"

namespace tillcue::models::app {
namespace {

/// What the files hold, without their counts: the last day of all, and duplicates.
struct Plan {
  std::int32_t last = kNoDay;
  std::vector<NamedSources> sources;
  std::string not_weighed;  ///< why; empty: can be
};

Result<Plan> plan(std::vector<std::string> const& files) {
  Plan plan;
  std::vector<NamedCounts> heads;
  for (auto const& file : files) {
    auto const bytes = read_file(file, kLargestCounts);
    if (!bytes) return tl::unexpected(bytes.error());
    auto head = decode_head(*bytes);
    if (!head) return tl::unexpected(head.error().within(file));
    plan.last = std::max(plan.last, last_day(*head));
    heads.push_back({file, std::move(*head)});
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
  if (counts) tell_notes(counts->notes);
  return counts;
}

}  // namespace tillcue::models::app
