// What holds an offer back or raises it: value, holdout, exploration, channels, pace, trust, times and places, stock,
// stops.

#include <map>

#include <doctest/doctest.h>

#include "core/feature_till.hpp"
#include "tillcue/core/paid.hpp"
#include "tillcue/core/replay.hpp"

using namespace tillcue;
using shop::campaign;
using shop::coupon;
using shop::Till;
using shop::torch_to_saffron;
using shop::with;

TEST_CASE("D8: a required part is information: held-out and capped sales get it, and it counts as no prompt") {
  Till till([](BundleSource& s) {
    s.campaigns = {campaign(OfferType::notice, {shop::torch}, {shop::batteries})};
    s.policy.holdout_permille = 500;
    s.policy.max_hints_per_sale = 0;
  });
  auto sale = till.sale({shop::torch});
  sale.arm = Arm::holdout;
  auto const decision = till.show(sale, Stage::scan, Response::none);
  REQUIRE(decision.offer_count == 1);
  CHECK(decision.offers[0].kind == OfferKind::notice);
  CHECK(decision.propensity_ppm == 1'000'000);
  CHECK(till.decide(sale).silence == Silence::cap_reached);  // once
  auto const both = till.sale({shop::torch, shop::batteries});
  CHECK(till.decide(both).offer_count == 0);
}

TEST_CASE("D9: weight and boost raise what is offered, a loss stays a loss") {
  Till plain;
  auto const before = plain.decide(plain.sale({shop::bread})).offers[0].item;
  Till boosted([&](BundleSource& s) {
    for (std::uint32_t n = 0; n < shop::item_count; ++n) {
      if (ItemIx{n} != before) s.items[n].boost_percent = 2000;
    }
  });
  CHECK(boosted.decide(boosted.sale({shop::bread})).offers[0].item != before);
}

TEST_CASE("D9: a partner's campaigns share the partner's budget, and a coupon costs what it can cost") {
  Till till([](BundleSource& s) {
    s.campaigns = {coupon("a", DiscountKind::amount, 50), coupon("b", DiscountKind::amount, 50)};
    for (auto& c : s.campaigns) c.partner = "acme";
    s.policy.max_coupons_per_sale = 9;
  });
  Live live;
  live.use(*till.bundle);
  live.grant("partner:acme", {120, 10});
  till.context.live = &live;
  auto sale = till.sale({shop::bread, shop::torch});
  for (int n = 0; n < 2; ++n) {
    auto const decision = till.show(sale, Stage::tender, Response::none);
    REQUIRE(decision.offer_count == 1);
    CHECK(decision.cost_minor == 50);
    CHECK(decision.offers[0].reason.code == ReasonCode::partner);
    live.spend(decision.offers[0].campaign, decision.cost_minor);
  }
  CHECK(till.decide(sale, Stage::tender).offer_count == 0);
  live.give_back(0, 50);
  CHECK(till.decide(sale, Stage::tender).offer_count == 0);  // both campaigns have had their turn in this sale
  CHECK(till.decide(till.sale({shop::torch}), Stage::tender).offer_count == 1);
}

TEST_CASE(
    "D9: a partner with a budget and no share keeps to its free allotment, with live words and without, and replays") {
  auto c = coupon("week");
  c.partner = "ACME";
  Till till([&](BundleSource& s) {
    s.campaigns = {c};
    s.budgets = {{"partner:ACME", 10'000, 100, 1000, 1}};
  });
  auto const sale = till.sale({shop::torch});
  CHECK(till.decide(sale, Stage::tender).offer_count == 1);
  Live live;
  live.use(*till.bundle);
  till.context.live = &live;
  CHECK(till.decide(sale, Stage::tender).offer_count == 1);
  live.grant("partner:ACME", {1000, 2});
  live.spend(0, 20);
  auto const decision = till.decide(sale, Stage::tender);
  CHECK(decision.offer_count == 1);
  auto const record = replay_record(*till.engine, sale, Stage::tender, till.context, decision);
  auto const read = read_replay(record, *till.bundle);
  REQUIRE(read);
  CHECK(digest_of(till.engine->decide(read->sale, read->stage, read->context)) == read->digest);
  Live poor;
  poor.use(*till.bundle);
  poor.spend(0, 20);
  till.context.live = &poor;
  CHECK(till.decide(sale, Stage::tender).offer_count == 0);

  Till silent([&](BundleSource& s) {
    s.campaigns = {c};
    s.budgets = {{"partner:ACME", 10'000, 100, 0, 0}};
  });
  CHECK(silent.decide(silent.sale({shop::torch}), Stage::tender).offer_count == 0);
}

TEST_CASE("D11: exploration draws evenly, and the propensity is the frequency") {
  Till till([](BundleSource& s) { s.policy.exploration_permille = 300; });
  std::map<ItemIx, std::uint32_t> chosen, ppm;
  constexpr std::uint32_t kSales = 20'000;
  for (std::uint32_t n = 0; n < kSales; ++n) {
    auto sale = till.sale({shop::bread, shop::torch});
    sale.id = SaleId{"sale-" + std::to_string(n)};
    till.context.seed = 99;
    auto const decision = till.decide(sale);
    REQUIRE(decision.offer_count > 0);
    ++chosen[decision.offers[0].item];
    ppm[decision.offers[0].item] = decision.propensity_ppm;
    CHECK(decision.explored == (decision.offers[0].item != decision.eligible[0].item));
  }
  REQUIRE(chosen.size() >= 3);
  std::uint64_t sum = 0;
  for (auto const& [item, times] : chosen) {
    CHECK(static_cast<double>(times) / kSales == doctest::Approx(ppm[item] / 1e6).epsilon(0.1));
    sum += ppm[item];
  }
  CHECK(sum <= 1'000'000);
  CHECK(sum > 999'900);
}

TEST_CASE("D11: persons can be held out instead of sales") {
  Till till([](BundleSource& s) {
    s.policy.holdout_permille = 500;
    s.policy.holdout_by_customer = true;
  });
  std::uint32_t same = 0, held = 0;
  for (std::uint32_t n = 0; n < 200; ++n) {
    CustomerId const person{"card-" + std::to_string(n)};
    auto const arm = till.engine->arm_of(SaleId{"1"}, person);
    same += arm == till.engine->arm_of(SaleId{"2"}, person) ? 1 : 0;
    held += arm == Arm::holdout ? 1 : 0;
  }
  CHECK(same == 200);
  CHECK(held > 60);
  CHECK(held < 140);
}

TEST_CASE("D12: nothing is decided for a channel that does not work or is not wanted") {
  auto c = coupon("one");
  c.stages = 7;
  auto till = with(c);
  auto sale = till.sale({shop::bread});
  till.context.channels = mask_of(Channel::receipt);
  CHECK(till.decide(sale, Stage::scan).silence == Silence::no_channel);
  CHECK(till.decide(sale, Stage::tender).offer_count == 1);
  till.context.channels = mask_of(Channel::screen);
  CHECK(till.decide(sale, Stage::tender).silence == Silence::no_channel);
  till.context.channels = 7;
  sale.shopper.no_paper = true;
  CHECK(till.decide(sale, Stage::tender).silence == Silence::no_channel);
}

TEST_CASE("D13: at a fast pace scans are silent, the subtotal is not") {
  Till till([](BundleSource& s) { s.policy.quiet_scans_per_minute = 40; });
  for (auto const gap : {1000, 2000}) {
    auto sale = till.sale({shop::bread});
    auto at = till.context.moment() - std::chrono::milliseconds(4 * gap);
    for (int n = 0; n < 5; ++n, at += std::chrono::milliseconds(gap)) sale.pace.scanned(at);
    CHECK((till.decide(sale).silence == Silence::busy) == (gap == 1000));
    CHECK(till.decide(sale, Stage::subtotal).silence == Silence::none);
  }
}

TEST_CASE("D14: after a decline one cheaper alternative for the same need, once") {
  Till till([](BundleSource& s) { s.policy.max_hints_per_stage = 1; });
  auto sale = till.sale({shop::bread, shop::torch});
  sale.basket.remove(LineNo{2});
  auto const first = till.show(sale, Stage::scan, Response::declined);
  REQUIRE(first.offer_count > 0);
  auto const second = till.show(sale, Stage::scan, Response::declined);
  REQUIRE(second.offer_count > 0);
  auto const& offer = second.offers[0];
  CHECK(offer.reason.code == ReasonCode::cheaper);
  CHECK(offer.price.minor < first.offers[0].price.minor);
  CHECK(till.bundle->category(offer.item) == till.bundle->category(first.offers[0].item));
  CHECK(till.said(offer).starts_with("Or rather "));
  CHECK(till.decide(sale).silence == Silence::cap_reached);
}

TEST_CASE("D14: there is no alternative once what the declined one went with is given back") {
  Till till([](BundleSource& s) {
    s.policy.max_hints_per_stage = 1;
    s.policy.min_probability_ppm = 0;
  });
  auto sale = till.sale({shop::bread});
  auto const first = till.show(sale, Stage::scan, Response::declined);
  REQUIRE(first.offer_count > 0);
  REQUIRE(first.offers[0].reason.trigger == ItemIx{shop::bread});
  shop::scan(sale, *till.bundle, shop::torch);
  REQUIRE(till.decide(sale).offer_count > 0);
  CHECK(till.decide(sale).offers[0].reason.code == ReasonCode::cheaper);
  shop::scan(sale, *till.bundle, shop::bread);
  sale.basket.lines().back().quantity = Quantity{-1000};
  CHECK(till.decide(sale).offer_count == 0);
}

TEST_CASE("D15: a large upgrade needs visits, a small one does not") {
  for (std::uint16_t visits : {std::uint16_t{0}, std::uint16_t{3}}) {
    Till till([](BundleSource& s) { s.ladders = {torch_to_saffron()}; });
    auto sale = till.sale({shop::torch});
    sale.shopper.visits = visits;
    CHECK((till.decide(sale).offers[0].type == OfferType::upgrade) == (visits == 3));
  }
}

TEST_CASE("D15: what is sold on trust only is not offered by what was learned either") {
  auto c = campaign(OfferType::suggestion, {shop::torch}, {shop::batteries});
  c.needs_trust = true;
  auto const offered = [](Till& till, std::uint16_t visits) {
    auto sale = till.sale({shop::torch});
    sale.shopper.visits = visits;
    auto const decision = till.decide(sale);
    for (std::size_t n = 0; n < decision.offer_count; ++n) {
      if (decision.offers[n].item == ItemIx{shop::batteries}) return true;
    }
    return false;
  };
  auto till = with(c);
  CHECK_FALSE(offered(till, 2));
  CHECK(offered(till, 3));
  // Another campaign sells it to everybody.
  auto open = c;
  open.id = "open";
  open.needs_trust = false;
  open.type = OfferType::coupon;
  Till both([&](BundleSource& s) { s.campaigns = {c, open}; });
  CHECK(offered(both, 0));
  // In another store, or as one that is over, it neither keeps the item nor gives it away.
  for (bool const over : {false, true}) {
    auto const away = [over](CampaignSource one) {
      if (over) {
        one.ends = 24 * 3600;
      } else {
        one.places = {"store:18"};
      }
      return one;
    };
    auto none = with(away(c));
    CHECK(offered(none, 0));
    Till kept([&](BundleSource& s) { s.campaigns = {c, away(open)}; });
    CHECK_FALSE(offered(kept, 0));
    CHECK(offered(kept, 3));
  }
  c.ends = 24 * 3600 * 365 + 1;
  auto last_day = with(c);
  CHECK_FALSE(offered(last_day, 0));
}

TEST_CASE("D2: what is rung up and taken back brings no coupon and speaks for nothing") {
  auto till = with(coupon("one"));
  auto sale = till.sale({shop::torch});
  CHECK(till.decide(sale, Stage::tender).offer_count == 1);
  shop::scan(sale, *till.bundle, shop::torch);
  sale.basket.lines()[1].quantity = Quantity{-1000};
  CHECK(till.decide(sale, Stage::tender).silence == Silence::too_few_items);
  CHECK(till.decide(sale).silence == Silence::too_few_items);
  // Something is sold beside, and less is paid than nothing.
  shop::scan(sale, *till.bundle, shop::jam);
  auto const decision = till.decide(sale);
  for (std::size_t n = 0; n < decision.offer_count; ++n)
    CHECK(decision.offers[n].reason.trigger != ItemIx{shop::torch});
  CHECK(till.decide(sale, Stage::tender).offer_count == 1);
  sale.basket.lines()[1].quantity = Quantity{-2000};
  CHECK(till.decide(sale, Stage::tender).silence == Silence::too_few_items);
}

TEST_CASE("D5 D7: what the law leaves out does not count towards min_basket, and the till's total is the last word") {
  auto c = coupon("one");
  c.min_basket_minor = 1500;
  for (bool counted : {true, false}) {
    Till till([&](BundleSource& s) {
      s.campaigns = {c};
      if (!counted) s.items[shop::torch].flags = static_cast<std::uint16_t>(ItemFlag::not_counted);
    });
    auto const sale = till.sale({shop::torch, shop::jam});
    CHECK((till.decide(sale, Stage::tender).offer_count == 1) == counted);
    auto const euros = [&](std::int64_t minor) { return Money{minor, till.bundle->info().currency}; };
    CHECK(earns(*till.bundle, sale.basket, euros(1680), euros(1500)) == true);
    CHECK(earns(*till.bundle, sale.basket, euros(1500), euros(1500)) == counted);
    CHECK_FALSE(earns(*till.bundle, sale.basket, euros(1499), euros(1500)));
    CHECK_FALSE(earns(*till.bundle, sale.basket, euros(0), euros(0)));
  }
}

TEST_CASE("D16: a campaign keeps to its hours over midnight, its days and its stores") {
  auto c = campaign(OfferType::suggestion, {shop::torch}, {shop::jam});
  c.from_minute = 22 * 60;
  c.until_minute = 2 * 60;
  c.weekdays = 1U << 3;  // Thursday, by the store's clock
  c.places = {"store:17"};
  auto till = with(c);
  auto const offered = [&](std::int32_t utc_minutes, std::int32_t offset) {
    till.context.now = Timestamp{std::chrono::minutes(utc_minutes)};  // 1970-01-01 was a Thursday
    till.context.utc_offset_minutes = offset;
    auto const decision = till.decide(till.sale({shop::torch}));
    for (std::size_t n = 0; n < decision.offer_count; ++n) {
      if (decision.offers[n].campaign == 0) return true;
    }
    return false;
  };
  CHECK(offered(60, 0));
  CHECK_FALSE(offered(3 * 60, 0));
  CHECK(offered(3 * 60, -120));
  CHECK(offered(23 * 60, 0));
  CHECK_FALSE(offered(23 * 60, 120));  // Friday there
  till.engine = std::make_unique<Engine>(till.bundle.bundle, Place{"18", "north", "18-1"});
  CHECK_FALSE(offered(60, 0));
}

TEST_CASE("D7: what is probably out of stock is held back apart from what is told, and says so") {
  struct Heard final : Witness {
    void stopped(ItemIx item, std::uint16_t, Rule rule) noexcept override { rules[item] = rule; }
    std::map<ItemIx, Rule> rules;
  };
  Till till;
  Live live;
  live.use(*till.bundle);
  live.probably_out("200", true);
  live.probably_out("300", true);
  live.out_of_stock("300", true);
  till.context.live = &live;
  auto const sale = till.sale({shop::bread});
  Heard heard;
  (void)till.engine->decide(sale, Stage::scan, till.context, &heard);
  CHECK(heard.rules[ItemIx{shop::butter}] == Rule::probably_out_of_stock);
  CHECK(heard.rules[ItemIx{shop::jam}] == Rule::out_of_stock);
  // The till's word that it is there again says nothing about sales, and the other way round.
  live.out_of_stock("300", false);
  CHECK(live.out_of_stock(ItemIx{shop::jam}));
  live.probably_out("300", false);
  CHECK_FALSE(live.out_of_stock(ItemIx{shop::jam}));
}

TEST_CASE("D7: what is out of stock or must not stand beside the basket is not offered") {
  Till till([](BundleSource& s) { s.never = {{{false, shop::bread}, {false, shop::butter}}}; });
  Live live;
  live.use(*till.bundle);
  live.out_of_stock("300", true);  // jam
  till.context.live = &live;
  auto const decision = till.decide(till.sale({shop::bread, shop::torch}));
  for (std::size_t n = 0; n < decision.eligible_count; ++n) {
    CHECK(decision.eligible[n].item != ItemIx{shop::butter});
    CHECK(decision.eligible[n].item != ItemIx{shop::jam});
  }
  live.out_of_stock("300", false);
  CHECK(till.decide(till.sale({shop::bread, shop::torch})).eligible_count > decision.eligible_count);
}

TEST_CASE("L14: a customer's usual item that is missing is asked for at the subtotal") {
  Till till;
  auto sale = till.sale({shop::torch});
  sale.shopper.usual = {{Sku{"800"}, ItemIx{shop::saffron}, {600'000}}};
  auto const decision = till.decide(sale, Stage::subtotal);
  REQUIRE(decision.offer_count > 0);
  CHECK(decision.offers[0].item == ItemIx{shop::saffron});
  CHECK(till.said(decision.offers[0]) == "Did you think of Saffron, for 25.00 EUR?");
}

TEST_CASE("L13: a mined set is offered whole when its main item is there") {
  Till till([](BundleSource& s) { s.sets = {{shop::torch, {shop::batteries, shop::jam}, 60, 100, 3000}}; });
  auto const decision = till.decide(till.sale({shop::torch}), Stage::subtotal);
  REQUIRE(decision.offer_count > 0);
  CHECK(decision.offers[0].type == OfferType::set);
  CHECK(decision.offers[0].probability.ppm == 600'000);
  CHECK(till.said(decision.offers[0]) == "Jam and Batteries go with your Torch. Shall I add them?");
}

TEST_CASE("S6: a stop acts on the next decision, and a budgeted campaign without a share is silent") {
  auto c = coupon("week");
  c.budgeted = true;
  c.free_minor = 1000;
  c.free_issues = 1;
  auto till = with(c);
  Live live;
  live.use(*till.bundle);
  till.context.live = &live;
  auto const sale = till.sale({shop::torch});
  CHECK(till.decide(sale, Stage::tender).offer_count == 1);
  live.spend(0, 20);
  CHECK(till.decide(sale, Stage::tender).offer_count == 0);
  live.grant("week", {1000, 5});
  CHECK(till.decide(sale, Stage::tender).offer_count == 1);
  live.stop("week", true);
  CHECK(till.decide(sale, Stage::tender).offer_count == 0);
  live.stop("week", false);
  live.stop("", true);
  CHECK(till.decide(sale, Stage::tender).offer_count == 0);

  // A restart must not fill the purse again.
  Live again;
  again.restore(live.spent());
  again.use(*till.bundle);
  again.grant("week", {1000, 1});
  till.context.live = &again;
  CHECK(till.decide(sale, Stage::tender).offer_count == 0);
}

TEST_CASE("a witness hears of every rule that stopped something") {
  struct Heard final : Witness {
    void stopped(ItemIx item, std::uint16_t campaign, Rule rule) noexcept override {
      if (item == ItemIx{shop::wine}) wine = rule;
      if (item == kNoItem && campaign == 0) whole = rule;
    }
    Rule wine = Rule::none, whole = Rule::none;
  } heard;
  auto c = coupon("late");
  c.type = OfferType::suggestion;
  c.stages = 7;
  c.ends = 1;
  auto till = with(c);
  (void)till.engine->decide(till.sale({shop::bread}), Stage::scan, till.context, &heard);
  CHECK(heard.wine == Rule::age_restricted);
  CHECK(heard.whole == Rule::ended);
  CHECK(to_text(heard.whole) == "ended");
}
