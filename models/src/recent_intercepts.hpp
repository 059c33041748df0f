#pragma once

#include "tillcue/models/counts.hpp"
#include "tillcue/models/recency.hpp"
#include "tillcue/models/training.hpp"

namespace tillcue::models {

/// Makes the intercepts say how often an item is bought now: with the shares of the baskets of the last weeks
/// (`recent`, and 500 baskets of the model's own age) in the place of the model's. What goes with what lasts longer
/// than what is bought much, so the weights stay. `linear` is what `weights` are, or were blended from; the logarithm
/// that was blended in follows by its share. Only on small menus (kSmallMenu), and where anything is known of the last
/// weeks. Cost  one pass over the weights.
void follow_recent(Weights& weights, Weights const& linear, Counts const& counts, RecentSales const& recent,
                   TrainingOptions const& training);

}  // namespace tillcue::models
