#include "tillcue/models/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tillcue::models {
namespace {

Split where(Dataset const& data, auto held) {
  Split split;
  for (std::uint32_t n = 0; n < data.baskets(); ++n) (held(n) ? split.held : split.train).push_back(n);
  return split;
}

}  // namespace

void add_price(std::vector<PricePoint>& prices, std::int64_t micro, std::uint64_t times) {
  auto const at = std::lower_bound(prices.begin(), prices.end(), micro,
                                   [](PricePoint const& point, std::int64_t value) { return point.micro < value; });
  if (at != prices.end() && at->micro == micro) {
    at->times += times;
  } else {
    prices.insert(at, {micro, times});
  }
}

bool median_price(std::span<PricePoint const> prices, std::int64_t& micro) {
  std::uint64_t total = 0;
  for (auto const& point : prices) total += point.times;
  std::uint64_t seen = 0;
  for (auto const& point : prices) {
    seen += point.times;
    if (seen * 2 < total) continue;
    micro = point.micro;
    return true;
  }
  return false;
}

Split hold_out(Dataset const& data, double share) {
  std::vector<std::uint32_t> order(data.baskets());
  std::iota(order.begin(), order.end(), 0U);
  if (data.time_kind == TimeKind::calendar) {
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return data.times[a] < data.times[b]; });
  } else {
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return mix(data.keys[a]) < mix(data.keys[b]); });
  }
  auto const cut = order.size() - static_cast<std::size_t>(std::floor(share * static_cast<double>(order.size())));
  std::vector<char> late(order.size(), 0);
  for (std::size_t n = cut; n < order.size(); ++n) late[order[n]] = 1;
  return where(data, [&](std::uint32_t n) { return late[n] != 0; });
}

Split fold_out(Dataset const& data, std::uint64_t fold, std::uint64_t folds) {
  return where(data, [&](std::uint32_t n) { return mix(data.keys[n] + 1) % folds == fold; });
}

std::uint64_t mix(std::uint64_t value) noexcept {
  value += 0x9E37'79B9'7F4A'7C15ULL;
  value = (value ^ (value >> 30U)) * 0xBF58'476D'1CE4'E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D0'49BB'1331'11EBULL;
  return value ^ (value >> 31U);
}

}  // namespace tillcue::models
