#include <algorithm>
#include <map>
#include <set>

#include "diff_parts.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// Named values of one thing, in the order in which they are told.
using Facts = std::vector<std::pair<std::string, std::string>>;

template <class Int>
std::string whole(Int value) {
  return std::to_string(value);
}

Facts policy_facts(Policy const& policy) {
  return {{"max_hints_per_sale", whole(policy.max_hints_per_sale)},
          {"max_hints_per_stage", whole(policy.max_hints_per_stage)},
          {"max_coupons_per_sale", whole(policy.max_coupons_per_sale)},
          {"min_items_before_hint", whole(policy.min_items_before_hint)},
          {"min_probability", percent(policy.min_probability_ppm / 1e6)},
          {"price_guard_percent", whole(policy.price_guard_percent)},
          {"holdout_percent", decimals(policy.holdout_permille / 10.0, 1)},
          {"holdout_salt", whole(policy.holdout_salt)},
          {"default_margin_percent", whole(policy.default_margin_percent)}};
}

std::string discount_text(Bundle const& bundle, CampaignView const& campaign) {
  if (campaign.discount == DiscountKind::percent) return whole(campaign.value) + " %";
  if (campaign.discount == DiscountKind::amount) return to_text(Money{campaign.value, bundle.info().currency});
  return "none";
}

std::string time_text(std::int64_t seconds, char const* unlimited) {
  if (seconds == 0) return unlimited;
  auto const of_day = ((seconds % 86'400) + 86'400) % 86'400;
  if (of_day == 0) return date_text(seconds);
  return date_text(seconds) + " +" + whole(of_day) + " s";
}

std::string targets_text(Bundle const& bundle, std::size_t campaign) {
  auto const count = bundle.target_count(campaign);
  if (count == 0) return "every item";
  std::set<std::string_view> skus;
  for (std::size_t n = 0; n < count; ++n) skus.insert(bundle.item(bundle.target(campaign, n)).sku);
  std::string text;
  for (auto const sku : skus) text.append(text.empty() ? "" : " ").append(sku);
  return text;
}

Facts campaign_facts(Bundle const& bundle, std::size_t n) {
  auto const campaign = bundle.campaign(n);
  return {{"headline", std::string(campaign.headline)},
          {"terms", std::string(campaign.terms)},
          {"discount", discount_text(bundle, campaign)},
          {"starts", time_text(campaign.starts, "always")},
          {"ends before", time_text(campaign.ends, "never")},
          {"valid_days", whole(campaign.valid_days)},
          {"min_probability", percent(campaign.min_probability_ppm / 1e6)},
          {"min_basket", to_text(Money{campaign.min_basket_minor, bundle.info().currency})},
          {"targets", targets_text(bundle, n)}};
}

void compare_facts(std::string const& where, Facts const& before, Facts const& after, std::vector<Change>& out) {
  for (std::size_t n = 0; n < before.size(); ++n) {
    if (before[n].second != after[n].second) {
      out.push_back({where, before[n].first, before[n].second, after[n].second});
    }
  }
}

std::map<std::string, std::size_t> campaigns_of(Bundle const& bundle) {
  std::map<std::string, std::size_t> campaigns;
  for (std::size_t n = 0; n < bundle.campaign_count(); ++n) campaigns.emplace(bundle.campaign(n).id, n);
  return campaigns;
}

void compare_campaigns(Bundle const& before, Bundle const& after, std::vector<Change>& out) {
  auto const old_ones = campaigns_of(before);
  auto const new_ones = campaigns_of(after);
  for (auto const& [id, at] : old_ones) {
    auto const now = new_ones.find(id);
    if (now == new_ones.end())
      out.push_back({"campaign " + id, "campaign", "there", "gone"});
    else
      compare_facts("campaign " + id, campaign_facts(before, at), campaign_facts(after, now->second), out);
  }
  for (auto const& [id, at] : new_ones) {
    if (old_ones.count(id) == 0) {
      out.push_back({"campaign " + id, "campaign", "none", "new: " + discount_text(after, after.campaign(at))});
    }
  }
}

std::map<std::string, std::string> texts_of(Bundle const& bundle) {
  std::map<std::string, std::string> texts;
  for (std::size_t n = 0; n < bundle.text_count(); ++n) {
    auto const entry = bundle.text_entry(n);
    texts.emplace(std::string(entry.language).append(" ").append(entry.key), entry.text);
  }
  return texts;
}

void compare_texts(Bundle const& before, Bundle const& after, std::vector<Change>& out) {
  auto const old_ones = texts_of(before);
  auto const new_ones = texts_of(after);
  auto keys = old_ones;
  keys.insert(new_ones.begin(), new_ones.end());
  auto const text = [](std::map<std::string, std::string> const& texts, std::string const& key) -> std::string {
    auto const found = texts.find(key);
    return found == texts.end() ? "built in" : found->second;
  };
  for (auto const& entry : keys) {
    compare_facts("text " + entry.first, {{"text", text(old_ones, entry.first)}},
                  {{"text", text(new_ones, entry.first)}}, out);
  }
}

}  // namespace

void compare_settings(Bundle const& before, Bundle const& after, BundleDiff& out) {
  auto const shop = [](Bundle const& bundle) {
    return Facts{{"currency", std::string(bundle.info().currency.text())},
                 {"language", std::string(bundle.info().language)}};
  };
  compare_facts("bundle", shop(before), shop(after), out.settings);
  compare_facts("policy", policy_facts(before.policy()), policy_facts(after.policy()), out.settings);
  compare_campaigns(before, after, out.settings);
  compare_texts(before, after, out.settings);
}

}  // namespace tillcue::models
