#include "recent_sales.hpp"

#include <cmath>
#include <string_view>

#include "tillcue/models/training.hpp"

namespace tillcue::models {
namespace {

constexpr double kHalfLifeDays = 30;
constexpr double kWhole = 65'536;  // 2^16: the squares of 2^24 baskets are within 64 bits

/// Of a basket, in 2^-16.
std::uint64_t weight_of(std::int32_t day, std::int32_t as_of) {
  if (day == kNoDay || day > as_of) return 0;
  auto const age = static_cast<double>(std::int64_t{as_of} - day);
  return static_cast<std::uint64_t>(std::llround(kWhole * std::exp2(-age / kHalfLifeDays)));
}

/// The mean weight of the dated baskets, rounded.
std::uint64_t weight_of(Counts const& part, std::int32_t as_of) {
  auto const from = day_of(part.from);
  if (from == day_of(part.to)) return weight_of(from, as_of);
  std::uint64_t sum = 0, dated = 0;
  for (auto const& source : part.sources) {
    if (source.day == kNoDay) continue;
    sum += source.baskets * weight_of(source.day, as_of);
    dated += source.baskets;
  }
  return dated > 0 ? (sum + dated / 2) / dated : 0;
}

}  // namespace

RecentSales recent_sales(Dataset const& data, std::span<std::uint32_t const> baskets, BasketWeights weights,
                         std::int32_t as_of, Counts const& counts) {
  RecentSales recent;
  if (counts.items.size() > kSmallMenu) return recent;
  std::vector<std::uint64_t> bought(data.items.size(), 0);
  for (auto const n : baskets) {
    if (weights[n] == 0 || data.times[n] == kNoTime) continue;
    auto const weight = weight_of(day_of(data.times[n]), as_of);
    recent.baskets += weight;
    recent.squares += weight * weight;
    for (auto const item : data.basket(n)) bought[item] += weight;
  }
  std::unordered_map<std::string_view, std::uint64_t> by_sku;
  for (std::size_t n = 0; n < bought.size(); ++n) by_sku.emplace(data.items[n].sku, bought[n]);
  for (auto const& item : counts.items) recent.bought.push_back(by_sku[item.sku]);
  return recent;
}

void RecentSalesSum::add(Counts const& part) {
  auto const weight = weight_of(part, as_of_);
  if (weight == 0) return;
  baskets_ += part.baskets * weight;
  squares_ += part.baskets * weight * weight;
  if (bought_.size() > kSmallMenu) return;  // nobody will ask
  for (auto const& item : part.items) bought_[item.sku] += item.baskets * weight;
}

RecentSales RecentSalesSum::of(Counts const& counts) const {
  RecentSales recent;
  if (counts.items.size() > kSmallMenu) return recent;
  recent.baskets = baskets_;
  recent.squares = squares_;
  for (auto const& item : counts.items) {
    auto const found = bought_.find(item.sku);
    recent.bought.push_back(found != bought_.end() ? found->second : 0);
  }
  return recent;
}

}  // namespace tillcue::models
