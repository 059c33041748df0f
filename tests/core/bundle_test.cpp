#include "tillcue/core/bundle.hpp"

#include <cmath>
#include <cstring>

#include <doctest/doctest.h>

#include "core/shop.hpp"

using namespace tillcue;

TEST_CASE("what is written is read back") {
  auto source = shop::source();
  source.campaigns = {{"spring",
                       "Spring!",
                       "one per visit",
                       DiscountKind::percent,
                       20,
                       100,
                       200,
                       7,
                       5000,
                       1000,
                       {shop::jam, shop::batteries, shop::jam}},
                      {"thanks", "", "", DiscountKind::none, 0, 0, 0, 14, 0, 0, {}}};
  source.texts = {{"ru", "script.popular", "Возьмите {item}"}, {"en", "script.popular", "Take {item}"}};
  auto const bundle = shop::open(source);

  CHECK(bundle->item_count() == shop::item_count);
  CHECK(bundle->info().created == source.created);
  CHECK(bundle->info().data_from == source.data_from);
  CHECK(bundle->info().data_to == source.data_to);
  CHECK(bundle->info().baskets == 1000);
  CHECK(bundle->info().currency == source.currency);
  CHECK(bundle->info().language == "en");
  CHECK(bundle->info().note == "builder=test");
  CHECK(bundle->bytes().data() == bundle.bytes.data());

  auto const bread = bundle->item(ItemIx{shop::bread});
  CHECK(bread.sku == "100");
  CHECK(bread.name == "Bread");
  CHECK(bread.category == "Food");
  CHECK(bread.price == Money{250, source.currency});
  CHECK(bread.unit_cost == Money{150, source.currency});
  CHECK(bundle->item(ItemIx{shop::wine}).has(ItemFlag::age_restricted));
  CHECK_FALSE(bundle->item(ItemIx{shop::honey}).price);

  CHECK(bundle->campaign_count() == 2);
  auto const spring = bundle->campaign(0);
  CHECK(spring.id == "spring");
  CHECK(spring.headline == "Spring!");
  CHECK(spring.terms == "one per visit");
  CHECK(spring.discount == DiscountKind::percent);
  CHECK(spring.value == 20);
  CHECK(spring.starts == 100);
  CHECK(spring.ends == 200);
  CHECK(spring.valid_days == 7);
  CHECK(spring.min_probability_ppm == 5000);
  CHECK(spring.min_basket_minor == 1000);
  CHECK(bundle->targets(0, ItemIx{shop::jam}));
  CHECK(bundle->targets(0, ItemIx{shop::batteries}));
  CHECK_FALSE(bundle->targets(0, ItemIx{shop::bread}));
  CHECK(bundle->target_count(0) == 2);
  CHECK(bundle->targets(1, ItemIx{shop::bread}));
  CHECK_FALSE(bundle->targets(1, ItemIx{shop::item_count}));
  CHECK_FALSE(bundle->targets(2, ItemIx{shop::bread}));

  CHECK(bundle->text("ru", "script.popular") == "Возьмите {item}");
  CHECK(bundle->text("de", "script.popular") == "Take {item}");
  CHECK(bundle->text_in("de", "script.popular").empty());
  CHECK(bundle->text("en", "reason.popular").empty());
}

TEST_CASE("every policy field survives") {
  auto source = shop::source();
  source.policy = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  auto const bundle = shop::open(source);
  auto const& policy = bundle->policy();
  CHECK(policy.max_hints_per_sale == 1);
  CHECK(policy.max_hints_per_stage == 2);
  CHECK(policy.max_coupons_per_sale == 3);
  CHECK(policy.min_items_before_hint == 4);
  CHECK(policy.min_probability_ppm == 5);
  CHECK(policy.price_guard_percent == 6);
  CHECK(policy.holdout_permille == 7);
  CHECK(policy.holdout_salt == 8);
  CHECK(policy.default_margin_percent == 9);
}

TEST_CASE("an item is found by its SKU and by its other codes only") {
  auto const bundle = shop::open(shop::source());
  CHECK(bundle->find("100") == ItemIx{shop::bread});
  CHECK(bundle->find("4006381333931") == ItemIx{shop::bread});
  CHECK(bundle->find("900") == ItemIx{shop::honey});
  for (auto code : {"", "1", "1000", "099", "901", "zzz"}) CHECK(bundle->find(code) == kNoItem);
}

TEST_CASE("weights and intercepts are kept within half a step of their row") {
  auto const source = shop::random_source(400, 30, 1);
  auto const bundle = shop::open(source);
  auto const unit = bundle->info().score_unit;
  for (std::uint32_t n = 0; n < 400; ++n) {
    auto const row = bundle->row(ItemIx{n});
    std::vector<double> kept(400, 0.0);
    for (std::size_t k = 0; k < row.size(); ++k) kept[index(row.target(k))] = row.contribution(k) * unit;
    for (auto const& entry : source.rows[n]) {
      CHECK(std::fabs(kept[entry.target] - static_cast<double>(entry.weight)) <= 0.5001 * row.scale * unit);
    }
    CHECK(std::fabs(bundle->bias(ItemIx{n}) * unit - static_cast<double>(source.bias[n])) < 1e-5);
  }
}

TEST_CASE("a small row keeps its own resolution beside a large one") {
  auto source = shop::source();
  source.rows[shop::bread] = {{shop::butter, 100.0F}};
  source.rows[shop::torch] = {{shop::batteries, 0.01F}, {shop::jam, 0.005F}};
  auto const bundle = shop::open(source);
  auto const row = bundle->row(ItemIx{shop::torch});
  REQUIRE(row.size() == 2);
  CHECK(std::fabs(row.contribution(1) * bundle->info().score_unit / 0.01 - 1) < 0.5);
  CHECK(row.target(0) == ItemIx{shop::jam});
}

TEST_CASE("ids take two bytes up to 65,536 items and three above, with the same meaning") {
  for (std::uint32_t items : {65'536U, 65'537U}) {
    auto source = shop::random_source(items, 0, 2);
    source.rows[0] = {{items - 1, 0.5F}, {1, 0.25F}};
    auto const bundle = shop::open(source);
    auto const row = bundle->row(ItemIx{0});
    CHECK(row.id_bytes == (items == 65'536 ? 2 : 3));
    REQUIRE(row.size() == 2);
    CHECK(row.target(0) == ItemIx{1});
    CHECK(row.target(1) == ItemIx{items - 1});
  }
}

TEST_CASE("probability climbs the steps of the map of its rank, and the last map serves the rest") {
  auto const bundle = shop::open(shop::source());
  auto const score = [&](double value) {
    return static_cast<Score>(std::lround(value / bundle->info().score_unit) + 1);
  };
  CHECK(bundle->probability(-1'000'000, 0).ppm == 10'000);
  CHECK(bundle->probability(score(0.05), 0).ppm == 10'000);
  CHECK(bundle->probability(score(0.1), 0).ppm == 100'000);
  CHECK(bundle->probability(score(0.29), 0).ppm == 200'000);
  CHECK(bundle->probability(score(0.9), 0).ppm == 600'000);
  CHECK(bundle->probability(score(0.9), 1).ppm == 180'000);
  CHECK(bundle->probability(score(0.9), 99).ppm == 180'000);
}

TEST_CASE("the popular list falls by intercept, ties by position") {
  auto const bundle = shop::open(shop::random_source(3000, 3, 5));
  REQUIRE(bundle->popular_count() == 1024);
  for (std::size_t n = 1; n < bundle->popular_count(); ++n) {
    auto const before = bundle->popular(n - 1), at = bundle->popular(n);
    CHECK((bundle->bias(before) > bundle->bias(at) ||
           (bundle->bias(before) == bundle->bias(at) && index(before) < index(at))));
  }
  CHECK(bundle->popular(1024) == kNoItem);
}

TEST_CASE("questions about items that do not exist have harmless answers") {
  auto const bundle = shop::open(shop::source());
  for (auto item : {ItemIx{shop::item_count}, kNoItem}) {
    CHECK(bundle->item(item).sku.empty());
    CHECK(bundle->row(item).size() == 0);
    CHECK(bundle->bias(item) == 0);
  }
  CHECK(bundle->campaign(0).id.empty());
}

TEST_CASE("an empty catalogue is a bundle that has nothing to say") {
  BundleSource source;
  source.currency = {{'E', 'U', 'R'}, 2};
  source.calibration = {{{{0, 0}}}};
  auto const bundle = shop::open(source);
  CHECK(bundle->item_count() == 0);
  CHECK(bundle->popular_count() == 0);
  CHECK(bundle->find("1") == kNoItem);
}

TEST_CASE("the same source gives the same bytes, whatever the order of a row") {
  auto source = shop::source();
  auto const first = write_bundle(source);
  std::swap(source.rows[shop::bread].front(), source.rows[shop::bread].back());
  auto const second = write_bundle(source);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first == *second);
}

TEST_CASE("the served affinity part is small") {
  auto const bundle = shop::open(shop::random_source(60'000, 16, 3));
  auto const per_item = static_cast<double>(bundle->affinity_bytes()) / 60'000;
  MESSAGE("bytes an item at 16 neighbours: " << per_item);
  CHECK(per_item <= 64);
  CHECK(bundle->entry_count() > 15 * 60'000);
}
