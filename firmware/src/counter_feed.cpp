#include "counter_feed.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

#include "tillcue/pos/code_table.hpp"

namespace tillcue::terminal {
namespace {

constexpr std::string_view kDoubtful = "the receipt's items do not make its total",
                           kDoubtfulDisplay = "the items on the display do not make its total",
                           kLate = "the receipt was printed while this terminal was away";

}  // namespace

CounterFeed::CounterFeed(pos::SaleEvents& events, std::function<Timestamp()> now, NameToSku names, bool receipts)
    : events_(events), now_(std::move(now)), names_(std::move(names)), receipts_(receipts) {}

void CounterFeed::tell(pos::Message const& message) {
  if (!events_.on(message)) ++counters_.refused;
}

/// Named by the printed number and the time, because it stands on the coupon: "17-261129021828".
void CounterFeed::begin(std::string const& number) {
  auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(now_().time_since_epoch()).count();
  auto const time = static_cast<std::time_t>(seconds);
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &utc);
  auto name = (number.empty() ? "" : number + "-") + (text + 2);  // without the century
  if (last_name_ == name || last_name_.rfind(name + "-", 0) == 0) name = last_name_ + "-2";
  last_name_ = name;
  open_.sale = SaleId(std::move(name));
  open_.lines.clear();
  open_.numbered = 0;
  open_.totalled = false;
  ++counters_.sales;
  tell(pos::Begin{*open_.sale});
}

CounterFeed::Line CounterFeed::heard(std::string const& name, std::string const& code, Quantity quantity,
                                     std::int64_t unit_minor) {
  // Any name may be cut where it ends; a whole one is found first.
  auto const cut_at = pos::from_utf8(name).size();
  Line line{{}, Sku(code), quantity, unit_minor, name};
  if (code.size() >= 8) return line;  // a GTIN; a shorter number may be the POS's own
  auto found = names_({name, unit_minor, cut_at});
  // A display may show prices without tax: then the name alone must tell.
  if (!found) found = names_({name, std::nullopt, cut_at});
  if (!found && !code.empty()) return line;
  if (!found) ++counters_.unnamed;
  line.sku = found ? *found : pos::open_sku(name);
  return line;
}

void CounterFeed::put(Line const& line, pos::PutLine::Verb verb) {
  ++counters_.lines;
  tell(pos::PutLine{*open_.sale, line.number, line.sku, line.quantity, line.unit_minor,
                    line.name.substr(0, pos::kMaxText), verb});
}

void CounterFeed::display(pos::DisplayEvent const& event) {
  using Kind = pos::DisplayEvent::Kind;
  if (event.kind == Kind::item) {
    if (open_.paid) give_up();  // whose receipt never came
    if (!open_.sale) begin({});
    auto line = heard(event.name, {}, event.quantity, event.unit_minor);
    line.number = LineNo{++open_.numbered};
    line.shown_minor = event.total_minor;
    open_.lines.push_back(line);
    put(line, pos::PutLine::Verb::add);
    return;
  }
  if (!open_.sale) return;
  if (event.kind == Kind::abandoned) return give_up();
  if (event.kind == Kind::removed && !open_.lines.empty()) {
    tell(pos::RemoveLine{*open_.sale, open_.lines.back().number});
    open_.lines.pop_back();
  }
  if (event.kind == Kind::subtotal && !std::exchange(open_.totalled, true)) tell(pos::Subtotal{*open_.sale});
  if (event.kind == Kind::paid) paid(event.total_minor);
}

void CounterFeed::give_up() {
  tell(pos::Void{*open_.sale});
  open_ = {};
}

/// A receipt says what was sold, and comes now. Where there is none, what was shown was sold.
void CounterFeed::paid(std::int64_t total_minor) {
  open_.paid = true;
  if (receipts_) return;
  std::int64_t sum = 0;
  for (auto const& line : open_.lines) sum += line.shown_minor;
  if (sum != total_minor) {
    ++counters_.doubtful;
    no_coupon_ = kDoubtfulDisplay;
  }
  after_the_fact_ = true;
  tell(pos::Tender{*open_.sale});
  tell(pos::Finish{*open_.sale, total_minor});
  after_the_fact_ = false;
  no_coupon_ = {};
  open_ = {};
}

/// The receipt is right: what it does not name goes, what it names otherwise is changed, what is missing is added.
void CounterFeed::reconcile(pos::Receipt const& receipt) {
  std::vector<Line> left = std::exchange(open_.lines, {}), fresh;
  bool changed = false;
  for (auto const& item : receipt.items) {
    auto line = heard(item.name, item.code, item.quantity, item.unit_minor);
    auto const same = [&](Line const& shown) {
      return shown.sku == line.sku || line.name.rfind(shown.name, 0) == 0 || shown.name.rfind(line.name, 0) == 0;
    };
    auto const same_count = [&](Line const& shown) { return same(shown) && shown.quantity == line.quantity; };
    auto found = std::find_if(left.begin(), left.end(), same_count);
    if (found == left.end()) found = std::find_if(left.begin(), left.end(), same);
    if (found == left.end()) {
      line.number = LineNo{++open_.numbered};
      fresh.push_back(line);
      continue;
    }
    line.number = found->number;
    bool const as_shown =
        line.sku == found->sku && line.quantity == found->quantity && line.unit_minor == found->unit_minor;
    if (!as_shown) put(line, pos::PutLine::Verb::change);
    changed = changed || !(line.quantity == found->quantity);
    left.erase(found);
  }
  for (auto const& gone : left) tell(pos::RemoveLine{*open_.sale, gone.number});
  for (auto const& line : fresh) put(line, pos::PutLine::Verb::add);
  if (changed || !left.empty() || !fresh.empty()) ++counters_.reconciled;
}

/// The receipt of a time when nobody listened is not of the sale that is rung up now.
void CounterFeed::slip(pos::Receipt const& receipt) {
  if (receipt.kind != pos::SlipKind::sale) return;
  auto const now_rung_up = receipt.late ? std::exchange(open_, {}) : Open{};
  after_the_fact_ = true;
  if (!receipt.balanced) ++counters_.doubtful;
  no_coupon_ = receipt.late ? kLate : receipt.balanced ? std::string_view{} : kDoubtful;
  close(receipt);
  after_the_fact_ = false;
  no_coupon_ = {};
  open_ = now_rung_up;
}

void CounterFeed::close(pos::Receipt const& receipt) {
  if (!open_.sale) begin(receipt.number);
  reconcile(receipt);
  if (!open_.totalled) tell(pos::Subtotal{*open_.sale});
  tell(pos::Tender{*open_.sale});
  tell(pos::Finish{*open_.sale, receipt.total_minor});
}

}  // namespace tillcue::terminal
