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

Result<void> add_item(CountedItem const& item, std::uint64_t weight, CountedItem& sum) {
  auto const baskets = item.baskets * weight;  // 32 by 32 bits
  if (baskets > kMost - sum.baskets) {
    return fail(Code::unsupported, "merge: the count of '" + item.sku +
                                       "' does not fit 32 bits; merge fewer files or take a shorter window");
  }
  sum.baskets += static_cast<std::uint32_t>(baskets);
  sum.quantity_milli += item.quantity_milli;
  for (auto const& point : item.prices) add_price(sum.prices, point.micro, point.times);
  for (auto const& sold : item.lately) add_week_price(sum.lately, sold);
  return {};
}

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// Adds up the pairs of one row, collected from all parts in any order, into `sum`. Together never exceeds the item
/// counts, which were checked, so this cannot overflow.
void file_row(Pairs& pairs, Counts& sum) {
  std::sort(pairs.begin(), pairs.end());
  for (std::size_t n = 0; n < pairs.size(); ++n) {
    if (pairs[n].second == 0) continue;
    if (sum.partner.size() > sum.row.back() && pairs[n].first == sum.partner.back()) {
      sum.together.back() += pairs[n].second;
    } else {
      sum.partner.push_back(pairs[n].first);
      sum.together.push_back(pairs[n].second);
    }
  }
  sum.row.push_back(sum.partner.size());
}

}  // namespace

void drop_unsold(Counts& sum) {
  std::vector<std::uint32_t> place(sum.items.size());
  std::uint32_t kept = 0;
  std::vector<std::uint64_t> row{0};
  for (std::uint32_t n = 0; n < sum.items.size(); ++n) {
    place[n] = kept;
    if (sum.items[n].baskets == 0) continue;
    if (kept != n) sum.items[kept] = std::move(sum.items[n]);
    row.push_back(sum.row[n + 1]);
    ++kept;
  }
  sum.items.resize(kept);
  sum.row = std::move(row);
  for (auto& partner : sum.partner) partner = place[partner];
}

Result<Counts> merge_weighted(std::span<Counts const> parts, std::span<std::uint32_t const> weights,
                              unsigned unit_bits) {
  Counts sum;
  sum.unit_bits = unit_bits;
  auto const skus = all_skus(parts);
  for (auto const sku : skus) sum.items.push_back({std::string(sku), 0, 0, {}});
  std::vector<std::vector<std::uint32_t>> place(parts.size());
  for (std::size_t n = 0; n < parts.size(); ++n) {
    if (auto const added = add_times(parts[n], sum); !added) return tl::unexpected(added.error());
    sum.baskets += parts[n].baskets * weights[n];
    sum.sources.insert(sum.sources.end(), parts[n].sources.begin(), parts[n].sources.end());
    std::uint32_t at = 0;
    for (auto const& item : parts[n].items) {
      while (skus[at] != item.sku) ++at;  // both ascend
      place[n].push_back(at);
      if (auto const added = add_item(item, weights[n], sum.items[at]); !added) return tl::unexpected(added.error());
    }
  }
  std::sort(sum.sources.begin(), sum.sources.end());
  std::vector<std::uint32_t> next(parts.size(), 0);
  Pairs pairs;
  for (std::uint32_t item = 0; item < skus.size(); ++item) {
    pairs.clear();
    for (std::size_t n = 0; n < parts.size(); ++n) {
      if (next[n] >= place[n].size() || place[n][next[n]] != item) continue;
      auto const own = next[n]++;
      for (auto at = parts[n].row[own]; at < parts[n].row[own + 1]; ++at) {
        pairs.emplace_back(place[n][parts[n].partner[at]], parts[n].together[at] * weights[n]);
      }
    }
    file_row(pairs, sum);
  }
  return sum;
}

Result<Counts> merge(std::span<Counts const> parts) {
  auto const units = parts.empty() ? 0 : parts.front().unit_bits;
  for (auto const& part : parts) {
    if (part.unit_bits != units) return fail(Code::invalid, "merge: counts in different units; count them again");
  }
  return merge_weighted(parts, std::vector<std::uint32_t>(parts.size(), 1), units);
}

}  // namespace tillcue::models
