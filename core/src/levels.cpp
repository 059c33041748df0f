#include "levels.hpp"

#include <algorithm>
#include <cstdlib>

namespace tillcue {
namespace {

constexpr int kRounds = 60;

/// Counts and sums of weights up to each place, so that a cell's mean costs two look-ups.
struct Sums {
  std::vector<std::int64_t> count{0}, weight{0};

  void add(std::int64_t times, std::int32_t value) {
    count.push_back(count.back() + times);
    weight.push_back(weight.back() + times * value);
  }
};

std::int64_t divided(std::int64_t sum, std::int64_t count) noexcept {
  return (2 * sum + (sum >= 0 ? count : -count)) / (2 * count);
}

}  // namespace

Levels::Levels(Histogram const& histogram, unsigned bits) {
  auto const size = std::size_t{1} << bits;
  Sums sums;
  for (std::int32_t weight = -format::kMaxLevel; weight <= format::kMaxLevel; ++weight) {
    sums.add(static_cast<std::int64_t>(histogram.counts_[Histogram::place(weight)]), weight);
  }
  // Begin evenly spaced; only levels that have weights of their own move.
  for (std::size_t n = 0; n < size; ++n) {
    auto const step = 2 * format::kMaxLevel / static_cast<std::int32_t>(size - 1);
    values_.push_back(static_cast<std::int16_t>(-format::kMaxLevel + static_cast<std::int32_t>(n) * step));
  }
  values_.back() = static_cast<std::int16_t>(format::kMaxLevel);
  for (int round = 0; round < kRounds; ++round) {
    auto const before = values_;
    std::size_t begin = 0;
    for (std::size_t n = 0; n < size; ++n) {
      auto const border = n + 1 < size ? (before[n] + before[n + 1]) : 2 * format::kMaxLevel;
      // Ties go to the lower level, hence up to floor(border / 2).
      auto const last = border >= 0 ? border / 2 : -((-border + 1) / 2);
      auto const end = Histogram::place(last) + 1;
      auto const count = sums.count[end] - sums.count[begin];
      if (count > 0) values_[n] = static_cast<std::int16_t>(divided(sums.weight[end] - sums.weight[begin], count));
      begin = end;
    }
    if (values_ == before) break;
  }
}

std::uint64_t Levels::error(Histogram const& histogram) const noexcept {
  std::uint64_t sum = 0;
  for (std::int32_t weight = -format::kMaxLevel; weight <= format::kMaxLevel; ++weight) {
    auto const off = std::min(std::abs(weight - values_[nearest(weight)]), std::abs(weight));
    sum += histogram.counts_[Histogram::place(weight)] * static_cast<std::uint64_t>(off * off);
  }
  return sum;
}

std::size_t Levels::nearest(std::int32_t weight) const noexcept {
  auto const above = std::lower_bound(values_.begin(), values_.end(), weight);
  auto const n = static_cast<std::size_t>(above - values_.begin());
  if (above == values_.begin()) return 0;
  if (above == values_.end() || weight - values_[n - 1] <= values_[n] - weight) return n - 1;
  return n;
}

std::optional<std::uint8_t> Levels::code(std::int32_t weight) const noexcept {
  auto const n = nearest(weight);
  if (values_[n] == 0 || std::abs(weight) < std::abs(weight - values_[n])) return std::nullopt;
  return static_cast<std::uint8_t>(n);
}

}  // namespace tillcue
