#include "isotonic.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tillcue::models {
namespace {

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

}  // namespace

std::vector<CalibrationSource::Point> isotonic(std::vector<Observation> observations, std::size_t smallest_block) {
  std::vector<CalibrationSource::Point> points;
  for (auto const& block : at_least(pooled(observations), static_cast<double>(smallest_block))) {
    points.push_back({block.from, static_cast<std::uint32_t>(std::llround(block.mean() * 1e6))});
  }
  return points;
}

}  // namespace tillcue::models
