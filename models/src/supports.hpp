#pragma once

#include <cstdint>
#include <vector>

#include "cooccurrence.hpp"
#include "tillcue/models/training.hpp"

namespace tillcue::models {

struct Scored {
  std::uint32_t rank;
  float value;
};

using Columns = std::vector<std::vector<Scored>>;  ///< target -> its sources, by rising rank

/// The sources most tied to each target, by |G_ij| / sqrt((n_i + lambda)(n_j + lambda)), with that (but for the
/// target's part) as their value. Pairs that may well be coincidence are none; of the items never bought with the
/// target only the most popular are looked at, for there the measure grows with n_i. Cost  every pair is looked at once
/// by each of at most 8 threads.
Columns choose_supports(Cooccurrence const& pairs, TrainingOptions const& options);

}  // namespace tillcue::models
