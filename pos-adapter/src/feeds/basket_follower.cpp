#include "tillcue/pos/basket_follower.hpp"

#include <algorithm>
#include <utility>

namespace tillcue::pos {
namespace {

bool same_item(HeardLine const& a, HeardLine const& b) { return a.code == b.code && a.name == b.name; }

/// How well an old line fits a new one: the same item at the same price in the same amount, at the same price, the
/// same item.
int likeness(HeardLine const& old, HeardLine const& now) {
  if (!same_item(old, now)) return 0;
  if (old.price_minor != now.price_minor) return 1;
  return old.quantity == now.quantity ? 3 : 2;
}

std::size_t const kNone = static_cast<std::size_t>(-1);

/// For every new line the old one it continues, or none. The best likeness goes first.
std::vector<std::size_t> continued(std::vector<HeardLine> const& old, std::vector<HeardLine> const& now) {
  std::vector<std::size_t> out(now.size(), kNone);
  std::vector<bool> taken(old.size(), false);
  for (int wanted = 3; wanted > 0; --wanted) {
    for (std::size_t n = 0; n < now.size(); ++n) {
      for (std::size_t o = 0; o < old.size() && out[n] == kNone; ++o) {
        if (taken[o] || likeness(old[o], now[n]) != wanted) continue;
        taken[o] = true;
        out[n] = o;
      }
    }
  }
  return out;
}

}  // namespace

BasketFollower::BasketFollower(std::string prefix, SaleEvents& events, Resolve resolve)
    : prefix_(std::move(prefix)), events_(&events), resolve_(std::move(resolve)) {}

BasketFollower::Ticket* BasketFollower::find(std::string_view ticket) {
  auto const found = tickets_.find(ticket);
  if (found == tickets_.end()) return nullptr;
  found->second.heard_at = ++calls_;
  return &found->second;
}

BasketFollower::Ticket& BasketFollower::open(std::string_view name) {
  if (tickets_.size() >= kMostTickets) forget_oldest();
  auto& ticket = tickets_[std::string(name)];
  ticket.sale = SaleId((prefix_ + "-" + std::string(name)).substr(0, kMaxIdentifier));
  ticket.heard_at = ++calls_;
  ++counters_.sales;
  // It may be open already: the terminal may have missed its beginning, or we may have been restarted.
  tell(Begin{ticket.sale, true});
  return ticket;
}

void BasketFollower::forget_oldest() {
  auto const older = [](auto const& a, auto const& b) { return a.second.heard_at < b.second.heard_at; };
  auto const oldest = std::min_element(tickets_.begin(), tickets_.end(), older);
  if (!oldest->second.closed) {
    ++counters_.voided;
    tell(Void{oldest->second.sale});
  }
  tickets_.erase(oldest);
}

void BasketFollower::tell(Message const& message) {
  if (!events_->on(message)) ++counters_.refused;
}

void BasketFollower::put(Ticket& ticket, Line const& line, PutLine::Verb verb) {
  ++counters_.lines;
  PutLine put{ticket.sale, line.number, line.sku, line.heard.quantity, line.heard.price_minor, line.heard.name, verb};
  tell(put);
}

void BasketFollower::basket(std::string_view name, std::vector<HeardLine> now) {
  std::erase_if(now, [](HeardLine const& line) { return line.quantity.milli == 0; });
  if (now.size() > kMostLines) now.resize(kMostLines);
  auto* ticket = find(name);
  if (ticket == nullptr && now.empty()) return;
  if (ticket == nullptr) ticket = &open(name);
  if (ticket->closed) return;

  std::vector<HeardLine> old;
  for (auto const& line : ticket->lines) old.push_back(line.heard);
  auto const from = continued(old, now);
  std::vector<bool> kept(old.size(), false);
  for (auto const o : from) {
    if (o != kNone) kept[o] = true;
  }
  for (std::size_t o = 0; o < old.size(); ++o) {
    if (!kept[o]) tell(RemoveLine{ticket->sale, ticket->lines[o].number});
  }
  std::vector<Line> lines;
  std::vector<std::size_t> added;
  for (std::size_t n = 0; n < now.size(); ++n) {
    bool const is_new = from[n] == kNone;
    auto const number = is_new ? LineNo{++ticket->numbered} : ticket->lines[from[n]].number;
    bool const changed = !is_new && !(old[from[n]] == now[n]);
    // A name is looked up once a line, so that it does not change its item in the middle of a sale.
    auto sku = is_new ? resolve_(now[n]) : ticket->lines[from[n]].sku;
    lines.push_back({number, std::move(now[n]), std::move(sku)});
    if (changed) put(*ticket, lines.back(), PutLine::Verb::change);
    if (is_new) added.push_back(n);
  }
  ticket->lines = std::move(lines);
  for (auto const n : added) put(*ticket, ticket->lines[n], PutLine::Verb::add);
}

void BasketFollower::tender(std::string_view name) {
  auto* ticket = find(name);
  if (ticket == nullptr || ticket->closed || std::exchange(ticket->tendered, true)) return;
  tell(Tender{ticket->sale});
}

void BasketFollower::finish(std::string_view name, std::optional<std::int64_t> total_minor) {
  auto* ticket = find(name);
  if (ticket == nullptr || std::exchange(ticket->closed, true)) return;
  ++counters_.finished;
  tell(Finish{ticket->sale, total_minor});
}

void BasketFollower::drop(std::string_view name) {
  auto* ticket = find(name);
  if (ticket == nullptr || std::exchange(ticket->closed, true)) return;
  ++counters_.voided;
  tell(Void{ticket->sale});
}

}  // namespace tillcue::pos
