#include <string>

#include <doctest/doctest.h>

#include "counter.hpp"

// What becomes of a hint when the basket or the clock changes under it.
namespace tillcue::terminal {
namespace {

BundleSource with(CampaignSource made) {
  auto source = small_store();
  made.probability_ppm = 900'000;
  made.weight_percent = 10'000;  // before whatever was learned
  source.campaigns.push_back(std::move(made));
  return source;
}

Result<void> add_at(Counter& counter, std::uint32_t line, char const* sku, std::int64_t price) {
  return counter.checkout.on(pos::PutLine{SaleId{"1"}, LineNo{line}, Sku{sku}, Quantity{1000}, price});
}

Result<void> remove(Counter& counter, std::uint32_t line) {
  return counter.checkout.on(pos::RemoveLine{SaleId{"1"}, LineNo{line}});
}

/// Milk: buy two, get one more for 50 cents less, once in this shop.
BundleSource more_milk() {
  auto milk = campaign("milk-2-1", OfferType::multi_buy, Stage::scan, 6);
  milk.trigger_items = {6};
  milk.buy_quantity = 2;
  milk.discount = DiscountKind::amount;
  milk.value = 50;
  milk.budgeted = true;
  milk.free_issues = 1;
  milk.free_minor = 50;
  auto source = with(milk);
  auto thanks = campaign("thanks", OfferType::thank_you, Stage::tender, 5);
  thanks.discount = DiscountKind::percent;
  thanks.value = 10;
  source.campaigns.push_back(thanks);
  return source;
}

TEST_CASE("more of the same is accepted when there is more of it, not when anything else is scanned") {
  for (bool const more : {true, false}) {
    CAPTURE(more);
    Counter counter(more_milk());
    REQUIRE(counter.begin());
    REQUIRE(counter.add(1, "milk"));
    REQUIRE_FALSE(counter.cards().empty());
    REQUIRE(counter.cards()[0].type == OfferType::multi_buy);
    REQUIRE(counter.add(2, "caviar"));
    CHECK_FALSE(counter.cards().empty());
    CHECK(counter.checkout.counters().accepted == 0);
    REQUIRE(counter.add(1, "milk", 2000));
    CHECK_FALSE(counter.cards().empty());
    if (more) REQUIRE(counter.add(3, "milk"));
    CHECK(counter.cards().empty() == more);
    REQUIRE(counter.finish());
    auto const answers = counter.recorded<OfferAnswered>();
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].response == (more ? Response::accepted : Response::ignored));
    CHECK(answers[0].bought == more);
    CHECK(counter.orders.size() == (more ? 1U : 0U));
    CHECK(counter.kept.contains("milk-2-1") == more);
  }
}

TEST_CASE("an item that is returned is neither an accepted hint nor bought, and its discount was not given") {
  auto salsa = campaign("salsa-50", OfferType::suggestion, Stage::scan, 1);
  salsa.trigger_items = {0};
  salsa.discount = DiscountKind::amount;
  salsa.value = 50;
  salsa.budgeted = true;
  salsa.free_issues = 1;
  salsa.free_minor = 50;
  Counter counter(with(salsa));
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.cards()[0].sku.value == "salsa");
  REQUIRE(counter.add(2, "salsa", -1000));
  CHECK(counter.checkout.counters().accepted == 0);
  REQUIRE(counter.finish());
  auto const answers = counter.recorded<OfferAnswered>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].response == Response::ignored);
  CHECK_FALSE(answers[0].bought);
  CHECK_FALSE(counter.kept.contains("salsa-50"));
}

TEST_CASE("a smaller hint has no discount and takes from no budget: nobody notes that it was shown") {
  auto milk = campaign("milk-half", OfferType::suggestion, Stage::scan, 6);
  milk.trigger_items = {0};
  auto const beside = [&](CampaignSource const& made) {
    auto source = small_store();
    source.campaigns = {made};
    Counter counter(source);
    REQUIRE(counter.begin());
    REQUIRE(counter.add(1, "nachos"));
    REQUIRE(counter.cards()[0].sku.value == "salsa");
    return counter.cards().size() > 1 ? counter.cards()[1].sku.value : std::string();
  };
  CHECK(beside(milk) == "milk");
  auto cheaper = milk;
  cheaper.discount = DiscountKind::percent;
  cheaper.value = 10;
  CHECK(beside(cheaper).empty());
  auto few = milk;
  few.budgeted = true;
  few.free_issues = 2;
  few.free_minor = 100'000;
  CHECK(beside(few).empty());
}

/// Scans, lets the scan's hint go, and presses subtotal.
void total(Counter& counter, std::initializer_list<char const*> skus) {
  std::uint32_t line = 0;
  REQUIRE(counter.begin());
  for (auto const* sku : skus) REQUIRE(counter.add(++line, sku));
  counter.now += 8s;
  counter.checkout.expire();
  REQUIRE(counter.cards().empty());
  REQUIRE(counter.subtotal());
  REQUIRE_FALSE(counter.cards().empty());
}

TEST_CASE("a gift that was reached is taken back with what made it reached, and cannot be accepted any more") {
  auto gift = campaign("milk-gift", OfferType::gift, Stage::subtotal, 6);
  gift.threshold_minor = 400;
  Counter counter(with(gift));
  total(counter, {"nachos", "bread"});
  auto const card = counter.cards()[0];
  REQUIRE(card.type == OfferType::gift);
  REQUIRE(remove(counter, 2));
  CHECK(counter.cards().empty());
  auto const late = counter.answer(card.offer, true);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::rejected);
  CHECK(late.error().what.find("is gone") != std::string::npos);
}

TEST_CASE("an amount to a threshold is said as it is now, and no more once it is reached") {
  auto made = campaign("ten-off", OfferType::threshold, Stage::subtotal, 6);
  made.threshold_minor = 650;
  made.discount = DiscountKind::amount;
  made.value = 10;
  Counter counter(with(made));
  total(counter, {"nachos", "bread"});
  REQUIRE(counter.cards()[0].type == OfferType::threshold);
  CHECK(counter.cards()[0].script.find("1.01 EUR") != std::string::npos);
  auto const offer = counter.cards()[0].offer;
  REQUIRE(add_at(counter, 3, "unknown", 50));
  REQUIRE_FALSE(counter.cards().empty());
  CHECK(counter.cards()[0].offer == offer);
  CHECK(counter.cards()[0].script.find("0.51 EUR") != std::string::npos);
  REQUIRE(add_at(counter, 4, "unknown", 200));
  CHECK((counter.cards().empty() || counter.cards()[0].offer != offer));
}

TEST_CASE("what is given for two pieces goes when one is left") {
  auto made = campaign("jam-10", OfferType::buy_get, Stage::scan, 5);
  made.trigger_items = {3};
  made.buy_quantity = 2;
  made.discount = DiscountKind::percent;
  made.value = 10;
  Counter counter(with(made));
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread", 2000));
  REQUIRE(counter.cards()[0].type == OfferType::buy_get);
  auto const offer = counter.cards()[0].offer;
  REQUIRE(counter.add(1, "bread", 1000));
  CHECK((counter.cards().empty() || counter.cards()[0].offer != offer));
  CHECK(counter.answer(offer, true).error().code == Code::rejected);
}

TEST_CASE("a hint goes when the item it goes with becomes another, is returned or is cheaper than it") {
  struct Change {
    char const* sku;
    std::uint32_t line;
    std::int64_t milli;
    std::int64_t price;
  };
  for (auto const& change : {Change{"bread", 1, 1000, 250}, Change{"nachos", 1, -1000, 299},
                             Change{"nachos", 2, -1000, 299}, Change{"nachos", 1, 1000, 99}}) {
    CAPTURE(change.sku);
    CAPTURE(change.line);
    Counter counter;
    REQUIRE(counter.begin());
    REQUIRE(counter.add(1, "nachos"));
    auto const offer = counter.cards()[0].offer;
    REQUIRE(counter.checkout.on(
        pos::PutLine{SaleId{"1"}, LineNo{change.line}, Sku{change.sku}, Quantity{change.milli}, change.price}));
    CHECK((counter.cards().empty() || counter.cards()[0].offer != offer));
    CHECK(counter.answer(offer, true).error().code == Code::rejected);
  }
}

TEST_CASE("of a set only what is missing is on the card, until its first item is bought") {
  auto set = campaign("breakfast", OfferType::set, Stage::scan, 4);
  set.items = {4, 5};
  set.trigger_items = {3};
  set.discount = DiscountKind::price;
  set.value = 620;
  Counter counter(with(set));
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  REQUIRE(counter.cards()[0].type == OfferType::set);
  REQUIRE(counter.cards()[0].name == "Butter + Jam");
  REQUIRE(counter.add(2, "jam"));
  REQUIRE_FALSE(counter.cards().empty());
  CHECK(counter.cards()[0].name == "Butter");
  CHECK(counter.cards()[0].more.empty());
  REQUIRE(counter.add(3, "butter"));
  CHECK(counter.checkout.counters().accepted == 1);
}

TEST_CASE("a subtotal pressed while a hint is being read has its own hint when that was read") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  auto const shown = counter.moment();
  counter.now += 200ms;
  REQUIRE(counter.subtotal());
  CHECK(counter.cards()[0].sku.value == "salsa");
  REQUIRE(counter.checkout.next_due() == shown + 1500ms);
  counter.now += 1300ms;
  counter.checkout.expire();
  REQUIRE_FALSE(counter.cards().empty());
  CHECK(counter.cards()[0].sku.value == "milk");
  CHECK(counter.boards.back().stage == Stage::subtotal);
  CHECK(counter.checkout.next_due() == counter.moment() + 8s);

  // Who goes on scanning or pays has not waited for it.
  Counter paying;
  REQUIRE(paying.begin());
  REQUIRE(paying.add(1, "nachos"));
  REQUIRE(paying.subtotal());
  REQUIRE(paying.checkout.on(pos::Tender{SaleId{"1"}}));
  CHECK_FALSE(paying.checkout.next_due());
}

TEST_CASE("a subtotal that was silent between two prompts is asked again when it is pressed again") {
  auto source = small_store();
  source.policy.cooldown_seconds = 5;
  Counter counter(source);
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  counter.now += 2s;
  REQUIRE(counter.subtotal());
  CHECK(counter.cards()[0].sku.value == "salsa");
  counter.now += 6s;
  counter.checkout.expire();
  REQUIRE(counter.subtotal());
  REQUIRE_FALSE(counter.cards().empty());
  CHECK(counter.cards()[0].sku.value == "milk");
}

TEST_CASE("a clock that is put back under a sale makes no hint stay and none stay away") {
  for (auto const put : {-1h, 1h}) {
    auto source = small_store();
    source.policy.cooldown_seconds = 5;
    Counter counter(source);
    REQUIRE(counter.begin());
    REQUIRE(counter.add(1, "nachos"));
    counter.put = put;
    counter.checkout.expire();
    CHECK_FALSE(counter.cards().empty());
    counter.now += 8s;
    REQUIRE(counter.checkout.next_due() == counter.moment());
    counter.checkout.expire();
    CHECK(counter.cards().empty());
    REQUIRE(counter.subtotal());
    REQUIRE_FALSE(counter.cards().empty());
    CHECK(counter.cards()[0].sku.value == "milk");
  }
}

TEST_CASE("a clock before the sales the bundle was made of gives no coupon, and hints all the same") {
  Counter counter(with_coupons());
  counter.put = -counter.now.time_since_epoch() + 10s;  // 1970
  CHECK(counter.checkout.clock_is_behind());
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  CHECK_FALSE(counter.cards().empty());
  REQUIRE(counter.finish());
  CHECK(counter.orders.empty());
  counter.put = {};
  CHECK_FALSE(counter.checkout.clock_is_behind());
  REQUIRE(counter.begin("2"));
  REQUIRE(counter.add(1, "bread", 1000, "2"));
  REQUIRE(counter.finish("2"));
  CHECK(counter.orders.size() == 1);
}

TEST_CASE("a clock that is put back by a day lifts no cap of a customer's day") {
  auto source = with_coupons();
  source.policy.max_coupons_per_customer_day = 1;
  Counter counter(source);
  counter.now += 48h;
  int number = 0;
  auto const given = [&] {
    auto const sale = std::to_string(++number);
    auto const before = counter.orders.size();
    REQUIRE(counter.begin(sale));
    REQUIRE(counter.know({.sale = SaleId{sale}, .customer = CustomerId{"L-1"}}));
    REQUIRE(counter.add(1, "bread", 1000, sale));
    REQUIRE(counter.finish(sale));
    return counter.orders.size() > before;
  };
  CHECK(given());
  counter.put = -24h;
  CHECK_FALSE(given());
  counter.put = {};
  CHECK_FALSE(given());
  counter.put = 24h;
  CHECK(given());
}

}  // namespace
}  // namespace tillcue::terminal
