#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "reached.hpp"

namespace tillcue::models {

/// Rows of a piece, until it is their turn.
struct Rows {
  std::vector<std::uint32_t> partner;   ///< as far as size; never made smaller, which would mean writing it anew
  std::vector<std::uint32_t> together;  ///< likewise
  std::size_t size = 0;
  struct Row {
    std::uint32_t item;
    std::size_t begin;
    std::size_t end;
  };
  std::vector<Row> done;

  void clear() {
    size = 0;
    done.clear();
  }
  /// Room for so many more.
  void expect(std::size_t pairs) {
    if (partner.size() >= size + pairs) return;
    partner.resize(std::max(size + pairs, partner.size() * 2));
    together.resize(partner.size());
  }
  /// Writes the next pair, which stays if it is to be kept.  Requires  room.
  void put(std::uint32_t other, std::uint32_t sum, bool kept) noexcept {
    partner[size] = other;
    together[size] = sum;
    size += kept ? 1 : 0;
  }
};

/// As small as the largest sum of a row allows: most rows then stay in the nearest cache. Those below the rank that is
/// counted are zero before; what lies beyond may hold anything.
struct Sums {
  std::vector<std::uint8_t> small;
  std::vector<std::uint16_t> middle;
  std::vector<std::uint32_t> large;
  std::uint32_t clean = 0;  ///< all below this rank are zero

  template <class Sum>
  Sum* of() noexcept {
    if constexpr (std::is_same_v<Sum, std::uint8_t>) return small.data();
    if constexpr (std::is_same_v<Sum, std::uint16_t>) return middle.data();
    if constexpr (std::is_same_v<Sum, std::uint32_t>) return large.data();
  }
  /// For rows of ranks below `high`, of which the last one counted will be `low`.
  void expect(std::size_t ranks, std::uint32_t low, std::uint32_t high) {
    if (small.size() != ranks || high > clean) {
      small.assign(ranks, 0);
      middle.assign(ranks, 0);
      large.assign(ranks, 0);
    }
    clean = low;
  }
};

/// What one thread counts with.
struct RowWorker {
  Sums sums;
  std::vector<std::uint32_t> touched;
  Rows rows;
};

/// How many of the lower 16 bits are set. (std::popcount is a call where the machine need not have it.)
inline unsigned bits_set(std::uint32_t bits) noexcept {
  bits -= bits >> 1U & 0x5555U;
  bits = (bits & 0x3333U) + (bits >> 2U & 0x3333U);
  bits = (bits + (bits >> 4U)) & 0x0F0FU;
  return (bits + (bits >> 8U)) & 0x1FU;
}

/// Puts what reached `least` of the 16 sums from `first` on.
template <class Sum>
void collect_some(Rows& rows, Sum const* sums, std::uint32_t first, Sum least) noexcept {
  constexpr unsigned kMany = 6;  ///< then all are looked at, without a branch for each
  auto marks = reached(sums + first, least);
  if (bits_set(marks) > kMany) {
    for (std::uint32_t n = 0; n < kReachedSums; ++n) rows.put(first + n, sums[first + n], ((marks >> n) & 1U) != 0);
    return;
  }
  for (; marks != 0; marks &= marks - 1) {
    auto const other = first + static_cast<std::uint32_t>(std::countr_zero(marks));
    rows.put(other, sums[other], true);
  }
}

/// Moves what reached `least` from the sums to the row, by rising rank.
template <class Sum>
void collect_all(Rows& rows, Sum* sums, std::uint32_t rank, std::uint32_t least) {
  constexpr std::uint32_t kTogether = kReachedBytes / sizeof(Sum);
  rows.expect(rank);
  auto const enough = static_cast<Sum>(least);
  std::uint32_t first = 0;
  if (enough != least) first = rank;  // no sum of this row can be that large
  for (; first + kTogether <= rank; first += kTogether) {
    if (!any_reached(sums + first, enough)) continue;
    for (std::uint32_t n = 0; n < kTogether; n += kReachedSums) collect_some(rows, sums, first + n, enough);
  }
  for (; first < rank; ++first) rows.put(first, sums[first], sums[first] >= enough);
  std::fill_n(sums, rank, Sum{0});
}

/// The same of the sums noted as touched, all large ones.
inline void collect_touched(RowWorker& worker, std::uint32_t least) {
  std::sort(worker.touched.begin(), worker.touched.end());
  worker.rows.expect(worker.touched.size());
  for (auto const other : worker.touched) {
    auto& sum = worker.sums.large[other];
    worker.rows.put(other, sum, sum >= least);
    sum = 0;
  }
}

}  // namespace tillcue::models
