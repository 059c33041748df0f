#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fresh_pages.hpp"
#include "packed_baskets.hpp"
#include "pair_sums.hpp"
#include "reached.hpp"

namespace tillcue::models {

/// Ranks whose lists of baskets are in memory at the same time.
struct Range {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

/// One pass over ranks: for each the places of the baskets in which it is not the first.
template <class Cell>
class BasketLists {
 public:
  BasketLists(PackedBaskets<Cell> const& packed, std::span<std::uint32_t const> occurrences, Range range)
      : low_(range.low), begin_(range.high - range.low + 1, 0) {
    for (auto rank = range.low; rank < range.high; ++rank) {
      begin_[rank - low_ + 1] = begin_[rank - low_] + occurrences[rank];
    }
    places_ = std::make_unique_for_overwrite<std::uint32_t[]>(begin_.back());
    ask_for_pages(places_.get(), begin_.back() * sizeof(std::uint32_t));
    auto next = begin_;
    for (std::size_t n = 0; n < packed.size(); ++n) {
      auto const place = packed.place(n);
      auto const* cell = packed.ranks(n) + 1;
      auto const* const end = packed.at(packed.place(n + 1));
      if (cell > end) continue;
      for (; cell != end && *cell < low_; ++cell) {
      }
      for (; cell != end && *cell < range.high; ++cell) places_[next[*cell - low_]++] = place;
    }
  }
  [[nodiscard]] std::span<std::uint32_t const> of(std::uint32_t rank) const noexcept {
    return {places_.get() + begin_[rank - low_], begin_[rank - low_ + 1] - begin_[rank - low_]};
  }

 private:
  std::uint32_t low_;
  std::vector<std::size_t> begin_;
  std::unique_ptr<std::uint32_t[]> places_;
};

inline constexpr std::size_t kAhead = 24;  ///< baskets asked for before they are needed
inline constexpr std::size_t kCacheLine = 64;

/// Asks the memory for the basket that will be needed when kAhead others have been. (Not inlined at once, g++ 12 takes
/// it for a function without effect.)
template <class Cell>
[[gnu::always_inline]] inline void ask_ahead(PackedBaskets<Cell> const& packed, std::span<std::uint32_t const> places,
                                             std::size_t n) noexcept {
  if (n + kAhead >= places.size()) return;
  // Most baskets are shorter than a cache line, and many lie on two.
  auto const* const ahead = packed.at(places[n + kAhead]);
  __builtin_prefetch(ahead);
  __builtin_prefetch(ahead + (kCacheLine - 2) / sizeof(Cell));
}

/// Calls each(cells) for every place.
template <class Cell, class Each>
void each_basket(PackedBaskets<Cell> const& packed, std::span<std::uint32_t const> places, Each const& each) {
  for (std::size_t n = 0; n < places.size(); ++n) {
    ask_ahead(packed, places, n);
    each(packed.at(places[n]));
  }
}

template <class Sum, class Cell>
inline void count_each(Cell const* ranks, std::size_t size, Sum* sums) noexcept {
#pragma GCC unroll 8
  for (std::size_t n = 0; n < size; ++n) ++sums[ranks[n]];
}

/// Counts every rank below `rank` in every basket that holds it: one row of X^T X. What stands before it in each is
/// copied together first, as much as stays in the nearest cache: counting then meets no end of a basket, which nobody
/// could foresee.
template <class Sum, class Cell>
void count_up(PackedBaskets<Cell> const& packed, std::span<std::uint32_t const> places, std::uint32_t rank, Sum* sums) {
  constexpr std::size_t kTogether = 2048;
  Cell others[kTogether + kReachedSums];
  std::size_t size = 0;
  for (std::size_t n = 0; n < places.size(); ++n) {
    ask_ahead(packed, places, n);
    auto const* cell = packed.at(places[n]);
    auto const marks = reached(cell, static_cast<Cell>(rank));
    if (marks == 0) [[unlikely]] {
      for (; *cell < rank; ++cell) ++sums[*cell];
      continue;
    }
    std::copy_n(cell, kReachedSums, others + size);
    size += static_cast<unsigned>(std::countr_zero(marks));
    if (size < kTogether) continue;
    count_each(others, size, sums);
    size = 0;
  }
  count_each(others, size, sums);
}

/// Sums weights, and notes the ranks that were met.
template <bool kWeighted, class Cell>
void add_up_noting(PackedBaskets<Cell> const& packed, std::span<std::uint32_t const> places, std::uint32_t rank,
                   RowWorker& worker) {
  auto* const sums = worker.sums.of<std::uint32_t>();
  std::size_t found = 0;
  each_basket(packed, places, [&](Cell const* cell) {
    std::uint32_t const weight = kWeighted ? *cell++ : 1;
    for (; *cell < rank; ++cell) {
      if (worker.touched.size() <= found) worker.touched.resize(found * 2 + 64);
      worker.touched[found] = *cell;
      // A basket of weight 0 leaves a sum at 0: its items may be noted twice, and are dropped below.
      found += sums[*cell] == 0 ? 1 : 0;
      sums[*cell] += weight;
    }
  });
  worker.touched.resize(found);
}

/// Sums weights.
template <class Cell>
void add_up_weights(PackedBaskets<Cell> const& packed, std::span<std::uint32_t const> places, std::uint32_t rank,
                    std::uint32_t* sums) {
  each_basket(packed, places, [&](Cell const* cell) {
    std::uint32_t const weight = *cell++;
    for (; *cell < rank; ++cell) sums[*cell] += weight;
  });
}

}  // namespace tillcue::models
