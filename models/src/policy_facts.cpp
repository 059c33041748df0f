#include "tillcue/models/policy_facts.hpp"

namespace tillcue::models {
namespace {

PolicyFact whole(std::string_view name, std::uint32_t value) {
  return {name, PolicyFact::As::whole, static_cast<double>(value)};
}

PolicyFact percent_of(std::string_view name, std::uint16_t permille) {
  return {name, PolicyFact::As::percent, permille / 10.0};
}

PolicyFact share(std::string_view name, std::uint32_t ppm) { return {name, PolicyFact::As::share, ppm / 1e6}; }

}  // namespace

std::vector<PolicyFact> policy_facts(Policy const& policy) {
  return {whole("max_hints_per_sale", policy.max_hints_per_sale),
          whole("max_hints_per_stage", policy.max_hints_per_stage),
          whole("max_coupons_per_sale", policy.max_coupons_per_sale),
          whole("min_items_before_hint", policy.min_items_before_hint),
          share("min_probability", policy.min_probability_ppm),
          whole("price_guard_percent", policy.price_guard_percent),
          percent_of("holdout_percent", policy.holdout_permille),
          whole("holdout_salt", policy.holdout_salt),
          whole("default_margin_percent", policy.default_margin_percent),
          {"holdout_by", PolicyFact::As::word, 0, policy.holdout_by_customer ? "customer" : "sale"},
          percent_of("exploration_percent", policy.exploration_permille),
          whole("second_item_percent", policy.second_item_percent),
          whole("quiet_scans_per_minute", policy.quiet_scans_per_minute),
          whole("cooldown_seconds", policy.cooldown_seconds),
          whole("max_hints_per_customer_day", policy.max_hints_per_customer_day),
          whole("max_coupons_per_customer_day", policy.max_coupons_per_customer_day),
          whole("max_down_sells", policy.max_down_sells),
          whole("gap_percent", policy.gap_percent),
          whole("trust_visits", policy.trust_visits),
          whole("large_upgrade_percent", policy.large_upgrade_percent),
          whole("upsell_least_percent", policy.upsell_least_percent),
          share("expert_probability", policy.expert_probability_ppm)};
}

}  // namespace tillcue::models
