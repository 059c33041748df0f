#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/models/calibration.hpp"
#include "tillcue/models/campaigns.hpp"
#include "tillcue/models/catalogue.hpp"
#include "tillcue/models/cold_start.hpp"
#include "tillcue/models/counts.hpp"
#include "tillcue/models/ladders.hpp"
#include "tillcue/models/training.hpp"

namespace tillcue::models {

struct CompileOptions {
  Currency currency{{'E', 'U', 'R'}, 2};
  std::string language = "en";
  std::string note;  ///< "key=value" lines
  ColdStartOptions cold;
  LadderOptions ladders;
  std::string campaigns_name = "campaigns";  ///< the file as notes call it
  /// Of a weight in the table: what is saved on it buys more weights. Else 5, and 6 up to kSmallMenu items, whose gaps
  /// are short.
  std::optional<unsigned> weight_bits;
  /// What the tills have: where it hardly matters its order and weights are kept, so that a delta is small. Borrowed.
  Bundle const* previous = nullptr;
};

/// Everything the items and transactions name, for checking a campaigns file.
Assortment assortment_of(Counts const& counts, Catalogue const& catalogue);

/// Brings counts, weights, catalogue and campaigns together. Items are numbered so that the table is small
/// (item_order); those that no row knows come last, by falling popularity, those never sold behind them. An item
/// without catalogue entry is named by its SKU; without a price it gets the one it was sold at (sold_price). A GTIN
/// that is another item's SKU is left out with a word in `notes`; so are told what the legal packs caught and what
/// cross_check() finds.
BundleSource assemble(Counts const& counts, Weights const& weights, Catalogue const& catalogue,
                      Campaigns const& campaigns, Calibration calibration, CompileOptions const& options,
                      std::vector<std::string>& notes);

}  // namespace tillcue::models
