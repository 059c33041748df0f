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
constexpr std::size_t kOwnMaps = 5;

constexpr std::size_t kBlocks = 20, kLeastBlock = 50;
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

CalibrationSource map_of(std::vector<Observation> observations, std::span<std::uint16_t const> sizes) {
  auto const count = observations.size();
  auto const grid =
      count_grid(std::move(observations), sizes, std::clamp<std::size_t>(count / kLeastBlock, 1, kBlocks));
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
  auto const add = [&](std::vector<Observation> some) {
    if (!some.empty()) result.maps.push_back(map_of(std::move(some), result.sizes));
  };
  std::size_t own = 0;
  while (own < observations.size() && own < kOwnMaps && enough(observations[own])) add(observations[own++]);
  std::vector<Observation> rest;
  for (std::size_t rank = own; rank < observations.size(); ++rank) {
    rest.insert(rest.end(), observations[rank].begin(), observations[rank].end());
  }
  add(std::move(rest));
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
