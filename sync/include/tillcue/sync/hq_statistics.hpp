#pragma once

#include <cstdint>
#include <optional>

namespace tillcue::sync {

/// Count, mean and variance of a stream of numbers, one at a time.
/// Source  Welford, "Note on a method for calculating corrected sums of squares and products", 1962.
class Moments {
 public:
  void add(double value) noexcept;
  /// `count` values of which only their sum and that of their squares are known.
  void add(std::uint64_t count, double sum, double squares) noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] double mean() const noexcept { return mean_; }
  /// Unbiased sample variance; 0 below two values.
  [[nodiscard]] double variance() const noexcept;

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;
};

/// difference = mean(a) - mean(b) and its two-sided interval.
struct MeanDifference {
  double difference = 0;
  double low = 0;
  double high = 0;
  double degrees_of_freedom = 0;

  /// The interval does not contain 0.
  [[nodiscard]] bool clear() const noexcept { return low > 0 || high < 0; }
};

/// Welch's interval for two samples of unequal variance. nullopt when either has fewer than two values or neither
/// varies. It holds for one look at a moment chosen beforehand; looking daily and stopping when it is clear finds
/// effects that are not there. Source  Welch, "The generalization of Student's problem when several different
/// population variances are involved",
///         Biometrika 34, 1947.
[[nodiscard]] std::optional<MeanDifference> welch(Moments const& a, Moments const& b, double confidence = 0.95);

}  // namespace tillcue::sync
