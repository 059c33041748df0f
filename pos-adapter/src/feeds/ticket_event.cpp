#include "feeds/ticket_event.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "feeds/amount.hpp"
#include "feeds/heard_field.hpp"

namespace tillcue::pos {
namespace {

using Json = nlohmann::json;

TicketEvent::Kind kind_of(std::string_view event) {
  constexpr std::array<std::string_view, 6> kBasket{"show", "addline", "setline", "removeline", "pretotals", "change"};
  if (event == "total") return TicketEvent::Kind::total;
  if (event == "close") return TicketEvent::Kind::closed;
  bool const known = std::find(kBasket.begin(), kBasket.end(), event) != kBasket.end();
  return known ? TicketEvent::Kind::basket : TicketEvent::Kind::other;
}

Result<HeardLine> read_line(Json const& line, Currency currency) {
  HeardLine out;
  out.code = heard_text(line, "code", kMaxIdentifier);
  if (out.code.empty()) out.code = heard_text(line, "id", kMaxIdentifier);
  out.name = heard_text(line, "name", kMaxText);
  if (out.code.empty() && out.name.empty()) return fail(Code::invalid, "a line has neither code nor name");
  auto const quantity = line.find("qty");
  auto const amount = quantity != line.end() && quantity->is_number() ? quantity->get<double>() : 1.0;
  auto const milli = to_minor(amount, Currency{{'X', 'X', 'X'}, 3});
  if (!milli || std::abs(*milli) > kMaxQuantityMilli) return fail(Code::invalid, "qty is out of range");
  out.quantity = Quantity{*milli};
  if (auto const price = line.find("price"); price != line.end() && price->is_number()) {
    out.price_minor = to_minor(price->get<double>(), currency);
  }
  return out;
}

}  // namespace

Result<TicketEvent> parse_ticket_event(std::string_view json, Currency currency) {
  if (json.size() > kMaxTicketEvent) return fail(Code::invalid, "larger than 64 KiB");
  auto const root = Json::parse(json, nullptr, false);
  if (!root.is_object()) return fail(Code::invalid, "not one JSON object");
  TicketEvent out;
  out.kind = kind_of(heard_text(root, "ev", 32));
  out.ticket = heard_number(root, "ticket", 48);
  if (out.ticket.empty()) return fail(Code::invalid, "field \"ticket\" is missing");
  auto const lines = root.find("lines");
  if (lines == root.end() || !lines->is_array()) return fail(Code::invalid, "field \"lines\" is no list");
  if (lines->size() > BasketFollower::kMostLines) return fail(Code::invalid, "more than 500 lines");
  for (auto const& line : *lines) {
    if (!line.is_object()) return fail(Code::invalid, "a line is no object");
    auto read = read_line(line, currency);
    if (!read) return tl::unexpected(read.error());
    out.lines.push_back(std::move(*read));
  }
  if (auto const total = root.find("total"); total != root.end() && total->is_number()) {
    out.total_minor = to_minor(total->get<double>(), currency);
  }
  return out;
}

void obey(TicketEvent event, BasketFollower& follower) {
  if (event.kind == TicketEvent::Kind::other) return;
  follower.basket(event.ticket, std::move(event.lines));
  if (event.kind == TicketEvent::Kind::total) follower.tender(event.ticket);
  if (event.kind == TicketEvent::Kind::closed) follower.finish(event.ticket, event.total_minor);
}

}  // namespace tillcue::pos
