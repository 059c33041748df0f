#include "calibration_splits.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "selection.hpp"

namespace tillcue::models {
namespace {

constexpr std::uint64_t kFolds = 10;
constexpr int kWindows = 4;
/// Below, windows are too few to tell their luck from what holds.
constexpr std::size_t kEnoughInWindows = 2 * kFewQuestions;

/// The windows of `share` each, oldest first. What is learned for one is all that came before it, so that it is asked
/// when it is as old as the one model of larger sets.
std::vector<Split> rolling(Dataset const& data, double share) {
  std::vector<Split> windows;
  for (int n = kWindows; n > 0; --n) {
    auto window = hold_out(data, std::min(share * n, 0.9));
    auto const later = hold_out(data, std::min(share * (n - 1), 0.9)).held;
    std::vector<std::uint32_t> held;
    std::set_difference(window.held.begin(), window.held.end(), later.begin(), later.end(), std::back_inserter(held));
    window.held = std::move(held);
    windows.push_back(std::move(window));
  }
  return windows;
}

std::vector<Split> folds(Dataset const& data) {
  std::vector<Split> all;
  for (std::uint64_t fold = 0; fold < kFolds; ++fold) {
    all.push_back(fold_out(data, fold, kFolds));
    if (all.back().train.empty() || all.back().held.empty()) all.pop_back();
  }
  return all;
}

}  // namespace

std::vector<Split> calibration_splits(Dataset const& data, BuildOptions const& options, std::string& how) {
  bool const dated = data.time_kind == TimeKind::calendar;
  auto split = hold_out(data, std::min(options.held_share, 0.5));
  if (questions_in(data, split.held) >= options.enough_queries) {
    how = dated ? "held_out_by_time" : "held_out_by_hash";
    return {std::move(split)};
  }
  if (dated) {
    auto windows = rolling(data, options.held_share);
    auto const asked =
        std::accumulate(windows.begin(), windows.end(), std::size_t{0},
                        [&](auto sum, auto const& window) { return sum + questions_in(data, window.held); });
    if (asked >= kEnoughInWindows) {
      how = "rolling_by_time";
      return windows;
    }
  }
  how = "ten_folds";
  return folds(data);
}

std::vector<float> split_weights(std::span<Split const> splits, BasketWeights weights) {
  std::vector<double> mean;
  for (auto const& split : splits) {
    double sum = 0;
    for (auto const n : split.held) sum += weights.empty() ? 1 : weights[n];
    mean.push_back(sum / std::max(1.0, static_cast<double>(split.held.size())));
  }
  auto const most = mean.empty() ? 0 : *std::max_element(mean.begin(), mean.end());
  std::vector<float> each;
  for (auto const one : mean) each.push_back(static_cast<float>(most > 0 ? one / most : 0));
  return each;
}

}  // namespace tillcue::models
