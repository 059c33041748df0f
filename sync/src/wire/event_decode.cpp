#include "event_names.hpp"
#include "json_fields.hpp"
#include "tillcue/sync/results.hpp"

namespace tillcue::sync {
namespace {

constexpr std::int64_t kMost = static_cast<std::int64_t>(kMaxInteger);

Timestamp time_field(Fields& f, char const* name) {
  return Timestamp{std::chrono::milliseconds{f.integer(name, -kMost, kMost)}};
}

SaleId sale_field(Fields& f) { return SaleId{f.text("sale", kMaxIdentifier, 1)}; }

std::uint32_t small(Fields& f, char const* name, std::uint32_t otherwise = 0, std::uint32_t most = UINT32_MAX) {
  return static_cast<std::uint32_t>(f.optional_number(name, otherwise, 0, most));
}

/// Takes the words nobody here knows yet, where somebody wants them.
auto keep_in(NewerWords* newer) {
  return [newer](char const* name, std::string const& word) {
    if (newer != nullptr) (*newer)[name] = word;
  };
}

DecisionMade decision(Fields& f, NewerWords* newer) {
  DecisionMade d;
  d.sale = sale_field(f);
  d.number = static_cast<std::uint32_t>(f.number("n", 0, UINT32_MAX));
  d.offer = small(f, "offer");
  d.stage = f.choice<Stage>("stage", kStages, true);
  d.arm = f.choice<Arm>("arm", kArms, true);
  d.silence = f.choice_or_newer<Silence>("silence", kSilences, keep_in(newer));
  if (auto const* list = f.has("eligible") ? f.array("eligible", Decision::kMaxEligible) : nullptr) {
    for (auto const& element : *list) {
      bool const fits = element.is_string() && element.get_ref<std::string const&>().size() <= kMaxIdentifier;
      if (!fits) f.reject("eligible", "must be a list of SKUs");
      d.eligible.emplace_back(fits ? element.get<std::string>() : std::string{});
    }
  }
  d.item = Sku{f.optional_text("item", kMaxIdentifier)};
  d.probability.ppm = small(f, "p", 0, 1'000'000);
  d.propensity_ppm = small(f, "prop", 1'000'000, 1'000'000);
  d.reason = f.choice_or_newer<ReasonCode>("why", kReasons, keep_in(newer));
  d.trigger = Sku{f.optional_text("trigger", kMaxIdentifier)};
  d.campaign = f.optional_text("campaign", kMaxIdentifier);
  d.release = f.optional_number("release", 0, 0, kMaxInteger);
  d.micros = small(f, "us");
  d.type = f.choice_or_newer<OfferType>("type", kTypes, keep_in(newer));
  d.explored = f.flag("explored", false);
  d.replay = f.optional_text("replay", kMaxReplay);
  return d;
}

OfferAnswered answer(Fields& f, NewerWords* newer) {
  OfferAnswered a;
  a.sale = sale_field(f);
  a.offer = static_cast<std::uint32_t>(f.number("offer", 0, UINT32_MAX));
  a.response = f.choice_or_newer<Response>("response", kResponses, keep_in(newer));
  a.bought = f.flag("bought", false);
  return a;
}

CouponIssued coupon(Fields& f, NewerWords* newer) {
  CouponIssued c;
  c.sale = sale_field(f);
  c.offer = static_cast<std::uint32_t>(f.number("offer", 0, UINT32_MAX));
  c.serial = f.optional_text("serial", kMaxIdentifier);
  c.item = Sku{f.optional_text("item", kMaxIdentifier)};
  c.campaign = f.optional_text("campaign", kMaxIdentifier);
  c.discount = f.choice_or_newer<DiscountKind>("discount", kDiscounts, keep_in(newer));
  c.value = f.integer("value", -kMost, kMost);
  c.valid_until = f.integer("until", -kMost, kMost);
  c.fate = f.choice<PrintFate>("fate", kFates, true);
  c.why = f.optional_text("why", 200);
  return c;
}

void lines_field(Fields& f, SaleClosed& s) {
  auto const* lines = f.array("lines", Basket::kMaxLines);
  if (lines == nullptr) return;
  for (auto const& line : *lines) {
    if (!line.is_array() || line.size() != 3) return f.reject("lines", "must be lists of SKU, quantity, price");
    Json const row{{"sku", line[0]}, {"quantity", line[1]}, {"price", line[2]}};
    Fields part(row, "event: \"lines\"");
    SaleLine read{.sku = Sku{part.text("sku", kMaxIdentifier, 1)},
                  .quantity = {part.integer("quantity", -kMost, kMost)},
                  .unit_price = {part.integer("price", -kMost, kMost), s.total.currency}};
    if (!part.ok()) return f.reject("lines", part.error().value().what);
    s.lines.push_back(std::move(read));
  }
}

SaleClosed sale(Fields& f) {
  SaleClosed s;
  s.sale = sale_field(f);
  s.end = f.choice<SaleEnd>("end", kEnds, true);
  s.arm = f.choice<Arm>("arm", kArms, true);
  s.begun = time_field(f, "begun");
  s.customer = f.optional_text("customer", kMaxIdentifier);
  s.total.minor = f.integer("total", -kMost, kMost);
  auto const currency = parse_currency(f.text("currency", 3, 3));
  if (!currency) f.reject("currency", "must be three capital letters");
  s.total.currency = currency.value_or(Currency{});
  s.total.currency.digits = static_cast<std::uint8_t>(f.optional_number("digits", 2, 0, 4));
  lines_field(f, s);
  s.hints = small(f, "hints");
  s.accepted = small(f, "accepted");
  s.coupons = small(f, "coupons");
  s.release = f.optional_number("release", 0, 0, kMaxInteger);
  s.decided = f.flag("decided", true);
  return s;
}

}  // namespace

Result<Outcome> decode_event(std::string_view event, NewerWords* newer) {
  auto const json = parse_json(event, kMaxEvent, 8, "event");
  if (!json) return tl::unexpected(json.error());
  Fields f(*json, "event");
  auto const type = f.text("t", 40, 1);
  Outcome outcome;
  outcome.at = time_field(f, "at");
  if (!f.ok()) return f.error();
  if (type == "decision") {
    outcome.what = decision(f, newer);
  } else if (type == "answer") {
    outcome.what = answer(f, newer);
  } else if (type == "coupon") {
    outcome.what = coupon(f, newer);
  } else if (type == "sale") {
    outcome.what = sale(f);
  } else {
    return fail(Code::unsupported, "event: type \"" + type + "\" is unknown to this version");
  }
  if (!f.ok()) return f.error();
  return outcome;
}

}  // namespace tillcue::sync
