#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"

namespace tillcue::models {

/// What a campaigns file may speak of.
struct Assortment {
  std::unordered_set<std::string> skus;
  std::unordered_set<std::string> categories;
};

/// Items by SKU, and all of some categories.
struct Selection {
  std::vector<std::string> skus, categories;

  [[nodiscard]] bool empty() const noexcept { return skus.empty() && categories.empty(); }
};

/// Where in the file something was said.
struct FilePlace {
  std::string path;      ///< JSON path: "/campaigns/0"
  std::size_t line = 0;  ///< 0: not from a file
};

/// An offer head office makes. One entry of "campaigns", or of "coupons".
struct Campaign {
  CampaignSource source;               ///< without items and categories: these follow from the two selections
  Selection offer, trigger;            ///< an empty one: any item, any basket
  std::vector<TextSource> texts;       ///< its own words; the key is "script" or "reason"
  std::vector<FilePlace> text_places;  ///< of each
  BudgetSource budget;                 ///< where the source is budgeted; without a name
  FilePlace place;
};

/// What a partner pays for, all its campaigns together.
struct PartnerRule {
  BudgetSource budget;  ///< its name is "partner:" and the partner's
  FilePlace place;
};

struct NeverRule {
  Selection with, offer;
  bool both_ways = false;
  FilePlace place;
};

/// SKUs, each the smaller or plainer version of the next.
struct LadderRule {
  std::vector<std::string> skus;
  FilePlace place;
};

struct BoostRule {
  Selection what;
  std::uint16_t percent = 0;
  FilePlace place;
};

/// Which legal packs hold (legal.hpp).
struct LegalChoice {
  std::string country;              ///< ISO 3166 code of two letters; empty: not said
  bool own_packs = false;           ///< `packs` instead of the country's
  std::vector<std::string> packs;   ///< names
  std::vector<std::string> except;  ///< SKUs that no pack catches
  std::vector<std::string> silent;  ///< further packs of which nothing may be a trigger or a reason
  FilePlace place;
};

/// Head office's rules and campaigns. As built: the default policy, the packs of no named country, and no campaign.
struct Campaigns {
  Policy policy;
  Selection excluded;
  std::vector<Campaign> campaigns;
  std::vector<PartnerRule> partners;
  std::vector<LadderRule> ladders;
  std::vector<NeverRule> never;
  std::vector<std::pair<std::string, Technique>> techniques;  ///< by category
  std::vector<BoostRule> boosts;
  LegalChoice legal;
  std::vector<TextSource> texts;
  std::vector<FilePlace> text_places;  ///< of each
};

/// Reads a campaigns file (JSON with comments; models/CAMPAIGNS.md). `name` is the file in
/// error texts.
/// Errors  invalid: "FILE:LINE: is not JSON", or all problems at once, each "FILE:LINE: PATH: what; mend".
Result<Campaigns> parse_campaigns(std::string_view json, std::string const& name, Currency currency,
                                  Assortment const& assortment);

/// models/campaigns.schema.json: what parse_campaigns reads, as a JSON Schema (draft 2020-12).
std::string_view campaigns_schema() noexcept;

}  // namespace tillcue::models
