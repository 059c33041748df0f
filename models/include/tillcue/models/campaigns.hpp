#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"

namespace tillcue::models {

/// What a campaigns file may speak of.
struct Assortment {
  std::unordered_set<std::string> skus;
  std::unordered_set<std::string> categories;
};

struct Coupon {
  CampaignSource source;  ///< without items: these follow from the two lists
  std::vector<std::string> skus;
  std::vector<std::string> categories;
};

/// Head office's rules and campaigns. As built: the default policy and no campaign.
struct Campaigns {
  Policy policy;
  std::vector<std::string> excluded_skus;
  std::vector<std::string> excluded_categories;
  std::vector<Coupon> coupons;
  std::vector<TextSource> texts;
};

/// Reads a campaigns file (JSON; models/README.md, models/campaigns.example.json). `name` is the file in error texts.
/// Errors  invalid: "FILE:LINE: is not JSON", or all problems at once, a line each with JSON path and mend.
Result<Campaigns> parse_campaigns(std::string_view json, std::string const& name, Currency currency,
                                  Assortment const& assortment);

}  // namespace tillcue::models
