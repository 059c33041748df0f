#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tillcue/models/dataset.hpp"
#include "tillcue/models/sets.hpp"

namespace tillcue::models {

/// Baskets over items renamed to their popularity rank (0 = most baskets), and for each item the baskets that hold it.
/// Items that are not usable or too rare are left out, and so are baskets that do not count.
/// Units  counts are in parts of a basket, unit() to a whole one.
class SetsIndex {
 public:
  SetsIndex(Dataset const& data, std::vector<char> const& usable, SetOptions const& options, BasketWeights weights);

  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(item_.size()); }
  [[nodiscard]] std::uint32_t item(std::uint32_t rank) const noexcept { return item_[rank]; }
  [[nodiscard]] std::uint32_t unit() const noexcept { return weights_.empty() ? 1 : kFullWeight; }
  [[nodiscard]] double total() const noexcept { return static_cast<double>(total_); }
  [[nodiscard]] std::size_t baskets() const noexcept { return baskets_; }
  /// What basket `n` counts.
  [[nodiscard]] std::uint32_t weight(std::uint32_t n) const noexcept { return weights_.empty() ? 1 : weights_[n]; }
  [[nodiscard]] bool sampled() const noexcept { return sampled_; }
  /// What the baskets that hold it count.
  [[nodiscard]] std::uint32_t count(std::uint32_t rank) const noexcept { return counts_[rank]; }
  /// Which ones, rising.
  [[nodiscard]] std::span<std::uint32_t const> baskets_of(std::uint32_t rank) const noexcept {
    return std::span(item_baskets_).subspan(item_begin_[rank], item_begin_[rank + 1] - item_begin_[rank]);
  }
  /// Ranks in a basket, rising.
  [[nodiscard]] std::span<std::uint32_t const> basket(std::uint32_t n) const noexcept {
    return std::span(ranks_).subspan(basket_begin_[n], basket_begin_[n + 1] - basket_begin_[n]);
  }
  /// What the baskets that hold all three count.
  [[nodiscard]] std::uint32_t together(std::uint32_t a, std::uint32_t b, std::uint32_t c) const;

 private:
  std::vector<std::uint32_t> rank_items(Dataset const& data, std::vector<std::uint32_t> const& chosen,
                                        std::vector<char> const& usable, std::uint32_t min_baskets);

  std::vector<std::uint32_t> item_;
  std::vector<std::uint64_t> basket_begin_{0};
  std::vector<std::uint32_t> ranks_;
  std::vector<std::uint64_t> item_begin_{0};
  std::vector<std::uint32_t> item_baskets_;
  std::vector<std::uint32_t> counts_;   ///< per rank
  std::vector<std::uint16_t> weights_;  ///< per basket; empty: all count 1
  std::size_t baskets_ = 0;
  std::uint64_t total_ = 0;
  bool sampled_ = false;
};

}  // namespace tillcue::models
