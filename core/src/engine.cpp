#include "tillcue/core/engine.hpp"

#include <algorithm>
#include <utility>

#include "arm.hpp"
#include "reasoning.hpp"
#include "rules.hpp"
#include "value.hpp"

namespace tillcue {
namespace {

/// The raw ranking is judged this deep: whatever ranks behind is too unlikely to be worth a sentence.
constexpr std::size_t kDepth = 64;

/// The best few that passed every rule, one per item.
class Eligible {
 public:
  void offer(Choice const& choice) noexcept {
    auto const end = choices_.begin() + size_;
    auto const same =
        std::find_if(choices_.begin(), end, [&](Choice const& c) { return c.scored.item == choice.scored.item; });
    if (same != end) {
      if (!ranks_before(choice, *same)) return;
      std::move(same + 1, end, same);
      --size_;
    } else if (size_ == static_cast<std::ptrdiff_t>(choices_.size())) {
      if (!ranks_before(choice, choices_.back())) return;
      --size_;
    }
    auto const at = std::upper_bound(choices_.begin(), choices_.begin() + size_, choice, ranks_before);
    std::move_backward(at, choices_.begin() + size_, choices_.begin() + size_ + 1);
    *at = choice;
    ++size_;
  }
  [[nodiscard]] std::span<Choice const> list() const noexcept {
    return {choices_.data(), static_cast<std::size_t>(size_)};
  }

 private:
  std::array<Choice, Decision::kMaxEligible> choices_{};
  std::ptrdiff_t size_ = 0;
};

/// The raw ranking of one basket with probabilities by rank.
struct Ranking {
  std::array<Scored, kDepth> places;
  std::size_t size = 0;

  explicit Ranking(Scorer& scorer) noexcept : places{}, size(scorer.top(places)) {}
};

Eligible suggestions(Bundle const& bundle, Ranking const& ranking, Rules const& rules) noexcept {
  Eligible eligible;
  for (std::size_t rank = 0; rank < ranking.size; ++rank) {
    auto const scored = ranking.places[rank];
    auto const probability = bundle.probability(scored.score, rank);
    if (!rules.may_suggest(scored.item, probability)) continue;
    eligible.offer({scored, probability, expected_value(bundle, scored.item, probability, DiscountKind::none, 0),
                    Offer::kNoCampaign});
  }
  return eligible;
}

void consider(Bundle const& bundle, Rules const& rules, std::uint16_t number, CampaignView const& campaign,
              Scored scored, std::size_t rank, Eligible& eligible) noexcept {
  auto const probability = bundle.probability(scored.score, rank);
  if (probability.ppm < campaign.min_probability_ppm || !rules.may_offer(scored.item)) return;
  auto const value = expected_value(bundle, scored.item, probability, campaign.discount, campaign.value);
  eligible.offer({scored, probability, value, number});
}

// Only what ranks for this basket: behind the ranking's depth no probability has been observed, and a guess there would
// let the dearest target of a campaign win whatever the basket holds.
Eligible coupons(Bundle const& bundle, Ranking const& ranking, Rules const& rules, Timestamp now) noexcept {
  Eligible eligible;
  for (std::size_t n = 0; n < bundle.campaign_count(); ++n) {
    auto const campaign = bundle.campaign(n);
    if (!rules.runs(campaign, now)) continue;
    for (std::size_t rank = 0; rank < ranking.size; ++rank) {
      if (!bundle.targets(n, ranking.places[rank].item)) continue;
      consider(bundle, rules, static_cast<std::uint16_t>(n), campaign, ranking.places[rank], rank, eligible);
    }
  }
  return eligible;
}

Offer make_offer(Bundle const& bundle, Stage stage, Choice const& choice) noexcept {
  Offer offer;
  offer.kind = stage == Stage::tender ? OfferKind::coupon : OfferKind::suggestion;
  offer.stage = stage;
  offer.item = choice.scored.item;
  offer.price = bundle.price(offer.item).value_or(Money{0, bundle.info().currency});
  offer.probability = choice.probability;
  offer.expected_margin_micro = choice.value.micro;
  offer.campaign = choice.campaign;
  if (offer.campaign != Offer::kNoCampaign) {
    auto const campaign = bundle.campaign(offer.campaign);
    offer.discount = campaign.discount;
    offer.discount_value = campaign.value;
  }
  return offer;
}

/// Of all offers together, so that every row of the basket is read once.
void give_reasons(Bundle const& bundle, Scorer const& scorer, std::span<Offer> offers) noexcept {
  std::array<ItemIx, 3> items{};
  std::array<Term, 3> loudest{};
  for (std::size_t n = 0; n < offers.size(); ++n) items[n] = offers[n].item;
  scorer.explain(std::span(items).first(offers.size()), std::span(loudest).first(offers.size()));
  for (std::size_t n = 0; n < offers.size(); ++n) {
    offers[n].reason = reason_of(bundle, items[n], loudest[n], offers[n].probability);
  }
}

std::uint32_t next_number(Sale const& sale) noexcept {
  auto last = sale.numbers_from;
  for (auto const& shown : sale.shown) last = std::max(last, shown.offer.number);
  return last + 1;
}

std::uint16_t find_campaign(Bundle const& bundle, std::string_view id) noexcept {
  for (std::size_t n = 0; n < bundle.campaign_count(); ++n) {
    if (bundle.campaign(n).id == id) return static_cast<std::uint16_t>(n);
  }
  return Offer::kNoCampaign;
}

Silence silence_before(Rules const& rules) noexcept {
  if (rules.too_few_items()) return Silence::too_few_items;
  return rules.cap_reached() ? Silence::cap_reached : Silence::none;
}

}  // namespace

Engine::Engine(std::shared_ptr<Bundle const> bundle)
    : bundle_(std::move(bundle)),
      memory_(std::make_unique<std::byte[]>(Scorer::memory_needed(*bundle_))),
      scorer_(*bundle_, {memory_.get(), Scorer::memory_needed(*bundle_)}) {
  held_.reserve(Basket::kMaxLines);
  wanted_.reserve(Basket::kMaxLines);
}

Arm Engine::arm_of(SaleId const& sale) const noexcept {
  auto const& policy = bundle_->policy();
  auto const draw = permille_of(keyed_hash(policy.holdout_salt, sale.value));
  return draw < policy.holdout_permille ? Arm::holdout : Arm::treated;
}

void Engine::rebind(Sale& sale, Bundle const* before) const noexcept {
  for (auto& line : sale.basket.lines()) line.item = bundle_->find(line.sku.value);
  for (auto& shown : sale.shown) {
    auto& offer = shown.offer;
    auto const again = [&](ItemIx item) { return before != nullptr ? bundle_->find(before->item(item).sku) : kNoItem; };
    offer.item = again(offer.item);
    offer.reason.trigger = again(offer.reason.trigger);
    auto const* const known = before != nullptr && offer.campaign != Offer::kNoCampaign ? before : nullptr;
    offer.campaign =
        known != nullptr ? find_campaign(*bundle_, known->campaign(offer.campaign).id) : Offer::kNoCampaign;
  }
}

// The lines that stay in front keep their place in the scorer, so that the result is the same as of a fresh start even
// where the scorer ignores items beyond its limit.
void Engine::hold(Basket const& basket) noexcept {
  constexpr std::size_t kFewRows = 4;
  wanted_.clear();
  for (auto const& line : basket.lines()) {
    if (index(line.item) < bundle_->item_count() && line.quantity.milli > 0) wanted_.push_back(line.item);
  }
  std::size_t same = 0;
  while (same < held_.size() && same < wanted_.size() && held_[same] == wanted_[same]) ++same;
  if (held_.size() - same > kFewRows) {
    scorer_.assign(wanted_);
  } else {
    auto const kept = held_.begin() + static_cast<std::ptrdiff_t>(same);
    for (auto gone = kept; gone != held_.end(); ++gone) {
      if (std::find(held_.begin(), kept, *gone) == kept) scorer_.remove(*gone);
    }
    for (auto n = same; n < wanted_.size(); ++n) scorer_.add(wanted_[n]);
  }
  held_.swap(wanted_);
}

Decision Engine::decide(Sale const& sale, Stage stage, Context const& context) noexcept {
  Decision decision;
  decision.stage = stage;
  decision.arm = sale.arm;
  Rules const rules(*bundle_, sale, stage);
  decision.silence = silence_before(rules);
  hold(sale.basket);
  if (decision.silence != Silence::none) return decision;

  Ranking const ranking(scorer_);
  auto const eligible =
      stage == Stage::tender ? coupons(*bundle_, ranking, rules, context.now) : suggestions(*bundle_, ranking, rules);
  auto const choices = eligible.list();
  for (auto const& choice : choices) decision.eligible[decision.eligible_count++] = choice.scored;
  if (choices.empty()) {
    decision.silence = Silence::nothing_fits;
    return decision;
  }
  auto const held_out = std::uint32_t{bundle_->policy().holdout_permille} * 1000;
  if (sale.arm == Arm::holdout) {
    decision.silence = Silence::holdout;
    decision.propensity_ppm = held_out;
    decision.offers[0] = make_offer(*bundle_, stage, choices[0]);
    give_reasons(*bundle_, scorer_, std::span(decision.offers).first(1));
    decision.offers[0].number = next_number(sale);
    return decision;
  }
  decision.propensity_ppm = 1'000'000 - held_out;
  auto const offers = std::min(choices.size(), stage == Stage::tender ? std::size_t{1} : decision.offers.size());
  for (std::size_t n = 0; n < offers; ++n) {
    decision.offers[decision.offer_count++] = make_offer(*bundle_, stage, choices[n]);
  }
  give_reasons(*bundle_, scorer_, std::span(decision.offers).first(decision.offer_count));
  decision.offers[0].number = next_number(sale);
  return decision;
}

Offer const* remember(Sale& sale, Decision const& decision) {
  bool const withheld = decision.silence == Silence::holdout;
  if (decision.offer_count == 0 && !withheld) return nullptr;
  sale.shown.push_back({decision.offers[0], Response::none, withheld});
  return withheld ? nullptr : &sale.shown.back().offer;
}

}  // namespace tillcue
