#include "tillcue/core/bundle.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "core/shop.hpp"

using namespace tillcue;

TEST_CASE("what is written is read back") {
  auto source = shop::source();
  source.campaigns = {shop::coupon("spring", DiscountKind::percent, 20), shop::coupon("thanks", DiscountKind::none, 0)};
  auto& first = source.campaigns[0];
  first.headline = "Spring!";
  first.terms = "one per visit";
  first.starts = 100;
  first.ends = 200;
  first.valid_days = 7;
  first.min_probability_ppm = 5000;
  first.min_basket_minor = 1000;
  first.items = {shop::jam, shop::batteries, shop::jam};
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

namespace {
/// What is kept of a row, in the trainer's units, by target.
std::vector<double> kept(Bundle const& bundle, std::uint32_t source) {
  std::vector<double> weights(bundle.item_count(), 0.0);
  for (auto const& entry : bundle.row(ItemIx{source})) {
    weights[index(entry.target)] = entry.contribution * bundle.info().score_unit;
  }
  return weights;
}
}  // namespace

TEST_CASE("weights keep within a step of their row, finer with more bits; intercepts within their own") {
  auto source = shop::random_source(400, 30, 1);
  double before = 1;
  for (unsigned bits : {4U, 5U, 6U, 7U, 8U}) {
    source.weight_bits = bits;
    auto const bundle = shop::open(source);
    CHECK(bundle->weight_bits() == bits);
    double most = 0;
    for (std::uint32_t n = 0; n < 400; ++n) {
      auto const weights = kept(*bundle, n);
      double largest = 0;
      for (auto const& entry : source.rows[n]) largest = std::max(largest, std::fabs(double{entry.weight}));
      for (auto const& entry : source.rows[n]) {
        most = std::max(most, std::fabs(weights[entry.target] - double{entry.weight}) / largest);
      }
      auto const unit = bundle->info().score_unit;
      CHECK(std::fabs(bundle->bias(ItemIx{n}) * unit - static_cast<double>(source.bias[n])) < 1e-5);
    }
    MESSAGE(bits << " bits: largest error " << most << " of the row's largest weight");
    CHECK(most < 3.0 / (1U << bits));
    CHECK(most < before);
    before = most;
  }
}

TEST_CASE("a small row keeps its own resolution beside a large one") {
  auto source = shop::source();
  source.rows[shop::bread] = {{shop::butter, 100.0F}};
  source.rows[shop::torch] = {{shop::batteries, 0.01F}, {shop::jam, 0.005F}};
  auto const bundle = shop::open(source);
  auto const row = bundle->row(ItemIx{shop::torch});
  REQUIRE(row.size() == 2);
  auto const weights = kept(*bundle, shop::torch);
  CHECK(weights[shop::batteries] == doctest::Approx(0.01).epsilon(0.1));
  CHECK(weights[shop::jam] == doctest::Approx(0.005).epsilon(0.1));
}

TEST_CASE("a row counts up from its item, round the end, and names every target once") {
  for (std::uint32_t items : {2U, 3U, 300U, 65'536U, 65'537U, 200'000U}) {
    auto source = shop::random_source(items, 0, 2);
    auto const middle = items / 2;
    for (std::uint32_t target : {0U, items / 3, middle, items - 1}) {
      if (target != middle && (source.rows[middle].empty() || source.rows[middle].back().target != target)) {
        source.rows[middle].push_back({target, 0.5F});
      }
    }
    auto const bundle = shop::open(source);
    auto const row = bundle->row(ItemIx{middle});
    REQUIRE(row.size() == source.rows[middle].size());
    std::vector<std::uint32_t> steps, targets;
    for (auto const& entry : row) {
      targets.push_back(index(entry.target));
      steps.push_back((index(entry.target) + items - middle) % items);
    }
    CHECK(std::is_sorted(steps.begin(), steps.end()));
    std::sort(targets.begin(), targets.end());
    for (std::size_t n = 0; n < targets.size(); ++n) CHECK(targets[n] == source.rows[middle][n].target);
    CHECK(row.target(row.size() - 1) ==
          ItemIx{middle > 0 ? targets[targets.size() - 1 - (targets.back() > middle)] : 0});
  }
}

TEST_CASE("rows of every length come back, wherever they lie in their block") {
  auto source = shop::random_source(5000, 0, 3);
  std::mt19937 random(4);
  for (std::uint32_t n = 0; n < 5000; ++n) {
    std::uint32_t const size = n == 70 ? 4096 : n % 97 == 0 ? 254 + n % 3 : n % 5 == 0 ? 0 : random() % 40;
    for (std::uint32_t k = 1; k <= size; ++k) source.rows[n].push_back({(n + k) % 5000, 0.1F + 0.01F * float(k % 50)});
  }
  for (unsigned bits : {4U, 7U, 8U}) {
    source.weight_bits = bits;
    auto const bundle = shop::open(source);
    std::size_t entries = 0;
    for (std::uint32_t n = 0; n < 5000; ++n) {
      REQUIRE(bundle->row(ItemIx{n}).size() == source.rows[n].size());
      std::uint32_t k = 0;
      for (auto const& entry : bundle->row(ItemIx{n})) REQUIRE(index(entry.target) == (n + ++k) % 5000);
      entries += k;
    }
    CHECK(bundle->entry_count() == entries);
  }
}

TEST_CASE("probability climbs the steps of the map of its rank, and the last map serves the rest") {
  auto const bundle = shop::open(shop::source());
  auto const score = [&](double value) {
    return static_cast<Score>(std::lround(value / bundle->info().score_unit) + 1);
  };
  CHECK(bundle->probability(-1'000'000, 0, 1).ppm == 10'000);
  CHECK(bundle->probability(score(0.05), 0, 1).ppm == 10'000);
  CHECK(bundle->probability(score(0.1), 0, 1).ppm == 100'000);
  CHECK(bundle->probability(score(0.29), 0, 1).ppm == 200'000);
  CHECK(bundle->probability(score(0.9), 0, 1).ppm == 600'000);
  CHECK(bundle->probability(score(0.9), 1, 1).ppm == 180'000);
  CHECK(bundle->probability(score(0.9), 99, 1).ppm == 180'000);
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
  MESSAGE("bits an entry, targets drawn blindly: " << bundle->bits_per_entry());
  CHECK(per_item <= 64);
  CHECK(bundle->entry_count() > 15 * 60'000);
  CHECK(bundle->affinity_bytes() == bundle->table_bytes() + bundle->bias_bytes());
  CHECK(bundle->bits_per_entry() * static_cast<double>(bundle->entry_count()) ==
        doctest::Approx(8.0 * static_cast<double>(bundle->table_bytes())));
}
