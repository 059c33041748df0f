#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "tillcue/models/week_prices.hpp"

namespace tillcue::models {

/// What the timestamps of a data set mean. Order: plain integers that only sort one customer's visits.
enum class TimeKind : std::uint8_t { none, order, calendar };

inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

/// How often an item was sold at a unit price, in millionths of the currency.
struct PricePoint {
  std::int64_t micro = 0;
  std::uint64_t times = 0;
  friend bool operator==(PricePoint const&, PricePoint const&) = default;
};

/// An item as the tills know it.
struct SoldItem {
  std::string sku;
  std::int64_t quantity_milli = 0;
  std::vector<PricePoint> prices;      ///< by rising price
  std::vector<WeekPrice> lately = {};  ///< TransactionLimits::dated_prices
};

/// Adds `times` sales at `micro`.
void add_price(std::vector<PricePoint>& prices, std::int64_t micro, std::uint64_t times);
/// The median price, the lower one of two; false when nothing was sold at a known price.
bool median_price(std::span<PricePoint const> prices, std::int64_t& micro);

/// All baskets read, as sets of distinct items in the order of their first scan.
struct Dataset {
  std::vector<SoldItem> items;              ///< by first appearance
  std::vector<std::uint64_t> begin{0};      ///< basket -> place in basket_items; one more than baskets
  std::vector<std::uint32_t> basket_items;  ///< positions in items
  std::vector<std::int64_t> times;          ///< per basket; seconds since 1970, a visit number, or kNoTime
  std::vector<std::uint64_t> keys;          ///< per basket; a hash of its id, for splits that do not depend on order
  std::vector<std::uint64_t> file_end;      ///< per file read: how many baskets there were at its end
  TimeKind time_kind = TimeKind::none;

  [[nodiscard]] std::size_t baskets() const noexcept { return times.size(); }
  [[nodiscard]] std::span<std::uint32_t const> basket(std::size_t n) const noexcept {
    return std::span(basket_items).subspan(begin[n], begin[n + 1] - begin[n]);
  }
};

/// Positions of the baskets to learn from and of those kept back.
struct Split {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> held;
};

/// Keeps back `share` (0..1) of the baskets: the last ones when there are calendar times, else by hashed id.
Split hold_out(Dataset const& data, double share);
/// Fold `fold` of `folds` by hashed id.
Split fold_out(Dataset const& data, std::uint64_t fold, std::uint64_t folds);

/// A well-mixed 64-bit hash. Source  SplitMix64 finaliser (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t value) noexcept;

}  // namespace tillcue::models
