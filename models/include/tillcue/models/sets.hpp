#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/recency.hpp"

namespace tillcue::models {

/// The defaults are the ones measured in models/MEASURED.md.
struct SetOptions {
  std::size_t most = 1000;         ///< sets of a bundle; 0: none are mined
  std::uint32_t min_baskets = 10;  ///< that must hold a whole set
  std::size_t most_items = 50;     ///< baskets with more are left out: they hold whole aisles, and any set by chance
  double error = 0.01;             ///< chance of one set or more by coincidence, over all that could be
  std::size_t most_lines = std::size_t{64} << 20U;  ///< above, a fair sample of the baskets is mined
  unsigned threads = 0;                             ///< 0: all; the result does not depend on it
};

/// Three or four items bought together more than their parts explain. Positions in Dataset::items, by falling
/// popularity.
struct MinedSet {
  std::vector<std::uint32_t> items;
  std::uint32_t baskets = 0;         ///< with all of them
  std::vector<std::uint32_t> alone;  ///< per item: baskets with it
  double expected = 0;               ///< baskets if its best-selling split into two parts met by chance
  double gain = 0;                   ///< baskets * ln(baskets / expected): what the list is ordered by
};

struct MinedSets {
  std::vector<MinedSet> sets;  ///< best first
  std::size_t baskets = 0;     ///< mined
  bool sampled = false;
};

/// Mines sets among the items marked usable: every two of a set are significantly bought together, and the whole is so
/// beyond the likeliest of its splits (one item or pair and the rest). Chance is bounded by Chernoff's bound of the
/// Poisson tail over every set that could be formed; it holds as well for baskets that count less than whole, by which
/// all counts then go, rounded to whole baskets in the result. Of sets with half of their items in common the best is
/// kept. Threads  options.threads of its own (0: all); the result does not depend on how many. Cost  one step per pair
/// occurrence, and one per line for each item's baskets; memory 8 bytes a line. Source  support and lift: Agrawal &
/// Srikant, VLDB 1994; multiple testing: Webb, Machine Learning 68, 2007.
MinedSets mine_sets(Dataset const& data, std::vector<char> const& usable, SetOptions const& options,
                    BasketWeights weights = {});

/// Mines and puts into `source`: never with an item that may not be offered; the dearest item is the main one (that
/// with the fewest baskets where a price is unknown). Says in `notes` what the user should know.
void add_sets(Dataset const& data, SetOptions const& options, BundleSource& source, std::vector<std::string>& notes,
              BasketWeights weights = {});

}  // namespace tillcue::models
