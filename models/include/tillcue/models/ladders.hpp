#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tillcue/models/campaigns.hpp"
#include "tillcue/models/catalogue.hpp"
#include "tillcue/models/counts.hpp"

namespace tillcue::models {

/// When one item counts as the larger or better version of another (L5).
struct LadderOptions {
  bool mine = true;
  std::size_t most_steps = 3;       ///< from one item
  double least_size_ratio = 1.25;   ///< "larger": of the same name, so much more in the pack, ...
  double most_size_ratio = 4;       ///< ... and not more than that
  double least_saving = 0.02;       ///< ... and each gram cheaper by this share at least
  double least_price_ratio = 1.05;  ///< dearer by this at least: else there is nothing to gain
  double most_price_ratio = 3;      ///< of a larger pack
  double most_better_ratio = 2;     ///< price of "better": the same thing and size, another brand
  double most_lift = 1.0;           ///< together at most as often as chance has it: whoever takes one leaves the other
  double enough_expected = 5;       ///< with fewer baskets together, expected or real, nothing is known of that
  std::uint32_t least_baskets = 5;  ///< of either item, for a better brand; sizes of a known item need none
  double least_share = 0.05;        ///< of the buyers of either, who choose it
  std::size_t most_alike = 200;     ///< items of one name and category that are compared with each other
};

/// Steps from smaller to larger and from plainer to better items of the source: same category, same name without brand
/// and size, prices and sizes within the limits, and bought instead of one another. By item, the most worth in money
/// first. Flags of the source decide who is left out: what is never offered has no place on a ladder.
/// Source  substitutes co-occur less than chance: Ruiz, Athey & Blei, SHOPPER, Annals of Applied Statistics 2020.
/// Cost  items x most_alike.
std::vector<LadderStep> mine_ladders(Counts const& counts, Catalogue const& catalogue, BundleSource const& source,
                                     LadderOptions const& options);

/// Head office's ladders, and behind them the mined steps that do not repeat one; at most `most_steps` from an item.
std::vector<LadderStep> join_ladders(std::vector<LadderStep> const& manual, std::vector<LadderStep> const& mined,
                                     std::size_t most_steps);

/// Steps of one manual ladder: from each rung to the next ones. Sizes and shares as far as they are known.
std::vector<LadderStep> manual_steps(LadderRule const& rule, Counts const& counts, Catalogue const& catalogue,
                                     BundleSource const& source, std::size_t most_steps);

}  // namespace tillcue::models
