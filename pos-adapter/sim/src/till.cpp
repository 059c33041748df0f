#include "till.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace tillcue::pos::sim {
namespace {

using namespace std::chrono_literals;
using Clock = LineSocket::Clock;

constexpr auto kCouponPatience = 2000ms;
constexpr auto kSlice = 50ms;
constexpr std::size_t kMaxExtras = 20;

std::string padded(std::uint64_t number) {
  auto const digits = std::to_string(number);
  return std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

}  // namespace

Till::Till(TillOptions options, Narrator& narrator)
    : options_(std::move(options)), narrator_(narrator), dice_(options_.seed) {}

/// Own arithmetic: the standard distributions differ between libraries, and a seed is to mean the same everywhere.
bool Till::chance(double share) { return static_cast<double>(dice_() >> 11U) * 0x1.0p-53 < share; }

void Till::connect() {
  if (terminal_) return;
  auto client = TerminalClient::connect(options_.terminal, [this](FromTerminal const& push) { hear(push); });
  if (!client) return lose(client.error());
  terminal_ = std::move(*client);
  tell(Hello{kProtocolVersion, options_.till, "tillcue-pos " TILLCUE_VERSION});
}

void Till::lose(Error const& error) {
  ++tally_.lost;
  terminal_.reset();
  narrator_.trouble(error.what + ": selling on without hints");
}

void Till::tell(Message message) {
  if (!terminal_) return;
  auto const answer = terminal_->ask(std::move(message));
  if (!answer) return lose(answer.error());
  if (!*answer) return;
  ++tally_.refused;
  narrator_.trouble("the terminal refused (" + (*answer)->code + "): " + (*answer)->message);
}

void Till::hear(FromTerminal const& push) {
  if (auto const* board = std::get_if<HintBoard>(&push)) {
    if (board->sale != sale_) return;
    pass_over();  // a board replaces the one before
    if (board->cards.empty()) return;
    if (auto const& card = board->cards.front(); card.kind == OfferKind::notice) {
      return narrator_.notice(card.script.empty() ? card.name : card.script);
    }
    double const ms = asked_at_ ? std::chrono::duration<double, std::milli>(Clock::now() - *asked_at_).count() : 0;
    pending_.push_back({*board, ms});
  } else if (auto const* coupon = std::get_if<CouponNotice>(&push)) {
    coupon_heard_ = coupon_heard_ || coupon->sale == sale_;
    ++(coupon->fate == PrintFate::printed       ? tally_.coupons_printed
       : coupon->fate == PrintFate::unconfirmed ? tally_.coupons_unconfirmed
                                                : tally_.coupons_dropped);
    narrator_.coupon(*coupon);
  } else if (auto const* notice = std::get_if<Notice>(&push)) {
    narrator_.notice(notice->text);
  }
}

/// Time passes at the till. With no pace the pushes of the last message are still waited for, by a ping behind them.
void Till::pause(std::chrono::milliseconds for_so_long) {
  if (terminal_ && for_so_long <= 0ms) return tell(Ping{});
  auto const end = Clock::now() + for_so_long;
  while (!stopped()) {
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left <= 0ms) return;
    auto const slice = std::min<std::chrono::milliseconds>(left, kSlice);
    if (!terminal_) {
      std::this_thread::sleep_for(slice);  // selling on takes its time too
    } else if (auto const heard = terminal_->listen(slice); !heard) {
      lose(heard.error());
    }
  }
}

Money Till::total() const {
  Money sum{0, options_.currency};
  for (auto const& [line, scan] : rung_) {
    sum += extended({scan.price_minor.value_or(0), options_.currency}, scan.quantity);
  }
  return sum;
}

bool Till::all_priced() const {
  return std::all_of(rung_.begin(), rung_.end(), [](Rung const& rung) { return rung.scan.price_minor.has_value(); });
}

void Till::put(Rung const& rung, PutLine::Verb verb) {
  PutLine message{.sale = sale_, .line = rung.line, .sku = rung.scan.sku, .quantity = rung.scan.quantity};
  message.price_minor = rung.scan.price_minor;
  message.name = rung.scan.name;
  message.verb = verb;
  asked_at_ = Clock::now();
  tell(std::move(message));
}

void Till::scan(Scan const& scan) {
  ++tally_.scans;
  narrator_.scan(scan, options_.currency);
  rung_.push_back({LineNo{next_line_++}, scan});
  auto const rung = rung_.back();
  put(rung, PutLine::Verb::add);
  if (chance(options_.slips)) make_a_slip(rung);
  pause(options_.pace * 6 / 10);
  answer_hints();
  if (options_.pace > 0ms) pause(options_.pace * 4 / 10);
}

/// Keys a wrong quantity and mends it, or scans twice and takes one out: the basket ends as it was recorded.
void Till::make_a_slip(Rung const& rung) {
  auto wrong = rung;
  if (chance(0.5)) {
    wrong.scan.quantity.milli += 1000;
    put(wrong, PutLine::Verb::change);
    put(rung, PutLine::Verb::change);
    return narrator_.mended("wrong quantity of " + rung.scan.name);
  }
  wrong.line = LineNo{next_line_++};
  put(wrong, PutLine::Verb::add);
  tell(RemoveLine{sale_, wrong.line});
  narrator_.mended("second scan of " + rung.scan.name + " taken out");
}

void Till::answer_hints() {
  while (!pending_.empty() && !stopped()) {
    auto const pending = std::move(pending_.front());
    pending_.pop_front();
    answer(pending);
  }
}

/// A hint was on the screen, whether the cashier comes to it or not: head office counts it, too.
void Till::see(Pending const& pending) {
  auto const& card = pending.board.cards.front();  // the first is the one to say
  if (!seen_.insert(card.offer).second) return;
  ++tally_.hints;
  if (pending.board.stage == Stage::scan) tally_.latencies_ms.push_back(pending.latency_ms);
  narrator_.hint(card, pending.board.stage, pending.latency_ms);
}

/// Boards that were replaced, or came at the tender: nobody answers them any more.
void Till::pass_over() {
  for (auto const& pending : pending_) see(pending);
  pending_.clear();
}

void Till::end_hints() {
  pass_over();
  tally_.ignored += seen_.size() - answered_.size();
}

void Till::answer(Pending const& pending) {
  see(pending);
  auto const& card = pending.board.cards.front();
  if (!answered_.insert(card.offer).second) return;
  bool const accepted = chance(options_.accept);
  ++(accepted ? tally_.accepted : tally_.declined);
  narrator_.answered(card, accepted);
  tell(Answer{sale_, card.offer, accepted});
  if (accepted && extras_.size() < kMaxExtras) take(card);
}

/// Each item at its own price. The card's name and price are of all it offers: of use where that is one item.
void Till::take(HintCard const& card) {
  auto skus = card.more;
  skus.insert(skus.begin(), card.sku);
  for (auto const& sku : skus) {
    Scan extra{sku, sku.value, {}, std::nullopt};
    if (card.more.empty()) {
      extra.name = card.name;
      auto const price = parse_money(card.price_text.substr(0, card.price_text.find(' ')), options_.currency);
      if (price) extra.price_minor = price->minor;
    }
    if (auto const known = options_.catalogue.find(sku.value); known != options_.catalogue.end()) {
      if (!known->second.name.empty()) extra.name = known->second.name;
      if (known->second.price_minor) extra.price_minor = known->second.price_minor;
    }
    extras_.push_back({std::move(extra), card.instead_of});
    taken_.insert(sku.value);
  }
}

void Till::ring_up_extras() {
  for (; !extras_.empty() && !stopped(); extras_.pop_front()) {
    auto const extra = extras_.front();
    scan(extra.scan);
    if (!extra.instead_of.empty()) take_out_one(extra.instead_of);
  }
}

/// One piece, whose place the upgrade takes: it was offered for one.
void Till::take_out_one(Sku const& sku) {
  auto const last = std::find_if(rung_.rbegin(), rung_.rend(), [&](Rung const& rung) { return rung.scan.sku == sku; });
  if (last == rung_.rend()) return;
  narrator_.taken_out(last->scan);
  if (last->scan.quantity.milli > 1000) {
    last->scan.quantity.milli -= 1000;
    return put(*last, PutLine::Verb::change);
  }
  tell(RemoveLine{sale_, last->line});
  rung_.erase(std::next(last).base());
}

void Till::print_receipt(Money total) {
  if (!options_.printer) return;
  Receipt receipt{options_.store, options_.till, padded(tally_.sales), {}, total};
  for (auto const& rung : rung_) receipt.lines.push_back(rung.scan);
  auto const profile = find_profile("generic-80");
  if (!profile) return;
  auto const printed = print_at(*options_.printer, receipt_bytes(receipt, *profile));
  ++(printed ? tally_.receipts : tally_.receipts_failed);
  if (!printed) narrator_.trouble("receipt: " + printed.error().what);
}

void Till::pay() {
  auto const sum = total();
  narrator_.tender(sum, rung_.size());
  tell(Tender{sale_});
  pause(std::min<std::chrono::milliseconds>(options_.pace, 500ms));
  if (stopped()) return give_up();
  print_receipt(sum);
  coupon_heard_ = false;
  // Of a line it has no price for the terminal takes its bundle's: a sum without it would be wrong.
  tell(Finish{sale_, all_priced() ? std::optional(sum.minor) : std::nullopt});
  end_hints();
}

void Till::give_up() {
  tell(Void{sale_});
  end_hints();
  coupon_heard_ = true;  // none will come
  narrator_.voided();
}

bool Till::taken_already(Scan const& scan) {
  auto const found = taken_.find(scan.sku.value);
  if (found == taken_.end()) return false;
  taken_.erase(found);
  narrator_.skipped(scan);
  return true;
}

void Till::ring_up_lines(RecordedBasket const& basket) {
  for (auto const& one : basket.scans) {
    if (stopped()) return;
    if (taken_already(one)) continue;
    scan(one);
    ring_up_extras();
  }
}

void Till::ring_up(RecordedBasket const& basket) {
  ++tally_.sales;
  sale_ = SaleId(options_.till + "/" + options_.run + "/" + padded(tally_.sales));
  rung_.clear();
  pending_.clear();
  seen_.clear();
  answered_.clear();
  extras_.clear();
  taken_.clear();
  next_line_ = 1;
  narrator_.sale(tally_.sales, sale_, basket.scans.size());
  connect();
  tell(Begin{sale_, false});
  if (!basket.customer.empty()) tell(SetCustomer{sale_, CustomerId(basket.customer)});
  ring_up_lines(basket);
  if (stopped()) return give_up();
  asked_at_ = Clock::now();
  tell(Subtotal{sale_});
  pause(std::min<std::chrono::milliseconds>(options_.pace, 1000ms));
  answer_hints();
  ring_up_extras();
  if (stopped()) return give_up();
  pay();
  // The next customer comes when the first has his coupon, or after the time between two customers.
  for (auto left = std::min<std::chrono::milliseconds>(options_.pace, kCouponPatience);
       left > 0ms && !coupon_heard_ && !stopped(); left -= kSlice) {
    pause(std::min<std::chrono::milliseconds>(left, kSlice));
  }
}

void Till::close() {
  for (auto left = kCouponPatience; left > 0ms && !coupon_heard_ && terminal_ && !stopped(); left -= kSlice)
    pause(kSlice);
}

}  // namespace tillcue::pos::sim
