#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tillcue/models/pipeline.hpp"

namespace tillcue::models {

/// How well a ranking finds the hidden item.
struct RankingQuality {
  double hit_rate_1 = 0, hit_rate_3 = 0, hit_rate_5 = 0, hit_rate_10 = 0;
  double mrr_10 = 0;
  double coverage_10 = 0;  ///< share of the bundle's items that were suggested at least once
};

/// Predicted against observed purchase rates of the first five suggestions.
struct CalibrationQuality {
  double ece = 0;        ///< expected calibration error: mean |predicted - observed| over 20 equally filled bins
  double predicted = 0;  ///< mean probability
  double observed = 0;   ///< base rate
};

struct Evaluation {
  std::string split;  ///< by_time or by_hash
  std::size_t train_baskets = 0, test_baskets = 0, queries = 0;
  RankingQuality model, popularity;
  CalibrationQuality calibration;
  std::size_t items = 0, bundle_bytes = 0, affinity_bytes = 0;
};

struct EvaluationOptions {
  double test_share = 0.2;
  std::size_t most_queries = 40'000;
};

/// Builds on the earlier baskets and asks for the hidden items of the later ones: the last `test_share` by date, or by
/// hashed basket id when there are no dates. Raw ranking; both rankings answer the same queries.
/// Errors  of build(); invalid when no test basket has two known items.
Result<Evaluation> evaluate(Dataset const& data, BuildOptions const& build_options, EvaluationOptions const& options,
                            Progress const& progress = {});

/// The expected calibration error over `bins` equally filled bins.
struct Prediction {
  std::uint32_t ppm = 0;
  bool bought = false;
};
CalibrationQuality measure_calibration(std::vector<Prediction> predictions, std::size_t bins);

}  // namespace tillcue::models
