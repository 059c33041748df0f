#include "tillcue/core/engine.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "arm.hpp"
#include "choosing.hpp"
#include "rules.hpp"
#include "value.hpp"

namespace tillcue {
namespace {

OfferKind kind_of(Stage stage, OfferType type) noexcept {
  if (type == OfferType::notice) return OfferKind::notice;
  return stage == Stage::tender ? OfferKind::coupon : OfferKind::suggestion;
}

Offer make_offer(Bundle const& bundle, Stage stage, Choice const& choice) noexcept {
  Offer offer;
  offer.kind = kind_of(stage, choice.type);
  offer.type = choice.type;
  offer.stage = stage;
  offer.item = choice.scored.item;
  offer.more = choice.more;
  offer.price = bundle.price(offer.item).value_or(Money{0, bundle.info().currency});
  offer.probability = choice.probability;
  offer.reason = choice.reason;
  offer.expected_margin_micro = choice.value.micro;
  offer.campaign = choice.campaign;
  if (offer.campaign != Offer::kNoCampaign) {
    auto const campaign = bundle.campaign(offer.campaign);
    offer.discount = campaign.discount;
    offer.discount_value = campaign.value;
  }
  return offer;
}

/// Which of `count` choices is made, and with what chance in a million.
struct Draw {
  std::size_t choice = 0;
  std::uint32_t ppm = 1'000'000;
};

/// A share of the decisions draws evenly; the rest takes the best (epsilon-greedy).
Draw draw(Policy const& policy, Sale const& sale, Stage stage, std::uint32_t number, Context const& context,
          std::size_t count) noexcept {
  Draw draw;
  if (count < 2) return draw;
  auto const permille = std::uint32_t{policy.exploration_permille};
  if (context.choice != Context::kDrawn) {
    draw.choice = std::min<std::size_t>(context.choice, count - 1);
  } else if (permille > 0) {
    auto const key = context.seed ^ (std::uint64_t{number} << 8U | static_cast<std::uint64_t>(stage));
    auto const hash = keyed_hash(key, sale.id.value);
    if (permille_of(hash) < permille) draw.choice = static_cast<std::size_t>((hash & 0xFFFF'FFFFU) * count >> 32U);
  }
  auto const each = static_cast<std::uint32_t>(permille * 1000 / count);
  draw.ppm = draw.choice == 0 ? 1'000'000 - permille * 1000 + each : each;
  return draw;
}

/// The cross-sells of the same stage when these upsells bring little beside the best of them (D1); else none. What has
/// no known value gives way to nothing.
Eligible instead_of(Matter const& matter, Attempt const& attempt, std::uint16_t running,
                    Eligible const& upsells) noexcept {
  auto const percent = matter.bundle.policy().upsell_least_percent;
  if (percent == 0 || attempt.technique != Technique::upsell) return {};
  auto const* const other = std::find_if(std::begin(kAttempts), std::end(kAttempts), [&](Attempt const& a) {
    return a.stage == attempt.stage && a.technique == Technique::cross_sell;
  });
  if (other == std::end(kAttempts)) return {};
  auto quiet = matter;
  quiet.witness = nullptr;
  auto const crosses = choose(quiet, *other, running);
  if (crosses.list().empty() || !crosses.list().front().value.known) return {};
  auto const worth = crosses.list().front().rank_micro;
  if (worth <= 0 || upsells.list().front().rank_micro >= worth / 100 * percent) return {};
  if (matter.witness == nullptr) return crosses;
  for (auto const& choice : upsells.list()) matter.stopped(choice.scored.item, choice.campaign, Rule::worth_little);
  return choose(matter, *other, running);
}

/// What stands beside the main offer is neither recorded nor paid for: nothing with a discount or within a budget.
bool costs_nothing(CampaignTable const& campaigns, Choice const& choice, Context const& context) noexcept {
  auto const n = choice.campaign;
  if (n == Offer::kNoCampaign) return true;
  auto const left = context.live != nullptr ? context.live->left(n) : campaigns.free(n);
  bool const bounded = left != Allotment{Allotment::kUnlimited, Allotment::kUnlimited};
  return !bounded && choice.cost == 0 && campaigns.rules(n).discount == DiscountKind::none;
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

}  // namespace

std::string_view to_text(Rule rule) noexcept {
  constexpr std::array<std::string_view, kRules> kNames{"none",
                                                        "not_started",
                                                        "ended",
                                                        "weekday",
                                                        "daypart",
                                                        "place",
                                                        "segment",
                                                        "audience",
                                                        "visits",
                                                        "basket_too_small",
                                                        "basket_too_large",
                                                        "stopped",
                                                        "budget",
                                                        "per_sale",
                                                        "per_customer_day",
                                                        "no_trigger",
                                                        "too_few_triggers",
                                                        "channel",
                                                        "nothing_accepted",
                                                        "threshold_reached",
                                                        "threshold_far",
                                                        "threshold_not_reached",
                                                        "not_likely",
                                                        "in_basket",
                                                        "shown_before",
                                                        "age_restricted",
                                                        "excluded",
                                                        "not_for_sale",
                                                        "out_of_stock",
                                                        "probably_out_of_stock",
                                                        "never_beside",
                                                        "category_silent",
                                                        "technique",
                                                        "never_trigger",
                                                        "improbable",
                                                        "price_guard",
                                                        "second_item_guard",
                                                        "trigger_used",
                                                        "gap",
                                                        "trust",
                                                        "not_dearer",
                                                        "not_cheaper",
                                                        "worth_little",
                                                        "outranked"};
  return kNames[static_cast<std::size_t>(rule)];
}

std::string_view to_text(Silence silence) noexcept {
  constexpr std::array<std::string_view, 8> kNames{"none",         "holdout", "cap_reached",  "too_few_items",
                                                   "nothing_fits", "busy",    "cooling_down", "no_channel"};
  return kNames[static_cast<std::size_t>(silence)];
}

void ScanPace::scanned(SteadyTime at) noexcept {
  std::move(times_.begin() + 1, times_.end(), times_.begin());
  times_.back() = at;
  count_ = std::min(count_ + 1, kKept);
}

std::uint32_t ScanPace::per_minute(SteadyTime now) const noexcept {
  constexpr auto kPause = std::chrono::seconds(10);
  if (count_ < kKept || now - times_.back() > kPause) return 0;
  auto const took = std::max<std::int64_t>((times_.back() - times_.front()).count(), 1);
  return static_cast<std::uint32_t>(std::int64_t{kKept - 1} * 60'000 / took);
}

Engine::Engine(std::shared_ptr<Bundle const> bundle, Place place)
    : bundle_(std::move(bundle)),
      place_(std::move(place)),
      memory_(std::make_unique_for_overwrite<std::byte[]>(Scorer::memory_needed(*bundle_))),
      scorer_(*bundle_, {memory_.get(), Scorer::memory_needed(*bundle_)}),
      campaigns_(std::make_unique<CampaignTable>(*bundle_, place_)) {
  held_.reserve(Basket::kMaxLines);
  wanted_.reserve(Basket::kMaxLines);
  room_.reserve(Basket::kMaxLines);
}

Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Arm Engine::arm_of(SaleId const& sale, CustomerId const& customer) const noexcept {
  auto const& policy = bundle_->policy();
  bool const person = policy.holdout_by_customer && !customer.empty();
  auto const draw = permille_of(keyed_hash(policy.holdout_salt, person ? customer.value : sale.value));
  return draw < policy.holdout_permille ? Arm::holdout : Arm::treated;
}

void Engine::rebind(Sale& sale, Bundle const* before) const noexcept {
  for (auto& line : sale.basket.lines()) line.item = bundle_->find(line.sku.value);
  for (auto& usual : sale.shopper.usual) usual.item = bundle_->find(usual.sku.value);
  for (auto& shown : sale.shown) {
    auto& offer = shown.offer;
    auto const again = [&](ItemIx item) {
      return before != nullptr && item != kNoItem ? bundle_->find(before->item(item).sku) : kNoItem;
    };
    offer.item = again(offer.item);
    for (auto& extra : offer.more) extra = again(extra);
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
  // As the rules have just read it: what came back is not sold.
  auto const sold = [&](ItemIx item) {
    auto const at = std::lower_bound(room_.begin(), room_.end(), item,
                                     [](InBasket const& a, ItemIx i) { return index(a.item) < index(i); });
    return at != room_.end() && at->item == item && at->quantity_milli > 0;
  };
  wanted_.clear();
  for (auto const& line : basket.lines()) {
    if (index(line.item) >= bundle_->item_count() || line.quantity.milli <= 0) continue;
    if (!sold(line.item)) continue;
    if (!bundle_->has(line.item, ItemFlag::no_trigger)) wanted_.push_back(line.item);
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

Decision Engine::decide(Sale const& sale, Stage stage, Context const& context, Witness* witness) noexcept {
  Decision decision;
  decision.stage = stage;
  decision.arm = sale.arm;
  decision.at = context.moment();
  Rules const rules(*bundle_, *campaigns_, sale, stage, context, room_);
  decision.silence = rules.silence();
  hold(sale.basket);
  // Information is given whatever else is silent, to everybody.
  bool const only_alternative = rules.only_alternative(decision.silence);
  bool const only_notices = decision.silence != Silence::none && !only_alternative;
  // Without any there is nothing to look for; a witness still hears what stopped the campaigns.
  bool const no_notices = witness == nullptr && !campaigns_->any(OfferType::notice);
  if (only_notices && (stage == Stage::tender || decision.silence == Silence::no_channel || no_notices)) {
    return decision;
  }

  Ranking const ranking(*bundle_, *campaigns_, scorer_, rules);
  Matter const matter{*bundle_, *campaigns_, rules, sale, ranking, witness};
  auto const running = find_chances(matter);
  Eligible eligible;
  bool notice = false;
  for (auto const& attempt : kAttempts) {
    if (attempt.stage != stage) continue;
    notice = attempt.offers == campaigns(OfferType::notice);
    if (!notice && (only_notices || (only_alternative && attempt.sources != from(Source::cheaper)))) continue;
    eligible = choose(matter, attempt, running);
    if (eligible.list().empty()) continue;
    if (auto const better = instead_of(matter, attempt, running, eligible); !better.list().empty()) eligible = better;
    break;
  }
  auto const choices = eligible.list();
  if (choices.empty()) {
    if (decision.silence == Silence::none) decision.silence = Silence::nothing_fits;
    return decision;
  }
  decision.silence = Silence::none;
  for (auto const& choice : choices) decision.eligible[decision.eligible_count++] = choice.scored;
  auto const number = next_number(sale);
  auto const drawn = notice ? Draw{} : draw(bundle_->policy(), sale, stage, number, context, choices.size());
  decision.explored = drawn.choice != 0;
  decision.cost_minor = choices[drawn.choice].cost;
  auto const held_out = notice ? 0 : std::uint32_t{bundle_->policy().holdout_permille} * 1000;
  if (sale.arm == Arm::holdout && !notice) {
    decision.silence = Silence::holdout;
    decision.propensity_ppm = held_out;
    decision.offers[0] = make_offer(*bundle_, stage, choices[drawn.choice]);
    decision.offers[0].number = number;
    return decision;
  }
  decision.propensity_ppm = static_cast<std::uint32_t>(std::uint64_t{1'000'000 - held_out} * drawn.ppm / 1'000'000);
  decision.offers[decision.offer_count++] = make_offer(*bundle_, stage, choices[drawn.choice]);
  decision.offers[0].number = number;
  bool const alone = stage == Stage::tender || notice;
  for (std::size_t n = 0; n < choices.size(); ++n) {
    if (n == drawn.choice) continue;
    bool const room = !alone && decision.offer_count < decision.offers.size();
    if (room && costs_nothing(*campaigns_, choices[n], context)) {
      decision.offers[decision.offer_count++] = make_offer(*bundle_, stage, choices[n]);
    } else {
      matter.stopped(choices[n].scored.item, choices[n].campaign, Rule::outranked);
    }
  }
  return decision;
}

Offer const* remember(Sale& sale, Decision const& decision) {
  bool const withheld = decision.silence == Silence::holdout;
  if (decision.offer_count == 0 && !withheld) return nullptr;
  sale.shown.push_back({decision.offers[0], Response::none, withheld, decision.at});
  return withheld ? nullptr : &sale.shown.back().offer;
}

}  // namespace tillcue
