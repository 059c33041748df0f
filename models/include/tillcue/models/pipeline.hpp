#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tillcue/models/calibration.hpp"
#include "tillcue/models/compile.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/progress.hpp"
#include "tillcue/models/recency.hpp"
#include "tillcue/models/sets.hpp"

namespace tillcue::models {

struct BuildOptions {
  TrainingOptions training;
  CompileOptions compile;
  SetOptions sets;
  Recency recency;
  double bytes_per_item = 64;          ///< of the served affinity part, all overheads included
  double held_share = 0.1;             ///< of the baskets, kept back to choose the model and to calibrate on
  std::size_t enough_queries = 8'000;  ///< below, other splits are used (models/README.md)
  std::size_t most_queries = 100'000;  ///< to calibrate on
  /// Looks at the finished bundle before anybody else; the "key=value" lines it returns are added to the bundle's note.
  std::function<Result<std::string>(std::span<std::byte const> bundle)> review{};
};

/// options.compile.cold with what borrowing has to know of training.
ColdStartOptions cold_start_options(BuildOptions const& options);

struct Built {
  std::vector<std::byte> bundle;
  std::string calibration;  ///< how: held_out_by_time, held_out_by_hash, rolling_by_time, ten_folds, none
  std::size_t calibration_queries = 0;
  std::size_t baskets = 0;         ///< learned from: what is outside the window or after as-of is not among them
  std::int64_t from = 0, to = 0;   ///< first and last of their times; 0 without dates
  std::vector<std::string> notes;  ///< worth telling the user
};

/// Suggestions of a model learned from `split.train`, for the hidden items of `split.held`, by rank.
Result<RankedObservations> observe(Dataset const& data, Split const& split, BuildOptions const& options,
                                   Catalogue const& catalogue = {}, Progress const& progress = {});

/// Transactions to bundle: chooses the model and calibrates on baskets kept back, and trains on everything. With
/// recency.as_of all of it is done as if the data ended on that day.
/// Errors  those of write_bundle.
Result<Built> build(Dataset const& data, Catalogue const& catalogue, Campaigns const& campaigns,
                    BuildOptions const& options, Progress const& progress = {});

/// Counts to bundle, intercepts by what was bought lately as in build(). The model is chosen and the maps come from
/// `calibrate_on`, which should not be in the counts; else it is the one given, and the maps are uncalibrated(). What
/// is learned from baskets alone is not in it: the blend of small menus, sets.
Result<Built> build_from_counts(RecentCounts const& learned, Dataset const* calibrate_on, Catalogue const& catalogue,
                                Campaigns const& campaigns, BuildOptions const& options, Progress const& progress = {});

}  // namespace tillcue::models
