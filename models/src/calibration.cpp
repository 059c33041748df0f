#include "tillcue/models/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace tillcue::models {
namespace {

constexpr std::size_t kEnoughObservations = 2000;
constexpr std::size_t kEnoughPurchases = 30;
constexpr std::size_t kOwnMaps = 5;

struct Block {
  float from;
  double bought;
  double count;
  [[nodiscard]] double mean() const { return bought / count; }
  void take(Block const& later) {
    bought += later.bought;
    count += later.count;
  }
};

/// Blocks of equal score first, so that the order of ties cannot matter; then pools what falls.
std::vector<Block> pooled(std::vector<Observation>& observations) {
  std::sort(observations.begin(), observations.end(), [](auto const& a, auto const& b) { return a.score < b.score; });
  std::vector<Block> blocks;
  for (std::size_t n = 0; n < observations.size();) {
    Block block{observations[n].score, 0, 0};
    for (; n < observations.size() && observations[n].score == block.from; ++n) {
      block.bought += observations[n].bought ? 1 : 0;
      block.count += 1;
    }
    while (!blocks.empty() && blocks.back().mean() >= block.mean()) {
      blocks.back().take(block);
      block = blocks.back();
      blocks.pop_back();
    }
    blocks.push_back(block);
  }
  return blocks;
}

std::vector<Block> at_least(std::vector<Block> const& blocks, double smallest) {
  std::vector<Block> large;
  for (auto const& block : blocks) {
    if (!large.empty() && large.back().count < smallest)
      large.back().take(block);
    else
      large.push_back(block);
  }
  if (large.size() > 1 && large.back().count < smallest) {
    auto const last = large.back();
    large.pop_back();
    large.back().take(last);
  }
  return large;
}

bool enough(std::vector<Observation> const& observations) {
  auto const bought = std::count_if(observations.begin(), observations.end(), [](auto const& o) { return o.bought; });
  return observations.size() >= kEnoughObservations && static_cast<std::size_t>(bought) >= kEnoughPurchases;
}

std::size_t block_size(std::size_t observations) { return std::max<std::size_t>(50, observations / 15); }

}  // namespace

std::vector<CalibrationSource::Point> isotonic(std::vector<Observation> observations, std::size_t smallest_block) {
  std::vector<CalibrationSource::Point> points;
  for (auto const& block : at_least(pooled(observations), static_cast<double>(smallest_block))) {
    points.push_back({block.from, static_cast<std::uint32_t>(std::llround(block.mean() * 1e6))});
  }
  return points;
}

std::vector<CalibrationSource> calibrate(RankedObservations const& observations) {
  std::vector<CalibrationSource> maps;
  auto const add = [&](std::vector<Observation> some) {
    auto const smallest = block_size(some.size());
    if (!some.empty()) maps.push_back({isotonic(std::move(some), smallest)});
  };
  std::size_t own = 0;
  while (own < observations.size() && own < kOwnMaps && enough(observations[own])) add(observations[own++]);
  std::vector<Observation> rest;
  for (std::size_t rank = own; rank < observations.size(); ++rank) {
    rest.insert(rest.end(), observations[rank].begin(), observations[rank].end());
  }
  add(std::move(rest));
  return maps;
}

std::vector<CalibrationSource> uncalibrated(double popularity_power) {
  CalibrationSource map;
  for (int percent = 0; percent <= 100; ++percent) {
    double const share = percent / 100.0;
    auto const score = static_cast<float>(std::pow(share, 1 - popularity_power));
    map.points.push_back({score, static_cast<std::uint32_t>(std::llround(share * 1e6))});
  }
  return {map};
}

}  // namespace tillcue::models
