#include "write_campaigns.hpp"

#include <algorithm>
#include <utility>

#include "format/check.hpp"
#include "format/layout.hpp"

namespace tillcue {
namespace {

using format::Output;
using format::StringPool;

std::uint32_t put_refs(std::vector<std::uint32_t> refs, Output& out) {
  std::sort(refs.begin(), refs.end());
  refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
  for (auto ref : refs) out.put(ref);
  return static_cast<std::uint32_t>(refs.size());
}

std::uint32_t put_names(std::vector<std::string> const& names, StringPool& pool, Output& out) {
  for (auto const& name : names) out.put(pool.add(name));
  return static_cast<std::uint32_t>(names.size());
}

void put_rules(CampaignRules const& rules, Output& out) {
  out.put(static_cast<std::uint8_t>(rules.type));
  out.put(rules.stages);
  out.put(rules.channels);
  out.put(rules.weekdays);
  out.put(static_cast<std::uint16_t>(rules.discount));
  out.put(rules.valid_days);
  out.put(rules.value);
  out.put(rules.starts);
  out.put(rules.ends);
  for (auto number : {rules.from_minute, rules.until_minute, rules.weight_percent, rules.buy_quantity,
                      rules.get_quantity, rules.max_per_sale, rules.max_per_customer_day, rules.min_visits}) {
    out.put(number);
  }
  out.put(static_cast<std::uint8_t>(rules.audience));
  out.put(static_cast<std::uint8_t>((rules.needs_trust ? format::plan::kNeedsTrust : 0) |
                                    (rules.budgeted ? format::plan::kBudgeted : 0)));
  out.zeros(2);
  for (auto share : {rules.min_probability_ppm, rules.probability_ppm, rules.redemption_ppm}) out.put(share);
  for (auto amount :
       {rules.min_basket_minor, rules.max_basket_minor, rules.threshold_minor, rules.free_minor, rules.free_issues}) {
    out.put(amount);
  }
}

void put_campaign(CampaignSource const& campaign, StringPool& pool, Output& out, Output& refs) {
  for (auto const* text : {&campaign.id, &campaign.headline, &campaign.terms, &campaign.partner}) {
    out.put(pool.add(*text));
  }
  put_rules(campaign, out);
  out.put(static_cast<std::uint32_t>(refs.size() / format::kRefBytes));
  for (auto const* list :
       {&campaign.items, &campaign.categories, &campaign.trigger_items, &campaign.trigger_categories}) {
    out.put(put_refs(*list, refs));
  }
  out.put(put_names(campaign.places, pool, refs));
  out.put(put_names(campaign.segments, pool, refs));
  out.zeros(4);
}

Output ladders(std::vector<LadderStep> steps) {
  std::stable_sort(steps.begin(), steps.end(),
                   [](auto const& a, auto const& b) { return index(a.from) < index(b.from); });
  Output out;
  for (auto const& step : steps) {
    out.put(index(step.from));
    out.put(index(step.to));
    out.put(step.share.ppm);
    out.put(step.size_percent);
    out.put(static_cast<std::uint16_t>(step.manual ? format::ladder::kManual : 0));
  }
  return out;
}

std::uint32_t key_of(NeverSource::Key key) { return key.number | (key.category ? format::kIsCategory : 0); }

Output never(std::vector<NeverSource> const& pairs) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> keys;
  for (auto const& pair : pairs) keys.emplace_back(key_of(pair.in_basket), key_of(pair.offered));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  Output out;
  for (auto const& [in_basket, offered] : keys) {
    out.put(in_basket);
    out.put(offered);
  }
  return out;
}

Output budgets(std::vector<BudgetSource> sorted, StringPool& pool) {
  std::sort(sorted.begin(), sorted.end(), [](auto const& a, auto const& b) { return a.name < b.name; });
  Output out;
  for (auto const& budget : sorted) {
    out.put(pool.add(budget.name));
    out.zeros(4);
    for (auto const amount : {budget.minor, budget.issues, budget.free_minor, budget.free_issues}) out.put(amount);
  }
  return out;
}

}  // namespace

void add_campaigns(BundleSource const& source, StringPool& pool, format::FileOutput& file) {
  if (!source.campaigns.empty()) {
    Output campaigns, refs;
    for (auto const& campaign : source.campaigns) put_campaign(campaign, pool, campaigns, refs);
    file.add(format::kPlans, format::kPlanBytes, std::move(campaigns));
    file.add(format::kRefs, format::kRefBytes, std::move(refs));
  }
  // Who does not know them asks for shares all the same: campaigns say that they have a budget.
  if (!source.budgets.empty()) file.add(format::kBudgets, format::kBudgetBytes, budgets(source.budgets, pool), false);
  // Who does not know ladders offers none.
  if (!source.ladders.empty()) file.add(format::kLadders, format::kLadderBytes, ladders(source.ladders), false);
  // Who does not know what must not be offered has to leave the file alone.
  if (!source.never.empty()) file.add(format::kNever, format::kNeverBytes, never(source.never));
}

}  // namespace tillcue
