#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "counter.hpp"
#include "tillcue/core/replay.hpp"
#include "tillcue/sync/results.hpp"

// What the terminal adds to the engine's rules: who, where, when and on what, and what happens after the answer.
namespace tillcue::terminal {
namespace {

TEST_CASE("after a decline one cheaper alternative is shown at once, and only one") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.cards()[0].sku.value == "salsa");
  REQUIRE(counter.answer(counter.cards()[0].offer, false));
  REQUIRE(counter.cards().size() == 1);
  auto const instead = counter.cards()[0];
  CHECK(instead.sku.value == "milk");
  CHECK(counter.recorded<DecisionMade>().back().reason == ReasonCode::cheaper);
  REQUIRE(counter.answer(instead.offer, false));
  CHECK(counter.cards().empty());
  CHECK(counter.checkout.counters().down_sells == 1);
  CHECK(counter.checkout.counters().declined == 2);
}

TEST_CASE("an accepted hint and one declined while the customer pays bring no alternative") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.answer(counter.cards()[0].offer, true));
  CHECK(counter.cards().empty());
  REQUIRE(counter.begin("2"));
  REQUIRE(counter.add(1, "nachos", 1000, "2"));
  auto const offer = counter.cards()[0].offer;
  REQUIRE(counter.checkout.on(pos::Tender{SaleId{"2"}}));
  CHECK_FALSE(counter.checkout.on(pos::Answer{SaleId{"2"}, offer, false}));  // it has gone unanswered
  CHECK(counter.cards().empty());
}

BundleSource with_notice() {
  auto source = small_store();
  auto made = campaign("needs-butter", OfferType::notice, Stage::scan, 4);
  made.trigger_items = {0};
  source.campaigns.push_back(made);
  return source;
}

TEST_CASE("a notice is shown as information: not to be answered, not counted as a hint") {
  Counter counter(with_notice());
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.cards().size() == 1);
  auto const card = counter.cards()[0];
  CHECK(card.kind == OfferKind::notice);
  CHECK(card.type == OfferType::notice);
  CHECK(card.sku.value == "butter");
  CHECK(counter.answer(card.offer, true).error().code == Code::not_found);
  counter.now += 2s;
  REQUIRE(counter.add(2, "milk"));  // the hint of the nachos has its turn now
  REQUIRE_FALSE(counter.cards().empty());
  CHECK(counter.cards()[0].kind == OfferKind::suggestion);
  REQUIRE(counter.finish());
  CHECK(counter.checkout.counters().notices == 1);
  CHECK(counter.checkout.counters().hints == 1);
  CHECK(counter.recorded<OfferAnswered>().size() == 1);
  CHECK(counter.recorded<SaleClosed>()[0].hints == 1);
  CHECK(counter.recorded<DecisionMade>()[0].type == OfferType::notice);
}

TEST_CASE("a notice is given to held-out sales too, and buying its item is no acceptance") {
  auto source = with_notice();
  source.policy.holdout_permille = 1000;
  Counter counter(source);
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.cards().size() == 1);
  REQUIRE(counter.add(2, "butter"));
  CHECK(counter.cards().empty());
  REQUIRE(counter.finish());
  CHECK(counter.checkout.counters().accepted == 0);
}

/// A customer who is in another arm than the sale "1" is by itself.
std::string of_other_arm(Engine const& engine) {
  auto const own = engine.arm_of(SaleId{"1"});
  for (int n = 0;; ++n) {
    auto name = "L-" + std::to_string(n);
    if (engine.arm_of(SaleId{"1"}, CustomerId{name}) != own) return name;
  }
}

TEST_CASE("a customer known in time is held out as a person; once anything was shown the arm stays") {
  auto source = small_store();
  source.policy.holdout_by_customer = true;
  source.policy.holdout_permille = 500;
  Engine const engine(open_bundle(source));
  auto const own = engine.arm_of(SaleId{"1"});
  auto const other = of_other_arm(engine);
  for (bool const in_time : {true, false}) {
    Counter counter(source);
    REQUIRE(counter.begin());
    REQUIRE(counter.add(1, "bread", -1000));  // nothing to say about a return
    if (in_time) REQUIRE(counter.know({.sale = SaleId{"1"}, .customer = CustomerId{other}}));
    REQUIRE(counter.add(2, "nachos"));
    if (!in_time) REQUIRE(counter.know({.sale = SaleId{"1"}, .customer = CustomerId{other}}));
    REQUIRE(counter.finish());
    CHECK((counter.recorded<SaleClosed>()[0].arm == own) == !in_time);
  }
}

TEST_CASE("a coupon is for what was paid: none for a sale of nothing, nor below min_basket by the till's own total") {
  auto source = with_coupons();
  source.campaigns[0].min_basket_minor = 400;
  auto const printed = [&](std::int64_t back_milli, std::optional<std::int64_t> total, bool tender) {
    Counter counter(source);
    REQUIRE(counter.begin());
    REQUIRE(counter.add(1, "bread", 2000));
    if (tender) REQUIRE(counter.checkout.on(pos::Tender{SaleId{"1"}}));
    if (back_milli != 0) REQUIRE(counter.add(2, "bread", back_milli));
    REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}, total}));
    if (counter.orders.empty()) CHECK(counter.recorded<SaleClosed>()[0].coupons == 0);
    return !counter.orders.empty();
  };
  for (bool const tender : {true, false}) {
    CHECK(printed(0, std::nullopt, tender));
    CHECK(printed(0, 500, tender));
    CHECK(printed(0, 400, tender));
    CHECK_FALSE(printed(0, 399, tender));
    CHECK_FALSE(printed(0, 0, tender));
    CHECK_FALSE(printed(-2000, std::nullopt, tender));
  }
}

TEST_CASE("a coupon that the till's total does not earn costs its budget nothing and counts for no day") {
  auto source = with_coupons();
  source.campaigns[0].budgeted = true;
  source.campaigns[0].free_minor = 1000;
  source.campaigns[0].free_issues = 1;
  Counter counter(source);
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}, 0}));
  CHECK(counter.orders.empty());
  CHECK(counter.kept["butter-20"].issues == 0);
  REQUIRE(counter.begin("2"));
  REQUIRE(counter.add(1, "bread", 1000, "2"));
  REQUIRE(counter.finish("2"));
  CHECK(counter.orders.size() == 1);
}

/// The first card that a campaign brings for a basket of bread at that stage.
pos::HintCard card_of(CampaignSource made, Stage stage) {
  auto source = small_store();
  source.rows[3].clear();
  made.redemption_ppm = 1;
  source.campaigns.push_back(std::move(made));
  Counter counter(source);
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  if (stage == Stage::subtotal) REQUIRE(counter.subtotal());
  REQUIRE_FALSE(counter.cards().empty());
  return counter.cards().front();
}

TEST_CASE("a card's price is of what it names, and beside it stands what is off that") {
  auto set = campaign("set", OfferType::set, Stage::scan, 4);
  set.items = {4, 5};
  set.trigger_items = {3};
  set.discount = DiscountKind::price;
  set.value = 600;
  set.weight_percent = 10'000;
  auto const together = card_of(set, Stage::scan);
  CHECK(together.name == "Butter + Jam");
  CHECK(together.price_text == "4.38 EUR");
  CHECK(together.discount_text == "0.88 EUR off");
  CHECK(together.script ==
        "Butter and Jam go with your Bread: together with it 6.00 EUR, you save 0.88 EUR. Shall I add them?");
  auto gift = campaign("gift", OfferType::gift, Stage::subtotal, 4);
  gift.threshold_minor = 200;
  auto const given = card_of(gift, Stage::subtotal);
  REQUIRE(given.type == OfferType::gift);
  CHECK(given.price_text.empty());
  CHECK(given.discount_text == "for free");
  auto threshold = campaign("threshold", OfferType::threshold, Stage::subtotal, 6);
  threshold.threshold_minor = 310;
  threshold.discount = DiscountKind::amount;
  threshold.value = 10;
  threshold.probability_ppm = 900'000;
  threshold.weight_percent = 10'000;
  auto const nearly = card_of(threshold, Stage::subtotal);
  REQUIRE(nearly.type == OfferType::threshold);
  CHECK(nearly.price_text == "1.19 EUR");
  CHECK(nearly.discount_text.empty());
}

TEST_CASE("who wants no paper gets no coupon, said before tender or after") {
  for (bool const late : {false, true}) {
    Counter counter(with_coupons());
    REQUIRE(counter.begin());
    REQUIRE(counter.add(1, "bread"));
    if (late) REQUIRE(counter.checkout.on(pos::Tender{SaleId{"1"}}));
    REQUIRE(counter.know({.sale = SaleId{"1"}, .customer = CustomerId{"L-1"}, .no_paper = true}));
    REQUIRE(counter.finish());
    CHECK(counter.orders.empty());
  }
}

TEST_CASE("what the customer usually buys and has not scanned comes at subtotal, with that reason") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.know(
      {.sale = SaleId{"1"}, .customer = CustomerId{"L-1"}, .visits = 9, .usual = {{Sku{"jam"}, {900'000}}}}));
  REQUIRE(counter.add(1, "milk"));
  counter.now += 2s;
  REQUIRE(counter.subtotal());
  REQUIRE_FALSE(counter.cards().empty());
  CHECK(counter.cards()[0].sku.value == "jam");
  CHECK(counter.recorded<DecisionMade>().back().reason == ReasonCode::usual);
}

TEST_CASE("at a fast pace nobody talks; a line that is changed is no scan") {
  Counter fast;
  REQUIRE(fast.begin());
  for (std::uint32_t line = 1; line <= 5; ++line) {
    fast.now += 300ms;
    REQUIRE(fast.add(line, "unknown"));
  }
  fast.now += 300ms;
  REQUIRE(fast.add(6, "nachos"));
  CHECK(fast.cards().empty());
  fast.now += 8s;
  REQUIRE(fast.add(7, "unknown"));
  CHECK_FALSE(fast.cards().empty());

  Counter mending;
  REQUIRE(mending.begin());
  for (std::int64_t times = 1; times <= 6; ++times) REQUIRE(mending.add(1, "unknown", times * 1000));
  REQUIRE(mending.add(2, "nachos"));
  CHECK_FALSE(mending.cards().empty());
}

TEST_CASE("without a screen there is no hint, without a printer no coupon") {
  Counter counter(with_coupons());
  counter.channels = mask_of(Channel::receipt);
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  CHECK(counter.cards().empty());
  REQUIRE(counter.finish());
  CHECK(counter.orders.size() == 1);
  counter.channels = mask_of(Channel::screen);
  REQUIRE(counter.begin("2"));
  REQUIRE(counter.add(1, "bread", 1000, "2"));
  CHECK_FALSE(counter.cards().empty());
  REQUIRE(counter.finish("2"));
  CHECK(counter.orders.size() == 1);
}

TEST_CASE("a daypart is meant by the store's clock, a place by this terminal's names") {
  struct Case {
    std::int32_t utc_offset;
    char const* place;
    std::size_t coupons;
  };
  // It is 22:13 in Greenwich.
  for (auto const& one : {Case{0, "till:till-1", 0}, Case{60, "till:till-1", 1}, Case{60, "store:store-1", 1},
                          Case{60, "till:till-2", 0}}) {
    auto source = with_coupons();
    source.campaigns[0].from_minute = 23 * 60;
    source.campaigns[0].until_minute = 0;
    source.campaigns[0].places = {one.place};
    Counter counter(source);
    counter.utc_offset = one.utc_offset;
    REQUIRE(counter.begin());
    REQUIRE(counter.add(1, "bread"));
    REQUIRE(counter.finish());
    CHECK(counter.orders.size() == one.coupons);
  }
}

TEST_CASE("the caps of a customer's day hold over sales, and end at the store's midnight") {
  auto source = small_store();
  source.policy.max_hints_per_customer_day = 1;
  Counter counter(source);
  int number = 0;
  auto const hinted = [&](char const* customer) {
    auto const sale = std::to_string(++number);
    REQUIRE(counter.begin(sale));
    REQUIRE(counter.know({.sale = SaleId{sale}, .customer = CustomerId{customer}}));
    REQUIRE(counter.add(1, "nachos", 1000, sale));
    bool const shown = !counter.cards().empty();
    REQUIRE(counter.finish(sale));
    return shown;
  };
  CHECK(hinted("L-1"));
  CHECK_FALSE(hinted("L-1"));
  CHECK(hinted("L-2"));
  counter.now += 90min;  // 23:43
  CHECK_FALSE(hinted("L-1"));
  counter.utc_offset = 60;  // 00:43
  CHECK(hinted("L-1"));
}

TEST_CASE("a set is one card with all its items, its price as a whole and its discount") {
  auto source = small_store();
  auto set = campaign("breakfast", OfferType::set, Stage::subtotal, 4);
  set.items = {4, 5};
  set.trigger_items = {3};
  set.discount = DiscountKind::price;
  set.value = 620;  // with the bread
  set.probability_ppm = 900'000;
  source.campaigns.push_back(set);
  Counter counter(source);
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "unknown"));
  counter.channels = 0;  // nothing at the scan
  REQUIRE(counter.add(2, "bread"));
  counter.channels = 0xFF;
  REQUIRE(counter.subtotal());
  REQUIRE_FALSE(counter.cards().empty());
  auto const card = counter.cards()[0];
  CHECK(card.type == OfferType::set);
  CHECK(card.name == "Butter + Jam");
  CHECK(card.more == std::vector<Sku>{Sku{"jam"}});
  CHECK(card.price_text == "4.38 EUR");
  CHECK(card.discount_text == "0.68 EUR off");
  MESSAGE(card.script, " / ", card.reason, " / ", card.discount_text);
  REQUIRE(counter.answer(card.offer, true));
  REQUIRE(counter.add(3, "butter"));
  REQUIRE(counter.add(4, "jam"));
  REQUIRE(counter.finish());
  auto const closed = counter.recorded<SaleClosed>().at(0);
  CHECK(closed.accepted == 1);
  REQUIRE(closed.lines.size() == 4);
  CHECK(closed.lines[2].sku == Sku{"butter"});
  CHECK(closed.lines[2].unit_price.minor == 189);
  CHECK(closed.lines[3].sku == Sku{"jam"});
  CHECK(closed.lines[3].unit_price.minor == 249);
  CHECK(counter.recorded<OfferAnswered>().at(0).bought);
}

TEST_CASE("an upgrade names the item whose place it takes; swapped, it is accepted and bought, and that is not sold") {
  auto source = small_store();
  auto better = campaign("jam-for-butter", OfferType::upgrade, Stage::scan, 5);
  better.trigger_items = {4};
  better.probability_ppm = 900'000;
  source.campaigns.push_back(better);
  for (bool const key : {true, false}) {  // a cashier may just sell it, without a key for it
    CAPTURE(key);
    Counter counter(source);
    REQUIRE(counter.begin());
    REQUIRE(counter.add(1, "butter"));
    REQUIRE_FALSE(counter.cards().empty());
    auto const card = counter.cards()[0];
    REQUIRE(card.type == OfferType::upgrade);
    CHECK(card.sku == Sku{"jam"});
    CHECK(card.instead_of == Sku{"butter"});
    if (key) REQUIRE(counter.answer(card.offer, true));
    REQUIRE(counter.add(2, "jam"));
    REQUIRE(counter.checkout.on(pos::RemoveLine{SaleId{"1"}, LineNo{1}}));
    REQUIRE(counter.finish());
    auto const answer = counter.recorded<OfferAnswered>().at(0);
    CHECK(answer.response == Response::accepted);
    CHECK(answer.bought);
    auto const closed = counter.recorded<SaleClosed>().at(0);
    REQUIRE(closed.lines.size() == 1);
    CHECK(closed.lines[0].sku == Sku{"jam"});
    CHECK(closed.total.minor == 249);
    CHECK(closed.accepted == 1);
  }
}

TEST_CASE("every recorded decision is decided again from its record, in every bit") {
  auto source = with_coupons();
  source.policy.exploration_permille = 500;
  source.campaigns[0].budgeted = true;
  source.campaigns[0].free_issues = 3;
  source.campaigns[0].free_minor = 1000;
  Counter counter(source);
  counter.checkout.explore_with(0x1234'5678'9ABC'DEF0);
  counter.utc_offset = 180;
  for (int n = 1; n <= 40; ++n) {
    auto const sale = std::to_string(n);
    REQUIRE(counter.begin(sale));
    if (n % 3 == 0) REQUIRE(counter.know({.sale = SaleId{sale}, .customer = CustomerId{"L-1"}, .visits = 3}));
    REQUIRE(counter.add(1, n % 2 == 0 ? "nachos" : "bread", 1000, sale));
    counter.now += 3s;
    if (!counter.cards().empty()) {
      REQUIRE(counter.checkout.on(pos::Answer{SaleId{sale}, counter.cards()[0].offer, false}));
    }
    REQUIRE(counter.finish(sale));
  }
  auto const bundle = open_bundle(source);
  std::size_t replayed = 0, explored = 0;
  for (auto const& made : counter.recorded<DecisionMade>()) {
    REQUIRE_FALSE(made.replay.empty());
    auto replay = read_replay(made.replay, *bundle);
    REQUIRE_MESSAGE(replay, (replay ? "" : replay.error().what));
    Engine engine(bundle, replay->place);
    CHECK(digest_of(engine.decide(replay->sale, replay->stage, replay->context)) == replay->digest);
    explored += made.explored ? 1U : 0U;
    ++replayed;
  }
  CHECK(replayed >= 40);
  CHECK(explored > 0);
}

TEST_CASE("a decision's record stays within 256 bytes apart from its replay") {
  Counter counter(with_coupons());
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.add(2, "bread"));
  REQUIRE(counter.finish());
  for (auto const& outcome : counter.outcomes) {
    if (!std::holds_alternative<DecisionMade>(outcome.what)) continue;
    auto bare = outcome;
    std::get<DecisionMade>(bare.what).replay.clear();
    auto const with = sync::encode_event(outcome);
    auto const without = sync::encode_event(bare);
    REQUIRE(with);
    REQUIRE(without);
    MESSAGE(without->size(), " bytes, with its replay ", with->size(), ": ", *without);
    CHECK(without->size() <= 256);
  }
}

}  // namespace
}  // namespace tillcue::terminal
