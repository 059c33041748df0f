#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "reached.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/parallel.hpp"

namespace tillcue::models {

/// Baskets as lists of rising ranks, one behind the other: most fit one cache line. With weights each is led by its
/// own. Behind each place kReachedSums cells can be read.
/// Cell  an unsigned type that holds every rank and every weight.
template <class Cell>
class PackedBaskets {
 public:
  static constexpr std::size_t kAlign = 4;  ///< baskets start at multiples, so that 32 bits address 2^34 cells

  /// `rank_of`: item of `data` -> rank, `none` where it has none; all others are less.
  PackedBaskets(Dataset const& data, std::span<std::uint32_t const> baskets, std::span<std::uint16_t const> weights,
                std::span<std::uint32_t const> rank_of, std::uint32_t none, unsigned threads)
      : weighted_(!weights.empty()), none_(static_cast<Cell>(none)) {
    begin_.reserve(baskets.size() + 1);
    begin_.push_back(0);
    for (auto const n : baskets) {
      auto const cells = data.basket(n).size() + (weighted_ ? 1 : 0);
      begin_.push_back(begin_.back() + static_cast<std::uint32_t>((cells + kAlign - 1) / kAlign));
    }
    auto const room = std::size_t{begin_.back()} * kAlign;
    cells_ = std::make_unique_for_overwrite<Cell[]>(room + kReachedSums);
    std::fill_n(cells_.get() + room, kReachedSums, none_);
    std::vector<Cell> const cell_of(rank_of.begin(), rank_of.end());
    in_pieces(baskets.size(), kBasketsPerPiece, threads, [&](std::size_t from, std::size_t to, unsigned) {
      for (auto n = from; n < to; ++n) {
        auto* first = cells_.get() + std::size_t{begin_[n]} * kAlign;
        auto* const behind = cells_.get() + std::size_t{begin_[n + 1]} * kAlign;
        if (weighted_) *first++ = weights[baskets[n]];
        std::fill(first, behind, none_);
        put(data.basket(baskets[n]), cell_of, first);
      }
    });
  }

  [[nodiscard]] bool weighted() const noexcept { return weighted_; }
  [[nodiscard]] std::size_t size() const noexcept { return begin_.size() - 1; }
  [[nodiscard]] std::uint32_t place(std::size_t n) const noexcept { return begin_[n]; }
  /// The ranks of basket n, with the one that is none behind them where the next one does not begin at once.
  [[nodiscard]] Cell const* ranks(std::size_t n) const noexcept { return at(begin_[n]) + (weighted_ ? 1 : 0); }
  /// What lies at a place: the weight where there are weights, then the ranks.
  [[nodiscard]] Cell const* at(std::uint32_t place) const noexcept {
    return cells_.get() + std::size_t{place} * kAlign;
  }

 private:
  static constexpr std::size_t kBasketsPerPiece = 4096;

  /// Writes the ranks of `items` in rising order where all cells are none. Items without a rank have that one too.
  void put(std::span<std::uint32_t const> items, std::span<Cell const> cell_of, Cell* out) const {
    if (items.size() <= 8) return put_counted<8>(items, cell_of, out);
    if (items.size() <= 16) return put_counted<16>(items, cell_of, out);
    if (items.size() <= 32) return put_counted<32>(items, cell_of, out);
    auto* end = out;
    for (auto const item : items) *end++ = cell_of[item];
    std::sort(out, end);
  }

  /// A rank's place is how many are smaller: counted for all at once, without a branch that nobody could foresee.
  template <std::size_t kRoom>
  void put_counted(std::span<std::uint32_t const> items, std::span<Cell const> cell_of, Cell* out) const {
    Cell ranks[kRoom];
    Cell places[kRoom] = {};
    std::fill_n(ranks, kRoom, none_);
    for (std::size_t n = 0; n < items.size(); ++n) ranks[n] = cell_of[items[n]];
    for (std::size_t n = 0; n < items.size(); ++n) {
      auto const rank = ranks[n];
      for (std::size_t k = 0; k < kRoom; ++k) places[k] = static_cast<Cell>(places[k] + (ranks[k] > rank ? 1 : 0));
    }
    // Equal ones can only be none, which is there already.
    for (std::size_t n = 0; n < items.size(); ++n) out[places[n]] = ranks[n];
  }

  bool weighted_;
  Cell none_;
  std::vector<std::uint32_t> begin_;  ///< in units of kAlign cells
  std::unique_ptr<Cell[]> cells_;
};

}  // namespace tillcue::models
