#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tillcue/models/calibration.hpp"

namespace tillcue::models {

/// `values` where they do not fall, else the weighted mean of those that did.
/// Source  Ayer et al. 1955.
void pool_adjacent_violators(std::span<double> values, std::span<double const> weights);

/// The non-decreasing step function closest to the observations (least squares), in blocks of at least
/// `smallest_block` observations so that a lucky handful does not become a certainty. Empty without observations.
/// Source  pool adjacent violators; for probabilities Zadrozny & Elkan, KDD 2002.
std::vector<CalibrationSource::Point> isotonic(std::vector<Observation> observations, std::size_t smallest_block);

}  // namespace tillcue::models
