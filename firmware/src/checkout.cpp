#include "tillcue/firmware/checkout.hpp"

#include <algorithm>

#include "closed_sales.hpp"
#include "day_book.hpp"
#include "open_sale.hpp"
#include "shelf_book.hpp"

namespace tillcue::terminal {
namespace {

std::int64_t local_day(Context const& context) {
  auto const local = context.now + std::chrono::minutes(context.utc_offset_minutes);
  return std::chrono::floor<std::chrono::days>(local).time_since_epoch().count();
}

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

tl::unexpected<Error> over(SaleId const& sale, SaleEnd end) {
  auto const why = end == SaleEnd::abandoned
                       ? "was given up when " + std::to_string(Checkout::kMaxOpenSales) +
                             " newer ones were open; finish or void each"
                       : std::string(end == SaleEnd::voided ? "is voided" : "is closed") +
                             " already: nothing of it needs saying again; a new sale needs a name of its own";
  return fail(Code::rejected, "sale " + in_quotes(sale.value) + " " + why);
}

}  // namespace

// Whatever the till sends, there is a row for it; what is not in the table cannot happen to an open sale.
Checkout::Step const Checkout::kFlow[] = {
    {Phase::scanning, Event::line_put, Phase::scanning, &Checkout::scanned},
    {Phase::totalled, Event::line_put, Phase::scanning, &Checkout::scanned},
    {Phase::paying, Event::line_put, Phase::scanning, &Checkout::scanned},
    {Phase::scanning, Event::line_removed, Phase::scanning, &Checkout::removed},
    {Phase::totalled, Event::line_removed, Phase::scanning, &Checkout::removed},
    {Phase::paying, Event::line_removed, Phase::scanning, &Checkout::removed},
    {Phase::scanning, Event::subtotal, Phase::totalled, &Checkout::totalled},
    {Phase::totalled, Event::subtotal, Phase::totalled, &Checkout::totalled_again},
    {Phase::paying, Event::subtotal, Phase::totalled, &Checkout::totalled_again},
    {Phase::scanning, Event::tender, Phase::paying, &Checkout::tendered},
    {Phase::totalled, Event::tender, Phase::paying, &Checkout::tendered},
    {Phase::paying, Event::tender, Phase::paying, &Checkout::repeated},
    {Phase::scanning, Event::finish, Phase::closed, &Checkout::finished},
    {Phase::totalled, Event::finish, Phase::closed, &Checkout::finished},
    {Phase::paying, Event::finish, Phase::closed, &Checkout::finished},
    {Phase::scanning, Event::voided, Phase::closed, &Checkout::voided},
    {Phase::totalled, Event::voided, Phase::closed, &Checkout::voided},
    {Phase::paying, Event::voided, Phase::closed, &Checkout::voided},
};

Checkout::Checkout(StoreConfig store, std::chrono::milliseconds hint_lifetime, CheckoutPorts ports, TerminalId terminal)
    : store_(std::move(store)),
      hint_lifetime_(hint_lifetime),
      ports_(std::move(ports)),
      terminal_(std::move(terminal)),
      live_(std::make_unique<Live>()),
      today_(std::make_unique<DayBook>()),
      shelf_(std::make_unique<ShelfBook>()),
      closed_(std::make_unique<ClosedSales>()) {}

Checkout::~Checkout() = default;

void Checkout::use(std::shared_ptr<Bundle const> bundle, std::uint64_t release) {
  // The cards carry the old bundle's item numbers.
  for (auto& [id, open] : sales_) take_away(*open);
  auto const before = engine_ ? engine_->share() : nullptr;
  engine_ = std::make_unique<Engine>(std::move(bundle), Place{store_.id, store_.group, terminal_.value});
  release_ = release;
  live_->use(engine_->bundle());
  for (auto& [id, open] : sales_) {
    engine_->rebind(open->sale, before.get());
    if (!before) draw_arm(open->sale);
  }
}

Result<void> Checkout::on(pos::Message const& message) {
  return std::visit([this](auto const& body) { return handle(body); }, message);
}

Result<Checkout::OpenSale*> Checkout::find(SaleId const& sale) {
  if (auto it = sales_.find(sale); it != sales_.end()) return it->second.get();
  if (auto const end = end_of(sale)) return over(sale, *end);
  return fail(Code::not_found, "sale " + in_quotes(sale.value) + " is not open; send begin first");
}

std::optional<SaleEnd> Checkout::end_of(SaleId const& sale) const { return closed_->find(sale, moment()); }

void Checkout::advance(OpenSale& sale, Event event) {
  for (auto const& step : kFlow) {
    if (step.from != sale.phase || step.event != event) continue;
    sale.phase = step.to;
    (this->*step.act)(sale);
    return;
  }
}

Result<void> Checkout::handle(pos::Begin const& begin) {
  if (sales_.contains(begin.sale)) {
    if (begin.resume) return {};
    return fail(Code::rejected, "sale " + in_quotes(begin.sale.value) + " is open already; resume it or void it first");
  }
  if (auto const end = end_of(begin.sale)) return over(begin.sale, *end);
  if (sales_.size() >= kMaxOpenSales) {
    auto const older = [](auto const& a, auto const& b) { return a.second->opened < b.second->opened; };
    close(*std::min_element(sales_.begin(), sales_.end(), older)->second, SaleEnd::abandoned);
  }
  auto open = std::make_unique<OpenSale>();
  open->sale.id = begin.sale;
  open->sale.begun = ports_.now();
  open->opened = moment();
  draw_arm(open->sale);
  if (begin.resume) {
    // It was open before we were restarted: what was numbered then may have been reported, so count on from the time.
    auto const seconds = std::chrono::floor<std::chrono::seconds>(open->sale.begun).time_since_epoch().count();
    open->sale.numbers_from = static_cast<std::uint32_t>(seconds & 0xF'FFFF) << 8U;
    open->decisions = open->sale.numbers_from;
  }
  sales_.emplace(begin.sale, std::move(open));
  ++counters_.sales_begun;
  return {};
}

Result<void> Checkout::handle(pos::PutLine const& put) {
  auto open = find(put.sale);
  if (!open) return tl::unexpected(open.error());
  auto const known = engine_ ? engine_->bundle().find(put.sku.value) : kNoItem;
  BasketLine line{put.line, put.sku, known, put.quantity, Money{0, store_.currency}};
  if (known == kNoItem) ++counters_.unknown_items;
  if (put.price_minor) {
    line.unit_price.minor = *put.price_minor;
  } else if (known != kNoItem) {
    line.unit_price.minor = engine_->bundle().item(known).price.value_or(line.unit_price).minor;
  }
  if (shelf_->seen(known == kNoItem ? put.sku.value : engine_->bundle().item(known).sku)) hold_shelf();
  bool const scanned = (*open)->sale.basket.find(put.line) == nullptr;
  if (auto const added = (*open)->sale.basket.put(std::move(line)); !added) return added;
  if (scanned) (*open)->sale.pace.scanned(moment());
  ++counters_.lines;
  advance(**open, Event::line_put);
  return {};
}

Result<void> Checkout::handle(pos::RemoveLine const& remove) {
  auto open = find(remove.sale);
  if (!open) return tl::unexpected(open.error());
  if (!(*open)->sale.basket.remove(remove.line)) {
    return fail(Code::not_found,
                "line " + std::to_string(static_cast<std::uint32_t>(remove.line)) + " is not in the sale");
  }
  advance(**open, Event::line_removed);
  return {};
}

Result<void> Checkout::handle(pos::SetCustomer const& set) {
  auto open = find(set.sale);
  if (!open) return tl::unexpected(open.error());
  auto& sale = (*open)->sale;
  auto const paper = sale.shopper.no_paper;
  auto const before = sale.customer;
  know(sale, set);
  draw_arm(sale);
  // The coupon that waits was decided for somebody else, or for somebody who wants paper.
  if (!(before == sale.customer) || paper != sale.shopper.no_paper) reconsider_coupon(**open);
  return {};
}

Result<void> Checkout::handle(pos::Subtotal const& subtotal) {
  auto open = find(subtotal.sale);
  if (!open) return tl::unexpected(open.error());
  advance(**open, Event::subtotal);
  return {};
}

Result<void> Checkout::handle(pos::Tender const& tender) {
  auto open = find(tender.sale);
  if (!open) return tl::unexpected(open.error());
  advance(**open, Event::tender);
  return {};
}

Result<void> Checkout::handle(pos::Finish const& finish) {
  auto open = find(finish.sale);
  if (!open) {
    // The till repeats it after a reconnect. What was given up is not finished by it: its lines are told no more.
    auto const end = end_of(finish.sale);
    if (end && *end != SaleEnd::abandoned) return {};
    return tl::unexpected(open.error());
  }
  if (finish.total_minor) (*open)->total_minor = finish.total_minor;
  advance(**open, Event::finish);
  return {};
}

Result<void> Checkout::handle(pos::Void const& voided) {
  if (end_of(voided.sale)) return {};
  auto open = find(voided.sale);
  if (!open) return tl::unexpected(open.error());
  advance(**open, Event::voided);
  return {};
}

Result<void> Checkout::handle(pos::Answer const& said) {
  auto open = find(said.sale);
  if (!open) return tl::unexpected(open.error());
  return answer(**open, said.offer, said.accepted ? Response::accepted : Response::declined);
}

/// Held out or not; once anything has been shown or withheld it stays, because the sale is what it is by then.
void Checkout::draw_arm(Sale& sale) const {
  auto const of_arm = [](Shown const& shown) { return shown.offer.kind != OfferKind::notice; };
  if (!engine_ || std::any_of(sale.shown.begin(), sale.shown.end(), of_arm)) return;
  sale.arm = engine_->arm_of(sale.id, sale.customer);
}

void Checkout::know(Sale& sale, pos::SetCustomer const& set) {
  sale.customer = set.customer;
  sale.shopper = Shopper{};
  sale.shopper.visits = set.visits;
  sale.shopper.segment = set.segment;
  sale.shopper.no_paper = set.no_paper;
  for (auto const& usual : set.usual) {
    auto const item = engine_ ? engine_->bundle().find(usual.sku.value) : kNoItem;
    sale.shopper.usual.push_back({usual.sku, item, usual.share});
  }
  if (sale.customer.empty()) return;
  turn_day();
  today_->tell(ports_.pseudonym(sale.customer), sale.shopper);
}

void Checkout::scanned(OpenSale& sale) {
  reconsider_coupon(sale);
  settle_bought(sale);
  renew_cards(sale);
  suggest(sale, Stage::scan);
}

void Checkout::repeated(OpenSale& sale) { settle_bought(sale); }

/// What was silent for a pause between prompts may speak now; a hint that is being read stays.
void Checkout::totalled_again(OpenSale& sale) {
  settle_bought(sale);
  if (sale.cards.empty() || sale.subtotal_waits) suggest(sale, Stage::subtotal);
}

void Checkout::removed(OpenSale& sale) {
  sale.subtotal_waits = false;
  reconsider_coupon(sale);
  // The line may have been a refund.
  settle_bought(sale);
  renew_cards(sale);
}

void Checkout::totalled(OpenSale& sale) {
  settle_bought(sale);
  suggest(sale, Stage::subtotal);
}

void Checkout::tendered(OpenSale& sale) {
  // Nobody reads a hint while the customer pays.
  sale.subtotal_waits = false;
  take_away(sale);
  choose_coupon(sale);
}

void Checkout::finished(OpenSale& sale) {
  if (!sale.tendered) choose_coupon(sale);
  hold_against_total(sale);
  order_coupon(sale);
  ++counters_.sales_finished;
  close(sale, SaleEnd::finished);
}

void Checkout::voided(OpenSale& sale) {
  ++counters_.sales_voided;
  close(sale, SaleEnd::voided);
}

void Checkout::close(OpenSale& open, SaleEnd end) {
  take_away(open);
  auto const now = ports_.now();
  auto const& sale = open.sale;
  if (end == SaleEnd::abandoned) ++counters_.sales_abandoned;
  if (open.coupon && end != SaleEnd::finished) give_back(open.coupon_campaign, open.coupon_cost);
  settle_costs(open, end);
  SaleClosed closed{sale.id, end, sale.arm, sale.begun, {}, sale.basket.total(store_.currency), {}, 0, 0, open.coupons};
  if (open.total_minor) closed.total.minor = *open.total_minor;
  if (!sale.customer.empty()) closed.customer = ports_.pseudonym(sale.customer);
  closed.decided = engine_ != nullptr;
  closed.release = release_;
  note_day(open, end);
  for (auto const& line : sale.basket.lines()) closed.lines.push_back({line.sku, line.quantity, line.unit_price});
  for (auto const& shown : sale.shown) {
    if (shown.offer.kind != OfferKind::suggestion || shown.withheld) continue;
    auto const response = shown.response == Response::none ? Response::ignored : shown.response;
    ++closed.hints;
    if (response == Response::accepted) ++closed.accepted;
    record(now, OfferAnswered{sale.id, shown.offer.number, response, is_bought(open, shown.offer)});
  }
  record(now, std::move(closed));
  if (end == SaleEnd::finished) learn_stock(sale);
  auto const id = sale.id;
  sales_.erase(id);  // `open` is gone from here on
  closed_->add(id, end, moment());
}

/// By a clock that is known to be right: one that still says 1970 would make what was kept of today another day's, and
/// all of it is forgotten when it is set.
void Checkout::turn_day() {
  if (engine_ && !clock_is_behind()) today_->turn_to(local_day(context_now()));
}

/// Both arms meet the same caps of a day: what was withheld counts as if shown.
void Checkout::note_day(OpenSale const& open, SaleEnd end) {
  auto const& sale = open.sale;
  if (sale.customer.empty() || !engine_) return;
  DayBook::Counts counts;
  for (auto const& shown : sale.shown) {
    bool const coupon = shown.offer.kind == OfferKind::coupon;
    if (coupon && end != SaleEnd::finished) continue;
    if (shown.offer.kind == OfferKind::suggestion) ++counts.hints;
    if (coupon) ++counts.coupons;
    if (shown.offer.campaign == Offer::kNoCampaign) continue;
    ++counts.campaigns[std::string(engine_->bundle().campaign(shown.offer.campaign).id)];
  }
  turn_day();
  today_->add(ports_.pseudonym(sale.customer), counts);
}

void Checkout::record(Timestamp at, decltype(Outcome::what) what) { ports_.record(Outcome{at, std::move(what)}); }

}  // namespace tillcue::terminal
