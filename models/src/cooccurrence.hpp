#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "packed_pairs.hpp"
#include "tillcue/models/counts.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/pair_rows.hpp"
#include "tillcue/models/recency.hpp"

namespace tillcue::models {

/// Centred co-occurrence of the items that occur often enough, renamed to their popularity rank (0 = most baskets).
/// G_ij = C_ij - n_i n_j / N,  G_ii = n_i - n_i^2 / N.
/// Its rows come by row(), RowOrder::by_popularity; after that it is only read, by any number of threads.
class Cooccurrence final : public PairSink {
 public:
  Cooccurrence(Counts const& items, std::uint32_t min_baskets);
  /// Of counts that hold their pairs. Cost  besides the result 8 bytes for each of 32 million pairs at a time.
  static std::unique_ptr<Cooccurrence> of(Counts const& counts, std::uint32_t min_baskets);

  Result<void> row(std::uint32_t rank, std::span<std::uint32_t const> partner,
                   std::span<std::uint32_t const> together) override;

  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(item_.size()); }
  /// Position in Counts::items.
  [[nodiscard]] std::uint32_t item(std::uint32_t rank) const noexcept { return item_[rank]; }
  [[nodiscard]] double baskets(std::uint32_t rank) const noexcept { return n_[rank]; }
  [[nodiscard]] double total() const noexcept { return total_; }
  [[nodiscard]] double centred(std::uint32_t a, std::uint32_t b, double together) const noexcept {
    return together - n_[a] * n_[b] / total_;
  }
  /// visit(partner, together) for the more popular items that share a basket with `rank`, by rising rank; `together` is
  /// in baskets.
  template <class Visit>
  void each(std::uint32_t rank, Visit const& visit) const {
    if (rank >= head_) {
      pairs_.each(rank, [&](std::uint32_t partner, std::uint32_t count) { visit(partner, in_baskets(count)); });
      return;
    }
    auto const* const row = triangle_.data() + packed(rank, 0);
    for (std::uint32_t partner = 0; partner < rank; ++partner) {
      if (row[partner] > 0) visit(partner, row[partner]);
    }
  }

  /// The ridge regression of one target on its sources: working memory of one thread.
  struct Regression {
    std::vector<std::uint32_t> support;  ///< rises
    std::vector<float> gram;             ///< support.size() squared or more: G by columns, upper triangle
    std::vector<float> right;            ///< G with the target
    std::vector<double> sizes;
  };
  /// Fills what belongs to regression.support, with `ridge` added to the diagonal.
  void gather(std::uint32_t target, double ridge, Regression& regression) const;

 private:
  static std::size_t packed(std::uint32_t high, std::uint32_t low) { return std::size_t{high} * (high + 1U) / 2 + low; }
  [[nodiscard]] float in_baskets(std::uint32_t count) const noexcept { return static_cast<float>(count * unit_); }
  /// put(n, together) for those of `wanted` (rising, more popular than `rank`) it shares a basket with; in the head for
  /// all.
  template <class Put>
  void each_of(std::uint32_t rank, std::span<std::uint32_t const> wanted, Put const& put) const;

  std::vector<std::uint32_t> item_;
  std::vector<double> n_;
  double unit_ = 1;
  double total_ = 0;
  std::uint32_t head_ = 0;  ///< the most popular items: their pairs are in a full lower triangle instead
  std::vector<float> triangle_;
  PackedPairs pairs_;
};

/// Counts the pairs of weighed baskets into what training needs; they are never held as Counts.
/// Errors  those of count_pairs().
Result<std::unique_ptr<Cooccurrence>> count_cooccurrence(Dataset const& data, WeighedBaskets const& weighed,
                                                         std::uint32_t min_baskets, unsigned threads,
                                                         Advance const& advance);

}  // namespace tillcue::models
