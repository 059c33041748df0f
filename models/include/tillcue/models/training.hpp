#pragma once

#include <cstdint>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/models/counts.hpp"

namespace tillcue::models {

/// Sparse ICE; the defaults are the ones measured in models/README.md.
struct TrainingOptions {
  std::uint32_t neighbours = 16;  ///< K: weights kept per source row
  std::uint32_t support = 200;    ///< M: candidate sources per target
  double ridge = 100;             ///< lambda: of the first solve, in baskets
  double refit_ridge = 60;        ///< lambda': of the solve on what was kept
  double popularity_power = 0.1;  ///< beta: weights and intercept are divided by share^beta
  std::uint32_t min_baskets = 5;  ///< rarer items get an intercept only
  unsigned threads = 0;           ///< 0: all; the result does not depend on it
};

/// score(j | basket) = bias[j] + sum over the basket's items i of the weight of j in rows[i].
/// Positions are those of Counts::items.
struct Weights {
  std::vector<std::vector<WeightSource>> rows;
  std::vector<float> bias;
};

/// Learns the weights from counts alone.
/// Cost  O(items * support^3) time on all threads; memory: the pairs twice and at most 80 MB for the popular head.
/// Source  EASE^R (Steck, WWW 2019), SLIM (Ning & Karypis, ICDM 2011); see models/README.md for what differs.
Weights train(Counts const& counts, TrainingOptions const& options);

}  // namespace tillcue::models
