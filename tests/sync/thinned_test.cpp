#include "tillcue/sync/thinned.hpp"

#include <doctest/doctest.h>

#include "samples.hpp"

namespace tillcue::sync {
namespace {

using test::at;

Outcome answer_to(Outcome const& decision, Response response, bool bought) {
  auto const& made = std::get<DecisionMade>(decision.what);
  return {decision.at, OfferAnswered{made.sale, made.offer, response, bought}};
}

Thinned sums_of(std::vector<Outcome> const& outcomes) {
  Thinning thinning;
  for (auto const& outcome : outcomes) thinning.add(outcome);
  return thinning.finish();
}

TEST_CASE("sums count as reports do: by day, campaign and item, an offer's last answer once") {
  auto const shown = test::decision();
  auto tender = test::decision(2);
  std::get<DecisionMade>(tender.what).stage = Stage::tender;
  std::get<DecisionMade>(tender.what).offer = 2;
  auto notice = test::decision(3);
  std::get<DecisionMade>(notice.what).type = OfferType::notice;
  std::get<DecisionMade>(notice.what).offer = 3;
  auto silent = test::decision(4);
  std::get<DecisionMade>(silent.what).offer = 0;
  auto const sums = sums_of({shown, answer_to(shown, Response::ignored, false), tender, notice, silent,
                             answer_to(tender, Response::accepted, true), answer_to(shown, Response::accepted, true)});
  CHECK(sums.numbers == 7);
  CHECK(sums.decisions == 4);
  REQUIRE(sums.offers.size() == 2);
  for (auto const& [key, cell] : sums.offers) {
    CHECK(key.day == 1'790'000'123 / 86'400);
    CHECK(key.campaign == "autumn");
    CHECK(key.item == "4006381333931");
    CHECK(key.reason == "popular");
    bool const told = key.type == "notice";
    CHECK(cell.shown == (told ? 0 : 1));
    CHECK(cell.notices == (told ? 1 : 0));
    CHECK(cell.accepted == (told ? 0 : 1));
    CHECK(cell.bought == (told ? 0 : 1));
    CHECK(cell.ignored == 0);
    CHECK(cell.predicted_ppm == (told ? 0 : 123'456));
  }
}

TEST_CASE("an answer without its decision is counted without an item, a repeated offer number counts twice") {
  auto const shown = test::decision();
  auto const late = sums_of({answer_to(shown, Response::declined, false)});
  REQUIRE(late.offers.size() == 1);
  CHECK(late.offers.begin()->first.item.empty());
  CHECK(late.offers.begin()->second.declined == 1);
  auto const twice =
      sums_of({shown, answer_to(shown, Response::accepted, true), shown, answer_to(shown, Response::declined, false)});
  auto const& cell = twice.offers.begin()->second;
  CHECK(cell.shown == 2);
  CHECK(cell.accepted == 1);
  CHECK(cell.declined == 1);
}

TEST_CASE("sales keep count, sum and sum of squares by arm and currency; voided ones have no value") {
  auto voided = test::sale(3);
  std::get<SaleClosed>(voided.what).end = SaleEnd::voided;
  auto other = test::sale(1);
  std::get<SaleClosed>(other.what).total.currency = {{'J', 'P', 'Y'}, 0};
  auto const sums = sums_of({test::sale(2), test::sale(4), voided, other});
  REQUIRE(sums.sales.size() == 2);
  auto const& euro = sums.sales.at({1'790'000'200 / 86'400, Arm::holdout, true, "EUR", 2});
  CHECK(euro.finished == 2);
  CHECK(euro.voided == 1);
  CHECK(euro.hinted == 2);
  CHECK(euro.accepted == 2);
  CHECK(euro.lines.total == 6);
  CHECK(euro.lines.squares == 20);
  CHECK(euro.value.total == 480);
  CHECK(euro.value.squares == 2 * 240 * 240);
}

TEST_CASE("what is written is read again, and added sums are the sums of both") {
  auto first = sums_of({test::decision(), test::sale(), answer_to(test::decision(), Response::accepted, true)});
  auto later = test::decision(9);
  later.at = at(1'790'200'000);
  first.sales.begin()->second.value.squares = 3.0e20 + 1e5;  // beyond 2^53: mantissa and power
  first.lose(2);
  first.add(sums_of({later}));
  CHECK(first.numbers == 6);
  CHECK(first.from == at(1'790'000'123));
  CHECK(first.to == at(1'790'200'000));
  auto const text = *encode_thinned(first);
  CHECK(is_thinned(text));
  auto const read = decode_thinned(text);
  REQUIRE_MESSAGE(read, (read ? "" : read.error().what));
  CHECK(*encode_thinned(*read) == text);
  CHECK(read->sales.begin()->second.value.squares == first.sales.begin()->second.value.squares);
  CHECK(read->lost == 2);
  CHECK(read->numbers == 6);
  CHECK(read->decisions == 2);
  CHECK(read->from == first.from);
}

TEST_CASE("what nothing is known of is sums too, and takes no time along") {
  Thinned sums;
  sums.lose(40);
  CHECK(*encode_thinned(sums) == R"({"at":0,"lost":40,"numbers":40,"t":"thinned"})");
  sums.add(sums_of({test::decision()}));
  CHECK(sums.from == at(1'790'000'123));
  CHECK(sums.numbers == 41);
}

TEST_CASE("sums that break a rule are refused for their own reason") {
  struct {
    char const* text;
    char const* why;
  } const all[] = {
      {R"({"at":0,"numbers":0,"t":"thinned"})", "numbers"},
      {R"({"at":0,"lost":3,"numbers":2,"t":"thinned"})", "lost"},
      {R"({"at":5,"from":6,"numbers":2,"t":"thinned"})", "from"},
      {R"({"at":0,"numbers":2,"t":"decision"})", "\"t\""},
      {R"({"at":0,"numbers":2,"offers":{},"t":"thinned"})", "offers"},
      {R"({"at":0,"numbers":2,"offers":[7],"t":"thinned"})", "offers"},
      {R"({"at":0,"numbers":2,"offers":[{"day":1,"shown":-1}],"t":"thinned"})", "shown"},
      {R"({"at":0,"numbers":2,"offers":[{"day":1},{"day":1}],"t":"thinned"})", "twice"},
      {R"({"at":0,"numbers":2,"sales":[{"currency":"eur","day":1,"lines":[0,0,0],"value":[0,0,0]}],"t":"thinned"})",
       "currency"},
      {R"({"at":0,"numbers":2,"sales":[{"currency":"EUR","day":1,"lines":[0,0],"value":[0,0,0]}],"t":"thinned"})",
       "lines"},
      {R"({"at":0,"numbers":2,"sales":[{"currency":"EUR","day":1,"lines":[0,0,900],"value":[0,0,0]}],"t":"thinned"})",
       "lines"},
      {R"({"at":0,"numbers":2,"sales":[{"currency":"EUR","day":1,"lines":[0,0.5,0],"value":[0,0,0]}],"t":"thinned"})",
       "lines"},
      {R"({"accepted":1,"at":0,"numbers":2,"sales":[{"accepted":2,"currency":"EUR","day":1,"finished":1,)"
       R"("lines":[1,1,0],"value":[1,1,0]}],"t":"thinned"})",
       "finished"},
  };
  for (auto const& one : all) {
    auto const read = decode_thinned(one.text);
    CHECK_MESSAGE(!read, one.text);
    if (!read) CHECK_MESSAGE(read.error().what.find(one.why) != std::string::npos, read.error().what);
  }
}

}  // namespace
}  // namespace tillcue::sync
