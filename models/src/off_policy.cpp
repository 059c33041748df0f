#include "tillcue/models/off_policy.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "isotonic.hpp"
#include "tillcue/models/dataset.hpp"

namespace tillcue::models {
namespace {

constexpr double kTwoSided95 = 1.959964;
constexpr std::size_t kFewest = 100;  ///< offers to learn rewards from

double weight_of(Trial const& trial, double clip) {
  return trial.speaks && trial.same ? std::min(1 / trial.propensity, clip) : 0;
}

/// The quantile of a studentised mean of which `skew` is the skewness over the root of their number, when `normal` is
/// that of the normal distribution: a few large weights make the upper end uncertain.
/// Source  Hall, J. R. Stat. Soc. B 54, 1992: the cubic transformation.
double unskewed(double normal, double skew) {
  if (std::fabs(skew) < 1e-6) return normal;
  return 3 / skew * (std::cbrt(1 + skew * (normal - skew / 6)) - 1);
}

/// How the acceptance of an offer goes with its probability, learned from the log.
class Rewards {
 public:
  Rewards() = default;
  Rewards(std::span<Trial const> trials, std::vector<std::uint32_t> const& from, std::size_t earning) {
    if (from.size() < kFewest) return;
    std::vector<Observation> seen;
    for (auto const n : from) {
      seen.push_back({static_cast<float>(trials[n].logged_probability), trials[n].earned[earning] > 0});
    }
    steps_ = isotonic(std::move(seen), std::max<std::size_t>(from.size() / 15, 30));
  }
  [[nodiscard]] double of(double probability) const {
    if (steps_.empty()) return 0;
    auto const after = std::upper_bound(steps_.begin(), steps_.end(), static_cast<float>(probability),
                                        [](float p, auto const& step) { return p < step.score; });
    return (after == steps_.begin() ? *after : *(after - 1)).ppm / 1e6;
  }

 private:
  std::vector<CalibrationSource::Point> steps_;
};

/// The situations the log can speak for, by sale.
class Sample {
 public:
  Sample(std::span<Trial const> trials, double clip) : trials_(trials), clip_(clip) {
    std::unordered_map<std::uint64_t, std::uint32_t> known;
    for (std::uint32_t n = 0; n < trials.size(); ++n) {
      if (trials[n].speaks && !trials[n].possible) continue;
      used_.push_back(n);
      sale_.push_back(known.emplace(trials[n].sale, static_cast<std::uint32_t>(known.size())).first->second);
    }
    sales_ = known.size();
    for (auto const n : used_) halves_[half(n)].push_back(n);
  }

  [[nodiscard]] Earned earned(std::size_t earning) const {
    Earned out;
    if (sales_ < 2) return out;
    auto const log = each([&](Trial const& trial) { return trial.earned[earning]; });
    auto const weighted = each([&](Trial const& t) { return weight_of(t, clip_) * t.earned[earning]; });
    auto const robust = doubly_robust(earning);
    out.log = mean(log);
    out.ips = mean(weighted);
    out.self_normalised = self_normalised(weighted);
    out.doubly_robust = mean(robust);
    std::vector<double> lead(log.size());
    for (std::size_t n = 0; n < lead.size(); ++n) lead[n] = robust[n] - log[n];
    out.lead = mean(lead);
    return out;
  }

 private:
  [[nodiscard]] std::size_t half(std::uint32_t n) const { return mix(trials_[n].sale) & 1U; }

  template <class Value>
  [[nodiscard]] std::vector<double> each(Value const& value) const {
    std::vector<double> out;
    out.reserve(used_.size());
    for (auto const n : used_) out.push_back(value(trials_[n]));
    return out;
  }

  /// The values vary from sale to sale.
  [[nodiscard]] Interval mean(std::vector<double> const& values) const {
    double total = 0;
    for (auto const value : values) total += value;
    auto const all = static_cast<double>(values.size());
    Interval out{total / all, 0, 0};
    std::vector<double> sums(sales_, 0);
    for (std::size_t n = 0; n < values.size(); ++n) sums[sale_[n]] += values[n] - out.mean;
    double squares = 0, cubes = 0;
    for (auto const sum : sums) {
      squares += sum * sum;
      cubes += sum * sum * sum;
    }
    if (squares <= 0) return {out.mean, out.mean, out.mean};
    auto const sales = static_cast<double>(sales_);
    auto const deviation = std::sqrt(squares * sales / (sales - 1)) / all;
    auto const skew = cubes / std::pow(squares, 1.5);
    out.low = out.mean - deviation * unskewed(kTwoSided95, skew);
    out.high = out.mean - deviation * unskewed(-kTwoSided95, skew);
    return out;
  }

  /// The mean reward of a spoken offer by weights that add up, times how often the candidate speaks.
  [[nodiscard]] Interval self_normalised(std::vector<double> const& weighted) const {
    auto const weights = each([&](Trial const& trial) { return weight_of(trial, clip_); });
    auto const speaks = each([](Trial const& trial) { return trial.speaks ? 1.0 : 0.0; });
    double sum = 0, rewards = 0, often = 0;
    for (std::size_t n = 0; n < weights.size(); ++n) {
      sum += weights[n];
      rewards += weighted[n];
      often += speaks[n];
    }
    if (sum <= 0) return {};
    auto const all = static_cast<double>(weights.size());
    auto const rate = rewards / sum;
    auto linear = weighted;
    for (std::size_t n = 0; n < linear.size(); ++n) {
      linear[n] = often / sum * (weighted[n] - rate * weights[n]) + rate * speaks[n];
    }
    auto out = mean(linear);
    auto const moved = rate * often / all - out.mean;
    return {out.mean + moved, out.low + moved, out.high + moved};
  }

  [[nodiscard]] std::vector<double> doubly_robust(std::size_t earning) const {
    bool const margin = earning == static_cast<std::size_t>(Earning::margin);
    auto const told = margin ? static_cast<std::size_t>(Earning::accepted) : earning;
    std::array<Rewards, 2> const rewards{Rewards(trials_, halves_[1], told), Rewards(trials_, halves_[0], told)};
    std::vector<double> out;
    out.reserve(used_.size());
    for (auto const n : used_) {
      auto const& trial = trials_[n];
      auto const expected = trial.speaks ? rewards[half(n)].of(trial.probability) * (margin ? trial.gain : 1) : 0;
      out.push_back(expected + weight_of(trial, clip_) * (trial.earned[earning] - expected));
    }
    return out;
  }

  std::span<Trial const> trials_;
  double clip_;
  std::vector<std::uint32_t> used_, sale_;
  std::size_t sales_ = 0;
  std::array<std::vector<std::uint32_t>, 2> halves_;
};

void count(std::span<Trial const> trials, double clip, OffPolicy& out) {
  double sum = 0, squares = 0;
  std::unordered_map<std::uint64_t, bool> sales;
  for (auto const& trial : trials) {
    sales.emplace(trial.sale, true);
    if (!trial.speaks) ++out.silences;
    if (trial.speaks && !trial.possible) continue;
    ++out.possible;
    auto const weight = weight_of(trial, clip);
    if (weight == 0) continue;
    ++out.same;
    sum += weight;
    squares += weight * weight;
    out.largest_weight = std::max(out.largest_weight, 1 / trial.propensity);
    if (1 / trial.propensity > clip) ++out.clipped;
  }
  out.sales = sales.size();
  out.situations = trials.size();
  out.effective = squares > 0 ? sum * sum / squares : 0;
}

LogAnswer answer_of(std::span<Trial const> trials, OffPolicy const& counted) {
  bool const drawn = std::any_of(trials.begin(), trials.end(), [](Trial const& trial) {
    return trial.speaks && trial.possible && trial.propensity < 1;
  });
  bool const all = counted.possible == counted.situations;
  if (!drawn && !all) return LogAnswer::nothing_drawn;
  auto const common = static_cast<double>(counted.possible);
  if (common < kLeastCommon * static_cast<double>(counted.situations)) return LogAnswer::little_common;
  return counted.effective < kLeastEffective && counted.silences < counted.situations ? LogAnswer::few : LogAnswer::yes;
}

}  // namespace

OffPolicy estimate(std::span<Trial const> trials, double clip) {
  OffPolicy out;
  out.clip = clip;
  count(trials, clip, out);
  out.answer = answer_of(trials, out);
  if (out.possible == 0) return out;
  Sample const sample(trials, clip);
  for (std::size_t earning = 0; earning < kEarnings; ++earning) out.earned[earning] = sample.earned(earning);
  return out;
}

}  // namespace tillcue::models
