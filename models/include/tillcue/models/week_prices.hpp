#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tillcue::models {

/// How often an item was sold at a unit price in one week, in millionths of the currency.
struct WeekPrice {
  std::int32_t week = 0;
  std::int64_t micro = 0;
  std::uint64_t times = 0;
  friend bool operator==(WeekPrice const&, WeekPrice const&) = default;
};

inline constexpr std::int32_t kNoWeek = 0;
/// Of an item the last so many weeks in which it was sold are kept. An odd number, so that a promotion has to last for
/// three of them before it is taken for the price.
inline constexpr std::size_t kPriceWeeks = 5;

/// The week from Monday to Sunday of a time in seconds since 1970; above kNoWeek and below 2^22 for the years 0 to
/// 9999, and kNoWeek for others.
std::int32_t week_of(std::int64_t seconds) noexcept;

/// Adds sales to those of an item's last kPriceWeeks weeks sold: what comes out does not depend on order or grouping.
/// Shape  `weeks` by rising week, then price.
void add_week_price(std::vector<WeekPrice>& weeks, WeekPrice const& sold);

/// What an item costs lately: each of its last weeks sold has its median price, and of these the middle one counts (of
/// two middle ones the later week's), so that neither a promotion nor a mistyped price is it. Weeks half a year and
/// more before its last one say nothing. False when there are none.
bool price_of_lately(std::span<WeekPrice const> weeks, std::int64_t& micro);

}  // namespace tillcue::models
