#pragma once

#include <cstdint>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"

namespace tillcue::models {

/// A suggestion made for a held-out basket: its score in the trainer's units, whether it was the hidden item, how many
/// items were left to go by, and how much it counts.
struct Observation {
  float score = 0;
  bool bought = false;
  std::uint16_t basket_size = 1;
  float weight = 1;
};

/// Observations by rank: [0] the first suggestions, and so on.
using RankedObservations = std::vector<std::vector<Observation>>;

/// What a bundle makes probabilities of: see BundleSource::calibration and calibration_sizes.
struct Calibration {
  std::vector<CalibrationSource> maps;
  std::vector<std::uint16_t> sizes;
};

/// A map for each of the first five ranks, one for the next five, one for the ten after them and one for all further
/// ones; ranks without enough observations and purchases share one with their neighbours. No maps without observations.
/// In each map the probability goes by score and size of the basket, as fit_grid() (src/calibration_grid.hpp) has it,
/// and takes no more different values than the observations can tell apart.
Calibration calibrate(RankedObservations const& observations);

/// A map for a model without any observation: exact for items without weights, where score = share^(1 - beta).
Calibration uncalibrated(double popularity_power);

}  // namespace tillcue::models
