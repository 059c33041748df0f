#include <algorithm>

#include "open_sale.hpp"

// The checkout's hints and coupons: what is asked of the engine, shown, answered, ordered and noted for HQ.
namespace tillcue::terminal {
namespace {

/// A hint that has just appeared stays readable before another may take its place.
constexpr std::chrono::milliseconds kStable{1500};

Sku sku_of(Bundle const& bundle, ItemIx item) {
  return item == kNoItem ? Sku{} : Sku{std::string(bundle.item(item).sku)};
}

std::string discount_text(Bundle const& bundle, Offer const& offer, std::string_view language) {
  return offer.discount == DiscountKind::none ? std::string() : headline(bundle, offer, language);
}

pos::HintCard card_of(Bundle const& bundle, Offer const& offer, std::string_view language) {
  auto const item = bundle.item(offer.item);
  return {.offer = offer.number,
          .sku = sku_of(bundle, offer.item),
          .name = std::string(item.name),
          .price_text = item.price ? to_text(*item.price) : std::string(),
          .discount_text = discount_text(bundle, offer, language),
          .script = script(bundle, offer, language),
          .reason = reason(bundle, offer, language),
          .probability = offer.probability};
}

}  // namespace

Shown* Checkout::OpenSale::find_shown(std::uint32_t offer) {
  for (auto& shown : sale.shown) {
    if (shown.offer.number == offer && !shown.withheld) return &shown;
  }
  return nullptr;
}

void Checkout::suggest(OpenSale& open, Stage stage) {
  if (!engine_) return;
  auto const now = ports_.now();
  if (!open.cards.empty() && now < open.cards_until - hint_lifetime_ + kStable) return;
  auto const started = ports_.micros();
  auto const decision = engine_->decide(open.sale, stage, {now});
  auto const micros = static_cast<std::uint32_t>(ports_.micros() - started);
  ++counters_.decisions;
  if (decision.offer_count == 0) {
    record_silence(open, decision, micros);
    return;
  }
  take_away(open);
  remember(open.sale, decision);
  open.cards.assign(decision.offers.begin(), decision.offers.begin() + decision.offer_count);
  open.cards_until = now + hint_lifetime_;
  ++counters_.hints;
  record_decision(open, decision, &open.cards.front(), micros);
  redraw(open);
}

/// What a held-out sale was not shown is recorded as often as it would have been shown. Other silences are counted, not
/// reported: most scans have nothing worth saying.
void Checkout::record_silence(OpenSale& open, Decision const& decision, std::uint32_t micros) {
  if (decision.silence != Silence::holdout) return;
  remember(open.sale, decision);
  record_decision(open, decision, nullptr, micros);
}

void Checkout::record_decision(OpenSale& open, Decision const& decision, Offer const* offer, std::uint32_t micros) {
  auto const& bundle = engine_->bundle();
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
  made.micros = micros;
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

/// A hint whose item has come into the basket has done its work, whether a key was pressed or not. The smaller ones
/// were not put to the customer: bought, they just go.
void Checkout::settle_bought(OpenSale& open) {
  auto const bought = [&](Offer const& offer) { return open.sale.basket.contains(offer.item); };
  if (open.cards.empty() || std::none_of(open.cards.begin(), open.cards.end(), bought)) return;
  auto* shown = open.find_shown(open.cards.front().number);
  if (shown != nullptr && bought(shown->offer)) {
    shown->response = Response::accepted;
    ++counters_.accepted;
    open.cards.clear();
  } else {
    std::erase_if(open.cards, bought);
  }
  redraw(open);
}

Result<void> Checkout::answer(OpenSale& open, std::uint32_t offer, Response response) {
  auto* shown = open.find_shown(offer);
  if (shown == nullptr || shown->offer.kind != OfferKind::suggestion) {
    return fail(Code::not_found, "offer " + std::to_string(offer) + " was not made in this sale");
  }
  if (shown->response != Response::none) {
    // The same key twice is no mistake; a change of mind after the hint is gone is too late to count.
    if (shown->response == response) return {};
    return fail(Code::rejected, "offer " + std::to_string(offer) + " is answered already");
  }
  shown->response = response;
  ++(response == Response::accepted ? counters_.accepted : counters_.declined);
  // The smaller hints stood beside this one; without it they have no place.
  if (!open.cards.empty() && open.cards.front().number == offer) {
    open.cards.clear();
    redraw(open);
  }
  return {};
}

void Checkout::take_away(OpenSale& open) {
  if (open.cards.empty()) return;
  // Only the main hint was put to the customer; the smaller ones may come again.
  if (auto* shown = open.find_shown(open.cards.front().number); shown != nullptr && shown->response == Response::none) {
    shown->response = Response::ignored;
    ++counters_.ignored;
  }
  open.cards.clear();
  redraw(open);
}

void Checkout::redraw(OpenSale const& open) {
  pos::HintBoard board{open.sale.id, open.phase == Phase::scanning ? Stage::scan : Stage::subtotal, {}};
  for (auto const& offer : open.cards) board.cards.push_back(card_of(engine_->bundle(), offer, store_.language));
  ports_.show(board);
}

void Checkout::expire() {
  auto const now = ports_.now();
  for (auto& [id, open] : sales_) {
    if (!open->cards.empty() && open->cards_until <= now) take_away(*open);
  }
}

std::optional<Timestamp> Checkout::next_due() const {
  std::optional<Timestamp> due;
  for (auto const& [id, open] : sales_) {
    if (!open->cards.empty() && (!due || open->cards_until < *due)) due = open->cards_until;
  }
  return due;
}

void Checkout::choose_coupon(OpenSale& open) {
  if (!engine_ || open.tendered) return;
  open.tendered = true;
  auto const started = ports_.micros();
  auto const decision = engine_->decide(open.sale, Stage::tender, {ports_.now()});
  auto const micros = static_cast<std::uint32_t>(ports_.micros() - started);
  ++counters_.decisions;
  if (decision.offer_count == 0) {
    record_silence(open, decision, micros);
    return;
  }
  auto const& offer = *remember(open.sale, decision);
  open.coupon = CouponOrder{open.sale.id, open.sale.customer, offer, engine_->share(), ports_.now()};
  record_decision(open, decision, &offer, micros);
}

/// The basket changed after tender: what was decided for the old one is forgotten and decided anew.
void Checkout::reconsider_coupon(OpenSale& open) {
  if (!open.tendered) return;
  open.tendered = false;
  open.coupon.reset();
  // Its number has been reported and is not given out again.
  for (auto const& shown : open.sale.shown) {
    open.sale.numbers_from = std::max(open.sale.numbers_from, shown.offer.number);
  }
  std::erase_if(open.sale.shown, [](Shown const& shown) { return shown.offer.kind == OfferKind::coupon; });
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
  ports_.print(*open.coupon, [this, issued = std::move(issued)](CouponFate fate) mutable {
    issued.serial = std::move(fate.serial);
    issued.valid_until = fate.valid_until;
    issued.fate = fate.fate;
    issued.why = std::move(fate.why);
    ++(fate.fate == PrintFate::dropped ? counters_.coupons_dropped : counters_.coupons);
    record(ports_.now(), std::move(issued));
  });
}

}  // namespace tillcue::terminal
