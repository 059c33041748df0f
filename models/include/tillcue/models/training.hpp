#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/models/counts.hpp"
#include "tillcue/models/progress.hpp"

namespace tillcue::models {

class Cooccurrence;

/// Up to so many items sources are scarce rather than abundant, and a menu can be learned closer (models/README.md).
inline constexpr std::size_t kSmallMenu = 1'000;

/// Sparse ICE; the defaults are the ones measured in models/README.md.
struct TrainingOptions {
  double entries_per_item = 27;      ///< weights kept, on average over all items; popular items get more of them
  std::uint32_t support = 200;       ///< M: candidate sources of a target, ...
  std::uint32_t most_support = 800;  ///< ... a quarter of the baskets it is in, up to so many
  double significance = 6.63;        ///< least log-likelihood ratio (G2) of a rare pair; 6.63 is p = 0.01
  /// Baskets: a pair never met says something where so many were expected. Else 1, and 0 up to kSmallMenu items.
  std::optional<double> least_expected;
  double ridge = 100;             ///< lambda: of the first solve, in baskets
  double refit_ridge = 60;        ///< lambda': of the solve on what was kept
  double popularity_power = 0.1;  ///< beta: weights and intercept are divided by share^beta
  double log_linear = 0;          ///< alpha: how much of a second model is blended in (add_second_model())
  std::uint32_t min_baskets = 5;  ///< rarer items get an intercept only
  unsigned threads = 0;           ///< 0: all; the result does not depend on it
};

/// score(j | basket) = bias[j] + sum over the basket's items i of the weight of j in rows[i].
/// Positions are those of Counts::items.
struct Weights {
  std::vector<std::vector<WeightSource>> rows;
  std::vector<float> bias;
};

/// Learns the weights from counts alone, in two steps: what may matter is fitted once, and then cut to any size.
/// Owns  copies of what it needs of the counts.  Threads  one caller.
/// Cost  O(items * support^3) time on all threads; memory: 4 bytes a pair, at most 75 MB for the popular head, 8 bytes
/// a source.
/// Source  EASE^R (Steck, WWW 2019), SLIM (Ning & Karypis, ICDM 2011); see models/README.md for what differs.
class Trainer {
 public:
  Trainer(Counts const& counts, TrainingOptions const& options, Advance const& advance = {});
  /// From counts without pairs, these being in `pairs` (src/cooccurrence.hpp), which were never held as Counts.
  Trainer(Counts const& items, std::shared_ptr<Cooccurrence const> pairs, TrainingOptions const& options,
          Advance const& advance = {});
  ~Trainer();

  /// The strongest weights as first fitted: right in number and place, for measuring a table before it is made.
  [[nodiscard]] Weights strongest(double entries_per_item) const;
  /// The same weights fitted again, each target on the sources it has left; with the ridge of the options, or another.
  [[nodiscard]] Weights weights(double entries_per_item, std::optional<double> refit_ridge = {}) const;
  /// Tells of each weight whether its pair is significant (src/evidence.hpp). Cost  the first time two passes over all
  /// pairs, later one.
  void mark_significant(Weights& weights) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Trainer(counts, options).weights(options.entries_per_item)
Weights train(Counts const& counts, TrainingOptions const& options);

}  // namespace tillcue::models
