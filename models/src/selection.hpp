#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tillcue/models/pipeline.hpp"

namespace tillcue::models {

/// Chooses by the suggestions for baskets kept back: on small menus both ridges and the blend with the log-linear
/// model, together, by discounted_hits(); on large catalogues, which are fitted once for it, the ridge of the second
/// solve and the share of the log lift, by the hits among the first five. Large ones with few questions to ask keep the
/// options given. Errors  those of write_bundle.
Result<TrainingOptions> select_model(Dataset const& data, BuildOptions const& options);

/// What a model is learned from, beside its pairs.
struct LearnedFrom {
  Counts const& counts;
  Dataset const& data;
  std::span<std::uint32_t const> baskets;  ///< of the data; none when counts are all there is
  BasketWeights weights{};
  RecentSales const* recent = nullptr;  ///< what was bought lately; intercepts follow it
};

/// What `training` asks of what was fitted, its blend with the second model included.
Weights blended(Trainer const& trainer, LearnedFrom const& from, TrainingOptions const& training);

/// The baskets that judge what was learned from others.
struct Judges {
  Dataset const& data;
  std::span<std::uint32_t const> baskets;
};

/// The same from counts alone, judged by baskets that are not in them; `trainer` is of the counts and the options. On
/// small menus the ridges only: the blend is learned from baskets. With few questions the options given stay.
/// Errors  those of write_bundle.
Result<TrainingOptions> select_model(LearnedFrom const& from, Trainer const& trainer, Judges const& judges,
                                     BuildOptions const& options);

/// How many weights an item may have on average so that the served table keeps to `bytes_per_item`, intercepts and all
/// overheads included. At most kMostEntriesPerItem.
/// Errors  those of write_bundle.
Result<double> entries_within(Trainer const& trainer, Counts const& counts, BuildOptions const& options);

/// Below, baskets kept back by date are too few to judge by.
inline constexpr std::size_t kFewQuestions = 2'000;

/// How many items of these baskets can be hidden with something left to go by.
std::size_t questions_in(Dataset const& data, std::span<std::uint32_t const> baskets);

/// The splits to learn and to ask by: the last baskets (by date, else by hashed id) when they ask `enough` questions,
/// else three folds.
std::vector<Split> selection_splits(Dataset const& data, double share, std::size_t enough, std::string& how);

}  // namespace tillcue::models
