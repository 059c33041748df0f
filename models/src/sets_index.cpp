#include "sets_index.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace tillcue::models {
namespace {

constexpr std::uint32_t kUnranked = std::numeric_limits<std::uint32_t>::max();

/// The baskets a set can be seen in, or as many of them by hashed id as hold about options.most_lines lines.
std::vector<std::uint32_t> choose(Dataset const& data, SetOptions const& options, BasketWeights weights,
                                  bool& sampled) {
  std::vector<std::uint32_t> fitting, chosen;
  std::size_t lines = 0;
  for (std::uint32_t n = 0; n < data.baskets(); ++n) {
    if (data.basket(n).size() > options.most_items || (!weights.empty() && weights[n] == 0)) continue;
    fitting.push_back(n);
    lines += data.basket(n).size();
  }
  auto const most_lines = options.most_lines;
  sampled = lines > most_lines;
  auto const share = lines > most_lines ? static_cast<double>(most_lines) / static_cast<double>(lines) : 1.0;
  auto const below = static_cast<std::uint64_t>(share * 4294967296.0);
  for (auto const n : fitting) {
    if (!sampled || mix(data.keys[n] + 2) >> 32U < below) chosen.push_back(n);
  }
  return chosen;
}

}  // namespace

std::vector<std::uint32_t> SetsIndex::rank_items(Dataset const& data, std::vector<std::uint32_t> const& chosen,
                                                 std::vector<char> const& usable, std::uint32_t min_baskets) {
  std::vector<std::uint32_t> seen(data.items.size(), 0);
  for (auto const n : chosen) {
    for (auto const item : data.basket(n)) ++seen[item];
  }
  for (std::uint32_t n = 0; n < seen.size(); ++n) {
    if (usable[n] != 0 && seen[n] >= std::max(1U, min_baskets)) item_.push_back(n);
  }
  // Ties by SKU: what is found must not depend on the order of the rows.
  std::sort(item_.begin(), item_.end(), [&](auto a, auto b) {
    return seen[a] != seen[b] ? seen[a] > seen[b] : data.items[a].sku < data.items[b].sku;
  });
  std::vector<std::uint32_t> rank_of(data.items.size(), kUnranked);
  for (std::uint32_t rank = 0; rank < item_.size(); ++rank) {
    rank_of[item_[rank]] = rank;
    item_begin_.push_back(item_begin_.back() + seen[item_[rank]]);
  }
  return rank_of;
}

SetsIndex::SetsIndex(Dataset const& data, std::vector<char> const& usable, SetOptions const& options,
                     BasketWeights weights) {
  auto const chosen = choose(data, options, weights, sampled_);
  baskets_ = chosen.size();
  if (!weights.empty()) {
    for (auto const n : chosen) weights_.push_back(weights[n]);
  }
  auto const rank_of = rank_items(data, chosen, usable, options.min_baskets);
  item_baskets_.resize(item_begin_.back());
  counts_.resize(item_.size(), 0);
  auto next = item_begin_;
  std::uint32_t number = 0;
  for (auto const n : chosen) {
    auto const start = ranks_.size();
    for (auto const item : data.basket(n)) {
      if (rank_of[item] == kUnranked) continue;
      ranks_.push_back(rank_of[item]);
      item_baskets_[next[rank_of[item]]++] = number;
      counts_[rank_of[item]] += weight(number);
    }
    std::sort(ranks_.begin() + static_cast<std::ptrdiff_t>(start), ranks_.end());
    basket_begin_.push_back(ranks_.size());
    total_ += weight(number);
    ++number;
  }
}

std::uint32_t SetsIndex::together(std::uint32_t a, std::uint32_t b, std::uint32_t c) const {
  auto const rarest = std::max({a, b, c});
  std::uint32_t count = 0;
  for (auto const n : baskets_of(rarest)) {
    auto const inside = basket(n);
    auto const holds = [&](std::uint32_t rank) { return std::binary_search(inside.begin(), inside.end(), rank); };
    count += holds(a) && holds(b) && holds(c) ? weight(n) : 0;
  }
  return count;
}

}  // namespace tillcue::models
