#pragma once

#include <cstddef>
#include <vector>

#include "tillcue/models/calibration.hpp"

namespace tillcue::models {

/// The non-decreasing step function closest to the observations (least squares), in blocks of at least
/// `smallest_block` observations so that a lucky handful does not become a certainty. Empty without observations.
/// Source  pool adjacent violators (Ayer et al. 1955); for probabilities Zadrozny & Elkan, KDD 2002.
std::vector<CalibrationSource::Point> isotonic(std::vector<Observation> observations, std::size_t smallest_block);

}  // namespace tillcue::models
