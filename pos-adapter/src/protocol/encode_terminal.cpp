#include <nlohmann/json.hpp>

#include "protocol/json_line.hpp"
#include "protocol/terminal_names.hpp"
#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos {

namespace {

using Json = nlohmann::ordered_json;

Json answer(char const* type, std::optional<std::uint64_t> id) {
  Json out;
  out["type"] = type;
  if (id) out["id"] = *id;
  return out;
}

Json card_json(HintCard const& card) {
  Json out;
  out["offer"] = card.offer;
  out["sku"] = card.sku.value;
  out["name"] = card.name;
  out["price"] = card.price_text;
  out["discount"] = card.discount_text;
  out["script"] = card.script;
  out["reason"] = card.reason;
  out["probability"] = static_cast<double>(card.probability.ppm) / 1'000'000.0;
  if (card.kind != OfferKind::suggestion) out["kind"] = name_in(kKindNames, card.kind);
  if (card.type != OfferType::suggestion) out["type"] = to_text(card.type);
  for (auto const& sku : card.more) out["more"].push_back(sku.value);
  if (!card.instead_of.empty()) out["instead_of"] = card.instead_of.value;
  return out;
}

/// More cards than a screen has room for are cut off.
Json hints_json(HintBoard const& board) {
  Json out;
  out["type"] = "hints";
  out["sale"] = board.sale.value;
  out["stage"] = name_in(kStageNames, board.stage);
  out["cards"] = Json::array();
  for (auto const& card : board.cards) {
    if (out["cards"].size() == HintBoard::kMaxCards) break;
    out["cards"].push_back(card_json(card));
  }
  return out;
}

}  // namespace

std::string encode_ok(std::optional<std::uint64_t> id) { return json_line(answer("ok", id)); }

std::string encode_error(std::optional<std::uint64_t> id, Error const& error) {
  Json out = answer("error", id);
  out["code"] = name(error.code);
  out["message"] = error.what;
  return json_line(out);
}

std::string encode(HintBoard const& board) { return json_line(hints_json(board)); }

std::string encode(CouponNotice const& coupon) {
  Json out;
  out["type"] = "coupon";
  out["sale"] = coupon.sale.value;
  out["serial"] = coupon.serial;
  out["text"] = coupon.text;
  out["fate"] = name_in(kFateNames, coupon.fate);
  if (!coupon.reason.empty()) out["reason"] = coupon.reason;
  return json_line(out);
}

std::string encode(Notice const& notice) {
  Json out;
  out["type"] = "notice";
  out["text"] = notice.text;
  return json_line(out);
}

}  // namespace tillcue::pos
