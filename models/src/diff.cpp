#include "tillcue/models/diff.hpp"

#include <utility>

#include "diff_parts.hpp"

namespace tillcue::models {
namespace {

BundleSize size_of(Bundle const& bundle) {
  auto const& info = bundle.info();
  return {.bytes = bundle.bytes().size(),
          .items = bundle.item_count(),
          .weights = static_cast<std::size_t>(bundle.entry_count()),
          .affinity_bytes = bundle.affinity_bytes(),
          .baskets = info.baskets,
          .weighing = weighing_in(info.note),
          .data_from = info.data_from,
          .data_to = info.data_to};
}

}  // namespace

BundleDiff diff(Ranker const& before, Ranker const& after, std::vector<std::vector<std::string>> const& baskets,
                std::string sample) {
  BundleDiff out;
  out.before = size_of(before.bundle());
  out.after = size_of(after.bundle());
  compare_items(before.bundle(), after.bundle(), out);
  compare_settings(before.bundle(), after.bundle(), out);
  out.suggestions = compare_suggestions(before, after, baskets);
  out.suggestions.sample = std::move(sample);
  return out;
}

}  // namespace tillcue::models
