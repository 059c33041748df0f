#include "tillcue/models/sets.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/pipeline.hpp"
#include "tillcue/models/score_query.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

using Baskets = std::vector<std::vector<std::string>>;

/// Noise of thirty items, three a basket.
Baskets noise(std::uint64_t count) {
  Baskets all;
  for (std::uint64_t n = 0; n < count; ++n) {
    std::vector<std::string> basket;
    for (std::uint64_t k = 0; k < 3; ++k) basket.push_back("n" + std::to_string(mix(n * 7 + k) % 30));
    all.push_back(std::move(basket));
  }
  return all;
}

void add(Baskets& baskets, std::size_t times, std::vector<std::string> const& basket) {
  baskets.insert(baskets.end(), times, basket);
}

MinedSets mine(Baskets const& baskets, SetOptions const& options = {}) {
  auto const data = made::dataset(baskets);
  return mine_sets(data, std::vector<char>(data.items.size(), 1), options);
}

std::vector<std::string> names(Baskets const& baskets, MinedSet const& set) {
  auto const data = made::dataset(baskets);
  std::vector<std::string> skus;
  for (auto const item : set.items) skus.push_back(data.items[item].sku);
  std::sort(skus.begin(), skus.end());
  return skus;
}

Baskets with_cake(std::size_t times = 40) {
  auto baskets = noise(2000);
  add(baskets, times, {"flour", "yeast", "sugar"});
  for (auto const* const one : {"flour", "yeast", "sugar"}) add(baskets, 40, {one, "n1"});
  return baskets;
}

}  // namespace

TEST_CASE("three things always bought together are a set, with its numbers") {
  auto const baskets = with_cake();
  auto const mined = mine(baskets);
  REQUIRE(mined.sets.size() == 1);
  auto const& set = mined.sets[0];
  CHECK(names(baskets, set) == std::vector<std::string>{"flour", "sugar", "yeast"});
  CHECK(set.baskets == 40);
  CHECK(set.alone == std::vector<std::uint32_t>{80, 80, 80});
  CHECK(set.expected == doctest::Approx(40 * 80 / 2160.0));  // a pair is in 40 baskets, the third in 80
  CHECK(mined.baskets == 2160);
  CHECK(!mined.sampled);
}

TEST_CASE("noise has no sets, and two pairs that share an item are none") {
  CHECK(mine(noise(5000)).sets.empty());
  auto baskets = noise(2000);
  add(baskets, 60, {"torch", "batteries"});
  add(baskets, 60, {"toy", "batteries"});
  CHECK(mine(baskets).sets.empty());
}

TEST_CASE("a third item that comes along by chance makes no set of a pair") {
  auto baskets = noise(3000);
  for (std::uint64_t n = 0; n < 300; ++n) {
    std::vector<std::string> basket{"gin", "tonic"};
    if (mix(n) % 10 == 0) basket.push_back("n3");
    baskets.push_back(basket);
  }
  CHECK(mine(baskets).sets.empty());
}

TEST_CASE("four of a kind are one set, not five that overlap") {
  auto baskets = noise(2000);
  add(baskets, 50, {"cup", "plate", "napkin", "straw"});
  auto const mined = mine(baskets);
  REQUIRE(mined.sets.size() == 1);
  CHECK(mined.sets[0].items.size() >= 3);
}

TEST_CASE("too few baskets are no evidence") {
  CHECK(mine(with_cake(9)).sets.empty());
  SetOptions strict;
  strict.min_baskets = 41;
  CHECK(mine(with_cake(), strict).sets.empty());
}

TEST_CASE("the best sets are kept when there are more than wanted") {
  auto baskets = with_cake(40);
  add(baskets, 80, {"cup", "plate", "napkin"});
  SetOptions one;
  one.most = 1;
  auto const mined = mine(baskets, one);
  REQUIRE(mined.sets.size() == 1);
  CHECK(names(baskets, mined.sets[0]) == std::vector<std::string>{"cup", "napkin", "plate"});
  one.most = 0;
  CHECK(mine(baskets, one).sets.empty());
}

TEST_CASE("sets go by what the baskets count") {
  auto baskets = with_cake();
  add(baskets, 70, {"cup", "plate", "napkin"});
  auto const data = made::dataset(baskets);
  std::vector<char> const usable(data.items.size(), 1);
  auto const plain = mine_sets(data, usable, {});
  REQUIRE(plain.sets.size() == 2);
  std::vector<std::uint16_t> weights(data.baskets(), kFullWeight);
  auto const whole = mine_sets(data, usable, {}, weights);
  REQUIRE(whole.sets.size() == 2);
  for (std::size_t n = 0; n < 2; ++n) {
    CHECK(whole.sets[n].items == plain.sets[n].items);
    CHECK(whole.sets[n].baskets == plain.sets[n].baskets);
    CHECK(whole.sets[n].alone == plain.sets[n].alone);
    CHECK(whole.sets[n].expected == doctest::Approx(plain.sets[n].expected));
    CHECK(whole.sets[n].gain == doctest::Approx(plain.sets[n].gain));
  }
  for (auto& weight : weights) weight = kFullWeight / 2;
  auto const half = mine_sets(data, usable, {}, weights);
  REQUIRE(half.sets.size() == 2);
  CHECK(half.sets[0].baskets == plain.sets[0].baskets / 2);
  CHECK(half.sets[0].expected == doctest::Approx(plain.sets[0].expected / 2));

  // What was bought long ago is no evidence any more.
  for (std::size_t n = 0; n < weights.size(); ++n) weights[n] = n < weights.size() - 70 ? kFullWeight : 8;
  auto const recent = mine_sets(data, usable, {}, weights);
  REQUIRE(recent.sets.size() == 1);
  CHECK(names(baskets, recent.sets[0]) == std::vector<std::string>{"flour", "sugar", "yeast"});
  for (auto& weight : weights) weight = weight == 8 ? 0 : weight;
  CHECK(mine_sets(data, usable, {}, weights).baskets == data.baskets() - 70);
}

TEST_CASE("sets do not depend on threads or on the order of the baskets") {
  auto baskets = with_cake();
  add(baskets, 70, {"cup", "plate", "napkin", "straw"});
  add(baskets, 30, {"cup", "plate", "flour"});
  SetOptions three;
  three.threads = 3;
  auto turned = baskets;
  std::reverse(turned.begin(), turned.end());
  auto const a = mine(baskets), b = mine(baskets, three), c = mine(turned);
  REQUIRE(a.sets.size() > 1);
  REQUIRE(a.sets.size() == b.sets.size());
  REQUIRE(a.sets.size() == c.sets.size());
  for (std::size_t n = 0; n < a.sets.size(); ++n) {
    CHECK(a.sets[n].items == b.sets[n].items);
    CHECK(names(baskets, a.sets[n]) == names(turned, c.sets[n]));
    CHECK(a.sets[n].expected == c.sets[n].expected);
  }
}

TEST_CASE("above the limit of lines a sample is mined, and the user is told") {
  SetOptions few;
  few.most_lines = 3000;
  auto const mined = mine(with_cake(400), few);
  CHECK(mined.sampled);
  CHECK(mined.baskets < 2520);
  BundleSource source;
  std::vector<std::string> notes;
  add_sets(made::dataset(with_cake(400)), few, source, notes);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].find("sample of " + std::to_string(mined.baskets)) != std::string::npos);
}

TEST_CASE("in a bundle the dearest item is the main one, and what is never offered is in no set") {
  auto const data = made::dataset(with_cake());
  auto const items = [](std::string const& flags) {
    BadRows bad;
    auto const text = "sku,name,price,flags\nflour,Flour,1.50,\nsugar,Sugar,0.99,\nyeast,Yeast,0.50," + flags + "\n";
    return read_catalogue(from_memory(text), "items.csv", 0, bad).value();
  };
  auto built = build(data, items(""), {}, {});
  REQUIRE(built.has_value());
  auto ranker = Ranker::open(std::move(built->bundle)).value();
  auto const& bundle = ranker.bundle();
  REQUIRE(bundle.set_count() == 1);
  CHECK(bundle.set(0).main == bundle.find("flour"));
  CHECK(bundle.set(0).extra_count == 2);
  CHECK(bundle.set(0).baskets == 40);
  CHECK(bundle.set(0).main_baskets == 80);
  CHECK(bundle.set(0).lift_milli == 27'000);
  CHECK(bundle.sets_of(bundle.find("flour")).count == 1);
  auto flagged = build(data, items("age_restricted"), {}, {});
  REQUIRE(flagged.has_value());
  CHECK(Ranker::open(std::move(flagged->bundle)).value().bundle().set_count() == 0);
}

TEST_CASE("from counts alone there are no sets, and the user is told") {
  auto const counts = count(made::dataset(with_cake()), 1);
  auto const built = build_from_counts(made::counted(counts), nullptr, {}, {}, {});
  REQUIRE(built.has_value());
  auto const told = std::any_of(built->notes.begin(), built->notes.end(),
                                [](auto const& note) { return note.find("no sets") != std::string::npos; });
  CHECK(told);
}

TEST_CASE("score names the set at the subtotal while it can still be completed") {
  BadRows bad;
  auto const items =
      read_catalogue(from_memory("sku,name,price\nflour,F,3\nsugar,S,2\nyeast,Y,1\n"), "items.csv", 0, bad).value();
  auto ranker = Ranker::open(std::move(build(made::dataset(with_cake()), items, {}, {})->bundle)).value();
  QueryScorer policy(ranker, {5, false}), raw(ranker, {5, true});
  auto const answer = [](QueryScorer& scorer, std::string const& query) {
    std::string out;
    CHECK(scorer.answer(query, out));
    return out;
  };
  std::string const set = R"("set":{"main":"flour","extras":["sugar","yeast"],"baskets":40,"lift":27})";
  auto const whole = answer(policy, R"({"basket":["flour"]})");
  CHECK_MESSAGE((whole.find(set) != std::string::npos || whole.find(R"(["yeast","sugar"])") != std::string::npos),
                whole);
  CHECK(answer(policy, R"({"basket":["flour"],"stage":"scan"})").find("\"set\":{") == std::string::npos);
  CHECK(answer(policy, R"({"basket":["flour","sugar"]})").find("\"set\":{") == std::string::npos);
  CHECK(answer(policy, R"({"basket":["sugar"]})").find("\"set\":{") == std::string::npos);
  CHECK(answer(raw, R"({"basket":["flour"]})").find("\"set\":{") == std::string::npos);
}

TEST_CASE("orders of whole aisles make no sets") {
  auto baskets = noise(2000);
  std::vector<std::string> aisle;
  for (int n = 0; n < 60; ++n) aisle.push_back("a" + std::to_string(n));
  add(baskets, 40, aisle);
  auto const mined = mine(baskets);
  CHECK(mined.sets.empty());
  CHECK(mined.baskets == 2000);
  SetOptions any;
  any.most_items = 1000;
  CHECK(!mine(baskets, any).sets.empty());
}
