#include <array>

#include "tillcue/models/campaign_explain.hpp"

namespace tillcue::models {

std::string_view words_of(Rule rule) noexcept {
  // In the order of Rule.
  static constexpr std::array<std::string_view, kRules> kWords{
      "nothing stopped it",
      "it has not started yet (starts)",
      "it is over (ends)",
      "it does not run on this weekday (weekdays)",
      "it does not run at this hour (hours)",
      "it does not run at this store, group or till (places)",
      "the customer is of none of its segments (segments)",
      "it is for known or for unknown customers only (customers)",
      "the customer has not been here often enough (min_visits)",
      "the receipt is below min_basket",
      "the receipt is above max_basket",
      "a stop switch is on",
      "the till's share of its budget does not allow it (budget)",
      "it was offered in this sale as often as it may (max_per_sale)",
      "the customer was offered it today as often as may be (max_per_customer_day)",
      "nothing in the basket triggers it (trigger)",
      "too few whole pieces of what triggers it are in the basket (trigger.quantity)",
      "nothing that it could be shown or printed on works now (channels)",
      "no suggestion was accepted in this sale: nothing to thank for",
      "the receipt has reached its threshold already",
      "the receipt is too far from its threshold (policy.gap_percent)",
      "the receipt has not reached its threshold",
      "nothing brings it about: none of its items ranks for this basket, and it has neither a trigger nor a "
      "probability",
      "the item is in the basket already (for more of it: enough of it; for a notice: any of what is needed)",
      "it was shown in this sale before",
      "it is sold by age and never offered",
      "it is excluded: by /exclude, items.csv or a legal pack",
      "it is not for sale",
      "it is out of stock",
      "it is probably out of stock: it has not been sold here for far longer than chance allows",
      "something in the basket forbids it (/never)",
      "nothing is said about its category (techniques: none)",
      "the technique of the trigger's category does not allow it (techniques)",
      "the law forbids its trigger as a reason (legal)",
      "it is too unlikely (min_probability)",
      "it is too dear beside what it goes with (policy.price_guard_percent)",
      "it is not cheap enough for a second item (policy.second_item_percent)",
      "its trigger had an offer of the other kind in this sale",
      "it does not close the gap to the threshold, or costs much more than that",
      "the customer does not know us well enough for it (policy.trust_visits; needs_trust)",
      "it is not dearer than what it would replace",
      "it is not cheaper than what was declined, or saves nothing beside the usual prices",
      "it brings little beside the best cross-sell, which is said instead (policy.upsell_least_percent)",
      "it passed every rule; others are worth more"};
  return kWords[static_cast<std::size_t>(rule)];
}

}  // namespace tillcue::models
