#pragma once

#include "selection.hpp"

namespace tillcue::models {

/// Makes the intercepts say how often an item is bought now: with the shares of the baskets of the last weeks
/// (half-life 30 days, and 500 baskets of the model's own age) in the place of the model's. What goes with what lasts
/// longer than what is bought much, so the weights stay. `linear` is what `weights` are, or were blended from; the
/// logarithm that was blended in follows by its share. Only on small menus (kSmallMenu), and where `from` has dated
/// baskets with weights of their own (recency on). Cost  one pass over baskets and weights.
void follow_recent(Weights& weights, Weights const& linear, LearnedFrom const& from, TrainingOptions const& training);

}  // namespace tillcue::models
