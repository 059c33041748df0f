#include "quantise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "format/layout.hpp"
#include "levels.hpp"

namespace tillcue {
namespace {

constexpr double kMostBias = 32'767;

double largest(std::vector<WeightSource> const& row) noexcept {
  double most = 0;
  for (auto const& entry : row) most = std::max(most, std::fabs(static_cast<double>(entry.weight)));
  return most;
}

double unit_of(BundleSource const& source) noexcept {
  double weight = 0, bias = 0;
  for (auto const& row : source.rows) weight = std::max(weight, largest(row));
  for (auto b : source.bias) bias = std::max(bias, std::fabs(static_cast<double>(b)));
  auto const unit = std::max(weight / (double{format::kMaxLevel} * format::scale_of_code(format::kMaxScaleCode)),
                             bias / (kMostBias * format::kMaxBiasScale));
  return unit > 0 ? unit : 1;
}

// The least scale with which `most` fits `steps`; the limit can be passed by a rounding error only.
double scale_of(double most, double steps, double unit, double limit) noexcept {
  return std::clamp(std::ceil(most / (steps * unit)), 0.0, limit);
}

double rounded(double value, double step, double most) noexcept {
  return std::clamp(std::nearbyint(value / step), -most, most);
}

/// Whether the weight may be given as a reason.
bool speaks(WeightSource const& entry) noexcept { return entry.significant && entry.weight > 0; }

/// Whether the bundle has to tell it of each weight: as long as nobody doubts a positive one, the sign does.
bool tells_evidence(BundleSource const& source) noexcept {
  return std::any_of(source.rows.begin(), source.rows.end(), [](auto const& row) {
    return std::any_of(row.begin(), row.end(), [](auto const& e) { return e.weight > 0 && !e.significant; });
  });
}

/// The code of the least scale with which the row's largest weight is a level at most.
std::uint8_t scale_code_of(std::vector<WeightSource> const& row, double unit) noexcept {
  unsigned code = 0;
  auto const needed = largest(row) / (double{format::kMaxLevel} * unit);
  while (code < format::kMaxScaleCode && format::scale_of_code(code) < needed) ++code;
  return static_cast<std::uint8_t>(code);
}

std::int32_t level_of(float weight, std::uint8_t scale_code, double unit) noexcept {
  return static_cast<std::int32_t>(
      rounded(static_cast<double>(weight), format::scale_of_code(scale_code) * unit, format::kMaxLevel));
}

QuantisedRow quantise_row(std::vector<WeightSource> row, Levels const& levels, std::uint8_t scale_code, double unit,
                          bool telling) {
  QuantisedRow out;
  if (scale_code == 0) return out;
  std::sort(row.begin(), row.end(), [](WeightSource const& a, WeightSource const& b) { return a.target < b.target; });
  for (auto const& entry : row) {
    auto const code = levels.code(level_of(entry.weight, scale_code, unit), telling && speaks(entry));
    if (!code) continue;
    out.targets.push_back(entry.target);
    out.codes.push_back(*code);
  }
  if (!out.targets.empty()) out.scale_code = scale_code;
  return out;
}

/// The unit needed, or the old one when that leaves at most a few per cent of the range unused.
double sticky_unit(double needed, WeightSteps const& old) noexcept {
  constexpr double kWaste = 1.06;
  return old.score_unit >= needed && old.score_unit <= kWaste * needed ? old.score_unit : needed;
}

/// New levels, or the old ones when their squared error is hardly larger.
Levels sticky_levels(Levels::Histogram const& histogram, unsigned bits, WeightSteps const& old) {
  constexpr double kWorse = 1.1;
  Levels const fresh(histogram, bits);
  auto const& values = old.levels;
  if (values.size() != std::size_t{1} << bits || !std::is_sorted(values.begin(), values.end())) return fresh;
  Levels const kept(values, old.significant);
  auto const allowed = kWorse * static_cast<double>(fresh.error(histogram));
  return static_cast<double>(kept.error(histogram)) <= allowed ? kept : fresh;
}

}  // namespace

Quantised quantise(BundleSource const& source) {
  Quantised out;
  out.score_unit = sticky_unit(unit_of(source), source.old_steps);
  std::vector<std::uint8_t> scale_codes;
  Levels::Histogram histogram;
  bool const telling = tells_evidence(source);
  for (auto const& row : source.rows) {
    scale_codes.push_back(scale_code_of(row, out.score_unit));
    if (scale_codes.back() == 0) continue;
    for (auto const& entry : row) {
      histogram.add(level_of(entry.weight, scale_codes.back(), out.score_unit), telling && speaks(entry));
    }
  }
  auto const levels = sticky_levels(histogram, source.weight_bits, source.old_steps);
  out.levels = levels.values();
  if (telling) out.significant = levels.significant();
  for (std::size_t n = 0; n < source.rows.size(); ++n) {
    out.rows.push_back(quantise_row(source.rows[n], levels, scale_codes[n], out.score_unit, telling));
  }
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
