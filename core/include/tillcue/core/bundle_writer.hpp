#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tillcue/core/bundle.hpp"

namespace tillcue {

struct ItemSource {
  std::string sku;
  std::string name;
  std::vector<std::string> codes;  ///< further codes that find it (GTIN)
  std::int32_t category = -1;      ///< index into BundleSource::categories
  std::optional<std::int64_t> price_minor;
  std::optional<std::int64_t> unit_cost_minor;
  std::uint16_t flags = 0;
  std::uint16_t boost_percent = 0;  ///< see Bundle::boost_percent
};

struct WeightSource {
  std::uint32_t target = 0;
  float weight = 0;  ///< in the trainer's units
  /// The two are together more often than by chance: a positive weight may be given as a reason.
  bool significant = true;
};

/// Monotone map score -> probability for one rank; the last map serves all further ranks.
/// Read as steps: the probability of the last point whose score is <= the score; below the first point its probability.
struct CalibrationSource {
  struct Point {
    float score = 0;                       ///< ascending, in the trainer's units
    std::uint32_t ppm = 0;                 ///< not falling; over baskets of any size
    std::vector<std::uint32_t> by_size{};  ///< the same per BundleSource::calibration_sizes
  };
  std::vector<Point> points;
};

/// A campaign and what it refers to; see CampaignLists.
struct CampaignSource : CampaignRules {
  std::string id, headline, terms, partner;
  std::vector<std::uint32_t> items, categories;  ///< targets; both empty = every item
  std::vector<std::uint32_t> trigger_items, trigger_categories;
  std::vector<std::string> places, segments;
};

/// See BudgetView.
struct BudgetSource {
  std::string name;
  std::int64_t minor = 0, issues = 0, free_minor = 0, free_issues = 0;
};

/// Something that must not be offered beside something in the basket: items, or whole categories.
struct NeverSource {
  struct Key {
    bool category = false;
    std::uint32_t number = 0;
  };
  Key in_basket, offered;
};

/// A mined set; see SetView.
struct SetSource {
  std::uint32_t main = 0;
  std::vector<std::uint32_t> extras;  ///< two or three, in any order
  std::uint32_t baskets = 0, main_baskets = 0, lift_milli = 0;
};

struct TextSource {
  std::string language, key, text;
};

/// What weights of another bundle are written in.
struct WeightSteps {
  double score_unit = 0;             ///< 0: there is none
  std::vector<std::int16_t> levels;  ///< one per weight code
  std::vector<bool> significant;     ///< the same: whether its pairs are; none is where that was not told
};

/// All that goes into a bundle, in the builder's own terms. ItemIx = position in `items`.
struct BundleSource {
  std::int64_t created = 0, data_from = 0, data_to = 0;
  std::uint64_t baskets = 0;
  Currency currency{};
  std::string language = "en", note;
  std::vector<std::string> categories;
  std::vector<Technique> techniques;  ///< one per category, or none: both
  std::vector<ItemSource> items;
  std::vector<std::vector<WeightSource>> rows;  ///< one per item; any order, no repeated target, no self
  std::vector<float> bias;                      ///< one per item
  unsigned weight_bits = 8;                     ///< of a weight in the table, 4..8
  WeightSteps old_steps;                        ///< taken again where they fit nearly as well as new ones
  std::vector<CalibrationSource> calibration;   ///< at least one
  /// From which number of items in the basket each value of by_size holds; ascending, the first 0. Empty: for all
  /// alike.
  std::vector<std::uint16_t> calibration_sizes;
  Policy policy;
  std::vector<CampaignSource> campaigns;
  std::vector<BudgetSource> budgets;  ///< in any order, each name once
  std::vector<TextSource> texts;
  std::vector<SetSource> sets;      ///< those of one main item best first
  std::vector<LadderStep> ladders;  ///< those of one item best first
  std::vector<NeverSource> never;   ///< as said: the other way round is another rule
};

/// Quantises and lays out a bundle by core/FORMAT.md. The same source gives the same bytes.
/// Errors  invalid, naming the item and the rule (duplicate SKU or code, target out of range, limits of FORMAT.md).
Result<std::vector<std::byte>> write_bundle(BundleSource const& source);

/// The same with what another bundle has learned (rows, intercepts, calibration) taken over byte for byte: new rules on
/// old tables. The source's items are that bundle's, in its order; its own rows, intercepts and calibration are
/// ignored. Errors  as above.
Result<std::vector<std::byte>> write_bundle(BundleSource source, Bundle const& learned);

/// Gives weights that lie within one quantisation step of `previous`' the value they have there, so that a delta
/// against it is small. Items are the same when their SKUs are. Returns how many; none when `previous` has a plain
/// table.
std::size_t keep_weights(BundleSource& source, Bundle const& previous);

}  // namespace tillcue
