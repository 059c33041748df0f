#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tillcue::parcel {

/// How likely each item is the next row's target: by how many rows have named it. Items lie one behind the other, each
/// as long as its weight; those hidden have no length. Cost  a step for each doubling of the number of items.
/// Source  Fenwick, Software: Practice and Experience 24, 1994.
class TargetWeights {
 public:
  explicit TargetWeights(std::uint32_t items)
      : weights_(items, 1), hidden_(items, 0), sums_(items + std::size_t{1}, 0) {
    for (std::size_t n = 1; n <= items; ++n) sums_[n] = static_cast<std::uint32_t>(n & (~n + 1));
    total_ = lasting_ = items;
  }

  void hide(std::uint32_t item) noexcept {
    if (hidden_[item] != 0) return;
    hidden_[item] = 1;
    add(item, 0U - weights_[item]);
  }
  void show(std::uint32_t item) noexcept {
    if (hidden_[item] == 0) return;
    hidden_[item] = 0;
    add(item, weights_[item]);
  }
  [[nodiscard]] bool hidden(std::uint32_t item) const noexcept { return hidden_[item] != 0; }

  /// One row more names the item. The last kRecent to be named weigh as much again as everything else: rows that lie
  /// side by side are alike.
  void name(std::uint32_t item) noexcept {
    if (lasting_ >= kMostLasting) return;
    lasting_ += kNamed;
    auto& oldest = recent_[next_];
    if (oldest.weight > 0) grow(oldest.item, 0U - oldest.weight);
    oldest = {item, std::max<std::uint32_t>(kNamed, lasting_ / kRecent)};
    grow(item, kNamed + oldest.weight);
    next_ = (next_ + 1) % kRecent;
  }

  [[nodiscard]] std::uint32_t total() const noexcept { return total_; }
  /// Of an item that is not hidden.
  [[nodiscard]] std::uint32_t weight(std::uint32_t item) const noexcept { return weights_[item]; }
  /// Where the item begins.
  [[nodiscard]] std::uint32_t begin(std::uint32_t item) const noexcept {
    std::uint32_t sum = 0;
    for (std::size_t n = item; n > 0; n &= n - 1) sum += sums_[n];
    return sum;
  }
  struct Lying {
    std::uint32_t item, begin;
  };
  /// Which item lies at a place below total(), and where it begins.
  [[nodiscard]] Lying at(std::uint32_t place) const noexcept {
    std::size_t found = 0;
    auto left = place;
    for (auto step = std::bit_floor(sums_.size()); step > 0; step >>= 1U) {
      if (found + step < sums_.size() && sums_[found + step] <= left) left -= sums_[found += step];
    }
    return {static_cast<std::uint32_t>(found), place - left};
  }

 private:
  static constexpr std::uint32_t kNamed = 2;  ///< what a row adds to the 1 that all have
  static constexpr std::uint32_t kMostLasting = 1U << 28U;
  static constexpr std::uint32_t kRecent = 4096;
  struct Recent {
    std::uint32_t item = 0, weight = 0;
  };

  void grow(std::uint32_t item, std::uint32_t more) noexcept {
    weights_[item] += more;
    if (hidden_[item] == 0) add(item, more);
  }
  void add(std::uint32_t item, std::uint32_t more) noexcept {
    for (std::size_t n = item + std::size_t{1}; n < sums_.size(); n += n & (~n + 1)) sums_[n] += more;
    total_ += more;
  }

  std::vector<std::uint32_t> weights_;
  std::vector<std::uint8_t> hidden_;
  std::vector<std::uint32_t> sums_;  ///< n of the last items up to the n-th, n its lowest bit
  std::uint32_t total_ = 0;
  std::uint32_t lasting_ = 0;  ///< of all items, without what the last named have more
  std::vector<Recent> recent_ = std::vector<Recent>(kRecent);
  std::size_t next_ = 0;
};

}  // namespace tillcue::parcel
