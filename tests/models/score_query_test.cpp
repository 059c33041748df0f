#include "tillcue/models/score_query.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "made.hpp"
#include "tillcue/models/pipeline.hpp"

using namespace tillcue;
using namespace tillcue::models;
using Json = nlohmann::json;

namespace {

Ranker shop() {
  BadRows bad;
  auto const catalogue = read_catalogue(
      from_memory("sku,name,price,flags\ni0,Zero,5,\ni1,One,1,\ni2,Two,1,age_restricted\n"), "items.csv", 0, bad);
  auto built = build(made::dataset(made::random_baskets(2000, 12, 1)), *catalogue, {}, {});
  REQUIRE(built.has_value());
  return std::move(*Ranker::open(std::move(built->bundle)));
}

struct Answer {
  bool good;
  Json json;
};

Answer ask(QueryScorer& scorer, std::string const& line) {
  std::string out;
  bool const good = scorer.answer(line, out);
  REQUIRE(!out.empty());
  CHECK(out.back() == '\n');
  CHECK(std::count(out.begin(), out.end(), '\n') == 1);
  return {good, Json::parse(out)};
}

}  // namespace

TEST_CASE("a raw answer is the core's ranking with probability and reason, never an item of the basket") {
  auto ranker = shop();
  QueryScorer scorer(ranker, {4, true});
  auto const answer = ask(scorer, R"({"basket":["i0","i4"],"customer":"c","stage":"scan"})");
  REQUIRE(answer.good);
  auto const& suggestions = answer.json["suggestions"];
  REQUIRE(suggestions.size() == 4);
  ItemIx const basket[] = {ranker.bundle().find("i0"), ranker.bundle().find("i4")};
  auto const expected = ranker.rank(basket, 4);
  for (std::size_t n = 0; n < 4; ++n) {
    CHECK(suggestions[n]["sku"] == ranker.bundle().item(expected[n].item).sku);
    CHECK(suggestions[n]["score"] == expected[n].score);
    CHECK(suggestions[n]["probability"].get<double>() == doctest::Approx(expected[n].probability.ppm / 1e6));
    CHECK(suggestions[n]["sku"] != "i0");
    CHECK(suggestions[n]["sku"] != "i4");
    CHECK(suggestions[n]["reason"].contains("code"));
  }
  auto const& first = suggestions[0]["reason"];
  CHECK(first["code"] == "bought_together");
  CHECK((first["with"] == "i0" || first["with"] == "i4"));
}

TEST_CASE("without --raw the rules hold: nothing age restricted is offered") {
  auto ranker = shop();
  QueryScorer raw(ranker, {11, true});
  QueryScorer ruled(ranker, {11, false});
  std::string const query = R"({"basket":["i0","i3"]})";
  auto const has_two = [](Json const& answer) {
    auto const& list = answer["suggestions"];
    return std::any_of(list.begin(), list.end(), [](Json const& s) { return s["sku"] == "i2"; });
  };
  CHECK(has_two(ask(raw, query).json));
  auto const answer = ask(ruled, query);
  CHECK(answer.good);
  CHECK(!has_two(answer.json));
  CHECK(!answer.json["suggestions"].empty());
  for (auto const& suggestion : answer.json["suggestions"]) CHECK(suggestion["probability"].get<double>() >= 0.02);
}

TEST_CASE("unknown SKUs are listed and do not spoil the answer; an empty basket gets the popular items") {
  auto ranker = shop();
  QueryScorer scorer(ranker, {3, true});
  auto const answer = ask(scorer, R"({"basket":["nope \"x\"","i0"]})");
  CHECK(answer.good);
  CHECK(answer.json["unknown"] == Json{"nope \"x\""});
  CHECK(answer.json["suggestions"].size() == 3);
  auto const empty = ask(scorer, R"({"basket":[]})");
  CHECK(empty.good);
  CHECK(empty.json["suggestions"].size() == 3);
  CHECK(empty.json["suggestions"][0]["reason"]["code"] == "popular");
  CHECK(!empty.json.contains("unknown"));
}

TEST_CASE("a line that is no query gets an error in its place and the next one an answer") {
  auto ranker = shop();
  QueryScorer scorer(ranker, {3, true});
  for (auto const* const bad :
       {"", "{", "[]", "7", "{}", R"({"basket":"i0"})", R"({"basket":[1]})", R"({"basket":[],"stage":"x"})",
        R"({"basket":[],"stage":1})", R"({"basket":[],"customer":5})", "\xFF", R"({"basket":["\uD800"]})"}) {
    CAPTURE(bad);
    auto const answer = ask(scorer, bad);
    CHECK(!answer.good);
    CHECK(answer.json["error"].is_string());
    CHECK(ask(scorer, R"({"basket":["i0"]})").good);
  }
  auto const endless = ask(scorer, std::string(QueryScorer::kLongestLine + 1, ' '));
  CHECK(endless.json["error"] == "line longer than 1 MiB");
}

TEST_CASE("a basket larger than a till's is answered") {
  auto ranker = shop();
  std::string line = R"({"basket":["i0")";
  for (int n = 0; n < 1500; ++n) line += R"(,"i3")";
  line += "]}";
  QueryScorer raw(ranker, {3, true});
  QueryScorer ruled(ranker, {3, false});
  CHECK(ask(raw, line).good);
  CHECK(ask(ruled, line).good);
}

TEST_CASE("where the rules let nothing pass the answer says which, and only there") {
  auto ranker = shop();
  QueryScorer ruled(ranker, {3, false});
  auto const nothing = ask(ruled, R"({"basket":["nope"]})");
  CHECK(nothing.good);
  CHECK(nothing.json["suggestions"].empty());
  CHECK(nothing.json["silence"] == "too_few_items");
  CHECK(!ask(ruled, R"({"basket":["i0"]})").json.contains("silence"));
  // Without campaigns a tender has no coupon to give.
  CHECK(ask(ruled, R"({"basket":["i0"],"stage":"tender"})").json["silence"] == "nothing_fits");
  QueryScorer raw(ranker, {3, true});
  CHECK(!ask(raw, R"({"basket":["nope"]})").json.contains("silence"));

  Campaigns capped;
  capped.policy.max_hints_per_sale = 0;
  auto built = build(made::dataset(made::random_baskets(500, 12, 1)), {}, capped, {});
  REQUIRE(built.has_value());
  auto quiet = *Ranker::open(std::move(built->bundle));
  QueryScorer scorer(quiet, {3, false});
  CHECK(ask(scorer, R"({"basket":["i0"]})").json["silence"] == "cap_reached");
}
