#include <functional>
#include <map>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "tillcue/core/replay.hpp"

using namespace tillcue;
using shop::coupon;

namespace {

/// The shop of shop.hpp with what one test adds to it, and an engine in store 17.
struct Till {
  explicit Till(std::function<void(BundleSource&)> const& change = {}) {
    auto source = shop::source();
    source.policy.quiet_scans_per_minute = 0;
    if (change) change(source);
    bundle = shop::open(source);
    engine = std::make_unique<Engine>(bundle.bundle, Place{"17", "north", "17-3"});
    context.now = Timestamp{std::chrono::hours(24 * 365)};
  }
  Sale sale(std::vector<std::uint32_t> const& items) const { return shop::sale_with(*bundle, items); }
  Decision decide(Sale const& sale, Stage stage = Stage::scan) { return engine->decide(sale, stage, context); }
  /// Decides and shows; the answer is what the customer said.
  Decision show(Sale& sale, Stage stage, Response response) {
    auto const decision = decide(sale, stage);
    if (remember(sale, decision) != nullptr) sale.shown.back().response = response;
    return decision;
  }
  std::string said(Offer const& offer, char const* language = "en") const { return script(*bundle, offer, language); }

  shop::Opened bundle;
  std::unique_ptr<Engine> engine;
  Context context;
};

CampaignSource campaign(OfferType type, std::vector<std::uint32_t> triggers, std::vector<std::uint32_t> targets) {
  auto c = coupon("one", DiscountKind::none, 0);
  c.type = type;
  c.stages = 7;
  c.trigger_items = std::move(triggers);
  c.items = std::move(targets);
  return c;
}

Till with(CampaignSource c) {
  return Till([&](BundleSource& s) { s.campaigns = {std::move(c)}; });
}

LadderStep torch_to_saffron() { return {ItemIx{shop::torch}, ItemIx{shop::saffron}, {200'000}, 200, true}; }

}  // namespace

TEST_CASE("D1: a scan tries the better version first, and the other items once that is used up") {
  Till till([](BundleSource& s) {
    s.ladders = {torch_to_saffron()};
    s.policy.large_upgrade_percent = 0;
  });
  auto sale = till.sale({shop::torch});
  auto const first = till.show(sale, Stage::scan, Response::ignored);
  REQUIRE(first.offer_count == 1);
  CHECK(first.offers[0].type == OfferType::upgrade);
  CHECK(first.offers[0].item == ItemIx{shop::saffron});
  CHECK(first.offers[0].reason.amount == 1000);
  CHECK(till.said(first.offers[0]) == "Would you like Saffron instead of Torch? +10.00 EUR: twice the size");
  CHECK(till.said(first.offers[0], "ru") == "Может быть, лучше «Saffron» вместо «Torch»? +10,00 EUR: вдвое больше");
  // One technique for each trigger (D2): the torch has had its own, so its batteries are not mentioned.
  auto const second = till.decide(sale, Stage::scan);
  for (std::size_t n = 0; n < second.offer_count; ++n) CHECK(second.offers[n].reason.trigger == kNoItem);
  shop::scan(sale, *till.bundle, shop::bread);
  CHECK(till.decide(sale, Stage::scan).offers[0].reason.trigger == ItemIx{shop::bread});
}

TEST_CASE("D1: an upsell that brings little gives way to a cross-sell that brings more, as far as the policy says") {
  auto const first = [](std::uint16_t percent, std::uint32_t chosen_ppm) {
    Till till([&](BundleSource& s) {
      s.ladders = {torch_to_saffron()};
      s.ladders[0].share = {chosen_ppm};
      s.policy.large_upgrade_percent = 0;
      s.policy.upsell_least_percent = percent;
    });
    auto const decision = till.decide(till.sale({shop::torch}));
    REQUIRE(decision.offer_count > 0);
    return decision.offers[0].type;
  };
  CHECK(first(50, 200'000) == OfferType::upgrade);
  CHECK(first(50, 100) == OfferType::suggestion);
  CHECK(first(0, 100) == OfferType::upgrade);
}

TEST_CASE("D7: what the law keeps out of promotions brings nothing about and speaks for nothing") {
  auto const barred = [](BundleSource& s) {
    s.items[shop::bread].flags |= static_cast<std::uint16_t>(ItemFlag::no_trigger);
  };
  Till till(barred);
  CHECK(till.decide(till.sale({shop::bread})).silence == Silence::too_few_items);
  auto const decision = till.decide(till.sale({shop::bread, shop::torch}));
  REQUIRE(decision.offer_count > 0);
  // As if it were not there.
  Till plain;
  auto const without = plain.decide(plain.sale({shop::torch}));
  CHECK(decision.offers[0].item == without.offers[0].item);
  CHECK(decision.eligible[0].score == without.eligible[0].score);
  for (std::size_t n = 0; n < decision.offer_count; ++n)
    CHECK(decision.offers[n].reason.trigger != ItemIx{shop::bread});
  Till named([&](BundleSource& s) {
    barred(s);
    s.campaigns = {campaign(OfferType::suggestion, {shop::bread}, {shop::butter})};
  });
  auto const beside = named.decide(named.sale({shop::bread, shop::torch}));
  CHECK((beside.offer_count == 0 || beside.offers[0].campaign == Offer::kNoCampaign));
}

TEST_CASE("D4: a category says whether its goods are upsold, cross-sold or left alone") {
  for (auto technique : {Technique::both, Technique::upsell, Technique::cross_sell, Technique::none}) {
    Till till([&](BundleSource& s) {
      s.ladders = {torch_to_saffron()};
      s.policy.large_upgrade_percent = 0;
      s.techniques = {Technique::both, technique};
    });
    auto const decision = till.decide(till.sale({shop::torch}));
    auto const type = decision.offers[0].type;
    if (technique == Technique::none) {
      CHECK(type == OfferType::suggestion);
      for (std::size_t n = 0; n < decision.eligible_count; ++n) {
        CHECK(till.bundle->category_name(till.bundle->category(decision.eligible[n].item)) == "Food");
      }
      CHECK(decision.offers[0].reason.trigger == kNoItem);
    } else {
      REQUIRE(decision.offer_count > 0);
      CHECK(type == (technique == Technique::cross_sell ? OfferType::suggestion : OfferType::upgrade));
    }
  }
}

TEST_CASE("D5: near a threshold an item that closes the gap is named, with what it brings") {
  auto c = campaign(OfferType::threshold, {}, {});
  c.threshold_minor = 1650;
  c.discount = DiscountKind::amount;
  c.value = 10;
  c.weight_percent = 10'000;
  auto till = with(c);
  auto const decision = till.decide(till.sale({shop::torch}), Stage::subtotal);
  REQUIRE(decision.offer_count > 0);
  auto const& offer = decision.offers[0];
  CHECK(offer.type == OfferType::threshold);
  CHECK(offer.reason.amount == 150);
  CHECK(offer.price.minor >= 150);
  CHECK(decision.cost_minor == 10);
  CHECK(till.said(offer).starts_with("1.50 EUR more gets you 0.10 EUR off. How about "));
  // Too far away nobody wants to hear of it.
  c.threshold_minor = 3000;
  auto far = with(c);
  auto const silent = far.decide(far.sale({shop::torch}), Stage::subtotal);
  CHECK(silent.offers[0].type != OfferType::threshold);
}

TEST_CASE("D5 D7: what the law leaves out does not bring a basket nearer to a threshold") {
  auto c = campaign(OfferType::gift, {}, {shop::jam});
  c.threshold_minor = 1500;
  for (bool counted : {true, false}) {
    Till till([&](BundleSource& s) {
      s.campaigns = {c};
      if (!counted) s.items[shop::torch].flags = static_cast<std::uint16_t>(ItemFlag::not_counted);
    });
    auto const decision = till.decide(till.sale({shop::torch}), Stage::subtotal);
    CHECK((decision.offers[0].type == OfferType::gift) == counted);
  }
}

TEST_CASE("D6: every type of offer comes to its stage, with its sentence in both languages") {
  struct Row {
    OfferType type;
    Stage stage;
    std::vector<std::uint32_t> triggers, targets, basket;
    DiscountKind discount;
    std::int64_t value;
    char const *english, *russian;
  };
  Row const rows[] = {
      {OfferType::suggestion,
       Stage::scan,
       {shop::torch},
       {shop::batteries},
       {shop::torch},
       DiscountKind::percent,
       50,
       "Would you like Batteries with your Torch, for 1.99 EUR?",
       "Желаете к товару «Torch» ещё «Batteries» за 1,99 EUR?"},
      {OfferType::multi_buy,
       Stage::scan,
       {shop::jam},
       {shop::jam},
       {shop::jam},
       DiscountKind::percent,
       100,
       "Buy 2 Jam, get one more for free",
       "Купите 2 штуки «Jam» и получите ещё 1 штуку бесплатно"},
      {OfferType::second_item,
       Stage::scan,
       {shop::torch},
       {shop::batteries},
       {shop::torch},
       DiscountKind::percent,
       65,
       "To your Torch: Batteries for only 1.40 EUR?",
       "К товару «Torch»: «Batteries» всего за 1,40 EUR?"},
      {OfferType::buy_get,
       Stage::scan,
       {shop::torch},
       {shop::batteries},
       {shop::torch, shop::torch},
       DiscountKind::percent,
       50,
       "With your 2 Torch: Batteries -50 %?",
       "К 2 штукам «Torch»: «Batteries» -50 %?"},
      {OfferType::set,
       Stage::subtotal,
       {shop::bread},
       {shop::butter, shop::jam},
       {shop::bread},
       DiscountKind::price,
       600,
       "Butter and Jam go with your Bread, together for 6.00 EUR. Shall I add them?",
       "К товару «Bread» подойдёт набор: Butter и Jam, всё вместе за 6,00 EUR. Добавить?"},
      {OfferType::gift,
       Stage::subtotal,
       {},
       {shop::jam},
       {shop::torch},
       DiscountKind::none,
       0,
       "You have reached 12.00 EUR: Jam is a gift",
       "Сумма чека достигла 12,00 EUR: «Jam» в подарок"},
      {OfferType::notice,
       Stage::scan,
       {shop::torch},
       {shop::batteries},
       {shop::torch},
       DiscountKind::none,
       0,
       "Torch needs Batteries. Do you have it at home?",
       "Для товара «Torch» нужно: Batteries. Есть дома?"},
  };
  for (auto const& row : rows) {
    auto c = campaign(row.type, row.triggers, row.targets);
    c.discount = row.discount;
    c.value = row.value;
    c.weight_percent = 10'000;
    if (row.type == OfferType::gift) c.threshold_minor = 1200;
    if (row.type == OfferType::multi_buy || row.type == OfferType::buy_get) c.buy_quantity = 2;
    auto till = with(c);
    auto const decision = till.decide(till.sale(row.basket), row.stage);
    INFO(row.english);
    REQUIRE(decision.offer_count > 0);
    CHECK(decision.offers[0].type == row.type);
    CHECK(till.said(decision.offers[0]) == row.english);
    CHECK(till.said(decision.offers[0], "ru") == row.russian);
  }
}

TEST_CASE("D6: a thank-you coupon follows an accepted suggestion, and nothing else") {
  auto c = campaign(OfferType::thank_you, {}, {shop::jam});
  c.discount = DiscountKind::percent;
  c.value = 20;
  for (auto response : {Response::accepted, Response::declined, Response::ignored}) {
    auto till = with(c);
    auto sale = till.sale({shop::torch});
    (void)till.show(sale, Stage::scan, response);
    auto const decision = till.decide(sale, Stage::tender);
    CHECK((decision.offer_count == 1) == (response == Response::accepted));
    if (decision.offer_count == 1)
      CHECK(reason(*till.bundle, decision.offers[0], "en") == "Thank you for your purchase");
  }
}

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
    auto at = till.context.now - std::chrono::milliseconds(4 * gap);
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

TEST_CASE("D15: a large upgrade needs visits, a small one does not") {
  for (std::uint16_t visits : {std::uint16_t{0}, std::uint16_t{3}}) {
    Till till([](BundleSource& s) { s.ladders = {torch_to_saffron()}; });
    auto sale = till.sale({shop::torch});
    sale.shopper.visits = visits;
    CHECK((till.decide(sale).offers[0].type == OfferType::upgrade) == (visits == 3));
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
