#pragma once

#include <cstdint>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"

namespace tillcue::models {

/// A suggestion made for a held-out basket: its score in the trainer's units, and whether it was the hidden item.
struct Observation {
  float score = 0;
  bool bought = false;
};

/// The non-decreasing step function closest to the observations (least squares), in blocks of at least
/// `smallest_block` observations so that a lucky handful does not become a certainty. Empty without observations.
/// Source  pool adjacent violators (Ayer et al. 1955); for probabilities Zadrozny & Elkan, KDD 2002.
std::vector<CalibrationSource::Point> isotonic(std::vector<Observation> observations, std::size_t smallest_block);

/// Observations by rank: [0] the first suggestions, and so on.
using RankedObservations = std::vector<std::vector<Observation>>;

/// One map per rank as long as a rank has enough observations and purchases of its own; the last map, pooled over all
/// further ranks (over everything when no rank has enough), serves the rest. Empty without observations.
std::vector<CalibrationSource> calibrate(RankedObservations const& observations);

/// A map for a model without any observation: exact for items without weights, where score = share^(1 - beta).
std::vector<CalibrationSource> uncalibrated(double popularity_power);

}  // namespace tillcue::models
