#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <Eigen/Core>

#include "tillcue/models/counts.hpp"

namespace tillcue::models {

struct Partner {
  std::uint32_t rank;
  float together;  ///< in baskets
};

/// Centred co-occurrence of the items that occur often enough, renamed to their popularity rank (0 = most baskets).
/// G_ij = C_ij - n_i n_j / N,  G_ii = n_i - n_i^2 / N.
class Cooccurrence {
 public:
  Cooccurrence(Counts const& counts, std::uint32_t min_baskets);

  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(item_.size()); }
  /// Position in Counts::items.
  [[nodiscard]] std::uint32_t item(std::uint32_t rank) const noexcept { return item_[rank]; }
  [[nodiscard]] double baskets(std::uint32_t rank) const noexcept { return n_[rank]; }
  [[nodiscard]] double total() const noexcept { return total_; }
  /// Items that share a basket with `rank`, by rising rank.
  [[nodiscard]] std::span<Partner const> partners(std::uint32_t rank) const noexcept {
    return std::span(partners_).subspan(begin_[rank], begin_[rank + 1] - begin_[rank]);
  }
  [[nodiscard]] double centred(std::uint32_t a, std::uint32_t b, double together) const noexcept {
    return together - n_[a] * n_[b] / total_;
  }

  /// Working memory of one thread.
  struct Scratch {
    std::vector<std::uint32_t> place;
    Eigen::MatrixXf gram;
    Eigen::VectorXf right;
  };
  /// Fills scratch.gram (lower triangle) with G over `support` plus `ridge` on the diagonal, and scratch.right with G
  /// between `support` and `target`. `support` rises.
  void gather(std::span<std::uint32_t const> support, std::uint32_t target, double ridge, Scratch& scratch) const;

 private:
  void index_pairs(Counts const& counts, std::vector<std::uint32_t> const& rank_of);
  void fill_head();

  std::vector<std::uint32_t> item_;
  std::vector<double> n_;
  double unit_ = 1;
  double total_ = 0;
  std::vector<std::uint64_t> begin_;
  std::vector<Partner> partners_;
  std::uint32_t head_ = 0;  ///< the most popular items, whose pairs are also in a packed lower triangle
  std::vector<float> triangle_;
};

}  // namespace tillcue::models
