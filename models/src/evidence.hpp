#pragma once

#include <cstdint>

#include "cooccurrence.hpp"
#include "tillcue/models/training.hpp"

namespace tillcue::models {

/// How unlikely a pair's shared baskets may be by chance and it still count as coincidence: the largest p-value with
/// which a share of kSignificantRate at most of all pairs kept are expected to be coincidences, every pair of items
/// having been asked. 0 when none is kept. Only pairs together more often than expected count.
/// Threads  its own; the result does not depend on them.  Cost  four logarithms a pair, a microsecond for those in
/// doubt. Source  Benjamini & Hochberg, J. R. Stat. Soc. B 57(1), 1995.
[[nodiscard]] double largest_significant_p(Cooccurrence const& pairs, unsigned threads);

/// Sets WeightSource::significant of every weight: above 0, and its pair no coincidence by that p-value.
/// Cost  a pass over the pairs, and a microsecond a weight.
void mark_significant(Cooccurrence const& pairs, double largest_p, unsigned threads, Weights& weights);

}  // namespace tillcue::models
