#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tillcue/models/counts.hpp"
#include "tillcue/models/progress.hpp"

namespace tillcue::models {

/// Takes the table of pairs one item at a time, so that it need never be in memory as a whole.
class PairSink {
 public:
  virtual ~PairSink() = default;
  /// `partner` rises; `together` says in how many baskets, and is as long. Borrows both until return.
  /// Threads  one call at a time, from any thread.  Errors  end the counting and are handed on.
  virtual Result<void> row(std::uint32_t item, std::span<std::uint32_t const> partner,
                           std::span<std::uint32_t const> together) = 0;
};

/// by_sku: items are positions in Counts::items; rows rise and hold later items: the order of the counts file.
/// by_popularity: items are positions in by_falling_baskets(); rows rise and hold more popular items.
enum class RowOrder : std::uint8_t { by_sku, by_popularity };

struct PairOptions {
  RowOrder order = RowOrder::by_sku;
  std::uint32_t least = 1;                   ///< pairs together less often are dropped
  std::uint64_t memory = 128 * 1024 * 1024;  ///< bytes for the lists of baskets by item, besides the baskets
  unsigned threads = 0;                      ///< 0: all; the rows do not depend on it
  Advance advance;                           ///< told how far it is, 0 to 1
};

/// Weights of baskets are in units of 1 / kWeightUnit; counts made with them are too.
inline constexpr std::uint32_t kWeightUnit = 256;

/// Positions in Counts::items, the item in most baskets first, ties by SKU.
std::vector<std::uint32_t> by_falling_baskets(Counts const& items);

/// Everything about the given baskets of `data` but the pairs. Quantities and prices are those of the whole of `data`.
/// `weights` is empty or has one for each basket of `data`.
/// Errors  unsupported (an item's weighted count beyond 32 bits; no pair's is larger).
Result<Counts> count_items(Dataset const& data, std::span<std::uint32_t const> baskets,
                           std::span<std::uint16_t const> weights = {});

/// Counts in how many of the baskets, or with what weight, each pair of items occurs. `items` comes from count_items()
/// of the same baskets and weights, and may since have lost those in no basket (drop_unsold).
/// Cost  one step per pair occurrence, row by row of X^T X in one short accumulator; memory: 2 bytes for each item of
/// each basket (4 beyond 65,535 items) and options.memory.  Errors  those of the sink.
Result<void> count_pairs(Dataset const& data, std::span<std::uint32_t const> baskets,
                         std::span<std::uint16_t const> weights, Counts const& items, PairOptions const& options,
                         PairSink& sink);

}  // namespace tillcue::models
