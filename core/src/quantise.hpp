#pragma once

#include <cstdint>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"

namespace tillcue {

/// One affinity row as stored: targets ascending, contribution = levels[code] * scale in Score steps.
struct QuantisedRow {
  std::vector<std::uint32_t> targets;
  std::vector<std::uint8_t> codes;
  std::uint8_t scale_code = 0;
};

/// The trainer's real numbers in the integers of one bundle.
struct Quantised {
  double score_unit = 1;             ///< one Score step in the trainer's units
  std::vector<std::int16_t> levels;  ///< 2^weight_bits, ascending, chosen for this bundle's weights
  std::vector<bool> significant;     ///< the same: whether its pairs are; empty: not told
  std::vector<QuantisedRow> rows;
  std::uint32_t bias_scale = 0;
  std::vector<std::int16_t> bias;

  [[nodiscard]] std::int64_t bias_of(std::size_t item) const noexcept { return std::int64_t{bias[item]} * bias_scale; }
};

/// The finest unit with which the largest weight and the largest intercept keep within the format's limits (so that no
/// score overflows); each row's scale is the smallest that holds the row's largest weight. The levels are those with
/// the least squared error within the rows (Lloyd 1982, Max 1960). A weight nearer to 0 than to a level is dropped.
/// Deterministic. The source must have been checked.
[[nodiscard]] Quantised quantise(BundleSource const& source);

/// A score of the trainer in steps, rounded up and clamped to 32 bits: where a calibration step begins.
[[nodiscard]] std::int32_t step_of(double score, double score_unit) noexcept;

}  // namespace tillcue
