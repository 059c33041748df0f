#include "tillcue/models/item_row.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "made.hpp"
#include "tillcue/models/pipeline.hpp"

using namespace tillcue;
using namespace tillcue::models;
using Json = nlohmann::json;

namespace {

/// Pasta goes with sauce and often cheese; red and white wine are bought one or the other; salt goes with nothing.
std::vector<std::vector<std::string>> dinners() {
  std::vector<std::vector<std::string>> baskets;
  for (int n = 0; n < 1200; ++n) {
    std::vector<std::string> basket;
    if (n % 3 == 0) basket.insert(basket.end(), {"pasta", "sauce"});
    if (n % 6 == 0) basket.push_back("cheese");
    if (n % 7 == 0) basket.push_back("pasta");
    if (n % 11 == 0) basket.push_back("sauce");
    basket.push_back(n % 2 == 0 ? "red" : "white");
    if (n % 5 == 0) basket.push_back("salt");
    baskets.push_back(basket);
  }
  return baskets;
}

struct Kitchen {
  Counts counts;
  Ranker ranker;
};

Kitchen kitchen() {
  auto const data = made::dataset(dinners());
  auto bytes = build(data, {}, {}, {});
  REQUIRE(bytes.has_value());
  auto ranker = Ranker::open(std::move(bytes->bundle));
  REQUIRE(ranker.has_value());
  return {count(data, 1), std::move(*ranker)};
}

RowEntry const& entry(std::vector<RowEntry> const& entries, std::string const& sku) {
  for (auto const& one : entries) {
    if (one.sku == sku) return one;
  }
  FAIL("no entry for " << sku);
  return entries.front();
}

}  // namespace

TEST_CASE("a row tells what each weight rests on, both ways") {
  auto shop = kitchen();
  auto const row = item_row(shop.ranker, shop.ranker.bundle().find("pasta"), &shop.counts);
  REQUIRE(row.counted);
  CHECK(row.baskets == 1200);
  CHECK(row.own == shop.counts.items[made::position(shop.counts, "pasta")].baskets);
  auto const& sauce = entry(row.neighbours, "sauce");
  CHECK(sauce.weight > 0);
  CHECK(sauce.own == shop.counts.items[made::position(shop.counts, "sauce")].baskets);
  CHECK(sauce.together == made::together(shop.counts, "pasta", "sauce"));
  CHECK(sauce.confidence == doctest::Approx(static_cast<double>(sauce.together) / row.own));
  CHECK(sauce.significance.lift ==
        doctest::Approx(sauce.together * 1200.0 / (static_cast<double>(row.own) * sauce.own)));
  CHECK(sauce.false_discovery < 1e-6);
  CHECK(sauce.why == "together more than chance");
  auto const& back = entry(row.incoming, "sauce");
  CHECK(back.together == sauce.together);
  CHECK(back.confidence == doctest::Approx(static_cast<double>(sauce.together) / sauce.own));
  auto const said = std::find_if(row.suggestions.begin(), row.suggestions.end(),
                                 [](auto const& suggestion) { return suggestion.sku == "sauce"; });
  REQUIRE(said != row.suggestions.end());
  CHECK(said->reason == "bought together");
  CHECK(said->probability > 0);  // small: of baskets with pasta alone left, the wine was hidden, never the sauce
}

TEST_CASE("a negative weight is an alternative") {
  auto shop = kitchen();
  auto const row = item_row(shop.ranker, shop.ranker.bundle().find("red"), &shop.counts);
  auto const& white = entry(row.neighbours, "white");
  CHECK(white.weight < 0);
  CHECK(white.together == 0);
  CHECK(white.why == "alternative: seldom together");
}

TEST_CASE("a positive weight without a significant pair is carried by the regression") {
  auto shop = kitchen();
  auto const row = item_row(shop.ranker, shop.ranker.bundle().find("salt"), &shop.counts);
  std::size_t carried = 0;
  for (auto const& one : row.neighbours) {
    if (one.weight <= 0 || one.false_discovery <= kSignificantRate) continue;
    CHECK(one.why == "carried by the regression");
    ++carried;
  }
  CHECK(carried > 0);
}

TEST_CASE("without counts the weights stand alone and the text says how to get the rest") {
  auto shop = kitchen();
  auto const row = item_row(shop.ranker, shop.ranker.bundle().find("pasta"), nullptr);
  CHECK(!row.counted);
  CHECK(!row.neighbours.empty());
  CHECK(text_report(row, 5).find("inspect --counts") != std::string::npos);
  auto const json = Json::parse(json_report(row));
  CHECK(!json["neighbours"][0].contains("lift"));
  // Which pairs may be chance the bundle knows by itself, and says as it does with counts.
  REQUIRE(shop.ranker.bundle().tells_significance());
  auto const alone = item_row(shop.ranker, shop.ranker.bundle().find("salt"), nullptr);
  auto const proven = item_row(shop.ranker, shop.ranker.bundle().find("salt"), &shop.counts);
  std::size_t carried = 0;
  REQUIRE(alone.neighbours.size() == proven.neighbours.size());
  for (std::size_t n = 0; n < alone.neighbours.size(); ++n) {
    if (alone.neighbours[n].weight <= 0) continue;
    CHECK(alone.neighbours[n].why == proven.neighbours[n].why);
    carried += alone.neighbours[n].why == "carried by the regression" ? 1 : 0;
  }
  CHECK(carried > 0);
  CHECK(text_report(alone, 20).find("(may be chance)") != std::string::npos);
  CHECK(json["neighbours"][0]["why"] == "together more than chance");
}

TEST_CASE("counts that do not know an item are no evidence") {
  auto shop = kitchen();
  auto const others = count(made::dataset({{"pasta", "oil"}, {"oil"}}), 1);
  auto const row = item_row(shop.ranker, shop.ranker.bundle().find("pasta"), &others);
  CHECK(row.counted);
  CHECK(!entry(row.neighbours, "sauce").counted);
  CHECK(text_report(row, 5).find("not in the counts") != std::string::npos);
  CHECK(!item_row(shop.ranker, shop.ranker.bundle().find("red"), &others).counted);
}

TEST_CASE("text and JSON agree") {
  auto shop = kitchen();
  auto const row = item_row(shop.ranker, shop.ranker.bundle().find("pasta"), &shop.counts);
  auto const json = Json::parse(json_report(row));
  CHECK(json["neighbours"].size() == row.neighbours.size());
  CHECK(json["incoming"].size() == row.incoming.size());
  CHECK(json["neighbours"][0]["why"] == row.neighbours[0].why);
  auto const text = text_report(row, 1);
  CHECK(text.find("why it stayed") != std::string::npos);
  CHECK(text.find("together more than chance") != std::string::npos);
  REQUIRE(row.incoming.size() > 1);
  REQUIRE(row.neighbours.size() > 1);
  // Both lists are cut.
  auto const cut = text.find("more (--top, --json)");
  REQUIRE(cut != std::string::npos);
  CHECK(text.find("more (--top, --json)", cut + 1) != std::string::npos);
}

TEST_CASE("a row that is borrowed is said to be, by its flag, its weights and what it suggests, as score says") {
  std::vector<std::vector<std::string>> baskets;
  for (std::uint64_t n = 0; n < 600; ++n) {
    std::vector<std::string> basket{"noise" + std::to_string(mix(n) % 30)};
    if (n % 4 == 0) basket.insert(basket.end(), {"coffee" + std::to_string(n / 4 % 3), "milk"});
    if (n % 4 == 1) basket.insert(basket.end(), {"tea" + std::to_string(n / 4 % 3), "lemon"});
    if (n == 5) basket.push_back("newtea");  // once: its row is borrowed all the same
    baskets.push_back(basket);
  }
  std::string text = "sku,name,category\nmilk,Fresh milk,Dairy\nlemon,Lemon,Fruit\nnewtea,Black tea extra,Tea\n";
  for (std::string const n : {"0", "1", "2"}) {
    text += "coffee" + n + ",Ground coffee No" + n + ",Hot drinks\ntea" + n + ",Black tea No" + n + ",Tea\n";
  }
  BadRows bad;
  auto const items = read_catalogue(from_memory(text), "items.csv", 0, bad).value();
  auto const data = made::dataset(baskets);
  auto ranker = Ranker::open(build(data, items, {}, {}).value().bundle).value();
  auto const counts = count(data, 1);

  auto const row = item_row(ranker, ranker.bundle().find("newtea"), &counts);
  CHECK(row.borrowed);
  CHECK(row.flags == std::vector<std::string>{"borrowed_row"});
  REQUIRE(!row.neighbours.empty());
  for (auto const& one : row.neighbours) {
    CHECK(one.borrowed);
    CHECK((!one.counted || one.why == "borrowed from items like it"));
  }
  CHECK(entry(row.neighbours, "lemon").why == "borrowed from items like it");
  REQUIRE(!row.suggestions.empty());
  for (auto const& one : row.suggestions) CHECK(one.reason != "bought together");
  CHECK(row.suggestions[0].reason == "category");
  auto const said = text_report(row, 20);
  CHECK(said.find("its row is borrowed from items like it") != std::string::npos);
  CHECK(said.find("carried by the regression") == std::string::npos);
  CHECK(said.find("(category)") != std::string::npos);
  auto const json = Json::parse(json_report(row));
  CHECK(json["flags"] == Json{"borrowed_row"});
  CHECK(json["neighbours"][0]["borrowed"] == true);
  CHECK(json["suggestions"][0]["reason"] == "category");
  CHECK(text_report(item_row(ranker, ranker.bundle().find("lemon"), nullptr), 20).find("(borrowed)") !=
        std::string::npos);

  auto const learned = item_row(ranker, ranker.bundle().find("tea0"), &counts);
  CHECK(!learned.borrowed);
  CHECK(learned.flags.empty());
  CHECK(!entry(learned.neighbours, "lemon").borrowed);
  CHECK(learned.suggestions[0].reason == "bought together");
}
