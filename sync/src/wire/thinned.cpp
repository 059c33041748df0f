#include "tillcue/sync/thinned.hpp"

#include <algorithm>
#include <cmath>

#include "event_names.hpp"
#include "json_fields.hpp"
#include "tillcue/sync/results.hpp"

namespace tillcue::sync {
namespace {

constexpr std::int64_t kMost = static_cast<std::int64_t>(kMaxInteger);

std::int64_t day_of(Timestamp at) { return std::chrono::floor<std::chrono::days>(at).time_since_epoch().count(); }

/// The counters of an offer and of sales, by their names on the wire.
constexpr std::pair<char const*, std::uint64_t Thinned::Offers::*> kOfferCounts[] = {
    {"shown", &Thinned::Offers::shown},
    {"accepted", &Thinned::Offers::accepted},
    {"declined", &Thinned::Offers::declined},
    {"ignored", &Thinned::Offers::ignored},
    {"bought", &Thinned::Offers::bought},
    {"notices", &Thinned::Offers::notices},
    {"p", &Thinned::Offers::predicted_ppm},
    {"printed", &Thinned::Offers::printed},
    {"unconfirmed", &Thinned::Offers::unconfirmed},
    {"dropped", &Thinned::Offers::dropped}};
constexpr std::pair<char const*, std::uint64_t Thinned::Sales::*> kSalesCounts[] = {
    {"finished", &Thinned::Sales::finished},
    {"voided", &Thinned::Sales::voided},
    {"abandoned", &Thinned::Sales::abandoned},
    {"hinted", &Thinned::Sales::hinted},
    {"accepted", &Thinned::Sales::accepted}};

void merge(Thinned::Sum& into, Thinned::Sum const& more) {
  into.total += more.total;
  into.squares += more.squares;
}

void merge(Thinned::Offers& into, Thinned::Offers const& more) {
  for (auto const& [name, field] : kOfferCounts) into.*field += more.*field;
}

void merge(Thinned::Sales& into, Thinned::Sales const& more) {
  for (auto const& [name, field] : kSalesCounts) into.*field += more.*field;
  merge(into.lines, more.lines);
  merge(into.value, more.value);
}

}  // namespace

void Thinned::Sum::add(std::int64_t value) noexcept {
  total += value;
  squares += static_cast<double>(value) * static_cast<double>(value);
}

void Thinned::add(Thinned const& other) {
  bool const first = numbers == lost;
  if (other.numbers > other.lost) {
    from = first ? other.from : std::min(from, other.from);
    to = first ? other.to : std::max(to, other.to);
  }
  numbers += other.numbers;
  lost += other.lost;
  decisions += other.decisions;
  for (auto const& [key, cell] : other.offers) merge(offers[key], cell);
  for (auto const& [key, cell] : other.sales) merge(sales[key], cell);
}

void Thinned::lose(std::uint64_t count) {
  numbers += count;
  lost += count;
}

void Thinning::add(Outcome const& outcome) {
  bool const first = sums_.numbers == sums_.lost;
  sums_.from = first ? outcome.at : std::min(sums_.from, outcome.at);
  sums_.to = first ? outcome.at : std::max(sums_.to, outcome.at);
  ++sums_.numbers;
  std::visit([&](auto const& what) { take(outcome.at, what); }, outcome.what);
}

void Thinning::take(Timestamp at, DecisionMade const& d) {
  ++sums_.decisions;
  if (d.offer == 0) return;
  Given given{.key = {day_of(at), d.campaign, d.item.value, std::string(word(kTypes, d.type)),
                      std::string(word(kReasons, d.reason))}};
  bool const notice = d.type == OfferType::notice;
  given.counts = !notice && d.stage != Stage::tender;
  if (notice) ++sums_.offers[given.key].notices;
  if (given.counts) {
    auto& cell = sums_.offers[given.key];
    ++cell.shown;
    cell.predicted_ppm += d.probability.ppm;
  }
  auto const [place, fresh] = given_.try_emplace({d.sale.value, d.offer}, given);
  // Sale and offer numbers come again: what was answered before belongs to the decision before.
  if (fresh) return;
  answered(place->second);
  place->second = given;
}

void Thinning::take(Timestamp at, OfferAnswered const& a) {
  auto const found = given_.find({a.sale.value, a.offer});
  if (found != given_.end()) {
    found->second.response = a.response;  // the last answer to an offer holds
    found->second.bought = a.bought;
    return;
  }
  answered({.key = {day_of(at), {}, {}, {}, {}}, .response = a.response, .bought = a.bought});
}

void Thinning::answered(Given const& given) {
  if (!given.counts || (given.response == Response::none && !given.bought)) return;
  auto& cell = sums_.offers[given.key];
  if (given.response == Response::accepted) ++cell.accepted;
  if (given.response == Response::declined) ++cell.declined;
  if (given.response == Response::ignored) ++cell.ignored;
  if (given.bought) ++cell.bought;
}

void Thinning::take(Timestamp at, CouponIssued const& c) {
  auto& cell = sums_.offers[{day_of(at), c.campaign, c.item.value, std::string(word(kTypes, OfferType::coupon)), {}}];
  if (c.fate == PrintFate::printed) ++cell.printed;
  if (c.fate == PrintFate::unconfirmed) ++cell.unconfirmed;
  if (c.fate == PrintFate::dropped) ++cell.dropped;
}

void Thinning::take(Timestamp at, SaleClosed const& s) {
  auto& cell =
      sums_.sales[{day_of(at), s.arm, s.decided, std::string(s.total.currency.text()), s.total.currency.digits}];
  if (s.end == SaleEnd::voided) ++cell.voided;
  if (s.end == SaleEnd::abandoned) ++cell.abandoned;
  if (s.end != SaleEnd::finished) return;
  ++cell.finished;
  if (s.hints > 0) ++cell.hinted;
  if (s.accepted > 0) ++cell.accepted;
  cell.lines.add(static_cast<std::int64_t>(s.lines.size()));
  cell.value.add(s.total.minor);
}

Thinned Thinning::finish() {
  for (auto const& [offer, given] : given_) answered(given);
  given_.clear();
  return std::move(sums_);
}

namespace {

/// A double as mantissa and power of two: exact, and whole numbers only.
Json squares_json(double value) {
  int power = 0;
  auto mantissa = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &power), 53));
  if (mantissa == 0) return Json::array({0, 0});
  power -= 53;
  for (; mantissa % 2 == 0; mantissa /= 2) ++power;
  return Json::array({mantissa, power});
}

constexpr int kMostPower = 120;

bool fits_wire(Thinned::Sum const& sum) {
  return sum.total >= -kMost && sum.total <= kMost && sum.squares <= std::ldexp(1.0, kMostPower);
}

Json sum_json(Thinned::Sum const& sum) {
  auto json = squares_json(sum.squares);
  json.insert(json.begin(), sum.total);
  return json;
}

constexpr std::pair<char const*, std::string Thinned::OfferKey::*> kOfferWords[] = {
    {"campaign", &Thinned::OfferKey::campaign},
    {"item", &Thinned::OfferKey::item},
    {"type", &Thinned::OfferKey::type},
    {"why", &Thinned::OfferKey::reason}};

bool put_count(Json& json, char const* name, std::uint64_t value) {
  if (value != 0) json[name] = value;
  return value <= kMaxInteger;
}

bool put_offer(Json& list, Thinned::OfferKey const& key, Thinned::Offers const& cell) {
  Json json{{"day", key.day}};
  for (auto const& [name, field] : kOfferWords) {
    if (!(key.*field).empty()) json[name] = key.*field;
  }
  bool fits = true;
  for (auto const& [name, field] : kOfferCounts) fits = put_count(json, name, cell.*field) && fits;
  list.push_back(std::move(json));
  return fits;
}

bool put_sales(Json& list, Thinned::SalesKey const& key, Thinned::Sales const& cell) {
  Json json{
      {"day", key.day}, {"currency", key.currency}, {"lines", sum_json(cell.lines)}, {"value", sum_json(cell.value)}};
  if (key.arm != Arm::treated) json["arm"] = word(kArms, key.arm);
  if (key.digits != 2) json["digits"] = key.digits;
  if (!key.decided) json["decided"] = false;
  bool fits = fits_wire(cell.value) && fits_wire(cell.lines);
  for (auto const& [name, field] : kSalesCounts) fits = put_count(json, name, cell.*field) && fits;
  list.push_back(std::move(json));
  return fits;
}

Thinned::Sum sum_field(Fields& f, char const* name) {
  auto const* list = f.array(name, 3);
  if (list == nullptr) return {};
  bool const whole = list->size() == 3 && std::all_of(list->begin(), list->end(), [](Json const& number) {
                       return number.is_number_integer() &&
                              (!number.is_number_unsigned() || number.get<std::uint64_t>() <= kMaxInteger);
                     });
  if (!whole) {
    f.reject(name, "must be a sum, and mantissa and power of two of its squares");
    return {};
  }
  auto const& numbers = *list;
  auto const total = numbers[0].get<std::int64_t>();
  auto const mantissa = numbers[1].get<std::int64_t>();
  auto const power = numbers[2].get<std::int64_t>();
  bool const fits = total >= -kMost && mantissa >= 0 && power >= 0 && power <= kMostPower;
  Thinned::Sum const sum{total, fits ? std::ldexp(static_cast<double>(mantissa), static_cast<int>(power)) : 0};
  if (!fits || !fits_wire(sum)) f.reject(name, "is beyond what a sum can be");
  return sum;
}

void read_offer(Fields& f, Thinned& out) {
  Thinned::OfferKey key;
  key.day = f.integer("day", -100'000'000, 100'000'000);
  for (auto const& [name, field] : kOfferWords) key.*field = f.optional_text(name, kMaxIdentifier);
  Thinned::Offers cell;
  for (auto const& [name, field] : kOfferCounts) cell.*field = f.optional_number(name, 0, 0, kMaxInteger);
  if (!out.offers.emplace(std::move(key), cell).second) f.reject("day", "and what goes with it stand there twice");
}

void read_sales(Fields& f, Thinned& out) {
  Thinned::SalesKey key;
  key.day = f.integer("day", -100'000'000, 100'000'000);
  key.arm = f.choice<Arm>("arm", kArms, true);
  key.decided = f.flag("decided", true);
  key.currency = f.text("currency", 3, 3);
  if (!parse_currency(key.currency)) f.reject("currency", "must be three capital letters");
  key.digits = static_cast<std::uint8_t>(f.optional_number("digits", 2, 0, 4));
  Thinned::Sales cell;
  for (auto const& [name, field] : kSalesCounts) cell.*field = f.optional_number(name, 0, 0, kMaxInteger);
  cell.lines = sum_field(f, "lines");
  cell.value = sum_field(f, "value");
  if (cell.hinted > cell.finished || cell.accepted > cell.finished) f.reject("finished", "is less than its parts");
  if (!out.sales.emplace(std::move(key), cell).second) f.reject("day", "and what goes with it stand there twice");
}

/// Each object of the list `name`, when it is there.
template <class Read>
Result<void> each(Fields& f, Json const& json, char const* name, Read read) {
  if (!f.has(name)) return {};
  if (f.array(name, kMaxEvent) == nullptr) return f.error();
  auto const what = std::string("event: \"") + name + "\"";
  for (auto const& object : json[name]) {
    if (!object.is_object()) return fail(Code::invalid, what + " must hold objects");
    Fields part(object, what);
    read(part);
    if (!part.ok()) return part.error();
  }
  return {};
}

}  // namespace

bool is_thinned(std::string_view event) {
  // Quotes within texts are escaped, so this can only be a field.
  return event.find(R"("t":"thinned")") != std::string_view::npos;
}

Result<std::string> encode_thinned(Thinned const& thinned) {
  Json json{{"t", "thinned"}, {"at", thinned.to.time_since_epoch().count()}, {"numbers", thinned.numbers}};
  if (thinned.from != thinned.to) json["from"] = thinned.from.time_since_epoch().count();
  bool fits = thinned.numbers >= 1 && thinned.numbers <= kMaxInteger && thinned.lost <= thinned.numbers;
  fits = put_count(json, "lost", thinned.lost) && put_count(json, "decisions", thinned.decisions) && fits;
  for (auto const& [key, cell] : thinned.offers) fits = put_offer(json["offers"], key, cell) && fits;
  for (auto const& [key, cell] : thinned.sales) fits = put_sales(json["sales"], key, cell) && fits;
  if (!fits) return fail(Code::invalid, "thinned: a sum is beyond 2^53");
  auto text = json.dump();
  if (text.size() > kMaxEvent) return fail(Code::invalid, "thinned: more than an event can hold");
  return text;
}

Result<Thinned> decode_thinned(std::string_view event) {
  auto const json = parse_json(event, kMaxEvent, 8, "event");
  if (!json) return tl::unexpected(json.error());
  Fields f(*json, "event");
  Thinned out;
  if (f.text("t", 40, 1) != "thinned") f.reject("t", "is not \"thinned\"");
  auto const to = f.integer("at", -kMost, kMost);
  auto const from = f.has("from") ? f.integer("from", -kMost, to) : to;
  out.from = Timestamp{std::chrono::milliseconds{from}};
  out.to = Timestamp{std::chrono::milliseconds{to}};
  out.numbers = f.number("numbers", 1, kMaxInteger);
  out.lost = f.optional_number("lost", 0, 0, out.numbers);
  out.decisions = f.optional_number("decisions", 0, 0, kMaxInteger);
  if (!f.ok()) return f.error();
  auto done = each(f, *json, "offers", [&](Fields& part) { read_offer(part, out); });
  if (done) done = each(f, *json, "sales", [&](Fields& part) { read_sales(part, out); });
  if (!done) return tl::unexpected(done.error());
  return out;
}

}  // namespace tillcue::sync
