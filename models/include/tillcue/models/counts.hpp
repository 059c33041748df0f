#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/models/counted_source.hpp"
#include "tillcue/models/dataset.hpp"

namespace tillcue::models {

struct CountedItem {
  std::string sku;
  std::uint32_t baskets = 0;  ///< that hold it
  std::int64_t quantity_milli = 0;
  std::vector<PricePoint> prices;      ///< by rising price
  std::vector<WeekPrice> lately = {};  ///< what it was sold at in its last weeks, where it is known; not in the file
  friend bool operator==(CountedItem const&, CountedItem const&) = default;
};

/// The price it was sold at: of lately (week_prices.hpp) where that is known, else the median of all; false when nobody
/// knows.
bool sold_price(CountedItem const& item, std::int64_t& micro);

/// Everything affinity is learned from: in how many baskets each item and each pair of items occurs.
/// Integers in one canonical order, so adding up is exact and does not depend on order or grouping.
struct Counts {
  TimeKind time_kind = TimeKind::none;
  std::int64_t from = 0, to = 0;  ///< first and last time; 0 when time_kind is none
  /// Baskets are counted in units of 2^-unit_bits. Files hold whole baskets (0); recency weights count finer.
  unsigned unit_bits = 0;
  std::uint64_t baskets = 0;
  std::vector<CountedSource> sources;   ///< what was counted, sorted; may be missing
  std::vector<CountedItem> items;       ///< by rising SKU (bytes)
  std::vector<std::uint64_t> row{0};    ///< item -> place in partner; one more than items
  std::vector<std::uint32_t> partner;   ///< later items it shares a basket with, rising
  std::vector<std::uint32_t> together;  ///< in how many baskets

  [[nodiscard]] std::uint64_t pairs() const noexcept { return partner.size(); }
  /// Those bought at least once: what bytes an item are by, whatever else the catalogue holds.
  [[nodiscard]] std::size_t items_sold() const noexcept;
  /// What a count of 1 stands for, in baskets.
  [[nodiscard]] double unit() const noexcept { return 1.0 / static_cast<double>(1ULL << unit_bits); }
  friend bool operator==(Counts const&, Counts const&) = default;
};

/// Counts the given baskets of `data`. Quantities and prices are those of the whole of `data`.
/// Threads  `threads` of its own (0: all); the result does not depend on how many.
/// Cost  that of count_pairs() (pair_rows.hpp, which also takes the pairs a row at a time); memory: 8 bytes a pair.
Counts count(Dataset const& data, std::span<std::uint32_t const> baskets, unsigned threads = 0);
Counts count(Dataset const& data, unsigned threads = 0);

/// With a weight for each basket of `data` in units of 1/256, all counts of baskets in those units too.
/// Errors  unsupported (an item's weighted count beyond 32 bits).
Result<Counts> count(Dataset const& data, std::span<std::uint32_t const> baskets,
                     std::span<std::uint16_t const> weights, unsigned threads = 0);

/// Adds the pairs to what count_items() (pair_rows.hpp) found in the same baskets.
Result<void> fill_pairs(Dataset const& data, std::span<std::uint32_t const> baskets,
                        std::span<std::uint16_t const> weights, unsigned threads, Counts& counts);

/// The counts of all inputs together.
/// Errors  invalid (visit numbers and dates mixed, other units), unsupported (a count beyond 32 bits).
Result<Counts> merge(std::span<Counts const> parts);
/// The same, each part times its weight, in units of 2^-unit_bits. Quantities, prices and
/// sources are added up as they are.
/// Shape  as many weights as parts.
Result<Counts> merge_weighted(std::span<Counts const> parts, std::span<std::uint32_t const> weights,
                              unsigned unit_bits);
/// Takes out the items in no basket.
void drop_unsold(Counts& counts);

/// The counts file, version 2, laid out in models/COUNTS.md. The same counts give the same bytes.
/// Errors  (of decode) corrupt (checksum, bounds, order), unsupported (another version than 1 or 2).
std::string encode(Counts const& counts);
Result<Counts> decode(std::string_view bytes);
/// Everything but items and pairs, without looking at the checksum: quick, to plan with. Errors of decode.
Result<Counts> decode_head(std::string_view bytes);

}  // namespace tillcue::models
