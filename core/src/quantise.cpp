#include "quantise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "format/layout.hpp"

namespace tillcue {
namespace {

constexpr double kMostWeight = 127, kMostBias = 32'767;

double largest(std::vector<WeightSource> const& row) noexcept {
  double most = 0;
  for (auto const& entry : row) most = std::max(most, std::fabs(static_cast<double>(entry.weight)));
  return most;
}

double unit_of(BundleSource const& source) noexcept {
  double weight = 0, bias = 0;
  for (auto const& row : source.rows) weight = std::max(weight, largest(row));
  for (auto b : source.bias) bias = std::max(bias, std::fabs(static_cast<double>(b)));
  auto const unit = std::max(weight / (kMostWeight * format::kMaxRowScale), bias / (kMostBias * format::kMaxBiasScale));
  return unit > 0 ? unit : 1;
}

// The least scale with which `most` fits `steps`; the limit can be passed by a rounding error only.
double scale_of(double most, double steps, double unit, double limit) noexcept {
  return std::clamp(std::ceil(most / (steps * unit)), 0.0, limit);
}

double rounded(double value, double step, double most) noexcept {
  return std::clamp(std::nearbyint(value / step), -most, most);
}

QuantisedRow quantise_row(std::vector<WeightSource> row, double unit) {
  QuantisedRow out;
  auto const scale = scale_of(largest(row), kMostWeight, unit, format::kMaxRowScale);
  if (scale == 0) return out;
  out.scale = static_cast<std::uint16_t>(scale);
  std::sort(row.begin(), row.end(), [](WeightSource const& a, WeightSource const& b) { return a.target < b.target; });
  for (auto const& entry : row) {
    auto const weight = rounded(static_cast<double>(entry.weight), scale * unit, kMostWeight);
    if (weight == 0) continue;
    out.targets.push_back(entry.target);
    out.weights.push_back(static_cast<std::int8_t>(weight));
  }
  return out;
}

}  // namespace

Quantised quantise(BundleSource const& source) {
  Quantised out;
  out.score_unit = unit_of(source);
  for (auto const& row : source.rows) out.rows.push_back(quantise_row(row, out.score_unit));
  double most = 0;
  for (auto b : source.bias) most = std::max(most, std::fabs(static_cast<double>(b)));
  auto const scale = scale_of(most, kMostBias, out.score_unit, format::kMaxBiasScale);
  out.bias_scale = static_cast<std::uint32_t>(scale);
  for (auto b : source.bias) {
    auto const steps = scale == 0 ? 0.0 : rounded(static_cast<double>(b), scale * out.score_unit, kMostBias);
    out.bias.push_back(static_cast<std::int16_t>(steps));
  }
  return out;
}

std::int32_t step_of(double score, double score_unit) noexcept {
  using Limits = std::numeric_limits<std::int32_t>;
  auto const steps = std::ceil(score / score_unit);
  return static_cast<std::int32_t>(
      std::clamp(steps, static_cast<double>(Limits::min()), static_cast<double>(Limits::max())));
}

}  // namespace tillcue
