#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "campaign_types.hpp"
#include "diff_parts.hpp"
#include "tillcue/models/policy_facts.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// Named values of one thing, in the order in which they are told.
using Facts = std::vector<std::pair<std::string, std::string>>;

template <class Int>
std::string whole(Int value) {
  return std::to_string(value);
}

std::string fact_text(PolicyFact const& fact) {
  switch (fact.as) {
    case PolicyFact::As::whole:
      return whole(static_cast<std::int64_t>(fact.number));
    case PolicyFact::As::percent:
      return decimals(fact.number, 1);
    case PolicyFact::As::share:
      return percent(fact.number);
    case PolicyFact::As::word:
      break;
  }
  return std::string(fact.word);
}

Facts policy_texts(Policy const& policy) {
  Facts texts;
  for (auto const& fact : policy_facts(policy)) texts.emplace_back(fact.name, fact_text(fact));
  return texts;
}

std::string discount_text(Bundle const& bundle, CampaignView const& campaign) {
  if (campaign.discount == DiscountKind::percent) return whole(campaign.value) + " %";
  auto const money = [&] { return to_text(Money{campaign.value, bundle.info().currency}); };
  if (campaign.discount == DiscountKind::amount) return money();
  return campaign.discount == DiscountKind::price ? "at " + money() : "none";
}

std::string time_text(std::int64_t seconds, char const* unlimited) {
  if (seconds == 0) return unlimited;
  auto const of_day = ((seconds % 86'400) + 86'400) % 86'400;
  if (of_day == 0) return date_text(seconds);
  return date_text(seconds) + " +" + whole(of_day) + " s";
}

/// SKUs and categories by name, in an order that does not depend on numbers.
std::string items_text(Bundle const& bundle, RefList items, RefList categories, char const* none) {
  std::set<std::string> names;
  for (std::uint32_t n = 0; n < items.size(); ++n) names.emplace(bundle.item(ItemIx{items[n]}).sku);
  for (std::uint32_t n = 0; n < categories.size(); ++n) {
    names.insert("[" + std::string(bundle.category_name(CategoryIx{categories[n]})) + "]");
  }
  std::string text;
  for (auto const& name : names) text.append(text.empty() ? "" : " ").append(name);
  return text.empty() ? none : text;
}

std::string names_text(Bundle const& bundle, RefList names) {
  std::set<std::string_view> sorted;
  for (std::uint32_t n = 0; n < names.size(); ++n) sorted.insert(bundle.name(names[n]));
  std::string text;
  for (auto const name : sorted) text.append(text.empty() ? "" : " ").append(name);
  return text.empty() ? "all" : text;
}

std::string hours_text(CampaignView const& campaign) {
  if (campaign.from_minute == campaign.until_minute) return "all day";
  char text[48];
  std::snprintf(text, sizeof text, "%02u:%02u-%02u:%02u", campaign.from_minute / 60U, campaign.from_minute % 60U,
                campaign.until_minute / 60U, campaign.until_minute % 60U);
  return text;
}

/// All terminals together.
std::string limits_text(Bundle const& bundle, std::string const& name) {
  auto const budget = bundle.find_budget(name);
  if (!budget) return "yes";
  auto const most = [](std::int64_t limit, std::string text) { return limit > 0 ? text : "no limit"; };
  return most(budget->minor, to_text(Money{budget->minor, bundle.info().currency})) + ", " +
         most(budget->issues, whole(budget->issues));
}

Facts campaign_facts(Bundle const& bundle, std::size_t n) {
  auto const campaign = bundle.campaign(n);
  auto const lists = bundle.campaign_lists(n);
  auto const money = [&](std::int64_t minor) { return to_text(Money{minor, bundle.info().currency}); };
  return {
      {"type", std::string(to_text(campaign.type))},
      {"headline", std::string(campaign.headline)},
      {"terms", std::string(campaign.terms)},
      {"partner", std::string(campaign.partner)},
      {"discount", discount_text(bundle, campaign)},
      {"starts", time_text(campaign.starts, "always")},
      {"ends before", time_text(campaign.ends, "never")},
      {"weekdays", words_of_mask(campaign.weekdays, kWeekdayWords)},
      {"hours", hours_text(campaign)},
      {"places", names_text(bundle, lists.places)},
      {"segments", names_text(bundle, lists.segments)},
      {"customers", std::string(kAudienceWords[static_cast<std::size_t>(campaign.audience)])},
      {"min_visits", whole(campaign.min_visits)},
      {"needs_trust", campaign.needs_trust ? "yes" : "no"},
      {"channels", words_of_mask(campaign.channels, kChannelWords)},
      {"stages", words_of_mask(campaign.stages, kStageWords)},
      {"valid_days", whole(campaign.valid_days)},
      {"min_probability", percent(campaign.min_probability_ppm / 1e6)},
      {"probability", percent(campaign.probability_ppm / 1e6)},
      {"redemption", percent(campaign.redemption_ppm / 1e6)},
      {"weight_percent", whole(campaign.weight_percent)},
      {"max_per_sale", whole(campaign.max_per_sale)},
      {"max_per_customer_day", whole(campaign.max_per_customer_day)},
      {"min_basket", money(campaign.min_basket_minor)},
      {"max_basket", campaign.max_basket_minor > 0 ? money(campaign.max_basket_minor) : "none"},
      {"threshold", money(campaign.threshold_minor)},
      {"trigger", items_text(bundle, lists.trigger_items, lists.trigger_categories, "any basket")},
      {"trigger quantity", whole(campaign.buy_quantity)},
      {"targets", items_text(bundle, lists.target_items, lists.target_categories, "every item")},
      {"offer quantity", whole(campaign.get_quantity)},
      {"budget", campaign.budgeted ? limits_text(bundle, std::string(campaign.id)) : "none"},
      {"free_per_till", campaign.budgeted ? money(campaign.free_minor) + ", " + whole(campaign.free_issues) : "none"}};
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

using FactsByName = std::map<std::string, std::string>;

/// What is said of categories and pairs, by what it is said of.
FactsByName rules_of(Bundle const& bundle) {
  FactsByName facts;
  for (std::uint32_t n = 0; n < bundle.category_count(); ++n) {
    auto const technique = bundle.technique(CategoryIx{n});
    if (technique == Technique::both) continue;
    facts["technique of " + std::string(bundle.category_name(CategoryIx{n}))] =
        kTechniqueWords[static_cast<std::size_t>(technique)];
  }
  for (std::size_t n = 0; n < bundle.ladder_count(); ++n) {
    auto const step = bundle.ladder_step(n);
    facts["ladder from " + std::string(bundle.item(step.from).sku) + " to " + std::string(bundle.item(step.to).sku)] =
        step.manual ? "head office's" : "mined";
  }
  for (std::size_t n = 0; n < bundle.budget_count(); ++n) {
    auto const name = std::string(bundle.budget(n).name);
    if (name.rfind("partner:", 0) == 0) facts["budget of " + name] = limits_text(bundle, name);
  }
  return facts;
}

void compare_rules(Bundle const& before, Bundle const& after, std::vector<Change>& out) {
  auto const old_ones = rules_of(before), new_ones = rules_of(after);
  auto all = old_ones;
  all.insert(new_ones.begin(), new_ones.end());
  for (auto const& entry : all) {
    auto const value = [&](FactsByName const& facts) {
      auto const found = facts.find(entry.first);
      return found == facts.end() ? std::string("none") : found->second;
    };
    if (value(old_ones) != value(new_ones)) out.push_back({"rules", entry.first, value(old_ones), value(new_ones)});
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
  compare_facts("policy", policy_texts(before.policy()), policy_texts(after.policy()), out.settings);
  compare_campaigns(before, after, out.settings);
  compare_rules(before, after, out.settings);
  compare_texts(before, after, out.settings);
}

}  // namespace tillcue::models
