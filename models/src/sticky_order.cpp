#include "sticky_order.hpp"

#include <algorithm>
#include <numeric>

#include "item_order.hpp"

namespace tillcue::models {
namespace {

constexpr std::uint32_t kNowhere = 0xFFFF'FFFF;

/// How much longer the gaps may be than in the best order: 3 %, about 1.5 % of the table.
constexpr std::uint64_t kWorthPercent = 103;

std::vector<std::uint32_t> old_places(BundleSource const& source, Bundle const& previous) {
  std::vector<std::uint32_t> places;
  for (auto const& item : source.items) {
    auto const old = previous.find(item.sku);
    places.push_back(old != kNoItem && previous.item(old).sku == item.sku ? index(old) : kNowhere);
  }
  return places;
}

/// The old places of the items each new one names or is named by.
std::vector<std::vector<std::uint32_t>> company(BundleSource const& source, std::vector<std::uint32_t> const& old) {
  std::vector<std::vector<std::uint32_t>> company(source.items.size());
  for (std::uint32_t n = 0; n < source.rows.size(); ++n) {
    for (auto const& entry : source.rows[n]) {
      if (old[n] == kNowhere && old[entry.target] != kNowhere) company[n].push_back(old[entry.target]);
      if (old[entry.target] == kNowhere && old[n] != kNowhere) company[entry.target].push_back(old[n]);
    }
  }
  return company;
}

}  // namespace

std::vector<std::uint32_t> sticky_order(BundleSource const& source, Bundle const& previous, unsigned threads) {
  auto best = item_order(source, threads);
  auto const old = old_places(source, previous);
  auto places = old;
  auto around = company(source, old);
  for (std::size_t n = 0; n < places.size(); ++n) {
    if (around[n].empty()) continue;
    auto const middle = around[n].begin() + static_cast<std::ptrdiff_t>(around[n].size() / 2);
    std::nth_element(around[n].begin(), middle, around[n].end());
    places[n] = *middle;
  }
  std::vector<std::uint32_t> order(source.items.size());
  std::iota(order.begin(), order.end(), 0U);
  // Behind the old item of that place; what is new and alone comes last.
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return places[a] != places[b] ? places[a] < places[b] : (old[a] == kNowhere) < (old[b] == kNowhere);
  });
  return gap_bits(source, order) * 100 <= gap_bits(source, best) * kWorthPercent ? order : best;
}

}  // namespace tillcue::models
