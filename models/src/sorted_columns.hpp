#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tillcue::models {

/// Sorts many short lists of one size at once, each in a column of its own: the same comparisons for all of them, none
/// of which is a branch that nobody could foresee.
/// Cell  an unsigned type.  Threads  one.
/// Source  Batcher's merge exchange: Knuth, The Art of Computer Programming 3, 2nd ed., 5.2.2, algorithm M.
template <class Cell>
class SortedColumns {
 public:
  static constexpr std::size_t kColumns = 16;
  static constexpr std::size_t kMostRows = 64;
  using Row = std::array<Cell, kColumns>;

  /// Whatever was there before or will be.
  [[nodiscard]] Row& row(std::size_t n) noexcept { return rows_[n]; }

  /// Makes the first `rows` cells of each column rise.  Requires  at most kMostRows.
  void sort(std::size_t rows) {
    auto const& network = network_of(rows);
    for (auto const& [upper, lower] : network) exchange(rows_[upper], rows_[lower]);
  }

 private:
  using Network = std::vector<std::pair<std::uint8_t, std::uint8_t>>;

  static void exchange(Row& upper, Row& lower) noexcept {
    // Copies, because the two might be one row otherwise.
    auto const a = upper;
    auto const b = lower;
    for (std::size_t n = 0; n < kColumns; ++n) upper[n] = std::min(a[n], b[n]);
    for (std::size_t n = 0; n < kColumns; ++n) lower[n] = std::max(a[n], b[n]);
  }

  Network const& network_of(std::size_t rows) {
    auto& network = networks_[rows];
    if (network.empty() && rows > 1) network = merge_exchange(static_cast<unsigned>(rows));
    return network;
  }

  static Network merge_exchange(unsigned rows) {
    Network network;
    unsigned top = 1;
    while (top * 2 < rows) top *= 2;
    for (auto step = top; step > 0; step /= 2) {
      unsigned from = 0;
      auto distance = step;
      for (auto left = top;; left /= 2) {
        for (unsigned n = 0; n + distance < rows; ++n) {
          if ((n & step) == from) network.emplace_back(n, n + distance);
        }
        if (left == step) break;
        distance = left - step;
        from = step;
      }
    }
    return network;
  }

  std::array<Row, kMostRows> rows_{};
  std::array<Network, kMostRows + 1> networks_;
};

}  // namespace tillcue::models
