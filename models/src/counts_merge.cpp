#include <algorithm>
#include <limits>
#include <utility>

#include "tillcue/models/counts.hpp"

namespace tillcue::models {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();

std::vector<std::string_view> all_skus(std::span<Counts const> parts) {
  std::vector<std::string_view> skus;
  for (auto const& part : parts) {
    for (auto const& item : part.items) skus.push_back(item.sku);
  }
  std::sort(skus.begin(), skus.end());
  skus.erase(std::unique(skus.begin(), skus.end()), skus.end());
  return skus;
}

Result<void> add_times(Counts const& part, Counts& sum) {
  if (part.time_kind == TimeKind::none) return {};
  if (sum.time_kind == TimeKind::none) {
    sum.time_kind = part.time_kind;
    sum.from = part.from;
    sum.to = part.to;
    return {};
  }
  if (sum.time_kind != part.time_kind) {
    return fail(Code::invalid, "merge: one file has dates, another visit numbers; count them apart");
  }
  sum.from = std::min(sum.from, part.from);
  sum.to = std::max(sum.to, part.to);
  return {};
}

Result<void> add_item(CountedItem const& item, CountedItem& sum) {
  if (std::uint64_t{sum.baskets} + item.baskets > kMost) {
    return fail(Code::unsupported, "merge: more than 2^32 baskets hold '" + item.sku + "'; merge fewer files");
  }
  sum.baskets += item.baskets;
  sum.quantity_milli += item.quantity_milli;
  for (auto const& point : item.prices) add_price(sum.prices, point.micro, point.times);
  return {};
}

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// Adds up the pairs of one row, collected from all parts in any order, into `sum`. Together never exceeds the item
/// counts, which were checked, so this cannot overflow.
void file_row(Pairs& pairs, Counts& sum) {
  std::sort(pairs.begin(), pairs.end());
  for (std::size_t n = 0; n < pairs.size(); ++n) {
    if (n > 0 && pairs[n].first == pairs[n - 1].first) {
      sum.together.back() += pairs[n].second;
    } else {
      sum.partner.push_back(pairs[n].first);
      sum.together.push_back(pairs[n].second);
    }
  }
  sum.row.push_back(sum.partner.size());
}

}  // namespace

Result<Counts> merge(std::span<Counts const> parts) {
  Counts sum;
  auto const skus = all_skus(parts);
  for (auto const sku : skus) sum.items.push_back({std::string(sku), 0, 0, {}});
  std::vector<std::vector<std::uint32_t>> place(parts.size());
  for (std::size_t n = 0; n < parts.size(); ++n) {
    if (auto const added = add_times(parts[n], sum); !added) return tl::unexpected(added.error());
    sum.baskets += parts[n].baskets;
    std::uint32_t at = 0;
    for (auto const& item : parts[n].items) {
      while (skus[at] != item.sku) ++at;  // both ascend
      place[n].push_back(at);
      if (auto const added = add_item(item, sum.items[at]); !added) return tl::unexpected(added.error());
    }
  }
  std::vector<std::uint32_t> next(parts.size(), 0);
  Pairs pairs;
  for (std::uint32_t item = 0; item < skus.size(); ++item) {
    pairs.clear();
    for (std::size_t n = 0; n < parts.size(); ++n) {
      if (next[n] >= place[n].size() || place[n][next[n]] != item) continue;
      auto const own = next[n]++;
      for (auto at = parts[n].row[own]; at < parts[n].row[own + 1]; ++at) {
        pairs.emplace_back(place[n][parts[n].partner[at]], parts[n].together[at]);
      }
    }
    file_row(pairs, sum);
  }
  return sum;
}

}  // namespace tillcue::models
