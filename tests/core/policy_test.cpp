#include <algorithm>
#include <functional>

#include <doctest/doctest.h>

#include "core/shop.hpp"

using namespace tillcue;
using shop::coupon;

namespace {

Timestamp at(std::int64_t seconds) { return Timestamp{std::chrono::seconds{seconds}}; }

/// A shop whose policy or catalogue one test changes, and an engine on it.
struct Till {
  explicit Till(std::function<void(BundleSource&)> const& change = {}) {
    auto source = shop::source();
    if (change) change(source);
    bundle = shop::open(source);
    engine = std::make_unique<Engine>(bundle.bundle);
  }
  Decision decide(Sale const& sale, Stage stage = Stage::scan, std::int64_t now = 1000) {
    return engine->decide(sale, stage, {at(now)});
  }
  Sale sale(std::vector<std::uint32_t> const& items) const { return shop::sale_with(*bundle, items); }

  shop::Opened bundle;
  std::unique_ptr<Engine> engine;
};

bool eligible(Decision const& decision, std::uint32_t item) {
  return std::any_of(decision.eligible.begin(), decision.eligible.begin() + decision.eligible_count,
                     [item](Scored const& s) { return s.item == ItemIx{item}; });
}

}  // namespace

TEST_CASE("a scan suggests what goes with it, with its reason, price and number") {
  Till till;
  auto const decision = till.decide(till.sale({shop::bread}));
  REQUIRE(decision.offer_count >= 1);
  CHECK(decision.silence == Silence::none);
  auto const& offer = decision.offers[0];
  CHECK(offer.number == 1);
  CHECK(offer.kind == OfferKind::suggestion);
  CHECK(offer.reason.code == ReasonCode::bought_together);
  CHECK(offer.reason.trigger == ItemIx{shop::bread});
  CHECK(offer.reason.share == offer.probability);
  CHECK(offer.price == till.bundle->item(offer.item).price);
  CHECK(decision.eligible[0].item == offer.item);
  CHECK(decision.offers[1].number == 0);
}

TEST_CASE("what is in the basket is never offered") {
  Till till;
  for (auto stage : {Stage::scan, Stage::subtotal}) {
    auto const decision = till.decide(till.sale({shop::bread, shop::butter}), stage);
    CHECK_FALSE(eligible(decision, shop::bread));
    CHECK_FALSE(eligible(decision, shop::butter));
    CHECK(eligible(decision, shop::jam));
  }
}

TEST_CASE("age-restricted, excluded and not-for-sale items are never offered") {
  for (auto flag : {ItemFlag::age_restricted, ItemFlag::excluded, ItemFlag::not_for_sale}) {
    Till till([&](auto& s) {
      s.items[shop::butter].flags = static_cast<std::uint16_t>(flag);
      s.campaigns = {coupon("all")};
    });
    CHECK_FALSE(eligible(till.decide(till.sale({shop::bread})), shop::butter));
    CHECK_FALSE(eligible(till.decide(till.sale({shop::bread}), Stage::tender), shop::butter));
  }
  Till till;
  CHECK_FALSE(eligible(till.decide(till.sale({shop::bread})), shop::wine));
}

TEST_CASE("what is not for sale neither counts as an item nor is a reason nor lifts the guard") {
  Till till([](auto& s) { s.items[shop::bag].price_minor = 100'000; });
  CHECK(till.decide(till.sale({shop::bag})).silence == Silence::too_few_items);
  auto const decision = till.decide(till.sale({shop::bag, shop::jam}));
  CHECK_FALSE(eligible(decision, shop::butter));  // 1.99 is not below Jam's 1.80, whatever a bag costs
  Till cheap([](auto& s) { s.items[shop::butter].price_minor = 50; });
  auto const with_bag = cheap.decide(cheap.sale({shop::bag, shop::jam}));
  REQUIRE(eligible(with_bag, shop::butter));
  for (std::size_t n = 0; n < with_bag.offer_count; ++n) {
    CHECK(with_bag.offers[n].reason.trigger != ItemIx{shop::bag});
    if (with_bag.offers[n].item == ItemIx{shop::butter}) CHECK(with_bag.offers[n].reason.code == ReasonCode::popular);
  }
}

TEST_CASE("what has been shown is not repeated in the sale, whatever the answer") {
  for (auto response : {Response::none, Response::accepted, Response::declined, Response::ignored}) {
    Till till;
    auto sale = till.sale({shop::bread});
    auto const* const first = remember(sale, till.decide(sale));
    REQUIRE(first != nullptr);
    auto const item = first->item;
    sale.shown.back().response = response;
    auto const second = till.decide(sale);
    CHECK_FALSE(eligible(second, index(item)));
    REQUIRE(second.offer_count >= 1);
    CHECK(second.offers[0].number == 2);
  }
}

TEST_CASE("the sale's cap of hints ends them") {
  Till till([](auto& s) { s.policy.max_hints_per_sale = 2; });
  auto sale = till.sale({shop::bread, shop::torch});
  CHECK(remember(sale, till.decide(sale, Stage::scan)) != nullptr);
  CHECK(remember(sale, till.decide(sale, Stage::subtotal)) != nullptr);
  auto const third = till.decide(sale, Stage::subtotal);
  CHECK(third.silence == Silence::cap_reached);
  CHECK(third.offer_count == 0);
  CHECK(remember(sale, third) == nullptr);
  CHECK(sale.shown.size() == 2);
}

TEST_CASE("a stage's cap leaves the other stage its hint") {
  Till till([](auto& s) { s.policy.max_hints_per_stage = 1; });
  auto sale = till.sale({shop::bread, shop::torch});
  CHECK(remember(sale, till.decide(sale, Stage::scan)) != nullptr);
  CHECK(till.decide(sale, Stage::scan).silence == Silence::cap_reached);
  CHECK(till.decide(sale, Stage::subtotal).silence == Silence::none);
}

TEST_CASE("coupons have a cap of their own") {
  Till till([](auto& s) {
    s.campaigns = {coupon("all")};
    s.policy.max_hints_per_sale = 1;
  });
  auto sale = till.sale({shop::bread, shop::torch});
  CHECK(remember(sale, till.decide(sale, Stage::scan)) != nullptr);
  auto const* const given = remember(sale, till.decide(sale, Stage::tender));
  REQUIRE(given != nullptr);
  CHECK(given->kind == OfferKind::coupon);
  CHECK(till.decide(sale, Stage::tender).silence == Silence::cap_reached);
  Till none([](auto& s) {
    s.campaigns = {coupon("all")};
    s.policy.max_coupons_per_sale = 0;
  });
  CHECK(none.decide(none.sale({shop::bread}), Stage::tender).silence == Silence::cap_reached);
}

TEST_CASE("hints wait for enough known items") {
  Till till([](auto& s) { s.policy.min_items_before_hint = 2; });
  auto sale = till.sale({shop::bread});
  CHECK(till.decide(sale).silence == Silence::too_few_items);
  BasketLine unknown;
  unknown.line = LineNo{77};
  unknown.sku = Sku{"???"};
  REQUIRE(sale.basket.put(unknown));
  CHECK(till.decide(sale).silence == Silence::too_few_items);
  shop::scan(sale, *till.bundle, shop::torch);
  CHECK(till.decide(sale).silence == Silence::none);
}

TEST_CASE("what is too unlikely is not worth a sentence") {
  Till till([](auto& s) { s.policy.min_probability_ppm = 150'000; });
  auto const decision = till.decide(till.sale({shop::bread}));
  REQUIRE(decision.offer_count >= 1);
  for (std::size_t n = 0; n < decision.offer_count; ++n) CHECK(decision.offers[n].probability.ppm >= 150'000);
  Till strict([](auto& s) { s.policy.min_probability_ppm = 700'000; });
  CHECK(strict.decide(strict.sale({shop::bread})).silence == Silence::nothing_fits);
}

TEST_CASE("an add-on costs less than the guard's share of the dearest item") {
  Till till;
  CHECK_FALSE(eligible(till.decide(till.sale({shop::bread})), shop::saffron));
  CHECK(eligible(till.decide(till.sale({shop::bread})), shop::butter));
  Till tight([](auto& s) { s.policy.price_guard_percent = 75; });  // 75 % of 2.50 is 1.875
  auto const decision = tight.decide(tight.sale({shop::bread}));
  CHECK_FALSE(eligible(decision, shop::butter));
  CHECK(eligible(decision, shop::jam));
  Till equal([](auto& s) { s.items[shop::butter].price_minor = 250; });
  CHECK_FALSE(eligible(equal.decide(equal.sale({shop::bread})), shop::butter));
}

TEST_CASE("the guard goes by what the till charged") {
  Till till;
  auto sale = till.sale({shop::bread});
  auto line = sale.basket.lines()[0];
  line.unit_price.minor = 190;  // reduced bread
  REQUIRE(sale.basket.put(line));
  auto const decision = till.decide(sale);
  CHECK_FALSE(eligible(decision, shop::butter));
  CHECK(eligible(decision, shop::jam));
}

TEST_CASE("an unknown price cannot be guarded: on either side it lets pass") {
  Till till;
  CHECK(eligible(till.decide(till.sale({shop::bread})), shop::honey));  // Honey has none
  Till unpriced([](auto& s) { s.items[shop::bread].price_minor.reset(); });
  CHECK(eligible(unpriced.decide(unpriced.sale({shop::bread})), shop::saffron));
}

TEST_CASE("a refunded line is no reason and no item of the basket, but is not offered either") {
  Till till;
  auto sale = till.sale({shop::bread});
  auto line = sale.basket.lines()[0];
  line.quantity.milli = -1000;
  REQUIRE(sale.basket.put(line));
  CHECK(till.decide(sale).silence == Silence::too_few_items);
  shop::scan(sale, *till.bundle, shop::torch);
  auto const decision = till.decide(sale);
  CHECK_FALSE(eligible(decision, shop::bread));
  for (std::size_t n = 0; n < decision.offer_count; ++n)
    CHECK(decision.offers[n].reason.trigger != ItemIx{shop::bread});
}

TEST_CASE("a held-out sale is told what it would have had and gets nothing") {
  Till till([](auto& s) {
    s.policy.holdout_permille = 200;
    s.campaigns = {coupon("all")};
  });
  for (auto stage : {Stage::scan, Stage::subtotal, Stage::tender}) {
    auto sale = till.sale({shop::bread});
    auto const treated = till.decide(sale, stage);
    sale.arm = Arm::holdout;
    auto const held = till.decide(sale, stage);
    CHECK(held.silence == Silence::holdout);
    CHECK(held.arm == Arm::holdout);
    CHECK(held.offer_count == 0);
    REQUIRE(held.eligible_count == treated.eligible_count);
    CHECK(held.eligible_count > 0);
    for (std::size_t n = 0; n < held.eligible_count; ++n) CHECK(held.eligible[n].item == treated.eligible[n].item);
    CHECK(treated.propensity_ppm == 800'000);
    CHECK(held.propensity_ppm == 200'000);
  }
}

TEST_CASE("a coupon's target that does not rank for the basket is not offered, however dear it is") {
  auto source = shop::random_source(400, 8, 11);
  source.policy.holdout_permille = 0;
  auto& dear = source.items[399];
  dear.price_minor = 900'000;
  dear.unit_cost_minor = 1;
  source.bias[399] = *std::min_element(source.bias.begin(), source.bias.end()) - 1.0F;
  for (auto& row : source.rows) std::erase_if(row, [](WeightSource const& w) { return w.target == 399; });
  source.campaigns = {CampaignSource{}};
  source.campaigns[0].id = "dear";
  source.campaigns[0].items = {399};
  auto const opened = shop::open(source);
  Engine engine(opened.bundle);
  auto const decision = engine.decide(shop::sale_with(*opened, {1, 2, 3}), Stage::tender, {});
  CHECK(decision.offer_count == 0);
  CHECK(decision.silence == Silence::nothing_fits);
}

TEST_CASE("a held-out sale meets the same caps as a treated one, so that the arms stay comparable") {
  Till till([](auto& s) {
    s.policy.holdout_permille = 200;
    s.policy.max_hints_per_sale = 1;
  });
  auto treated = till.sale({shop::bread});
  auto held = treated;
  held.arm = Arm::holdout;
  for (auto* sale : {&treated, &held}) remember(*sale, till.decide(*sale, Stage::scan));
  REQUIRE(held.shown.size() == 1);
  CHECK(held.shown[0].withheld);
  CHECK_FALSE(treated.shown[0].withheld);
  CHECK(held.shown[0].offer.item == treated.shown[0].offer.item);
  CHECK(remember(held, till.decide(held, Stage::subtotal)) == nullptr);
  CHECK(held.shown.size() == 1);
  CHECK(till.decide(held, Stage::subtotal).silence == till.decide(treated, Stage::subtotal).silence);
}

TEST_CASE("ranking is by expected margin, not by probability") {
  Till till([](auto& s) {
    s.items[shop::jam].price_minor = 240;
    s.items[shop::jam].unit_cost_minor = 10;  // Jam: rarer than Butter, but it earns 2.30 instead of 0.50
  });
  auto const decision = till.decide(till.sale({shop::bread}));
  REQUIRE(decision.offer_count >= 2);
  CHECK(decision.offers[0].item == ItemIx{shop::jam});
  CHECK(decision.offers[0].expected_margin_micro == std::int64_t{decision.offers[0].probability.ppm} * 230);
  for (std::size_t n = 1; n < decision.offer_count; ++n) {
    CHECK(decision.offers[n - 1].expected_margin_micro >= decision.offers[n].expected_margin_micro);
  }
}

TEST_CASE("an unknown cost counts with the default margin, an unknown price ranks behind, by probability") {
  Till till;
  auto const decision = till.decide(till.sale({shop::bread}));
  for (std::size_t n = 0; n < decision.offer_count; ++n) {
    auto const& offer = decision.offers[n];
    if (offer.item == ItemIx{shop::jam}) CHECK(offer.expected_margin_micro == std::int64_t{offer.probability.ppm} * 45);
  }
  CHECK(decision.eligible[decision.eligible_count - 1].item == ItemIx{shop::honey});
  Till unpriced([](auto& s) {
    for (auto& item : s.items) item.price_minor.reset();
  });
  auto const by_probability = unpriced.decide(unpriced.sale({shop::bread}));
  REQUIRE(by_probability.offer_count == 3);
  CHECK(by_probability.offers[0].probability >= by_probability.offers[1].probability);
  CHECK(by_probability.offers[1].probability >= by_probability.offers[2].probability);
  CHECK(by_probability.offers[0].expected_margin_micro == 0);
}

TEST_CASE("tender gives one coupon of a running campaign, or nothing") {
  Till without;
  CHECK(without.decide(without.sale({shop::bread}), Stage::tender).silence == Silence::nothing_fits);
  Till till([](auto& s) {
    auto c = coupon("weekend", DiscountKind::amount, 30);
    c.starts = 1000;
    c.ends = 2000;
    c.items = {shop::jam};
    s.campaigns = {c};
  });
  CHECK(till.decide(till.sale({shop::bread}), Stage::tender, 999).silence == Silence::nothing_fits);
  CHECK(till.decide(till.sale({shop::bread}), Stage::tender, 2000).silence == Silence::nothing_fits);
  for (std::int64_t now : {1000, 1999}) {
    auto const decision = till.decide(till.sale({shop::bread}), Stage::tender, now);
    REQUIRE(decision.offer_count == 1);
    auto const& offer = decision.offers[0];
    CHECK(offer.kind == OfferKind::coupon);
    CHECK(offer.item == ItemIx{shop::jam});
    CHECK(offer.campaign == 0);
    CHECK(offer.discount == DiscountKind::amount);
    CHECK(offer.discount_value == 30);
    CHECK(offer.expected_margin_micro == std::int64_t{offer.probability.ppm} * (45 - 30));
  }
  CHECK(till.decide(till.sale({shop::bread, shop::jam}), Stage::tender).silence == Silence::nothing_fits);
}

TEST_CASE("a campaign may ask for a basket value and a probability") {
  Till worth([](auto& s) {
    s.campaigns = {coupon("big")};
    s.campaigns[0].min_basket_minor = 1000;
  });
  CHECK(worth.decide(worth.sale({shop::bread}), Stage::tender).offer_count == 0);
  CHECK(worth.decide(worth.sale({shop::torch}), Stage::tender).offer_count == 1);
  Till likely([](auto& s) {
    s.campaigns = {coupon("likely")};
    s.campaigns[0].min_probability_ppm = 300'000;
  });
  CHECK(likely.decide(likely.sale({shop::jam}), Stage::tender).offer_count == 0);
  auto const decision = likely.decide(likely.sale({shop::torch}), Stage::tender);
  REQUIRE(decision.offer_count == 1);
  CHECK(decision.offers[0].item == ItemIx{shop::batteries});
}

TEST_CASE("of two campaigns the one that costs less wins, and an item is eligible once") {
  Till till([](auto& s) {
    s.campaigns = {coupon("dear", DiscountKind::percent, 50), coupon("cheap", DiscountKind::percent, 5)};
    s.campaigns[0].items = {shop::butter};
    s.campaigns[1].items = {shop::butter};
  });
  auto const decision = till.decide(till.sale({shop::bread}), Stage::tender);
  REQUIRE(decision.offer_count == 1);
  CHECK(decision.eligible_count == 1);
  CHECK(till.bundle->campaign(decision.offers[0].campaign).id == "cheap");
}

TEST_CASE("an amount never costs more than the item's price") {
  Till till([](auto& s) {
    s.campaigns = {coupon("gift", DiscountKind::amount, 10'000)};
    s.campaigns[0].items = {shop::jam};
  });
  auto const decision = till.decide(till.sale({shop::bread}), Stage::tender);
  REQUIRE(decision.offer_count == 1);
  CHECK(decision.offers[0].expected_margin_micro == std::int64_t{decision.offers[0].probability.ppm} * (45 - 180));
}

TEST_CASE("a coupon for the next visit is not guarded by today's prices nor by the hint's probability") {
  Till till([](auto& s) {
    s.campaigns = {coupon("saffron")};
    s.campaigns[0].items = {shop::saffron};
    s.policy.min_probability_ppm = 900'000;
  });
  auto const decision = till.decide(till.sale({shop::bread}), Stage::tender);
  REQUIRE(decision.offer_count == 1);
  CHECK(decision.offers[0].item == ItemIx{shop::saffron});
}
