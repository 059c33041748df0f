#include "isotonic.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tillcue::models {
namespace {

/// Neighbours that share their mean.
struct Pool {
  double sum, weight;
  std::size_t count = 1;

  [[nodiscard]] double mean() const { return sum / weight; }
  void take(Pool const& later) {
    sum += later.sum;
    weight += later.weight;
    count += later.count;
  }
};

/// Puts one more behind pools whose means rise, and keeps them so.
void add(std::vector<Pool>& pools, Pool next) {
  while (!pools.empty() && pools.back().mean() >= next.mean()) {
    pools.back().take(next);
    next = pools.back();
    pools.pop_back();
  }
  pools.push_back(next);
}

std::vector<Pool> at_least(std::vector<Pool> const& pools, double smallest) {
  std::vector<Pool> large;
  for (auto const& pool : pools) {
    if (!large.empty() && large.back().weight < smallest)
      large.back().take(pool);
    else
      large.push_back(pool);
  }
  if (large.size() > 1 && large.back().weight < smallest) {
    auto const last = large.back();
    large.pop_back();
    large.back().take(last);
  }
  return large;
}

}  // namespace

void pool_adjacent_violators(std::span<double> values, std::span<double const> weights) {
  std::vector<Pool> pools;
  for (std::size_t n = 0; n < values.size(); ++n) add(pools, {values[n] * weights[n], weights[n]});
  auto value = values.begin();
  for (auto const& pool : pools) value = std::fill_n(value, pool.count, pool.mean());
}

std::vector<CalibrationSource::Point> isotonic(std::vector<Observation> observations, std::size_t smallest_block) {
  std::sort(observations.begin(), observations.end(), [](auto const& a, auto const& b) { return a.score < b.score; });
  std::vector<float> scores;
  std::vector<Pool> pools;
  // Equal scores first, so that the order of ties cannot matter.
  for (std::size_t n = 0; n < observations.size();) {
    scores.push_back(observations[n].score);
    Pool ties{0, 0};
    for (; n < observations.size() && observations[n].score == scores.back(); ++n) {
      ties.sum += observations[n].bought ? 1 : 0;
      ties.weight += 1;
    }
    add(pools, ties);
  }
  std::vector<CalibrationSource::Point> points;
  std::size_t first = 0;
  for (auto const& pool : at_least(pools, static_cast<double>(smallest_block))) {
    points.push_back({scores[first], static_cast<std::uint32_t>(std::llround(pool.mean() * 1e6))});
    first += pool.count;
  }
  return points;
}

}  // namespace tillcue::models
