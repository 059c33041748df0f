#pragma once

#include <string>
#include <vector>

#include "tillcue/models/counts.hpp"
#include "tillcue/models/ranker.hpp"
#include "tillcue/models/significance.hpp"

namespace tillcue::models {

/// One weight of the affinity table, and what it rests on.
struct RowEntry {
  std::string sku, name;       ///< the other item
  double weight = 0;           ///< in the trainer's units
  bool significant = true;     ///< as the bundle tells (AffinityRow::Entry): the till may give it as a reason
  bool borrowed = false;       ///< its row is that of items like the one that speaks: nobody bought the two yet
  bool counted = false;        ///< whether the counts know both items; the rest is 0 without
  std::uint32_t own = 0;       ///< n_j: baskets with the other item
  std::uint32_t together = 0;  ///< n_ij
  double confidence = 0;       ///< of the baskets with the source, how many hold the target
  Significance significance;
  double false_discovery = 1;  ///< this pair's rate among all the item's pairs
  std::string why;             ///< why it stayed, in words
};

/// Everything a bundle says of one item.
struct ItemRow {
  std::string sku, name, category, price;  ///< price empty when unknown
  std::vector<std::string> flags;
  bool borrowed = false;  ///< what it speaks for is borrowed from items like it
  double intercept = 0;
  bool counted = false;
  std::uint64_t baskets = 0;         ///< counted in all
  std::uint32_t own = 0;             ///< with the item
  std::vector<RowEntry> neighbours;  ///< what the item speaks for or against, strongest first
  std::vector<RowEntry> incoming;    ///< whose row holds the item, strongest first
  /// A larger or better version of it, or one it is a better version of (L5).
  struct Rung {
    std::string sku, name, price;
    bool up = true;             ///< better than the item
    double share = 0;           ///< of the buyers of either, who choose the better one
    unsigned size_percent = 0;  ///< of the better one; 0 unknown
    bool manual = false;
    /// Larger, not better: better versions are of nearly the same size.
    [[nodiscard]] bool by_size() const noexcept { return size_percent > 110; }
  };
  std::vector<Rung> ladder;  ///< up first, best first
  struct Suggested {
    std::string sku, name, reason;
    double probability = 0;
  };
  std::vector<Suggested> suggestions;  ///< for a basket of this item alone, without rules
};

/// `counts` may be missing: then weights have no evidence beside them. Counts of other transactions than the bundle's
/// give other numbers: nothing here can tell.
/// Cost  every row of the bundle once.
ItemRow item_row(Ranker& ranker, ItemIx item, Counts const* counts);

/// `shown`: how many entries of either list, the largest weights first.
std::string text_report(ItemRow const& row, std::size_t shown);
std::string json_report(ItemRow const& row);

}  // namespace tillcue::models
