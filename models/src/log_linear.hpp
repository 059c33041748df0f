#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tillcue/models/counts.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/recency.hpp"
#include "tillcue/models/training.hpp"

namespace tillcue::models {

/// The second model, for small menus: log P(j | basket) = b_j + sum of w_ij, less a constant of the basket that is 0 on
/// average over the questions. It has a weight exactly where `linear` has one, and is learned by asking for each item
/// of each basket given the rest, over all items of the catalogue (softmax, AdaGrad, a few passes). Weights of a large
/// catalogue it would learn by heart. `linear` and `power` are a result of train() and its popularity_power. A question
/// counts as much as its basket. Shape  like `linear`.  Cost  passes * baskets * basket size * entries touched. Threads
/// one, so that sums have one order.  Source  Duchi, Hazan & Singer, JMLR 12, 2011.
Weights log_linear(Counts const& counts, Dataset const& data, std::span<std::uint32_t const> baskets,
                   Weights const& linear, double power, BasketWeights basket_weights = {});

/// linear + alpha * other, entry by entry: both have the same ones.
Weights blend(Weights const& linear, Weights const& other, double alpha);

/// `linear` with `alpha` of the second model for a catalogue of that size: on small menus the one learned from
/// `baskets`, on large ones what that begins with, the log lifts in `linear` itself.
Weights add_second_model(Counts const& counts, Dataset const& data, std::span<std::uint32_t const> baskets,
                         Weights const& linear, double power, double alpha, BasketWeights basket_weights = {});

}  // namespace tillcue::models
