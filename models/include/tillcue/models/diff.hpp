#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tillcue/models/ranker.hpp"
#include "tillcue/models/weighing.hpp"

namespace tillcue::models {

struct NamedItem {
  std::string sku, name;
};

/// Something that is in both bundles and differs, in words.
struct Change {
  std::string where;  ///< "item 1001 (Ground coffee)", "policy", "campaign x", "text en script.popular"
  std::string what;   ///< "price", "flags", "max_hints_per_sale"...
  std::string before, after;
};

struct BundleSize {
  std::size_t bytes = 0, items = 0, weights = 0, affinity_bytes = 0;
  std::uint64_t baskets = 0;
  Weighing weighing;
  std::int64_t data_from = 0, data_to = 0;
};

/// What a till would say to a basket: the item and its probability; empty when it would say nothing.
struct Said {
  std::string sku, name;
  double probability = 0;
};

struct SuggestionExample {
  std::vector<std::string> basket;  ///< names
  Said before, after;
};

/// How often an item is among the first three suggestions of the sample.
struct SuggestedItem {
  NamedItem item;
  std::size_t before = 0, after = 0;
};

struct SuggestionChanges {
  std::string sample;  ///< which baskets were asked
  std::size_t baskets = 0, first_changed = 0, any_of_three_changed = 0;
  std::size_t silent_before = 0, silent_after = 0;
  std::vector<SuggestedItem> gained, lost;  ///< most changed first
  std::vector<SuggestionExample> examples;  ///< likeliest new first suggestions first
};

struct BundleDiff {
  BundleSize before, after;
  std::vector<NamedItem> added, removed;
  std::vector<Change> items;     ///< name, category, price, unit cost, flags
  std::vector<Change> settings;  ///< policy, campaigns, texts, currency, language
  SuggestionChanges suggestions;
};

/// Baskets to ask, as SKUs: of the most popular items of both bundles alone, with their nearest neighbour, and with
/// two.
std::vector<std::vector<std::string>> baskets_of_rows(Bundle const& before, Bundle const& after);
/// At most `most` baskets by hashed id.
std::vector<std::vector<std::string>> baskets_of(Dataset const& data, std::size_t most);

/// What would change at the till if `after` replaced `before`: what is in them, and what they would say at the subtotal
/// to each of `baskets` (one piece each at the shelf price).
BundleDiff diff(Ranker const& before, Ranker const& after, std::vector<std::vector<std::string>> const& baskets,
                std::string sample);

/// `shown`: how many of each list.
std::string text_report(BundleDiff const& diff, std::size_t shown);
std::string json_report(BundleDiff const& diff);

}  // namespace tillcue::models
