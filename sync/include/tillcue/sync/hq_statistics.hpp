#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// A difference of means and its two-sided interval.
struct MeanDifference {
  double difference = 0;
  double low = 0;
  double high = 0;
  double degrees_of_freedom = 0;

  /// The interval does not contain 0.
  [[nodiscard]] bool clear() const noexcept { return low > 0 || high < 0; }
};

/// Two arms that were drawn with other chances in other places: compared inside each stratum only, one share to each.
/// A stratum counts with treated x held out / both of its values; one without both arms says nothing. Values that were
/// drawn together, as those of one person, vary together: the variance is of sums over who was drawn, in all strata.
/// With one stratum and everything drawn by itself it is Welch's interval. It holds for one look at a moment chosen
/// beforehand; looking daily and stopping when it is clear finds effects that are not there.
/// Source  Cochran, "Sampling Techniques", 1977, 5A and 6 (ratios of sums over clusters); Liang and Zeger,
/// "Longitudinal
///         data analysis using generalized linear models", Biometrika 73, 1986; Welch, "The generalization of Student's
///         problem when several different population variances are involved", Biometrika 34, 1947.
/// Cost    24 bytes a value of somebody known, nothing a value drawn by itself.
class StratifiedArms {
 public:
  /// `drawn`: who was drawn, the same in all strata; empty: the value by itself.
  void add(std::string_view stratum, bool treated, double value, std::string_view drawn = {});
  /// `count` values, each drawn by itself, of which only their sum and that of their squares are known.
  void add(std::string_view stratum, bool treated, std::uint64_t count, double sum, double squares);

  struct Compared {
    std::size_t strata = 0;                              ///< with both arms
    std::uint64_t treated = 0, holdout = 0;              ///< values in them
    std::uint64_t drawn_treated = 0, drawn_holdout = 0;  ///< who or what was drawn; one in both arms counts in both
    double holdout_mean = 0;                             ///< over the strata, weighted as the difference is
    /// nullopt: fewer than two drawn in an arm, or nothing varies.
    std::optional<MeanDifference> difference;
  };
  [[nodiscard]] Compared compare(double confidence = 0.95) const;

 private:
  struct Stratum {
    std::array<Moments, 2> all, alone;  ///< held out, treated; alone: drawn by itself
  };
  struct Value {
    std::uint32_t drawn, stratum;
    double value;
    bool treated;
  };
  struct Spread;
  std::uint32_t stratum_of(std::string_view name);
  static void add_alone(Stratum const& stratum, double effect, std::array<Spread, 3>& spreads, Compared& out);
  void add_drawn(double effect, std::array<Spread, 3>& spreads, Compared& out) const;

  std::map<std::string, std::uint32_t, std::less<>> names_, drawn_;
  std::vector<Stratum> strata_;
  std::vector<Value> values_;  ///< of those drawn together
};

}  // namespace tillcue::sync
