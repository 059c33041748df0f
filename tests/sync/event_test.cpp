#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "samples.hpp"

namespace tillcue::sync {
namespace {

using Json = nlohmann::json;
using test::at;

std::string round_trip(Outcome const& outcome) {
  auto const text = encode_event(outcome);
  REQUIRE(text);
  auto const read = decode_event(*text);
  REQUIRE_MESSAGE(read, *text);
  // Encoding is canonical: equal texts mean equal values.
  CHECK(*encode_event(*read) == *text);
  return *text;
}

TEST_CASE("a decision comes back as it was and stays within 256 bytes") {
  auto const text = round_trip(test::decision());
  MESSAGE(text.size(), " bytes: ", text);
  CHECK(text.size() <= 256);
  auto const outcome = *decode_event(text);
  CHECK(outcome.at == at(1'790'000'123));
  auto const& made = std::get<DecisionMade>(outcome.what);
  CHECK(made.sale.value == "20261121-17-0042");
  CHECK(made.stage == Stage::subtotal);
  CHECK(made.eligible.size() == 2);
  CHECK(made.item.value == "4006381333931");
  CHECK(made.probability.ppm == 123'456);
  CHECK(made.propensity_ppm == 1'000'000);
  CHECK(made.release == 7);
  CHECK(made.micros == 12);
}

TEST_CASE("a typical decision of a small till stays within 256 bytes") {
  DecisionMade made;
  made.sale = SaleId{"17-0042"};
  made.number = 3;
  made.offer = 1;
  made.eligible = {Sku{"22423"}, Sku{"85123A"}, Sku{"21754"}};
  made.item = Sku{"22423"};
  made.probability = {41'000};
  made.trigger = Sku{"85099B"};
  made.release = 12;
  made.micros = 9;
  auto const text = round_trip({at(1'790'000'123), made});
  MESSAGE(text.size(), " bytes");
  CHECK(text.size() <= 256);
}

TEST_CASE("every word of core's enumerations travels, and replay, type and exploration with it") {
  for (std::size_t n = 0; n < kReasonCodes; ++n) {
    auto outcome = test::decision();
    auto& made = std::get<DecisionMade>(outcome.what);
    made.reason = static_cast<ReasonCode>(n);
    made.type = static_cast<OfferType>(n % kOfferTypes);
    made.silence = static_cast<Silence>(n % 8);
    made.explored = n % 2 == 1;
    made.replay = std::string(n * 100, 'r');
    auto const read = std::get<DecisionMade>(decode_event(round_trip(outcome))->what);
    CHECK(read.reason == made.reason);
    CHECK(read.type == made.type);
    CHECK(read.silence == made.silence);
    CHECK(read.explored == made.explored);
    CHECK(read.replay == made.replay);
  }
  auto outcome = test::decision();
  std::get<DecisionMade>(outcome.what).replay = std::string(kMaxReplay + 1, 'r');
  CHECK(encode_event(outcome).error().what == "event: \"replay\" is longer than 4096 bytes");
  // The words of the wire are those of core.
  for (std::size_t n = 1; n < kReasonCodes; ++n) {
    auto said = test::decision();
    std::get<DecisionMade>(said.what).reason = static_cast<ReasonCode>(n);
    auto const json = Json::parse(*encode_event(said));
    CHECK(json.at("why") == std::string(to_text(static_cast<ReasonCode>(n))));
  }
  for (std::size_t n = 1; n < kOfferTypes; ++n) {
    auto said = test::decision();
    std::get<DecisionMade>(said.what).type = static_cast<OfferType>(n);
    auto const json = Json::parse(*encode_event(said));
    CHECK(json.at("type") == std::string(to_text(static_cast<OfferType>(n))));
  }
}

TEST_CASE("a newer terminal's words are kept as they came; only what would mislead is refused") {
  auto json = Json::parse(*encode_event(test::decision()));
  json["why"] = "weather";
  json["type"] = "loan";
  json["silence"] = "siesta";
  NewerWords newer;
  auto const read = decode_event(json.dump(), &newer);
  REQUIRE(read);
  CHECK(newer == NewerWords{{"silence", "siesta"}, {"type", "loan"}, {"why", "weather"}});
  CHECK(std::get<DecisionMade>(read->what).item.value == "4006381333931");
  json["arm"] = "third";
  CHECK_FALSE(decode_event(json.dump(), &newer));
  json = Json::parse(*encode_event(test::decision()));
  json["why"] = std::string(41, 'x');
  CHECK_FALSE(decode_event(json.dump(), &newer));
  json["why"] = "";
  CHECK_FALSE(decode_event(json.dump(), &newer));
}

TEST_CASE("a sale says which release was in force and whether anything was decided at all") {
  auto outcome = test::sale();
  auto& closed = std::get<SaleClosed>(outcome.what);
  closed.release = 12;
  auto read = std::get<SaleClosed>(decode_event(round_trip(outcome))->what);
  CHECK(read.release == 12);
  CHECK(read.decided);
  closed.release = 0;
  closed.decided = false;
  read = std::get<SaleClosed>(decode_event(round_trip(outcome))->what);
  CHECK(read.release == 0);
  CHECK_FALSE(read.decided);
}

TEST_CASE("answers, coupons and sales come back as they were") {
  round_trip({at(5), OfferAnswered{SaleId{"s"}, 2, Response::declined, true}});
  CouponIssued coupon{SaleId{"s"},           3,  "K7-000123",   Sku{"a"},           "c",
                      DiscountKind::percent, 20, 1'800'000'000, PrintFate::dropped, "printer: connection refused"};
  auto const issued = std::get<CouponIssued>(decode_event(round_trip({at(6), coupon}))->what);
  CHECK(issued.fate == PrintFate::dropped);
  CHECK(issued.discount == DiscountKind::percent);
  CHECK(issued.why == "printer: connection refused");
  auto const closed = std::get<SaleClosed>(decode_event(round_trip(test::sale(3)))->what);
  CHECK(closed.arm == Arm::holdout);
  CHECK(closed.total.minor == 240);
  CHECK(closed.total.currency.text() == "EUR");
  REQUIRE(closed.lines.size() == 3);
  CHECK(closed.lines[2].sku.value == "sku-2");
  CHECK(closed.lines[2].quantity.milli == 1500);
  CHECK(closed.lines[2].unit_price.currency == closed.total.currency);
}

TEST_CASE("returns, free items, currencies without decimals and empty sales travel") {
  SaleClosed closed{.sale = SaleId{"r"},
                    .end = SaleEnd::voided,
                    .begun = at(-1),
                    .customer = "",
                    .total = {-500, {{'J', 'P', 'Y'}, 0}},
                    .lines = {{Sku{"x"}, {-1000}, {500, {{'J', 'P', 'Y'}, 0}}}}};
  auto const read = std::get<SaleClosed>(decode_event(round_trip({at(0), closed}))->what);
  CHECK(read.total.currency.digits == 0);
  CHECK(read.total.minor == -500);
  CHECK(read.lines[0].quantity.milli == -1000);
  closed.lines.clear();
  round_trip({at(0), closed});
}

TEST_CASE("a payment card's number leaves no terminal, in whatever field it stands; pseudonyms and serials do") {
  std::string const card = "4111111111111111";
  auto made = test::decision();
  auto& d = std::get<DecisionMade>(made.what);
  for (auto const field : {&d.campaign, &d.sale.value, &d.item.value, &d.trigger.value}) {
    auto const before = std::exchange(*field, card);
    CHECK(encode_event(made).error().what.find("payment card") != std::string::npos);
    *field = before;
  }
  d.eligible.emplace_back(card);
  CHECK_FALSE(encode_event(made));
  auto closed = test::sale();
  std::get<SaleClosed>(closed.what).customer = card;
  CHECK_FALSE(encode_event(closed));
  std::get<SaleClosed>(closed.what).customer = card + card;  // 32 digits: a pseudonym by chance
  CHECK(encode_event(closed));
  std::get<SaleClosed>(closed.what).lines[1].sku.value = card;
  CHECK_FALSE(encode_event(closed));
  CouponIssued issued;
  issued.sale = SaleId{"1"};
  issued.serial = card;
  Outcome coupon{made.at, issued};
  CHECK(encode_event(coupon));
  std::get<CouponIssued>(coupon.what).why = "till said " + card;
  CHECK_FALSE(encode_event(coupon));
}

TEST_CASE("a sale of 1,000 lines with the longest SKUs travels") {
  auto outcome = test::sale(1000);
  for (auto& line : std::get<SaleClosed>(outcome.what).lines) line.sku = Sku{std::string(64, '8')};
  auto const text = round_trip(outcome);
  MESSAGE(text.size(), " bytes");
  CHECK(text.size() <= kMaxEvent);
}

TEST_CASE("what cannot travel is refused with its field") {
  auto const why = [](auto spoil) {
    auto outcome = test::decision();
    spoil(std::get<DecisionMade>(outcome.what));
    auto const text = encode_event(outcome);
    REQUIRE_FALSE(text);
    CHECK(text.error().code == Code::invalid);
    return text.error().what;
  };
  CHECK(why([](auto& d) { d.sale = SaleId{""}; }) == "event: \"sale\" is empty");
  CHECK(why([](auto& d) { d.sale = SaleId{std::string(65, 'x')}; }) == "event: \"sale\" is longer than 64 bytes");
  CHECK(why([](auto& d) { d.item = Sku{"\xC0\xAF"}; }) == "event: \"item\" is not UTF-8");
  CHECK(why([](auto& d) { d.eligible.assign(9, Sku{"a"}); }).find("more than 8") != std::string::npos);
  CHECK(why([](auto& d) { d.eligible = {Sku{"\xFF"}}; }) == "event: \"eligible\" is not UTF-8");
  CHECK(why([](auto& d) { d.release = kMaxInteger + 1; }) == "event: \"release\" is beyond 2^53");
  CHECK(why([](auto& d) { d.probability = {1'000'001}; }) == "event: \"p\" is beyond 1000000");
  CHECK(why([](auto& d) { d.propensity_ppm = 1'000'001; }) == "event: \"prop\" is beyond 1000000");
  auto mixed = test::sale(1);
  std::get<SaleClosed>(mixed.what).lines[0].unit_price.currency = {{'U', 'S', 'D'}, 2};
  CHECK(encode_event(mixed).error().what == "event: \"lines\" mix currencies");
  auto long_sale = test::sale(1001);
  CHECK(encode_event(long_sale).error().what == "event: \"lines\" has more than 1000 lines");
}

struct Spoiled {
  char const* field;
  Json value;
  char const* why;
};

void each_refused(Outcome const& outcome, std::vector<Spoiled> const& all) {
  auto const good = Json::parse(*encode_event(outcome));
  for (auto const& one : all) {
    auto json = good;
    json[one.field] = one.value;
    auto const read = decode_event(json.dump());
    REQUIRE_MESSAGE(!read, one.field, " = ", one.value.dump());
    CHECK_MESSAGE(read.error().what.find(one.why) != std::string::npos, read.error().what, " / expected: ", one.why);
  }
}

TEST_CASE("each malformed event is refused for its own reason") {
  each_refused(test::decision(),
               {{"t", 1, "\"t\" must be a text"},
                {"at", "now", "\"at\" must be a whole number"},
                {"at", 9'007'199'254'740'992, "\"at\" is out of range"},
                {"at", 18'446'744'073'709'551'615ULL, "\"at\" is out of range"},
                {"sale", "", "\"sale\" is empty"},
                {"n", 4'294'967'296, "\"n\" is out of range"},
                {"n", -1, "\"n\" must be a whole number, not negative"},
                {"stage", "checkout", "\"stage\" is none of the known values"},
                {"arm", "x", "\"arm\" is none"},
                {"p", 1'000'001, "\"p\" is out of range"},
                {"eligible", Json::array({1}), "\"eligible\" must be a list of SKUs"},
                {"eligible", Json::array({"a", "b", "c", "d", "e", "f", "g", "h", "i"}), "more than 8"},
                {"eligible", "a", "\"eligible\" must be a list"},
                {"item", std::string(65, 'x'), "\"item\" is longer"}});
  each_refused(test::sale(),
               {{"lines", 1, "\"lines\" must be a list"},
                {"lines", Json::array({1}), "\"lines\" must be lists of SKU"},
                {"lines", Json::array({Json::array({"a", 1})}), "\"lines\" must be lists of SKU"},
                {"lines", Json::array({Json::array({"", 1, 1})}), "\"sku\" is empty"},
                {"lines", Json::array({Json::array({"a", 1.5, 1})}), "\"quantity\" must be a whole number"},
                {"lines", Json::array({Json::array({"a", 1, "2"})}), "\"price\" must be a whole number"},
                {"currency", "eur", "\"currency\" must be three capital letters"},
                {"currency", "EURO", "\"currency\" is longer"},
                {"digits", 9, "\"digits\" is out of range"},
                {"end", "x", "\"end\" is none"},
                {"hints", -1, "\"hints\" must be"}});
  each_refused({at(1), OfferAnswered{SaleId{"s"}, 1, Response::accepted, true}},
               {{"bought", 1, "\"bought\" must be true or false"},
                {"response", std::string(41, 'm'), "\"response\" is longer"}});
  each_refused({at(1), CouponIssued{.sale = SaleId{"s"}, .serial = "", .item = Sku{}, .campaign = "", .why = ""}},
               {{"fate", "eaten", "\"fate\" is none"}, {"why", std::string(201, 'w'), "\"why\" is longer"}});
}

TEST_CASE("an event of a type from the future is unsupported, not invalid") {
  auto const read = decode_event(R"({"at":0,"t":"redemption","serial":"x"})");
  REQUIRE_FALSE(read);
  CHECK(read.error().code == Code::unsupported);
}

TEST_CASE("an event cut at any length is refused") {
  auto const text = *encode_event(test::sale());
  for (std::size_t length = 0; length < text.size(); ++length) CHECK_FALSE(decode_event(text.substr(0, length)));
}

}  // namespace
}  // namespace tillcue::sync
