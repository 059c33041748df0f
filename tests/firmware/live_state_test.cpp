#include "tillcue/firmware/live_state.hpp"

#include <doctest/doctest.h>

#include "day_book.hpp"
#include "small_store.hpp"

namespace tillcue::terminal {
namespace {

std::string fault(std::string_view text) {
  auto const state = parse_live_state(text, "live.json");
  REQUIRE_FALSE(state);
  CHECK(state.error().code == Code::invalid);
  return state.error().what;
}

bool contains(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("a live state is read whole, with comments; what is left out is empty or unlimited") {
  auto const state = parse_live_state(R"({
    "stop_all": true, "stop": ["spring", "jam"],  // until Monday
    "grants": {"butter-20": {"amount": 5000, "issues": 40}, "partner:ACME": {"issues": 7}, "open": {}},
    "out_of_stock": ["4711"], "names": [["COLA 0,5", "4712"], ["COLA", "4713", 129]], "mood": "fine"})",
                                      "live.json");
  REQUIRE(state);
  CHECK(state->stop_all);
  CHECK(state->stop == std::vector<std::string>{"spring", "jam"});
  CHECK(state->grants.at("butter-20") == Allotment{5000, 40});
  CHECK(state->grants.at("partner:ACME") == Allotment{Allotment::kUnlimited, 7});
  CHECK(state->out_of_stock == std::vector<std::string>{"4711"});
  CHECK(state->names == std::vector<LiveState::Name>{{"COLA 0,5", "4712", {}}, {"COLA", "4713", 129}});
  CHECK(state->unread == std::vector<std::string>{"mood"});
  auto const nothing = parse_live_state("{}", "live.json");
  REQUIRE(nothing);
  CHECK_FALSE(nothing->stop_all);
}

TEST_CASE("every fault of a live state is told at once with its line") {
  auto const what = fault(
      "{\"stop_all\": 1,\n \"stop\": \"spring\",\n \"grants\": {\"a\": {\"amount\": -5},\n  \"b\": {\"issues\": 1.5},\n"
      "  \"c\": 7},\n \"out_of_stock\": [\"\"]}");
  CHECK(contains(what, "live.json:1: stop_all: must be true or false"));
  CHECK(contains(what, "live.json:2: stop: must be a list"));
  CHECK(contains(what, "live.json:3: grants.a.amount: must be a whole number"));
  CHECK(contains(what, "live.json:4: grants.b.issues: must be a whole number"));
  CHECK(contains(what, "live.json:5: grants.c: must be {"));
  CHECK(contains(what, "live.json:6: out_of_stock: must hold texts"));
}

TEST_CASE("what is no live state is refused") {
  for (auto const* text :
       {"", "{", "[]", "null", "\"x\"", "{\"stop_all\":true} x", "\xff\xfe", "{\"stop\":[\"\xc3\x28\"]}"}) {
    INFO(text);
    CHECK_FALSE(fault(text).empty());
  }
  CHECK(contains(fault("{\"stop\":[\"" + std::string(65, 'x') + "\"]}"), "1 to 64 bytes"));
  CHECK(contains(fault("{\"grants\":{\"" + std::string(80, 'x') + "\":{}}}"), "1 to 64 bytes"));
  CHECK(contains(fault("{\"grants\":{\"a\":{\"amount\":1000000000001}}}"), "whole number from 0"));
  for (auto const* names :
       {"7", "[7]", "[[]]", "[[\"a\"]]", "[[\"a\",\"\"]]", "[[\"\",\"1\"]]", "[[\"a\",\"1\",1.5]]"}) {
    CHECK(contains(fault("{\"names\":" + std::string(names) + "}"), "live.json:1: names: must "));
  }
  CHECK(contains(fault("{\"stop\":[\"a\\nb\"]}"), "control characters"));
  CHECK(contains(fault("{\"x\":\"" + std::string(LiveState::kMaxBytes, 'x') + "\"}"), "larger than"));
  std::string many = "{\"stop\":[\"a\"";
  for (std::size_t n = 0; n < LiveState::kMaxStops; ++n) many += ",\"a\"";
  CHECK(contains(fault(many + "]}"), "at most 10000"));
  CHECK_FALSE(parse_live_state(std::string(200'000, '['), "live.json"));
}

TEST_CASE("a live state cut at any length is refused or means no more than it says") {
  std::string const whole = R"({"stop_all":true,"stop":["a"],"grants":{"a":{"amount":1}},"out_of_stock":["1"]})";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CHECK_FALSE(parse_live_state(whole.substr(0, length), "live.json"));
  }
}

TEST_CASE("applied to a bundle, a live state stops, grants and empties shelves") {
  auto source = small_store();
  CampaignSource made;
  made.id = "butter-20";
  made.items = {4};
  source.campaigns.push_back(made);
  auto const bundle = open_bundle(source);
  Live live;
  live.use(*bundle);
  apply({.stop = {"butter-20"}, .grants = {{"butter-20", {10, 1}}}, .out_of_stock = {"jam"}}, live);
  CHECK(live.stopped(0));
  CHECK(live.left(0) == Allotment{10, 1});
  CHECK(live.out_of_stock(ItemIx{5}));
}

TEST_CASE("the day's book adds up, forgets at midnight and who came first when it is full") {
  DayBook book;
  book.turn_to(10);
  book.add("anna", {1, 0, {{"spring", 1}}});
  book.add("anna", {1, 1, {{"spring", 1}}});
  book.add("nobody", {});
  CHECK(book.size() == 1);
  Shopper shopper;
  book.tell("anna", shopper);
  CHECK(shopper.hints_today == 2);
  CHECK(shopper.coupons_today == 1);
  REQUIRE(shopper.campaigns_today.size() == 1);
  CHECK(shopper.campaigns_today[0] == std::pair<std::string, std::uint16_t>{"spring", 2});
  for (std::size_t n = 0; n < DayBook::kMost; ++n) book.add("c" + std::to_string(n), {1, 0, {}});
  CHECK(book.size() == DayBook::kMost);
  Shopper forgotten;
  book.tell("anna", forgotten);
  CHECK(forgotten.hints_today == 0);
  book.turn_to(11);
  CHECK(book.size() == 0);
}

TEST_CASE("the day's book forgets nothing when the clock is put back") {
  DayBook book;
  book.turn_to(10);
  book.add("anna", {1, 0, {}});
  book.turn_to(9);
  book.turn_to(10);
  CHECK(book.size() == 1);
  CHECK(book.changes().day == 10);
  // Years back: it was wrong before, and the next midnight is that of the right one.
  book.kept();
  book.turn_to(3);
  CHECK(book.changes().day == 3);
  CHECK(book.changes().customers.size() == 1);
  book.turn_to(4);
  CHECK(book.size() == 0);
}

}  // namespace
}  // namespace tillcue::terminal
