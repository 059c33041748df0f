#include <algorithm>

#include "open_sale.hpp"
#include "shelf_book.hpp"

// What moves faster than bundles: stop switches, budgets and stock, and what they take back from open sales.
namespace tillcue::terminal {

Result<void> Checkout::handle(pos::SetStock const& stock) {
  if (stock.available) {
    out_of_stock_.erase(stock.sku.value);
    if (shelf_->seen(stock.sku.value)) hold_shelf();
  } else {
    if (out_of_stock_.size() >= kMaxOutOfStock) {
      return fail(Code::rejected, "more than " + std::to_string(kMaxOutOfStock) +
                                      " items are out of stock here: say which are available again");
    }
    out_of_stock_.insert(stock.sku.value);
  }
  auto const& hq = state_.out_of_stock;
  bool const out = !stock.available || std::find(hq.begin(), hq.end(), stock.sku.value) != hq.end();
  live_->out_of_stock(stock.sku.value, out);
  if (out) withdraw();
  return {};
}

void Checkout::apply(LiveState state) {
  state_ = std::move(state);
  renew_live();
  withdraw();
}

void Checkout::restore_spent(std::map<std::string, Allotment> const& spent) {
  auto most = live_->spent();
  for (auto const& [name, amount] : spent) {
    auto& known = most[name];
    known = {std::max(known.minor, amount.minor), std::max(known.issues, amount.issues)};
  }
  live_->restore(most);
  // What could not be kept before may be made again.
  renew_live();
}

/// From the words of head office and the till alone, so that nothing lingers that nobody says any more. Bound to the
/// bundle last: each word of a bound one costs a look at every campaign.
void Checkout::renew_live() {
  auto fresh = std::make_unique<Live>();
  fresh->restore(live_->spent());
  terminal::apply(state_, *fresh);
  for (auto const& sku : out_of_stock_) fresh->out_of_stock(sku, true);
  for (auto const& sku : probably_out_) fresh->probably_out(sku, true);
  if (engine_) fresh->use(engine_->bundle());
  live_ = std::move(fresh);
}

/// Which items are bought, counted by the bundle's own SKU whatever code was scanned.
void Checkout::learn_stock(Sale const& sale) {
  if (!engine_) return;
  std::vector<std::string> skus;
  for (auto const& line : sale.basket.lines()) {
    bool const bought = line.quantity.milli > 0 && line.item != kNoItem;
    if (bought) skus.emplace_back(engine_->bundle().item(line.item).sku);
  }
  if (skus.empty()) return;
  shelf_->sold(skus);
  hold_shelf();
}

void Checkout::hold_probably_out(bool on) {
  hold_ = on;
  hold_shelf();
}

/// Tells the engine what has changed in the shelf book since the last time.
void Checkout::hold_shelf() {
  static std::set<std::string, std::less<>> const kNone;
  auto const& held = hold_ ? shelf_->held() : kNone;
  if (held == probably_out_) return;
  bool more = false;
  for (auto const& sku : probably_out_) {
    if (!held.contains(sku)) live_->probably_out(sku, false);
  }
  for (auto const& sku : held) {
    if (probably_out_.contains(sku)) continue;
    live_->probably_out(sku, true);
    more = true;
  }
  probably_out_ = held;
  if (more) withdraw();
}

bool Checkout::withdrawn(Offer const& offer) const {
  auto const out = [this](ItemIx item) { return item != kNoItem && live_->out_of_stock(item); };
  if (out(offer.item) || std::any_of(offer.more.begin(), offer.more.end(), out)) return true;
  return offer.campaign == Offer::kNoCampaign ? live_->all_stopped() : live_->stopped(offer.campaign);
}

void Checkout::withdraw() {
  if (!engine_) return;
  auto const gone = [this](Offer const& offer) { return withdrawn(offer); };
  for (auto& [id, open] : sales_) {
    if (!open->cards.empty() && gone(open->cards.front())) {
      take_away(*open);
    } else if (std::any_of(open->cards.begin(), open->cards.end(), gone)) {
      std::erase_if(open->cards, gone);
      redraw(*open);
    }
    auto const coupon = [](Shown const& shown) { return shown.offer.kind == OfferKind::coupon && !shown.withheld; };
    auto const& shown = open->sale.shown;
    auto const found = std::find_if(shown.begin(), shown.end(), coupon);
    if (open->coupon && found != shown.end() && gone(found->offer)) reconsider_coupon(*open);
  }
}

}  // namespace tillcue::terminal
