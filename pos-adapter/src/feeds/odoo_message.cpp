#include "feeds/odoo_message.hpp"

#include <nlohmann/json.hpp>

#include "feeds/amount.hpp"
#include "feeds/heard_field.hpp"

namespace tillcue::pos {
namespace {

using Json = nlohmann::json;

/// Texts as shown, or numbers: it depends on the version.
template <class Value, class FromText, class FromNumber>
std::optional<Value> either(Json const& object, char const* field, FromText from_text, FromNumber from_number) {
  auto const found = object.find(field);
  if (found == object.end()) return {};
  if (found->is_number()) return from_number(found->get<double>());
  if (found->is_string()) return from_text(found->get_ref<std::string const&>());
  return {};
}

std::optional<std::int64_t> amount(Json const& object, char const* field, Currency currency) {
  return either<std::int64_t>(
      object, field, [&](std::string const& text) { return shown_amount(text, currency); },
      [&](double number) { return to_minor(number, currency); });
}

std::optional<Quantity> quantity(Json const& object, char const* field) {
  return either<Quantity>(
      object, field, [](std::string const& text) { return shown_quantity(text); },
      [](double number) -> std::optional<Quantity> {
        auto const milli = to_minor(number, Currency{{'X', 'X', 'X'}, 3});
        if (!milli || std::abs(*milli) > kMaxQuantityMilli) return {};
        return Quantity{*milli};
      });
}

Result<HeardLine> read_line(Json const& line, Currency currency) {
  if (!line.is_object()) return fail(Code::invalid, "a line is no object");
  HeardLine out;
  for (auto const* field : {"productName", "product_name"}) {
    if (out.name.empty()) out.name = heard_text(line, field, kMaxText);
  }
  if (out.name.empty()) return fail(Code::invalid, "a line has no \"productName\"");
  out.quantity = quantity(line, "qty").value_or(Quantity{});
  out.price_minor = amount(line, "unitPrice", currency);
  if (!out.price_minor && out.quantity.milli == 1000) out.price_minor = amount(line, "price", currency);
  return out;
}

bool filled(Json const& data, char const* field) {
  auto const found = data.find(field);
  return found != data.end() && found->is_array() && !found->empty();
}

}  // namespace

Result<OdooDisplay> parse_odoo_display(std::string_view json, Currency currency) {
  if (json.size() > kMaxOdooBody) return fail(Code::invalid, "larger than 256 KiB");
  auto const root = Json::parse(json, nullptr, false);
  auto const* at = &root;
  for (auto const* field : {"params", "data"}) {
    auto const found = at->is_object() ? at->find(field) : at->end();
    if (found == at->end() || !found->is_object()) {
      return fail(Code::invalid, "field \"" + std::string(field) + "\" is no object");
    }
    if (at != &root) {
      auto const action = heard_text(*at, "action", 32);
      if (action != "set") return fail(Code::unsupported, "action \"" + action + "\" is not known here");
    }
    at = &*found;
  }
  OdooDisplay out;
  auto const lines = at->find("lines");
  if (lines == at->end() || !lines->is_array()) return fail(Code::invalid, "field \"lines\" is no list");
  if (lines->size() > BasketFollower::kMostLines) return fail(Code::invalid, "more than 500 lines");
  for (auto const& line : *lines) {
    auto read = read_line(line, currency);
    if (!read) return tl::unexpected(read.error());
    out.lines.push_back(std::move(*read));
  }
  out.total_minor = amount(*at, "amount", currency);
  out.paying = filled(*at, "paymentLines");
  auto const finalized = at->find("finalized");
  out.finalized = finalized != at->end() && finalized->is_boolean() && finalized->get<bool>();
  return out;
}

void OdooOrders::show(OdooDisplay display) {
  if (display.lines.empty()) {
    paid_.clear();
    if (open_) follower_->drop(ticket());
    if (std::exchange(open_, false)) ++number_;
    return;
  }
  // The receipt screen goes on showing the order that was paid.
  if (!open_ && !paid_.empty() && display.lines == paid_) return;
  auto lines = display.lines;
  open_ = true;
  follower_->basket(ticket(), std::move(display.lines));
  if (display.paying || display.finalized) follower_->tender(ticket());
  if (!display.finalized) return;
  follower_->finish(ticket(), display.total_minor);
  paid_ = std::move(lines);
  open_ = false;
  ++number_;
}

}  // namespace tillcue::pos
