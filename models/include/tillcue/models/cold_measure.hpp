#pragma once

#include <cstddef>
#include <cstdint>

#include "tillcue/models/evaluation.hpp"
#include "tillcue/models/pipeline.hpp"

namespace tillcue::models {

struct ColdMeasureOptions {
  double hide_share = 0.1;            ///< of the items that are learned
  std::uint32_t keep = 0;             ///< baskets in which a hidden item stays; 0: never sold
  double test_share = 0.2;            ///< of the baskets, the later ones
  std::size_t most_queries = 20'000;  ///< of each kind
};

/// Share of the questions whose answer was among the first five.
struct ColdHits {
  double only = 0;       ///< the basket holds hidden items alone
  double mixed = 0;      ///< hidden items and others
  double untouched = 0;  ///< baskets without hidden items: what cold items must not spoil
};

/// Are the probabilities right where hidden items are in the basket? The first five suggestions of a bundle built as
/// for a shop, each item of such a basket asked for in turn.
struct ColdProbabilities {
  CalibrationQuality by_borrowed;  ///< where a borrowed row speaks loudest, or for an item that has one
  CalibrationQuality others;       ///< of the same questions
};

struct ColdMeasure {
  std::size_t hidden = 0;    ///< items
  std::size_t borrowed = 0;  ///< of them with a borrowed row
  std::size_t only_queries = 0, mixed_queries = 0, untouched_queries = 0;
  ColdHits empty;      ///< hidden items have empty rows: popularity answers
  ColdHits borrowing;  ///< as built
  ColdHits full;       ///< nothing hidden: what there would be to know
  ColdProbabilities probabilities;
};

/// How much a build knows of items it has not seen: takes the purchases of some items from the earlier baskets (they
/// stay in the catalogue), then asks for the other items of later baskets that hold them.
/// Errors  invalid when no later basket holds a hidden item beside others; those of write_bundle.
Result<ColdMeasure> measure_cold_start(Dataset const& data, Catalogue const& catalogue, BuildOptions const& build,
                                       ColdMeasureOptions const& options, Progress const& progress = {});

}  // namespace tillcue::models
