#include "tillcue/models/ladders.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "made.hpp"
#include "pack_size.hpp"
#include "tillcue/models/campaign_compile.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

struct Shop {
  Catalogue catalogue;
  BundleSource source;
  Counts counts;

  Shop(std::string const& items, std::vector<std::vector<std::string>> const& baskets) {
    BadRows bad;
    auto read = read_catalogue(from_memory("sku,name,category,price,brand,size,flags\n" + items), "items.csv", 0, bad);
    REQUIRE_MESSAGE(read.has_value(), read.error().what);
    catalogue = std::move(*read);
    source = source_of(catalogue, {}, {{'E', 'U', 'R'}, 2}, "en");
    counts = count(made::dataset(baskets), 1);
  }
  [[nodiscard]] std::vector<std::string> steps(LadderOptions const& options = {}) const {
    std::vector<std::string> out;
    for (auto const& step : mine_ladders(counts, catalogue, source, options)) {
      out.push_back(source.items[index(step.from)].sku + ">" + source.items[index(step.to)].sku);
    }
    return out;
  }
};

/// Each of the items alone, `times` times each, with something else.
std::vector<std::vector<std::string>> apart(std::vector<std::string> const& skus, int times) {
  std::vector<std::vector<std::string>> baskets;
  for (int n = 0; n < times; ++n) {
    for (auto const& sku : skus) baskets.push_back({sku, "bread"});
  }
  return baskets;
}

using Steps = std::vector<std::string>;

}  // namespace

TEST_CASE("pack sizes are read in several notations, and two that both matter are none") {
  auto const amount = [](char const* text, char const* unit = "") {
    auto const size = parse_pack_size(text, unit);
    return size ? size->amount : -1;
  };
  CHECK(amount("500 g") == 500);
  CHECK(amount("1,5 kg") == 1500);
  CHECK(amount("0.75 l") == 750);
  CHECK(amount("6 x 330 ml") == 1980);
  CHECK(amount("100 мл") == 100);
  CHECK(amount("4 шт") == 4);
  CHECK(amount("25 bags") == 25);
  CHECK(amount("250", "g") == 250);
  CHECK(amount("250") == -1);
  CHECK(amount("30 l, 20 pcs") == -1);
  CHECK(amount("9 W") == -1);
  CHECK(amount("3 m") == 3);
  CHECK(amount("5", "m") == 5);
  CHECK(amount("10 ft") == doctest::Approx(3.048));
  CHECK(amount("2 x 3 m") == -1);  // a carpet
  for (auto const* none : {"3 mm", "28 cm", "55 in", "55 inch"}) CHECK(amount(none) == -1);
  CHECK(split_size("Cable 1.5 m").rest == "cable");
  for (auto const* none : {"Drill bit 3 mm", "Pan 28 cm", "Television 55 inch", "3M sponge", "Diver's watch 100 m",
                           "Carpet 2 x 3 m", "Shirt M"}) {
    CAPTURE(none);
    CHECK(!split_size(none).size.has_value());
  }
  CHECK(split_size("Ground coffee 250 g").rest == "ground coffee");
  CHECK(split_size("Large chips").size->measure == Measure::grade);
  CHECK(!split_size("Route 66 mug").size.has_value());
}

TEST_CASE("more metres of the same thing are a step up; widths and diameters are not") {
  Shop const shop(
      "c1,Acme cable 1 m,Cables,5,Acme,,\nc3,Acme cable 3 m,Cables,9,Acme,,\nd3,Acme drill 3 mm,Drills,5,Acme,,\n"
      "d6,Acme drill 6 mm,Drills,8,Acme,,\nt4,Acme television 40 inch,TV,300,Acme,,\n"
      "t7,Acme television 75 inch,TV,500,Acme,,\np2,Acme pan 20 cm,Pans,20,Acme,,\np3,Acme pan 32 cm,Pans,28,Acme,,\n",
      apart({"c1", "c3", "d3", "d6", "t4", "t7", "p2", "p3"}, 50));
  CHECK(shop.steps() == Steps{"c1>c3"});
}

TEST_CASE("a larger pack of the same thing is a step up, with its size and who chooses it") {
  Shop const shop("s,Acme coffee 250 g,Coffee,5,Acme,250 g,\nl,Acme coffee 500 g,Coffee,9,Acme,500 g,\n",
                  apart({"s", "s", "s", "l"}, 50));
  auto const steps = mine_ladders(shop.counts, shop.catalogue, shop.source, {});
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].from == ItemIx{0});
  CHECK(steps[0].to == ItemIx{1});
  CHECK(steps[0].size_percent == 200);
  CHECK(steps[0].share.ppm == 250'000);
  CHECK(!steps[0].manual);
}

TEST_CASE("a dearer brand of the same thing and size is a step up once enough people buy it") {
  std::string const items = "p,Plain tea 50 g,Tea,2,Plain,50 g,\nf,Fine tea 50 g,Tea,3,Fine,50 g,\n";
  CHECK(Shop(items, apart({"p", "f"}, 20)).steps() == Steps{"p>f"});
  CHECK(Shop(items, apart({"p"}, 20)).steps().empty());
}

TEST_CASE("sizes, prices, categories and names must fit") {
  auto const steps = [](std::string const& small, std::string const& large) {
    return Shop("s," + small + ",\nl," + large + ",\n", apart({"s", "l"}, 20)).steps();
  };
  CHECK(steps("Tea 50 g,Tea,2,A,50 g", "Tea 100 g,Tea,3.50,A,100 g").size() == 1);
  CHECK(steps("Tea 50 g,Tea,2,A,50 g", "Tea 100 g,Coffee,3.50,A,100 g").empty());
  CHECK(steps("Tea 50 g,Tea,2,A,50 g", "Mint tea 100 g,Tea,3.50,A,100 g").empty());
  CHECK(steps("Tea 50 g,Tea,2,A,50 g", "Tea 100 g,Tea,4.10,A,100 g").empty());    // no saving
  CHECK(steps("Tea 50 g,Tea,2,A,50 g", "Tea 500 g,Tea,5.00,A,500 g").empty());    // ten times the size
  CHECK(steps("Tea 50 g,Tea,2,A,50 g", "Tea 100 ml,Tea,3.50,A,100 ml").empty());  // another measure
  CHECK(steps("Tea 50 g,Tea,2,A,50 g", "Tea 100 g,Tea,1.90,A,100 g").empty());    // not dearer
  CHECK(steps("Tea 50 g,Tea,2,A,50 g", "Tea 50 g,Tea,4.50,B,50 g").empty());      // more than twice the price
}

TEST_CASE("what is bought together is no ladder") {
  std::string const items = "s,Tea 50 g,Tea,2,A,50 g,\nl,Tea 100 g,Tea,3,A,100 g,\n";
  std::vector<std::vector<std::string>> both(50, {"s", "l"});
  auto const others = apart({"milk"}, 50);
  both.insert(both.end(), others.begin(), others.end());
  CHECK(Shop(items, both).steps().empty());
  // Rare, but always together: five such baskets are enough to know.
  std::vector<std::vector<std::string>> rare(6, {"s", "l"});
  auto const many = apart({"milk"}, 500);
  rare.insert(rare.end(), many.begin(), many.end());
  CHECK(Shop(items, rare).steps().empty());
  LadderOptions loose;
  loose.most_lift = 100;
  CHECK(Shop(items, both).steps(loose).size() == 1);
}

TEST_CASE("what is never offered is on no ladder") {
  CHECK(Shop("s,Tea 50 g,Tea,2,A,50 g,\nl,Tea 100 g,Tea,3,A,100 g,excluded\n", apart({"s", "l"}, 20)).steps().empty());
  CHECK(Shop("s,Tea 50 g,Tea,2,A,50 g,not_for_sale\nl,Tea 100 g,Tea,3,A,100 g,\n", apart({"s", "l"}, 20))
            .steps()
            .empty());
}

TEST_CASE("there are no ladders in noise") {
  std::string items;
  for (int n = 0; n < 40; ++n) {
    auto const number = std::to_string(n);
    items += "i" + number + ",Thing number " + number + ",Things," + std::to_string(1 + n % 7) + ",B" +
             std::to_string(n % 3) + ",,\n";
  }
  CHECK(Shop(items, made::random_baskets(2000, 40, 3)).steps().empty());
}

TEST_CASE("three steps an item at most, the most worth first, and the same in any order of the items") {
  std::string items;
  std::vector<std::string> skus;
  for (int n = 1; n <= 6; ++n) {
    auto const number = std::to_string(n);
    items += "t" + number + ",Tea " + std::to_string(40 + 12 * n) + " g,Tea," + std::to_string(2 + n / 4.0) + ",A,,\n";
    skus.push_back("t" + number);
  }
  auto const steps = Shop(items, apart(skus, 10)).steps();
  auto const from_first = std::count_if(steps.begin(), steps.end(), [](auto const& s) { return s.starts_with("t1>"); });
  CHECK(from_first == 3);
  CHECK(steps[0] == "t1>t6");
}

TEST_CASE("head office's ladders come first, with sizes and shares, and are not repeated") {
  Shop const shop("s,Tea 50 g,Tea,2,A,50 g,\nm,Tea 100 g,Tea,3,A,100 g,\nx,Finest leaves,Tea,9,B,,\n",
                  apart({"s", "m", "x"}, 20));
  LadderRule rule;
  rule.skus = {"s", "x", "m"};
  auto const manual = manual_steps(rule, shop.counts, shop.catalogue, shop.source, 3);
  REQUIRE(manual.size() == 3);  // s>x, s>m, x>m
  CHECK(manual[0].to == ItemIx{2});
  CHECK(manual[0].size_percent == 0);
  CHECK(manual[1].size_percent == 200);
  CHECK(manual[1].share.ppm == 500'000);
  auto const mined = mine_ladders(shop.counts, shop.catalogue, shop.source, {});
  REQUIRE(mined.size() == 1);
  auto const joined = join_ladders(manual, mined, 3);
  CHECK(joined.size() == 3);
  CHECK(joined[0].manual);
  CHECK(join_ladders(manual, mined, 1).size() == 2);
}
