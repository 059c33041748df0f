#include "tillcue/models/compile.hpp"

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/calibration.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

struct Shop {
  Counts counts;
  Catalogue catalogue;
  Campaigns campaigns;
  std::vector<std::string> notes;

  Ranker compile() {
    auto const source = assemble(counts, train(counts, {}), catalogue, campaigns, uncalibrated(0.1), {}, notes);
    auto bytes = write_bundle(source);
    REQUIRE_MESSAGE(bytes.has_value(), bytes.error().what);
    auto ranker = Ranker::open(std::move(*bytes));
    REQUIRE_MESSAGE(ranker.has_value(), ranker.error().what);
    return std::move(*ranker);
  }
};

Shop shop(std::string const& items, double bad_share = 0) {
  Shop result;
  std::string text = "basket_id,timestamp,sku,unit_price\n";
  for (int n = 0; n < 10; ++n) {
    auto const start = std::to_string(n) + ",2026-03-0" + std::to_string(1 + n % 9) + ",";
    text += start + "milk,1.10\n" + start + "bread," + (n < 7 ? "2.00" : "3.00") + "\n";
  }
  text += "x,2026-03-05,milk,1.10\n";
  result.counts = count(made::read(text).value(), 1);
  BadRows bad;
  auto catalogue = read_catalogue(from_memory(items), "items.csv", bad_share, bad);
  REQUIRE_MESSAGE(catalogue.has_value(), catalogue.error().what);
  result.catalogue = std::move(*catalogue);
  return result;
}

}  // namespace

TEST_CASE("sold items without a row in items.csv are named by SKU and priced at the sold median") {
  auto s = shop("sku,name,price\nmilk,Fresh milk,1.25\n");
  auto const ranker = s.compile();
  auto const& bundle = ranker.bundle();
  auto const milk = bundle.item(bundle.find("milk"));
  CHECK(milk.name == "Fresh milk");
  CHECK(milk.price->minor == 125);
  auto const bread = bundle.item(bundle.find("bread"));
  CHECK(bread.name == "bread");
  CHECK(bread.price->minor == 200);
  CHECK(bundle.find("milk") == ItemIx{0});  // by falling popularity
}

TEST_CASE("items never sold are in the bundle, last, so that a till knows them") {
  auto s = shop("sku,name,category,price,unit_cost,gtin,flags\nwine,Red wine,Wine,5,3,4006381333931,age_restricted\n");
  auto const ranker = s.compile();
  auto const& bundle = ranker.bundle();
  REQUIRE(bundle.item_count() == 3);
  CHECK(bundle.find("wine") == ItemIx{2});
  CHECK(bundle.find("4006381333931") == ItemIx{2});
  auto const wine = bundle.item(ItemIx{2});
  CHECK(wine.has(ItemFlag::age_restricted));
  CHECK(wine.category == "Wine");
  CHECK(wine.unit_cost->minor == 300);
  CHECK(bundle.row(ItemIx{2}).size() == 0);
}

TEST_CASE("a sold item whose row was refused is in the bundle but never offered") {
  auto s = shop("sku,name,price,flags\nmilk,Milk,1,\nbread,Bread,two,age_restricted\n", 1.0);
  auto const ranker = s.compile();
  auto const bread = ranker.bundle().item(ranker.bundle().find("bread"));
  CHECK(bread.has(ItemFlag::excluded));
  CHECK(bread.has(ItemFlag::age_restricted));
  CHECK(bread.price->minor == 200);
}

TEST_CASE("exclusions and coupon targets follow SKUs and categories") {
  auto s = shop("sku,name,category\nmilk,Milk,Dairy\nbread,Bread,Bakery\ntea,Tea,Dairy\n");
  s.campaigns.excluded.categories = {"Bakery"};
  Campaign coupon;
  coupon.source.id = "dairy";
  coupon.source.discount = DiscountKind::percent;
  coupon.source.value = 10;
  coupon.offer.categories = {"Dairy"};
  s.campaigns.campaigns = {coupon};
  s.campaigns.policy.max_hints_per_sale = 7;
  s.campaigns.texts = {{"en", "script.popular", "Take {item}"}};
  auto const ranker = s.compile();
  auto const& bundle = ranker.bundle();
  CHECK(bundle.item(bundle.find("bread")).has(ItemFlag::excluded));
  CHECK(!bundle.item(bundle.find("milk")).has(ItemFlag::excluded));
  REQUIRE(bundle.campaign_count() == 1);
  CHECK(bundle.targets(0, bundle.find("milk")));
  CHECK(bundle.targets(0, bundle.find("tea")));
  CHECK(!bundle.targets(0, bundle.find("bread")));
  CHECK(bundle.policy().max_hints_per_sale == 7);
  CHECK(bundle.text("en", "script.popular") == "Take {item}");
}

TEST_CASE("the bundle says when its data is from, and takes that as its own date") {
  auto s = shop("sku,name\nmilk,Milk\n");
  auto const ranker = s.compile();
  auto const& info = ranker.bundle().info();
  CHECK(info.data_from == 1'772'323'200);
  CHECK(info.data_to == 1'772'323'200 + 8 * 86'400);
  CHECK(info.created == info.data_to);
  CHECK(info.baskets == 11);
}

TEST_CASE("a GTIN that is another item's SKU is left out with a word") {
  auto s = shop("sku,name,gtin\nmilk,Milk,4006381333931\n4006381333931,Odd,\n");
  auto const ranker = s.compile();
  CHECK(ranker.bundle().item(ranker.bundle().find("4006381333931")).name == "Odd");
  REQUIRE(s.notes.size() == 1);
  CHECK(s.notes[0].find("GTIN 4006381333931 of 'milk'") != std::string::npos);
}
