#include <algorithm>

#include "open_sale.hpp"
#include "tillcue/core/paid.hpp"
#include "tillcue/core/replay.hpp"
#include "tillcue/sync/results.hpp"

// The checkout's hints and coupons: what is asked of the engine, shown, answered, ordered and noted for HQ.
namespace tillcue::terminal {
namespace {

/// A hint that has just appeared stays readable before another may take its place.
constexpr std::chrono::milliseconds kStable{1500};

Sku sku_of(Bundle const& bundle, ItemIx item) {
  return item == kNoItem ? Sku{} : Sku{std::string(bundle.item(item).sku)};
}

/// A set goes under all its names, at what they cost apart: what it saves stands beside it.
void add_extras(Bundle const& bundle, Offer const& offer, std::string_view language, pos::HintCard& card) {
  auto price = offer.price;
  bool known = price.minor > 0;
  for (auto const extra : offer.more) {
    if (extra == kNoItem) continue;
    auto const item = bundle.item(extra);
    card.more.push_back(sku_of(bundle, extra));
    card.name += " + " + std::string(item.name);
    known = known && item.price.has_value();
    if (known) price += *item.price;
  }
  if (!card.more.empty()) card.price_text = known ? spoken_money(price, language) : std::string();
}

/// In the till's words: it may have scanned another code of the item than the bundle names it by.
Sku instead_of(Basket const& basket, Offer const& offer) {
  if (offer.type != OfferType::upgrade || offer.reason.trigger == kNoItem) return {};
  for (auto const& line : basket.lines()) {
    if (line.item == offer.reason.trigger) return line.sku;
  }
  return {};
}

/// A gift has none: nobody is to read that it costs something.
std::string price_text(Offer const& offer, std::string_view language) {
  return offer.price.minor > 0 && offer.type != OfferType::gift ? spoken_money(offer.price, language) : std::string();
}

pos::HintCard card_of(Bundle const& bundle, Offer const& offer, std::string_view language) {
  auto const item = bundle.item(offer.item);
  pos::HintCard card{.offer = offer.number,
                     .sku = sku_of(bundle, offer.item),
                     .name = std::string(item.name),
                     .price_text = price_text(offer, language),
                     .discount_text = badge(bundle, offer, language),
                     .script = script(bundle, offer, language),
                     .reason = reason(bundle, offer, language),
                     .probability = offer.probability,
                     .type = offer.type,
                     .kind = offer.kind};
  // What was learned is for the cashier to say; a campaign says itself where it may be seen.
  if (offer.campaign != Offer::kNoCampaign) card.channels = bundle.campaign(offer.campaign).channels;
  add_extras(bundle, offer, language, card);
  return card;
}

std::string gone(std::uint32_t offer) {
  return "offer " + std::to_string(offer) + " is gone: its time was over, or the sale has changed and it holds no more";
}

}  // namespace

Shown* Checkout::OpenSale::find_shown(std::uint32_t offer) {
  for (auto& shown : sale.shown) {
    if (shown.offer.number == offer && !shown.withheld) return &shown;
  }
  return nullptr;
}

SteadyTime Checkout::moment() const {
  return ports_.steady ? ports_.steady() : SteadyTime{ports_.now().time_since_epoch()};
}

bool Checkout::clock_is_behind() const {
  if (!engine_) return false;
  auto const& info = engine_->bundle().info();
  auto const known = std::chrono::seconds{info.data_to > 0 ? info.data_to : info.created};
  return ports_.now().time_since_epoch() < known - std::chrono::days{1};
}

Context Checkout::context_now() const {
  auto const now = ports_.now();
  // Stopped altogether means silent altogether: there is nothing to say it on.
  auto working = ports_.channels ? ports_.channels() : std::uint8_t{0xFF};
  if (clock_is_behind()) working = static_cast<std::uint8_t>(working & ~mask_of(Channel::receipt));
  return {.now = now,
          .utc_offset_minutes = ports_.utc_offset ? ports_.utc_offset(now) : 0,
          .seed = seed_,
          .channels = state_.stop_all ? std::uint8_t{0} : working,
          .live = live_.get(),
          .steady = moment()};
}

Checkout::Asked Checkout::ask(OpenSale const& open, Stage stage) {
  auto const context = context_now();
  auto const started = ports_.micros();
  Asked asked;
  asked.context = context;
  asked.decision = engine_->decide(open.sale, stage, context);
  asked.micros = static_cast<std::uint32_t>(ports_.micros() - started);
  ++counters_.decisions;
  if (asked.decision.offer_count == 0 && asked.decision.silence != Silence::holdout) return asked;
  asked.replay = replay_record(*engine_, open.sale, stage, context, asked.decision);
  if (asked.replay.size() > sync::kMaxReplay) asked.replay.clear();
  return asked;
}

/// A campaign whose cost cannot be kept is left out, and what comes next to it is asked for.
Checkout::Asked Checkout::ask_and_spend(OpenSale const& open, Stage stage) {
  constexpr int kTries = 4;
  for (int tries = 0; tries < kTries; ++tries) {
    auto asked = ask(open, stage);
    if (asked.decision.offer_count == 0 || spend(asked.decision)) return asked;
    ++counters_.unkept;
    live_->stop(engine_->bundle().campaign(asked.decision.offers[0].campaign).id, true);
  }
  return {};
}

/// Before anybody sees the offer its cost is on the disk: killed at any moment, a budget is never spent twice.
bool Checkout::spend(Decision const& decision) {
  auto const campaign = decision.offers[0].campaign;
  if (campaign == Offer::kNoCampaign) return true;
  bool const bounded =
      live_->left(campaign) != Allotment{Allotment::kUnlimited, Allotment::kUnlimited} && ports_.keep_spent;
  live_->spend(campaign, decision.cost_minor);
  if (!bounded || ports_.keep_spent(live_->spent())) return true;
  live_->give_back(campaign, decision.cost_minor);
  return false;
}

/// By name: the bundle may have changed since. A campaign that is gone keeps what it took.
void Checkout::give_back(std::string const& campaign, std::int64_t cost) {
  if (campaign.empty() || !engine_) return;
  auto const& bundle = engine_->bundle();
  for (std::size_t n = 0; n < bundle.campaign_count(); ++n) {
    if (bundle.campaign(n).id == campaign) live_->give_back(n, cost);
  }
  if (ports_.keep_spent) (void)ports_.keep_spent(live_->spent());
}

/// When a sale ends, a discount on the screen that nobody took has cost nothing. Whoever declined may still have
/// bought, and the till may have honoured it: then it stays spent, as whatever cannot be seen from here does (a reward
/// off the receipt, more of the same). Killed before this, all of it stays spent.
void Checkout::settle_costs(OpenSale& open, SaleEnd end) {
  for (auto const& cost : open.costs) {
    auto const* const shown = open.find_shown(cost.offer);
    if (shown == nullptr) continue;
    auto const& offer = shown->offer;
    bool const by_item = offer.type != OfferType::threshold && offer.type != OfferType::gift;
    bool const refused =
        end == SaleEnd::finished && (shown->response == Response::declined || shown->response == Response::ignored);
    bool const bought = offer.item == kNoItem || is_bought(open, offer);
    if (end == SaleEnd::voided || (by_item && refused && !bought)) give_back(cost.campaign, cost.minor);
  }
  open.costs.clear();
}

void Checkout::suggest(OpenSale& open, Stage stage) {
  open.subtotal_waits = false;
  if (!engine_) return;
  if (!open.cards.empty() && moment() < open.cards_since + kStable) {
    // Another scan will come; another subtotal may not.
    open.subtotal_waits = stage == Stage::subtotal;
    return;
  }
  auto const asked = ask_and_spend(open, stage);
  if (asked.decision.offer_count == 0) return record_silence(open, asked);
  show(open, asked);
}

/// One cheaper alternative to what was just declined (D14); anything else waits for its own moment.
void Checkout::suggest_instead(OpenSale& open) {
  if (!engine_ || open.phase == Phase::paying || !open.cards.empty()) return;
  auto const stage = open.phase == Phase::scanning ? Stage::scan : Stage::subtotal;
  auto asked = ask(open, stage);
  auto& decision = asked.decision;
  if (decision.offer_count == 0 || decision.offers[0].reason.code != ReasonCode::cheaper) return;
  decision.offer_count = 1;  // one, and nothing to look at besides
  ++counters_.down_sells;
  show(open, asked);
}

void Checkout::show(OpenSale& open, Asked const& asked) {
  auto const& decision = asked.decision;
  take_away(open);
  remember(open.sale, decision);
  if (auto const campaign = decision.offers[0].campaign; campaign != Offer::kNoCampaign) {
    auto const id = std::string(engine_->bundle().campaign(campaign).id);
    open.costs.push_back({decision.offers[0].number, id, decision.cost_minor});
  }
  open.cards.assign(decision.offers.begin(), decision.offers.begin() + decision.offer_count);
  open.cards_since = moment();
  open.cards_until = open.cards_since + hint_lifetime_;
  open.cards_context = asked.context;
  ++(decision.offers[0].kind == OfferKind::notice ? counters_.notices : counters_.hints);
  record_decision(open, asked, &open.cards.front());
  redraw(open);
}

/// What a held-out sale was not shown is recorded as often as it would have been shown. Other silences are counted, not
/// reported: most scans have nothing worth saying.
void Checkout::record_silence(OpenSale& open, Asked const& asked) {
  if (asked.decision.silence != Silence::holdout) return;
  remember(open.sale, asked.decision);
  record_decision(open, asked, nullptr);
}

void Checkout::record_decision(OpenSale& open, Asked const& asked, Offer const* offer) {
  auto const& bundle = engine_->bundle();
  auto const& decision = asked.decision;
  DecisionMade made;
  made.sale = open.sale.id;
  made.number = ++open.decisions;
  made.stage = decision.stage;
  made.arm = decision.arm;
  made.silence = decision.silence;
  for (std::size_t n = 0; n < decision.eligible_count; ++n) {
    made.eligible.push_back(sku_of(bundle, decision.eligible[n].item));
  }
  made.propensity_ppm = decision.propensity_ppm;
  made.release = release_;
  made.micros = asked.micros;
  made.type = decision.offers[0].type;
  made.explored = decision.explored;
  made.replay = asked.replay;
  if (offer != nullptr) {
    made.offer = offer->number;
    made.item = sku_of(bundle, offer->item);
    made.probability = offer->probability;
    made.reason = offer->reason.code;
    made.trigger = sku_of(bundle, offer->reason.trigger);
    if (offer->campaign != Offer::kNoCampaign) made.campaign = std::string(bundle.campaign(offer->campaign).id);
  }
  record(ports_.now(), std::move(made));
}

bool Checkout::is_bought(OpenSale const& open, Offer const& offer) const {
  return engine_ && taken(engine_->bundle(), offer, open.sale.basket);
}

/// A hint whose item has come into the basket has done its work, whether a key was pressed or not. The smaller ones
/// were not put to the customer: bought, they just go.
void Checkout::settle_bought(OpenSale& open) {
  auto const bought = [&](Offer const& offer) { return is_bought(open, offer); };
  if (open.cards.empty() || std::none_of(open.cards.begin(), open.cards.end(), bought)) return;
  auto* shown = open.find_shown(open.cards.front().number);
  if (shown != nullptr && bought(shown->offer)) {
    if (shown->offer.kind == OfferKind::suggestion) {
      shown->response = Response::accepted;
      ++counters_.accepted;
    }
    open.cards.clear();
  } else {
    std::erase_if(open.cards, bought);
  }
  redraw(open);
}

std::optional<Offer> Checkout::standing(OpenSale const& open, Offer const& offer) const {
  return engine_->standing(open.sale, offer, open.cards_context);
}

/// "With your bread" makes no sense once the bread is out, "3.00 more" once the gift is reached.
void Checkout::renew_cards(OpenSale& open) {
  bool changed = false;
  for (auto card = open.cards.begin(); card != open.cards.end();) {
    auto const still = standing(open, *card);
    // The smaller ones stood beside the first.
    if (!still && card == open.cards.begin()) return take_away(open);
    changed = changed || !still || still->more != card->more || still->reason.amount != card->reason.amount;
    if (still) {
      *card++ = *still;
    } else {
      card = open.cards.erase(card);
    }
  }
  if (changed) redraw(open);
}

Result<void> Checkout::answer(OpenSale& open, std::uint32_t offer, Response response) {
  auto* shown = open.find_shown(offer);
  if (shown == nullptr || shown->offer.kind != OfferKind::suggestion) {
    return fail(Code::not_found, "offer " + std::to_string(offer) + " was not made in this sale");
  }
  if (shown->response != Response::none) {
    // The same key twice is no mistake; a change of mind after the hint is gone is too late to count.
    if (shown->response == response) return {};
    return fail(Code::rejected, shown->response == Response::ignored
                                    ? gone(offer)
                                    : "offer " + std::to_string(offer) + " is answered already");
  }
  bool const promised = response == Response::accepted && engine_ && !is_bought(open, shown->offer);
  if (promised && !standing(open, shown->offer)) {
    take_away(open);
    return fail(Code::rejected, gone(offer));
  }
  shown->response = response;
  ++(response == Response::accepted ? counters_.accepted : counters_.declined);
  // The smaller hints stood beside this one; without it they have no place.
  if (!open.cards.empty() && open.cards.front().number == offer) {
    open.cards.clear();
    redraw(open);
  }
  if (response == Response::declined) suggest_instead(open);
  return {};
}

void Checkout::take_away(OpenSale& open) {
  if (open.cards.empty()) return;
  // Only the main hint was put to the customer; the smaller ones may come again.
  auto* shown = open.find_shown(open.cards.front().number);
  if (shown != nullptr && shown->response == Response::none && shown->offer.kind == OfferKind::suggestion) {
    shown->response = Response::ignored;
    ++counters_.ignored;
  }
  open.cards.clear();
  redraw(open);
}

void Checkout::redraw(OpenSale const& open) {
  pos::HintBoard board{open.sale.id, open.phase == Phase::scanning ? Stage::scan : Stage::subtotal, {}};
  for (auto const& offer : open.cards) {
    board.cards.push_back(card_of(engine_->bundle(), offer, store_.language));
    board.cards.back().instead_of = instead_of(open.sale.basket, offer);
  }
  ports_.show(board);
}

void Checkout::expire() {
  auto const now = moment();
  for (auto& [id, open] : sales_) {
    if (!open->cards.empty() && open->cards_until <= now) take_away(*open);
    if (open->subtotal_waits && open->cards_since + kStable <= now) suggest(*open, Stage::subtotal);
  }
}

std::optional<SteadyTime> Checkout::next_due() const {
  std::optional<SteadyTime> due;
  auto const sooner = [&](SteadyTime at) { due = due ? std::min(*due, at) : at; };
  for (auto const& [id, open] : sales_) {
    if (!open->cards.empty()) sooner(open->cards_until);
    if (open->subtotal_waits) sooner(open->cards_since + kStable);
  }
  return due;
}

void Checkout::choose_coupon(OpenSale& open) {
  if (!engine_ || open.tendered) return;
  open.tendered = true;
  auto const asked = ask_and_spend(open, Stage::tender);
  if (asked.decision.offer_count == 0) return record_silence(open, asked);
  auto const& offer = *remember(open.sale, asked.decision);
  open.coupon = CouponOrder{open.sale.id, open.sale.customer, offer, engine_->share(), ports_.now()};
  open.coupon_cost = asked.decision.cost_minor;
  open.coupon_campaign.clear();
  if (offer.campaign != Offer::kNoCampaign) open.coupon_campaign = engine_->bundle().campaign(offer.campaign).id;
  record_decision(open, asked, &offer);
}

/// Basket, customer or head office's word changed after tender: what was decided before is forgotten and decided anew.
void Checkout::reconsider_coupon(OpenSale& open) {
  if (!open.tendered) return;
  open.tendered = false;
  if (open.coupon) give_back(open.coupon_campaign, open.coupon_cost);
  open.coupon.reset();
  // Its number has been reported and is not given out again.
  for (auto const& shown : open.sale.shown) {
    open.sale.numbers_from = std::max(open.sale.numbers_from, shown.offer.number);
  }
  std::erase_if(open.sale.shown, [](Shown const& shown) { return shown.offer.kind == OfferKind::coupon; });
}

/// The till's total is the last word on what was paid: a coupon that it does not earn is not printed.
void Checkout::hold_against_total(OpenSale& open) {
  if (!open.coupon || !open.total_minor || !engine_) return;
  auto const& offer = open.coupon->offer;
  bool const has_campaign = offer.campaign != Offer::kNoCampaign;
  auto const least = has_campaign ? open.coupon->bundle->campaign(offer.campaign).min_basket_minor : 0;
  Money const paid{*open.total_minor, store_.currency}, min_basket{least, store_.currency};
  if (!earns(engine_->bundle(), open.sale.basket, paid, min_basket)) reconsider_coupon(open);
}

void Checkout::order_coupon(OpenSale& open) {
  if (!open.coupon) return;
  ++open.coupons;
  auto const& bundle = *open.coupon->bundle;
  auto const& offer = open.coupon->offer;
  CouponIssued issued{.sale = open.sale.id,
                      .offer = offer.number,
                      .serial = {},
                      .item = sku_of(bundle, offer.item),
                      .campaign = {},
                      .discount = offer.discount,
                      .value = offer.discount_value,
                      .valid_until = 0,
                      .fate = PrintFate::dropped,
                      .why = {}};
  if (offer.campaign != Offer::kNoCampaign) issued.campaign = std::string(bundle.campaign(offer.campaign).id);
  auto finish = [this, issued = std::move(issued), cost = open.coupon_cost](CouponFate fate) mutable {
    if (fate.fate == PrintFate::dropped) give_back(issued.campaign, cost);
    issued.serial = std::move(fate.serial);
    issued.valid_until = fate.valid_until;
    issued.fate = fate.fate;
    issued.why = std::move(fate.why);
    ++(fate.fate == PrintFate::dropped ? counters_.coupons_dropped : counters_.coupons);
    record(ports_.now(), std::move(issued));
  };
  ports_.print(*open.coupon, std::move(finish));
}

/// Whoever holds the printer answers this before it comes here.
Result<void> Checkout::handle(pos::Reprint const& reprint) {
  return fail(Code::not_found, "sale \"" + reprint.sale.value + "\" has no coupon to print again");
}

}  // namespace tillcue::terminal
