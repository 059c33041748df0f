// What is offered: stages, techniques, thresholds, every type of offer.

#include <doctest/doctest.h>

#include "core/feature_till.hpp"
#include "tillcue/core/replay.hpp"

using namespace tillcue;
using shop::campaign;
using shop::coupon;
using shop::Till;
using shop::torch_to_saffron;
using shop::with;

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
       "Butter and Jam go with your Bread: together with it 6.00 EUR, you save 0.29 EUR. Shall I add them?",
       "К товару «Bread» подойдёт набор: Butter и Jam: всё вместе с ним за 6,00 EUR, выгода 0,29 EUR. Добавить?"},
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

/// What is said of the set of bread, butter and jam when the till charged that for the bread; and beside its price.
std::pair<std::string, std::string> set_said(DiscountKind kind, std::int64_t value, std::int64_t charged,
                                             std::vector<std::uint32_t> const& basket = {shop::bread}) {
  auto c = campaign(OfferType::set, {shop::bread}, {shop::butter, shop::jam});
  c.weight_percent = 10'000;
  c.discount = kind;
  c.value = value;
  auto till = with(c);
  auto sale = till.sale(basket);
  sale.basket.lines()[0].unit_price.minor = charged;
  auto const decision = till.decide(sale, Stage::subtotal);
  for (std::size_t n = 0; n < decision.offer_count; ++n) {
    auto const& offer = decision.offers[n];
    if (offer.type == OfferType::set) return {till.said(offer), badge(*till.bundle, offer, "en")};
  }
  return {};
}

TEST_CASE("D6: a set says what it costs and saves at this till, and is not offered where it saves nothing") {
  auto const [priced, saves] = set_said(DiscountKind::price, 600, 250);
  CHECK(priced == "Butter and Jam go with your Bread: together with it 6.00 EUR, you save 0.29 EUR. Shall I add them?");
  CHECK(saves == "0.29 EUR off");
  auto const [percent, saved] = set_said(DiscountKind::percent, 10, 250);
  CHECK(percent == "Butter and Jam go with your Bread, you save 0.63 EUR. Shall I add them?");
  CHECK(saved == "0.63 EUR off");
  auto const one = set_said(DiscountKind::amount, 100, 250, {shop::bread, shop::jam}).first;
  CHECK(one == "Butter goes with your Bread, you save 1.00 EUR. Shall I add it?");
  // Rung up for less it costs 6.00 apart as well.
  CHECK(set_said(DiscountKind::price, 600, 221).first.empty());
  CHECK(set_said(DiscountKind::price, 600, 222).second == "0.01 EUR off");
}

TEST_CASE("D6: what is not sold by the piece gets no more of the same, and what costs nothing is free") {
  auto more = campaign(OfferType::multi_buy, {shop::jam}, {shop::jam});
  more.discount = DiscountKind::percent;
  more.value = 30;
  more.weight_percent = 10'000;
  auto till = with(more);
  auto sale = till.sale({shop::jam});
  auto const decision = till.decide(sale);
  REQUIRE(decision.offers[0].type == OfferType::multi_buy);
  CHECK(badge(*till.bundle, decision.offers[0], "en") == "1 + 1, -30 %");
  sale.basket.lines()[0].quantity = Quantity{385};
  CHECK(till.decide(sale).offers[0].type != OfferType::multi_buy);

  auto free = campaign(OfferType::suggestion, {shop::torch}, {shop::batteries});
  free.discount = DiscountKind::percent;
  free.value = 100;
  free.redemption_ppm = 1;
  free.weight_percent = 10'000;
  auto giver = with(free);
  auto const offer = giver.decide(giver.sale({shop::torch})).offers[0];
  CHECK(giver.said(offer) == "Would you like Batteries with your Torch, for free?");
  CHECK(giver.said(offer, "ru") == "Желаете к товару «Torch» ещё «Batteries» бесплатно?");
  CHECK(badge(*giver.bundle, offer, "en") == "for free");
  CHECK(headline(*giver.bundle, offer, "en") == "for free");
}

TEST_CASE("D6: buy X get Y says how many it gives") {
  auto c = campaign(OfferType::buy_get, {shop::torch}, {shop::batteries});
  c.discount = DiscountKind::percent;
  c.value = 33;
  c.buy_quantity = 3;
  c.get_quantity = 2;
  c.weight_percent = 10'000;
  auto till = with(c);
  auto const offer = till.decide(till.sale({shop::torch, shop::torch, shop::torch})).offers[0];
  CHECK(till.said(offer) == "With your 3 Torch: 2 Batteries -33 %?");
  CHECK(till.said(offer, "ru") == "К 3 штукам «Torch»: 2 штуки «Batteries» -33 %?");
}

TEST_CASE("D5 D6: beside a card's price stands what is off its items, not what is off the receipt") {
  auto threshold = campaign(OfferType::threshold, {}, {});
  threshold.threshold_minor = 1650;
  threshold.discount = DiscountKind::percent;
  threshold.value = 5;
  threshold.weight_percent = 10'000;
  auto near = with(threshold);
  auto const offer = near.decide(near.sale({shop::torch}), Stage::subtotal).offers[0];
  REQUIRE(offer.type == OfferType::threshold);
  CHECK(near.said(offer).starts_with("1.50 EUR more gets you 5 % off. How about "));
  CHECK(badge(*near.bundle, offer, "en").empty());
  auto gift = campaign(OfferType::gift, {}, {shop::jam});
  gift.threshold_minor = 1200;
  auto giver = with(gift);
  auto const given = giver.decide(giver.sale({shop::torch}), Stage::subtotal).offers[0];
  REQUIRE(given.type == OfferType::gift);
  CHECK(badge(*giver.bundle, given, "en") == "for free");
}

TEST_CASE("D8: any of what is needed in the basket is enough, whichever would be named") {
  auto c = campaign(OfferType::notice, {shop::torch}, {shop::batteries, shop::jam});
  auto till = with(c);
  CHECK(till.decide(till.sale({shop::torch})).offers[0].type == OfferType::notice);
  CHECK(till.decide(till.sale({shop::jam, shop::torch})).offers[0].type != OfferType::notice);
  CHECK(till.decide(till.sale({shop::batteries, shop::torch})).offers[0].type != OfferType::notice);
  // Nor does one that stands already stay beside either of them.
  auto const notice = till.decide(till.sale({shop::torch})).offers[0];
  CHECK(till.engine->standing(till.sale({shop::torch, shop::bread}), notice, till.context));
  for (auto const needed : {shop::batteries, shop::jam}) {
    CHECK_FALSE(till.engine->standing(till.sale({shop::torch, needed}), notice, till.context));
  }
  // A category that the trigger is of itself asks for another item of it.
  c.items.clear();
  c.categories = {1};
  auto other = with(c);
  CHECK(other.decide(other.sale({shop::torch})).offers[0].type == OfferType::notice);
  CHECK(other.decide(other.sale({shop::batteries, shop::torch})).offers[0].type != OfferType::notice);
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
