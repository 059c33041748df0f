#include "tillcue/models/calibration.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "calibration_grid.hpp"
#include "isotonic.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kEnoughObservations = 500;
constexpr std::size_t kEnoughPurchases = 30;
constexpr std::size_t kLeastBlock = 50;
/// Ranks that have a map together, by where they begin, and in how many blocks of scores: alone as long as they are
/// looked at one by one, then as many as far down as the till looks. What stands far behind is bought more seldom than
/// what stands before it with the same score.
struct Ranks {
  std::size_t from, blocks;
};
constexpr std::array<Ranks, 8> kRanks{{{0, 20}, {1, 20}, {2, 20}, {3, 20}, {4, 20}, {5, 10}, {10, 6}, {20, 6}}};

/// A rate of one in five is known to a hundredth from so many observations.
constexpr std::size_t kToTellApart = 1400;
constexpr std::size_t kLeastLevels = 8, kMostLevels = 15;

/// Where groups of basket sizes begin, in steps of about the square root of two.
constexpr std::array<std::uint16_t, 17> kSizes{0, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362};

/// Those of kSizes that were observed, and those between.
std::vector<std::uint16_t> sizes_in(RankedObservations const& observations) {
  std::uint16_t least = 0xFFFF, most = 0;
  for (auto const& rank : observations) {
    for (auto const& one : rank) {
      least = std::min(least, one.basket_size);
      most = std::max(most, one.basket_size);
    }
  }
  auto const group_of = [](std::uint16_t size) { return std::upper_bound(kSizes.begin(), kSizes.end(), size) - 1; };
  if (least > most) return {};
  std::vector<std::uint16_t> sizes(group_of(least), group_of(most) + 1);
  sizes.front() = 0;
  return sizes;
}

bool enough(std::vector<Observation> const& observations) {
  auto const bought = std::count_if(observations.begin(), observations.end(), [](auto const& o) { return o.bought; });
  return observations.size() >= kEnoughObservations && static_cast<std::size_t>(bought) >= kEnoughPurchases;
}

struct RankGroup {
  Ranks ranks{};
  std::vector<Observation> observations;
};

void append(std::vector<Observation> const& more, std::vector<Observation>& all) {
  all.insert(all.end(), more.begin(), more.end());
}

/// Those of kRanks that have enough to go by; what has not is one with the next, and at the end with the one before.
std::vector<RankGroup> groups_of(RankedObservations const& observations) {
  std::vector<RankGroup> groups;
  for (std::size_t n = 0; n < kRanks.size(); ++n) {
    if (groups.empty() || enough(groups.back().observations)) groups.push_back({kRanks[n], {}});
    auto const end = n + 1 < kRanks.size() ? kRanks[n + 1].from : observations.size();
    for (auto rank = kRanks[n].from; rank < std::min(end, observations.size()); ++rank) {
      append(observations[rank], groups.back().observations);
    }
  }
  if (groups.size() > 1 && !enough(groups.back().observations)) {
    append(groups.back().observations, groups[groups.size() - 2].observations);
    groups.pop_back();
  }
  if (groups.back().observations.empty()) groups.pop_back();
  return groups;
}

std::uint32_t millionths(double share) { return static_cast<std::uint32_t>(std::llround(share * 1e6)); }

/// Each block's probability over baskets of any size, as they came.
std::vector<double> over_sizes(CalibrationGrid const& grid, std::vector<double> const& probabilities) {
  std::vector<double> means, asked;
  for (std::size_t block = 0; block < grid.blocks(); ++block) {
    double sum = 0, count = 0;
    for (auto cell = block * grid.sizes; cell < (block + 1) * grid.sizes; ++cell) {
      sum += grid.asked[cell] * probabilities[cell];
      count += grid.asked[cell];
    }
    means.push_back(sum / count);
    asked.push_back(count);
  }
  pool_adjacent_violators(means, asked);
  return means;
}

CalibrationSource map_of(RankGroup group, std::span<std::uint16_t const> sizes) {
  auto const blocks = std::clamp<std::size_t>(group.observations.size() / kLeastBlock, 1, group.ranks.blocks);
  auto const grid = count_grid(std::move(group.observations), sizes, blocks);
  auto probabilities = fit_grid(grid);
  auto const weight = static_cast<std::size_t>(std::accumulate(grid.asked.begin(), grid.asked.end(), 0.0));
  few_levels(probabilities, grid.asked, std::clamp(weight / kToTellApart, kLeastLevels, kMostLevels));
  auto const means = over_sizes(grid, probabilities);
  CalibrationSource map;
  for (std::size_t block = 0; block < grid.blocks(); ++block) {
    map.points.push_back({grid.from[block], millionths(means[block])});
    for (std::size_t size = 0; size < grid.sizes; ++size) {
      map.points.back().by_size.push_back(millionths(probabilities[block * grid.sizes + size]));
    }
  }
  return map;
}

}  // namespace

Calibration calibrate(RankedObservations const& observations) {
  Calibration result;
  result.sizes = sizes_in(observations);
  auto groups = groups_of(observations);
  for (std::size_t n = 0; n < groups.size(); ++n) {
    auto const ranks = n + 1 < groups.size() ? groups[n + 1].ranks.from - groups[n].ranks.from : 1;
    // A bundle has a map for each rank; the last one serves all further ones.
    result.maps.insert(result.maps.end(), ranks, map_of(std::move(groups[n]), result.sizes));
  }
  return result;
}

Calibration uncalibrated(double popularity_power) {
  CalibrationSource map;
  for (int percent = 0; percent <= 100; ++percent) {
    double const share = percent / 100.0;
    map.points.push_back({static_cast<float>(std::pow(share, 1 - popularity_power)), millionths(share)});
  }
  return {{map}, {}};
}

}  // namespace tillcue::models
