#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/models/catalogue.hpp"

namespace tillcue::models {

/// How items with little or no evidence are treated; the defaults are the ones measured in models/MEASURED.md.
struct ColdStartOptions {
  bool borrow = true;          ///< false: a cold item has an empty row, as if nothing were known of it
  std::uint32_t below = 50;    ///< an item in fewer baskets is cold
  double prior_baskets = 100;  ///< k: what is borrowed weighs k / (n + k)
  std::uint32_t entries = 16;  ///< of a cold row
  double target_share = 0.1;   ///< of its category's median: how popular a cold item is taken to be; 0: as counted
  /// As in training; the pipeline copies them.
  double popularity_power = 0.1;
  double log_linear = 0;
  std::uint32_t min_baskets = 5;
  unsigned threads = 0;
};

/// The intercept of an item that was in `taken` of `baskets` baskets, by its share alone. Where a log-linear model is
/// blended in all intercepts lie that much lower, and one without it would rank before everything.
float plain_intercept(double taken, double baskets, ColdStartOptions const& options);

/// What was learned about borrowing, and what came of it.
struct ColdStartReport {
  double name_weight = 0;      ///< how well the rows of items named alike predict an item's own row: 0 not at all
  double category_weight = 0;  ///< the same for its category, beyond the names
  std::size_t cold = 0;        ///< items in fewer than `below` baskets
  std::size_t borrowed = 0;    ///< of them with a borrowed row, marked with ItemFlag::borrowed_row
};

/// Gives cold items the rows of their relatives: the average over items with words of the name (or the brand) in
/// common and over those of the same category, popular ones weighing more, the largest entries only. How much of
/// either is taken is measured: the weights are those with which the rows of the items that have one are predicted best
/// (least squares, each item left out in turn), so that names that mean nothing lend nothing. What is borrowed gives
/// way to own evidence by k / (n + k). The intercept of a cold item becomes that of a small share of its category's
/// median, never more than of one in `min_baskets` baskets.
/// `baskets`: per item of `source` in how many of source.baskets it was.
/// Threads  options.threads of its own (0: all); the result does not depend on how many.
/// Source  empirical Bayes shrinkage (Efron & Morris 1975); stacking with weights >= 0 (Breiman 1996).
ColdStartReport warm_up(BundleSource& source, std::span<std::uint32_t const> baskets, Catalogue const& catalogue,
                        ColdStartOptions const& options);

}  // namespace tillcue::models
