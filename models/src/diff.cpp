#include "tillcue/models/diff.hpp"

#include <utility>

#include "diff_parts.hpp"

namespace tillcue::models {
namespace {

BundleSize size_of(Bundle const& bundle) {
  auto const& info = bundle.info();
  return {bundle.bytes().size(), bundle.item_count(), bundle.entry_count(), bundle.affinity_bytes(),
          info.baskets,          info.data_from,      info.data_to};
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
