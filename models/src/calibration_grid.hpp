#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tillcue/models/calibration.hpp"

namespace tillcue::models {

/// Observations by block of scores (row) and basket size (column).
struct CalibrationGrid {
  std::vector<float> from;  ///< where each block begins, ascending
  std::size_t sizes = 1;
  std::vector<double> asked, bought;  ///< blocks * sizes, row by row

  [[nodiscard]] std::size_t blocks() const noexcept { return from.size(); }
};

/// About `blocks` equally filled ones; equal scores stay together. `sizes` as in Calibration.
CalibrationGrid count_grid(std::vector<Observation> observations, std::span<std::uint16_t const> sizes,
                           std::size_t blocks);

/// The probability of each cell: logistic, near to a sum of a curve over the blocks and one over the sizes, both
/// smooth, as far as the observations do not say otherwise; with the scores it never falls. Exact on the whole: the
/// probabilities add up to what was bought.
/// Shape  as grid.asked.  Cost  cells^3 / 6 a step, about ten of them.
/// Source  penalised likelihood with difference penalties: Eilers & Marx, Statistical Science 11, 1996.
std::vector<double> fit_grid(CalibrationGrid const& grid);

/// `values` as at most `most` different ones, each the weighted mean of those nearest to it on the scale on which a
/// rate's error is even (arcsine of the root). Order is kept.
/// Source  Lloyd, IEEE Trans. Inf. Theory 28, 1982.
void few_levels(std::span<double> values, std::span<double const> weights, std::size_t most);

}  // namespace tillcue::models
