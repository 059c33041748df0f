#pragma once

#include <span>
#include <string>
#include <vector>

#include "tillcue/models/pipeline.hpp"

namespace tillcue::models {

/// What to learn from and what to ask, so that probabilities are measured on models like the one that will be served:
/// the last `held_share` of the baskets (by date, else by hashed id) when they ask `enough_queries` questions. Else,
/// with dates, four windows of that share, each asked of what was learned before it; without, or when these are few
/// too, ten folds. `how` tells which: held_out_by_time, held_out_by_hash, rolling_by_time, ten_folds. Source rolling
/// origin: Tashman, International Journal of Forecasting 16, 2000.
std::vector<Split> calibration_splits(Dataset const& data, BuildOptions const& options, std::string& how);

/// What the answers of each split count: by the mean weight of its baskets, the heaviest split's whole; nothing when
/// none of them weighs anything.
std::vector<float> split_weights(std::span<Split const> splits, BasketWeights weights);

}  // namespace tillcue::models
