#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tillcue/models/campaigns.hpp"
#include "tillcue/models/catalogue.hpp"
#include "tillcue/models/legal.hpp"

namespace tillcue::models {

/// What became of a campaigns file in a source.
struct AppliedCampaigns {
  std::vector<LegalCatch> legal;
  /// For each of Campaigns::campaigns its number in the source, or kDropped: the legal packs left nothing of it.
  std::vector<std::size_t> number;

  static constexpr std::size_t kDropped = static_cast<std::size_t>(-1);
};

/// Writes head office's rules into a source that has its items and categories: policy, texts, flags, techniques,
/// boosts, negative pairs and campaigns. Ladders are another matter (ladders.hpp). A campaign's own words become the
/// texts "script.cN" and "reason.cN", N its number in the source.
AppliedCampaigns apply_campaigns(Campaigns const& campaigns, BundleSource& source);

/// "alcohol: 12 items are never offered (Lager 0.5 l, Red wine 0.75 l, ...)": a note a pack.
std::vector<std::string> legal_notes(AppliedCampaigns const& applied, BundleSource const& source, std::size_t named);

/// A bundle's items, categories, sets and mined ladders as a source for other rules (write_bundle(source, learned)):
/// without rows and campaigns. What flags excluded stays excluded: a bundle does not say who excluded it.
BundleSource source_of(Bundle const& bundle);

/// An items file as a source, and behind it what was sold besides, named by SKU: to check rules without a bundle.
BundleSource source_of(Catalogue const& catalogue, std::vector<std::string> const& sold, Currency currency,
                       std::string language);

/// What a campaigns file for this source may speak of.
Assortment assortment_of(BundleSource const& source);

}  // namespace tillcue::models
