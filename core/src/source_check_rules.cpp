#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "format/layout.hpp"
#include "source_check.hpp"

namespace tillcue {
namespace {

using Text = std::string;

Result<void> check_policy(Policy const& policy) {
  if (policy.holdout_permille > 1000) return broken("policy", "holdout_permille is above 1000");
  if (policy.exploration_permille > 1000) return broken("policy", "exploration_permille is above 1000");
  if (policy.min_probability_ppm > 1'000'000) return broken("policy", "min_probability_ppm is above 1000000");
  if (policy.expert_probability_ppm > 1'000'000) return broken("policy", "expert_probability_ppm is above 1000000");
  if (policy.default_margin_percent > 100) return broken("policy", "default_margin_percent is above 100");
  return {};
}

Result<void> check_discount(CampaignSource const& campaign, Text const& where) {
  switch (campaign.discount) {
    case DiscountKind::none:
      return campaign.value == 0 ? Result<void>{} : broken(where, "has a value without a discount");
    case DiscountKind::percent:
      if (campaign.value >= 1 && campaign.value <= 100) return {};
      return broken(where, "percent " + std::to_string(campaign.value) + " is not within 1..100");
    case DiscountKind::amount:
    case DiscountKind::price:
      if (campaign.value >= 1 && campaign.value <= format::kMaxPrice) return {};
      return broken(where, "amount " + std::to_string(campaign.value) + " is not within 1..10^12 minor units");
  }
  return broken(where, "has a discount of no known kind");
}

Result<void> check_amounts(CampaignSource const& campaign, Text const& where) {
  for (auto amount : {campaign.min_basket_minor, campaign.max_basket_minor, campaign.threshold_minor,
                      campaign.free_minor, campaign.free_issues}) {
    if (amount < 0 || amount > format::kMaxPrice) {
      return broken(where, "amount " + std::to_string(amount) + " is not within 0..10^12");
    }
  }
  if (campaign.min_probability_ppm > 1'000'000) return broken(where, "min_probability_ppm is above 1000000");
  if (campaign.probability_ppm > 1'000'000) return broken(where, "probability_ppm is above 1000000");
  if (campaign.redemption_ppm > 1'000'000) return broken(where, "redemption_ppm is above 1000000");
  return {};
}

Result<void> check_lists(BundleSource const& source, CampaignSource const& campaign, Text const& where) {
  for (auto const* items : {&campaign.items, &campaign.trigger_items}) {
    for (auto item : *items) {
      if (item >= source.items.size()) return broken(where, "item " + std::to_string(item) + " does not exist");
    }
  }
  for (auto const* categories : {&campaign.categories, &campaign.trigger_categories}) {
    for (auto category : *categories) {
      if (category < source.categories.size()) continue;
      return broken(where, "category " + std::to_string(category) + " does not exist");
    }
  }
  for (auto const* names : {&campaign.places, &campaign.segments}) {
    for (auto const& name : *names) {
      if (auto ok = check_identifier(name, where, "place or segment"); !ok) return ok;
    }
  }
  return {};
}

Result<void> check_campaign(BundleSource const& source, CampaignSource const& campaign) {
  auto const where = "campaign \"" + campaign.id + "\"";
  if (auto ok = check_identifier(campaign.id, where, "id"); !ok) return ok;
  if (!campaign.partner.empty()) {
    if (auto ok = check_identifier(campaign.partner, where, "partner"); !ok) return ok;
  }
  if (auto ok = check_text(campaign.headline, where, "headline"); !ok) return ok;
  if (auto ok = check_text(campaign.terms, where, "terms"); !ok) return ok;
  if (auto ok = check_discount(campaign, where); !ok) return ok;
  if (campaign.ends != 0 && campaign.ends <= campaign.starts) return broken(where, "ends before it starts");
  if (campaign.stages == 0 || campaign.stages >= 1U << kStages) return broken(where, "runs at no stage");
  if (campaign.weekdays > 0x7F) return broken(where, "weekdays is above 127");
  if (campaign.from_minute > 1440 || campaign.until_minute > 1440) return broken(where, "a minute is above 1440");
  if (campaign.buy_quantity == 0) return broken(where, "buy_quantity is 0");
  if (auto ok = check_amounts(campaign, where); !ok) return ok;
  return check_lists(source, campaign, where);
}

Result<void> check_ladder(BundleSource const& source, LadderStep const& step) {
  auto const items = source.items.size();
  if (index(step.from) >= items || index(step.to) >= items) return broken("ladder", "an item does not exist");
  if (step.from == step.to) return broken("ladder", item_name(source, index(step.from)) + " is better than itself");
  return step.share.ppm <= 1'000'000 ? Result<void>{} : broken("ladder", "share is above 1000000 ppm");
}

Result<void> check_budgets(std::vector<BudgetSource> const& budgets) {
  std::set<std::string_view> names;
  for (auto const& budget : budgets) {
    auto const where = "budget \"" + budget.name + "\"";
    constexpr std::string_view kPartner = "partner:";
    bool const partner = budget.name.rfind(kPartner, 0) == 0;
    if (auto ok = check_identifier(partner ? budget.name.substr(kPartner.size()) : budget.name, where, "name"); !ok) {
      return ok;
    }
    if (!names.insert(budget.name).second) return broken(where, "is there twice");
    for (auto const amount : {budget.minor, budget.issues, budget.free_minor, budget.free_issues}) {
      if (amount < 0 || amount > format::kMaxPrice) {
        return broken(where, "amount " + std::to_string(amount) + " is not within 0..10^12");
      }
    }
  }
  return {};
}

bool exists(BundleSource const& source, NeverSource::Key key) {
  return key.number < (key.category ? source.categories.size() : source.items.size());
}

}  // namespace

Result<void> check_rules(BundleSource const& source) {
  if (source.campaigns.size() > format::kMaxCampaigns) return broken("campaigns", "at most 65534 fit");
  if (source.ladders.size() > format::kMaxLadders) return broken("ladders", "at most 16777215 fit");
  if (source.never.size() > format::kMaxNever) return broken("never", "at most 16777215 fit");
  if (!source.techniques.empty() && source.techniques.size() != source.categories.size()) {
    return broken("techniques", "must be one per category, or none");
  }
  if (auto ok = check_policy(source.policy); !ok) return ok;
  for (auto const& campaign : source.campaigns) {
    if (auto ok = check_campaign(source, campaign); !ok) return ok;
  }
  for (auto const& step : source.ladders) {
    if (auto ok = check_ladder(source, step); !ok) return ok;
  }
  if (auto ok = check_budgets(source.budgets); !ok) return ok;
  for (auto const& pair : source.never) {
    if (!exists(source, pair.in_basket) || !exists(source, pair.offered)) {
      return broken("never", "an item or category does not exist");
    }
  }
  return {};
}

}  // namespace tillcue
