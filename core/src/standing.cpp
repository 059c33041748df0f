#include <algorithm>
#include <limits>

#include "campaign_table.hpp"
#include "rules.hpp"
#include "stage_table.hpp"
#include "tillcue/core/engine.hpp"
#include "value.hpp"

// Whether an offer that was made still holds for a basket that has changed since.
namespace tillcue {
namespace {

struct Standing {
  Bundle const& bundle;
  CampaignTable const& campaigns;
  Rules const& rules;
  Basket const& basket;

  [[nodiscard]] bool held(ItemIx item) const noexcept { return bought(basket, item).milli > 0; }
  [[nodiscard]] bool grounded(Offer const& offer) const noexcept;
  [[nodiscard]] bool guarded(Offer const& offer) const noexcept;
  [[nodiscard]] bool campaign_runs(Offer const& offer) const noexcept;
};

/// What it goes with is bought; without that, anything is.
bool Standing::grounded(Offer const& offer) const noexcept {
  if (offer.reason.trigger != kNoItem) return held(offer.reason.trigger);
  return std::any_of(rules.basket().begin(), rules.basket().end(),
                     [](InBasket const& one) { return one.quantity_milli > 0; });
}

/// An add-on is still cheaper than what it goes with (D3).
bool Standing::guarded(Offer const& offer) const noexcept {
  bool const add_on = technique_of(offer.type) == Technique::cross_sell || offer.type == OfferType::threshold;
  if (!add_on || offer.reason.code == ReasonCode::usual) return true;
  bool const by_campaign = offer.campaign != Offer::kNoCampaign;
  auto const main = by_campaign && !campaigns.has_triggers(offer.campaign) ? kNoItem : offer.reason.trigger;
  auto const passes = [&](ItemIx item) {
    auto const price = bundle.price(item);
    return !price || rules.passes_guard(price->minor, main);
  };
  if (!passes(offer.item)) return false;
  for (auto const extra : offer.more) {
    if (extra != kNoItem && !passes(extra)) return false;
  }
  if (offer.type != OfferType::second_item || offer.price.minor == 0) return true;
  auto const off = discount_of(offer.price.minor, offer.discount, offer.discount_value);
  return rules.passes_second_item_guard(offer.price.minor - off, main);
}

/// The pieces and amounts its campaign asks for; what a notice asks for is missing still.
bool Standing::campaign_runs(Offer const& offer) const noexcept {
  auto const n = offer.campaign;
  if (rules.campaign(n, 0) != Rule::none || rules.amounts(n) != Rule::none) return false;
  if (offer.type == OfferType::notice && rules.has_what_it_needs(n)) return false;
  CampaignTable::Chance chance;
  for (auto const& one : rules.basket()) {
    if (one.quantity_milli <= 0 || !may_trigger(bundle, one.item)) continue;
    if (!CampaignTable::names(campaigns.triggered_by(one.item), n)) continue;
    chance.trigger = one.item;
    chance.quantity_milli += one.quantity_milli;
  }
  return rules.triggers(n, chance) == Rule::none;
}

}  // namespace

Quantity bought(Basket const& basket, ItemIx item) noexcept {
  Quantity sum{0};
  if (item == kNoItem) return sum;
  for (auto const& line : basket.lines()) {
    if (line.item != item || !__builtin_add_overflow(sum.milli, line.quantity.milli, &sum.milli)) continue;
    using Limits = std::numeric_limits<std::int64_t>;
    return {line.quantity.milli > 0 ? Limits::max() : Limits::min()};
  }
  return sum;
}

bool taken(Bundle const& bundle, Offer const& offer, Basket const& basket) noexcept {
  auto const held = bought(basket, offer.item).milli;
  if (offer.type != OfferType::multi_buy) return held > 0;
  // It was made of the item itself: only as many as it asks for are an answer to it.
  if (offer.campaign >= bundle.campaign_count()) return false;
  auto const campaign = bundle.campaign(offer.campaign);
  return held >= (std::int64_t{campaign.buy_quantity} + campaign.get_quantity) * 1000;
}

std::optional<Offer> Engine::standing(Sale const& sale, Offer const& offer, Context const& then) noexcept {
  auto context = then;
  context.live = nullptr;
  Rules const rules(*bundle_, *campaigns_, sale, offer.stage, context, room_);
  Standing const now{*bundle_, *campaigns_, rules, sale.basket};
  if (index(offer.item) >= bundle_->item_count() || taken(*bundle_, offer, sale.basket)) return std::nullopt;
  if (!now.grounded(offer) || rules.forbidden(offer.item)) return std::nullopt;
  if (offer.campaign != Offer::kNoCampaign && !now.campaign_runs(offer)) return std::nullopt;

  auto still = offer;
  std::size_t missing = 0;
  for (auto const extra : offer.more) {
    if (extra == kNoItem || now.held(extra)) continue;
    if (rules.forbidden(extra)) return std::nullopt;
    still.more[missing++] = extra;
  }
  std::fill(still.more.begin() + static_cast<std::ptrdiff_t>(missing), still.more.end(), kNoItem);
  if (!now.guarded(still)) return std::nullopt;
  if (offer.type == OfferType::threshold) {
    if (rules.fits_gap(offer.campaign, offer.item) != Rule::none) return std::nullopt;
    still.reason.amount = rules.gap(offer.campaign);
  }
  if (offer.type == OfferType::upgrade) {
    auto const paid = offer.price.minor - discount_of(offer.price.minor, offer.discount, offer.discount_value);
    still.reason.amount = paid - rules.price_of(offer.reason.trigger);
    if (still.reason.amount <= 0) return std::nullopt;
  }
  return still;
}

}  // namespace tillcue
