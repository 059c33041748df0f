#include <cmath>
#include <initializer_list>

#include <nlohmann/json.hpp>

#include "protocol/terminal_names.hpp"
#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 8;

tl::unexpected<Error> broken(std::string_view field, std::string_view rule) {
  return fail(Code::invalid, "terminal line: field \"" + std::string(field) + "\" " + std::string(rule));
}

Result<Json> read_object(std::string_view line) {
  if (line.size() > kMaxTerminalLine) {
    return fail(Code::invalid, "terminal line has more than " + std::to_string(kMaxTerminalLine) + " bytes");
  }
  bool deep = false;
  auto const shallow = [&](int depth, Json::parse_event_t, Json&) { return deep = deep || depth > kMaxDepth, !deep; };
  auto value = Json::parse(line.begin(), line.end(), shallow, false);
  if (deep || !value.is_object()) return fail(Code::invalid, "terminal line is not one JSON object");
  return value;
}

Result<std::string> text(Json const& in, char const* name) {
  auto const found = in.find(name);
  if (found == in.end() || !found->is_string()) return broken(name, "must be a string");
  return found->get<std::string>();
}

Result<std::optional<std::uint64_t>> read_id(Json const& in) {
  auto const found = in.find("id");
  if (found == in.end() || found->is_null()) return std::optional<std::uint64_t>{};
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > kMaxRequestId) {
    return broken("id", "must be a whole number");
  }
  return std::optional(found->get<std::uint64_t>());
}

Result<Probability> probability(Json const& in) {
  auto const found = in.find("probability");
  if (found == in.end() || !found->is_number()) return broken("probability", "must be a number");
  auto const share = found->get<double>();
  if (!(share >= 0 && share <= 1)) return broken("probability", "must be 0 to 1");
  return Probability{static_cast<std::uint32_t>(std::lround(share * 1'000'000))};
}

/// A type of a newer terminal is shown like a plain suggestion.
OfferType offer_type(std::string_view name) {
  for (std::size_t n = 0; n < kOfferTypes; ++n) {
    if (to_text(static_cast<OfferType>(n)) == name) return static_cast<OfferType>(n);
  }
  return OfferType::suggestion;
}

/// What older terminals did not send: kind, type, instead_of, more.
Result<void> read_newer(Json const& in, HintCard& out) {
  if (in.contains("type")) {
    auto const type = text(in, "type");
    if (!type) return tl::unexpected(type.error());
    out.type = offer_type(*type);
  }
  if (in.contains("kind")) {
    auto const kind = text(in, "kind");
    if (!kind) return tl::unexpected(kind.error());
    // Whatever a newer terminal calls it: what is not known to be a prompt must not be answered.
    out.kind = value_in(kKindNames, *kind).value_or(OfferKind::notice);
  }
  if (in.contains("instead_of")) {
    auto sku = text(in, "instead_of");
    if (!sku) return tl::unexpected(sku.error());
    out.instead_of = Sku(std::move(*sku));
  }
  auto const more = in.find("more");
  if (more == in.end()) return {};
  if (!more->is_array() || more->size() >= SetView::kMostExtras) return broken("more", "must be a list of at most 2");
  for (auto const& sku : *more) {
    if (!sku.is_string()) return broken("more", "must hold SKUs");
    out.more.emplace_back(sku.get<std::string>());
  }
  return {};
}

Result<HintCard> card(Json const& in) {
  if (!in.is_object()) return broken("cards", "must hold objects");
  auto const offer = in.find("offer");
  if (offer == in.end() || !offer->is_number_unsigned() || offer->get<std::uint64_t>() > 0xFFFF'FFFFU) {
    return broken("offer", "must be a whole number");
  }
  HintCard out;
  out.offer = offer->get<std::uint32_t>();
  std::pair<char const*, std::string*> const texts[] = {{"sku", &out.sku.value},    {"name", &out.name},
                                                        {"price", &out.price_text}, {"discount", &out.discount_text},
                                                        {"script", &out.script},    {"reason", &out.reason}};
  for (auto const& [name, into] : texts) {
    auto value = text(in, name);
    if (!value) return tl::unexpected(value.error());
    *into = std::move(*value);
  }
  auto const share = probability(in);
  if (!share) return tl::unexpected(share.error());
  out.probability = *share;
  if (auto const newer = read_newer(in, out); !newer) return tl::unexpected(newer.error());
  return out;
}

Result<FromTerminal> hints(Json const& in) {
  auto sale = text(in, "sale");
  if (!sale) return tl::unexpected(sale.error());
  auto const stage_name = text(in, "stage");
  if (!stage_name) return tl::unexpected(stage_name.error());
  auto const stage = value_in(kStageNames, *stage_name);
  if (!stage) return broken("stage", "must be scan, subtotal or tender");
  auto const cards = in.find("cards");
  if (cards == in.end() || !cards->is_array() || cards->size() > HintBoard::kMaxCards) {
    return broken("cards", "must be a list of at most 3");
  }
  HintBoard board{SaleId(std::move(*sale)), *stage, {}};
  for (auto const& entry : *cards) {
    auto one = card(entry);
    if (!one) return tl::unexpected(one.error());
    board.cards.push_back(std::move(*one));
  }
  return FromTerminal(std::move(board));
}

Result<FromTerminal> coupon(Json const& in) {
  auto sale = text(in, "sale");
  auto serial = text(in, "serial");
  auto slip = text(in, "text");
  auto const fate_name = text(in, "fate");
  for (auto const* each : std::initializer_list<Result<std::string> const*>{&sale, &serial, &slip, &fate_name}) {
    if (!*each) return tl::unexpected(each->error());
  }
  auto const fate = value_in(kFateNames, *fate_name);
  if (!fate) return broken("fate", "must be printed, unconfirmed or dropped");
  auto const why = in.find("reason");
  auto reason = why == in.end() || why->is_null() ? Result<std::string>(std::string()) : text(in, "reason");
  if (!reason) return tl::unexpected(reason.error());
  return FromTerminal(
      CouponNotice{SaleId(std::move(*sale)), std::move(*serial), std::move(*slip), *fate, std::move(*reason)});
}

Result<FromTerminal> notice(Json const& in) {
  auto words = text(in, "text");
  if (!words) return tl::unexpected(words.error());
  return FromTerminal(Notice{std::move(*words)});
}

Result<FromTerminal> ok(Json const& in) {
  auto const id = read_id(in);
  if (!id) return tl::unexpected(id.error());
  return FromTerminal(Ok{*id});
}

Result<FromTerminal> refused(Json const& in) {
  auto const id = read_id(in);
  if (!id) return tl::unexpected(id.error());
  auto code = text(in, "code");
  auto message = text(in, "message");
  if (!code) return tl::unexpected(code.error());
  if (!message) return tl::unexpected(message.error());
  return FromTerminal(Refused{*id, std::move(*code), std::move(*message)});
}

struct Kind {
  std::string_view type;
  Result<FromTerminal> (*read)(Json const&);
};
constexpr Kind kKinds[] = {{"ok", ok}, {"error", refused}, {"hints", hints}, {"coupon", coupon}, {"notice", notice}};

}  // namespace

Result<FromTerminal> parse_from_terminal(std::string_view line) {
  auto const object = read_object(line);
  if (!object) return tl::unexpected(object.error());
  auto const type = text(*object, "type");
  if (!type) return tl::unexpected(type.error());
  for (auto const& kind : kKinds) {
    if (kind.type == *type) return kind.read(*object);
  }
  return fail(Code::unsupported, "terminal line of an unknown type: skip it");
}

}  // namespace tillcue::pos
