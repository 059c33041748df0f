#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "packed_baskets.hpp"
#include "reached.hpp"
#include "tillcue/models/parallel.hpp"

namespace tillcue::models {

/// How often each two of the first `hot` ranks are together, counted basket by basket in the order in which they lie:
/// as long as the triangle of sums stays in the nearest cache, that is sooner than going through the baskets of each.
/// Cell  as in PackedBaskets.
template <class Cell>
class HotPairs {
 public:
  HotPairs(PackedBaskets<Cell> const& packed, std::uint32_t hot, unsigned threads) : hot_(hot) {
    std::vector<std::vector<std::uint32_t>> parts(threads);
    in_pieces(packed.size(), kBasketsPerPiece, threads, [&](std::size_t from, std::size_t to, unsigned worker) {
      auto& sums = parts[worker];
      if (sums.empty()) sums.assign(row_begin(hot), 0);
      packed.weighted() ? add_all<true>(packed, from, to, sums.data()) : add_all<false>(packed, from, to, sums.data());
    });
    for (auto& part : parts) {
      if (sums_.empty()) {
        sums_ = std::move(part);  // of one thread they are all
      } else {
        std::transform(part.begin(), part.end(), sums_.begin(), sums_.begin(), std::plus<>());
      }
    }
    sums_.resize(row_begin(hot), 0);
  }
  /// With each of the ranks below `rank`.
  [[nodiscard]] std::span<std::uint32_t const> row(std::uint32_t rank) const noexcept {
    return std::span(sums_).subspan(row_begin(rank), rank);
  }

 private:
  static constexpr std::size_t kBasketsPerPiece = 2048;
  static constexpr unsigned kUsual = 8;  ///< hot ranks of a basket

  static constexpr std::size_t row_begin(std::size_t rank) noexcept { return rank * (rank - 1) / 2; }

  /// Those with as many hot ranks one after the other: in the order in which they lie nobody could foresee how many the
  /// next one has.
  template <bool kWeighted>
  void add_all(PackedBaskets<Cell> const& packed, std::size_t from, std::size_t to, std::uint32_t* sums) const {
    std::array<std::array<std::uint32_t, kBasketsPerPiece>, kUsual + 2> baskets;
    std::array<std::uint32_t, kUsual + 2> size{};
    for (auto n = from; n < to; ++n) {
      auto const found = std::min(hot_ranks(packed, n), kUsual + 1);
      baskets[found][size[found]++] = static_cast<std::uint32_t>(n);
    }
    for (unsigned found = 2; found <= kUsual + 1; ++found) {
      for (std::uint32_t n = 0; n < size[found]; ++n) {
        auto const basket = baskets[found][n];
        auto const hot = found <= kUsual ? found : hot_ranks(packed, basket);
        add<kWeighted>(packed, basket, hot, sums);
      }
    }
  }
  /// How many a basket has.
  [[nodiscard]] unsigned hot_ranks(PackedBaskets<Cell> const& packed, std::size_t n) const noexcept {
    auto const* const ranks = packed.ranks(n);
    auto const most = static_cast<unsigned>(packed.at(packed.place(n + 1)) - ranks);
    auto found = static_cast<unsigned>(std::countr_zero(reached(ranks, static_cast<Cell>(hot_)) | 1U << kReachedSums));
    if (found == kReachedSums) [[unlikely]] {
      while (found < most && ranks[found] < hot_) ++found;
    }
    return std::min(found, most);
  }

  template <bool kWeighted>
  void add(PackedBaskets<Cell> const& packed, std::size_t n, unsigned found, std::uint32_t* sums) const noexcept {
    std::uint32_t const weight = kWeighted ? *packed.at(packed.place(n)) : 1;
    auto const* const cells = packed.ranks(n);
    // One jump for a usual basket instead of one for each of its rows that nobody can foresee.
    switch (found) {
      default:
        for (std::size_t item = 8; item < found; ++item) add_row(cells, item, weight, sums);
        [[fallthrough]];
      case 8:
        add_row<7>(cells, weight, sums);
        [[fallthrough]];
      case 7:
        add_row<6>(cells, weight, sums);
        [[fallthrough]];
      case 6:
        add_row<5>(cells, weight, sums);
        [[fallthrough]];
      case 5:
        add_row<4>(cells, weight, sums);
        [[fallthrough]];
      case 4:
        add_row<3>(cells, weight, sums);
        [[fallthrough]];
      case 3:
        add_row<2>(cells, weight, sums);
        [[fallthrough]];
      case 2:
        add_row<1>(cells, weight, sums);
        [[fallthrough]];
      case 1:
      case 0:
        break;
    }
  }
  static void add_row(Cell const* cells, std::size_t item, std::uint32_t weight, std::uint32_t* sums) noexcept {
    auto* const row = sums + row_begin(cells[item]);
    for (std::size_t n = 0; n < item; ++n) row[cells[n]] += weight;
  }
  template <unsigned kItem>
  static void add_row(Cell const* cells, std::uint32_t weight, std::uint32_t* sums) noexcept {
    auto* const row = sums + row_begin(cells[kItem]);
#pragma GCC unroll 8
    for (unsigned n = 0; n < kItem; ++n) row[cells[n]] += weight;
  }

  std::uint32_t hot_;
  std::vector<std::uint32_t> sums_;
};

}  // namespace tillcue::models
