#include "card_check.hpp"
#include "event_names.hpp"
#include "json_fields.hpp"
#include "tillcue/sync/results.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMaxWhy = 200;
constexpr std::int64_t kMost = static_cast<std::int64_t>(kMaxInteger);

/// Builds one event; defaults are left out to keep it short. Remembers the first field that cannot travel.
class EventWriter {
 public:
  EventWriter(std::string_view type, Timestamp at) : json_{{"t", type}} {
    integer("at", at.time_since_epoch().count());
  }

  void text(char const* name, std::string_view value, bool required = false, std::size_t most = kMaxIdentifier) {
    if (value.empty() && !required) return;
    check_text(name, value, most);
    if (error_.empty()) json_[name] = value;
  }
  void integer(char const* name, std::int64_t value) {
    if (value < -kMost || value > kMost) reject(name, "is beyond +-2^53");
    json_[name] = value;
  }
  void number(char const* name, std::uint64_t value, std::uint64_t otherwise = UINT64_MAX) {
    if (value == otherwise) return;
    if (value > kMaxInteger) reject(name, "is beyond 2^53");
    json_[name] = value;
  }
  template <class Enum, std::size_t N>
  void choice(char const* name, std::string_view const (&names)[N], Enum value) {
    auto const n = static_cast<std::size_t>(value);
    if (n >= N) return reject(name, "has no name");
    if (n != 0) json_[name] = names[n];
  }
  void check_text(char const* name, std::string_view value, std::size_t most) {
    if (value.empty()) reject(name, "is empty");
    if (value.size() > most) reject(name, "is longer than " + std::to_string(most) + " bytes");
    if (!is_utf8(value)) reject(name, "is not UTF-8");
    if (is_card_number(name, value)) reject(name, "looks like a payment card number");
  }
  void reject(char const* name, std::string const& why) {
    if (error_.empty()) error_ = "event: \"" + std::string(name) + "\" " + why;
  }
  Json& operator[](char const* name) { return json_[name]; }

  [[nodiscard]] Result<std::string> finish() const {
    if (!error_.empty()) return fail(Code::invalid, error_);
    auto text = json_.dump();
    if (text.size() > kMaxEvent) {
      return fail(Code::invalid,
                  "event: " + std::to_string(text.size()) + " bytes, at most " + std::to_string(kMaxEvent));
    }
    return text;
  }

 private:
  Json json_;
  std::string error_;
};

Result<std::string> encode(Timestamp at, DecisionMade const& d) {
  EventWriter w("decision", at);
  w.text("sale", d.sale.value, true);
  w.number("n", d.number);
  w.number("offer", d.offer, 0);
  w.choice("stage", kStages, d.stage);
  w.choice("arm", kArms, d.arm);
  w.choice("silence", kSilences, d.silence);
  if (d.eligible.size() > Decision::kMaxEligible) w.reject("eligible", "has more than 8 items");
  for (auto const& sku : d.eligible) w.check_text("eligible", sku.value, kMaxIdentifier);
  auto list = Json::array();
  for (auto const& sku : d.eligible) list.push_back(is_utf8(sku.value) ? sku.value : std::string{});
  if (!list.empty()) w["eligible"] = std::move(list);
  w.text("item", d.item.value);
  if (d.probability.ppm > 1'000'000) w.reject("p", "is beyond 1000000");
  w.number("p", d.probability.ppm, 0);
  if (d.propensity_ppm > 1'000'000) w.reject("prop", "is beyond 1000000");
  w.number("prop", d.propensity_ppm, 1'000'000);
  w.choice("why", kReasons, d.reason);
  w.text("trigger", d.trigger.value);
  w.text("campaign", d.campaign);
  w.number("release", d.release, 0);
  w.number("us", d.micros, 0);
  w.choice("type", kTypes, d.type);
  if (d.explored) w["explored"] = true;
  w.text("replay", d.replay, false, kMaxReplay);
  return w.finish();
}

Result<std::string> encode(Timestamp at, OfferAnswered const& a) {
  EventWriter w("answer", at);
  w.text("sale", a.sale.value, true);
  w.number("offer", a.offer);
  w.choice("response", kResponses, a.response);
  if (a.bought) w["bought"] = true;
  return w.finish();
}

Result<std::string> encode(Timestamp at, CouponIssued const& c) {
  EventWriter w("coupon", at);
  w.text("sale", c.sale.value, true);
  w.number("offer", c.offer);
  w.text("serial", c.serial);
  w.text("item", c.item.value);
  w.text("campaign", c.campaign);
  w.choice("discount", kDiscounts, c.discount);
  w.integer("value", c.value);
  w.integer("until", c.valid_until);
  w.choice("fate", kFates, c.fate);
  w.text("why", cut_utf8(c.why, kMaxWhy), false, kMaxWhy);
  return w.finish();
}

Result<std::string> encode(Timestamp at, SaleClosed const& s) {
  EventWriter w("sale", at);
  w.text("sale", s.sale.value, true);
  w.choice("end", kEnds, s.end);
  w.choice("arm", kArms, s.arm);
  w.integer("begun", s.begun.time_since_epoch().count());
  w.text("customer", s.customer);
  w.integer("total", s.total.minor);
  w.text("currency", s.total.currency.text(), true, 3);
  w.number("digits", s.total.currency.digits, 2);
  if (s.lines.size() > Basket::kMaxLines) w.reject("lines", "has more than 1000 lines");
  auto lines = Json::array();
  for (auto const& line : s.lines) {
    w.check_text("lines", line.sku.value, kMaxIdentifier);
    if (!(line.unit_price.currency == s.total.currency)) w.reject("lines", "mix currencies");
    auto const beyond = [](std::int64_t value) { return value < -kMost || value > kMost; };
    if (beyond(line.quantity.milli) || beyond(line.unit_price.minor)) w.reject("lines", "hold a number beyond +-2^53");
    lines.push_back({is_utf8(line.sku.value) ? line.sku.value : "", line.quantity.milli, line.unit_price.minor});
  }
  w["lines"] = std::move(lines);
  w.number("hints", s.hints, 0);
  w.number("accepted", s.accepted, 0);
  w.number("coupons", s.coupons, 0);
  w.number("release", s.release, 0);
  if (!s.decided) w["decided"] = false;
  return w.finish();
}

}  // namespace

Result<std::string> encode_event(Outcome const& outcome) {
  return std::visit([&](auto const& what) { return encode(outcome.at, what); }, outcome.what);
}

}  // namespace tillcue::sync
