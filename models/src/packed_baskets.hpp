#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "tillcue/models/dataset.hpp"
#include "tillcue/models/parallel.hpp"

namespace tillcue::models {

/// Baskets as lists of rising ranks, one behind the other: most fit one cache line. With weights each is led by its
/// own. Cell  an unsigned type that holds every rank and every weight.
template <class Cell>
class PackedBaskets {
 public:
  static constexpr std::size_t kAlign = 4;  ///< baskets start at multiples, so that 32 bits address 2^34 cells

  /// `rank_of`: item of `data` -> rank.
  PackedBaskets(Dataset const& data, std::span<std::uint32_t const> baskets, std::span<std::uint16_t const> weights,
                std::span<std::uint32_t const> rank_of, unsigned threads)
      : weighted_(!weights.empty()) {
    begin_.reserve(baskets.size() + 1);
    begin_.push_back(0);
    for (auto const n : baskets) {
      auto const cells = data.basket(n).size() + (weighted_ ? 1 : 0);
      begin_.push_back(begin_.back() + static_cast<std::uint32_t>((cells + kAlign - 1) / kAlign));
    }
    cells_.resize(std::size_t{begin_.back()} * kAlign, static_cast<Cell>(-1));
    in_pieces(baskets.size(), kBasketsPerPiece, threads, [&](std::size_t from, std::size_t to, unsigned) {
      for (auto n = from; n < to; ++n) {
        auto* const first = cells_.data() + std::size_t{begin_[n]} * kAlign;
        auto* end = first;
        if (weighted_) *end++ = weights[baskets[n]];
        auto* const ranks = end;
        for (auto const item : data.basket(baskets[n])) *end++ = static_cast<Cell>(rank_of[item]);
        sort(ranks, end);
      }
    });
  }

  [[nodiscard]] bool weighted() const noexcept { return weighted_; }
  [[nodiscard]] std::size_t size() const noexcept { return begin_.size() - 1; }
  [[nodiscard]] std::uint32_t place(std::size_t n) const noexcept { return begin_[n]; }
  /// What lies at a place: the weight where there are weights, then the ranks.
  [[nodiscard]] Cell const* at(std::uint32_t place) const noexcept {
    return cells_.data() + std::size_t{place} * kAlign;
  }

 private:
  static constexpr std::size_t kBasketsPerPiece = 4096;

  static void sort(Cell* begin, Cell* end) {
    constexpr std::ptrdiff_t kShort = 24;
    if (end - begin > kShort) return std::sort(begin, end);
    for (auto* next = begin; next != end; ++next) {
      auto const value = *next;
      auto* hole = next;
      for (; hole != begin && hole[-1] > value; --hole) *hole = hole[-1];
      *hole = value;
    }
  }

  bool weighted_;
  std::vector<std::uint32_t> begin_;  ///< in units of kAlign cells
  std::vector<Cell> cells_;
};

}  // namespace tillcue::models
