#include <string>

#include <doctest/doctest.h>

#include "counter.hpp"

// Stop switches, budgets and stock, acting on sales that are open.
namespace tillcue::terminal {
namespace {

BundleSource with_budget(std::int64_t issues, std::int64_t minor = 100'000) {
  auto source = with_coupons();
  source.campaigns[0].budgeted = true;
  source.campaigns[0].free_issues = issues;
  source.campaigns[0].free_minor = minor;
  return source;
}

/// Worth less than the one on butter.
CampaignSource milk_coupon() {
  auto milk = campaign("milk-10", OfferType::coupon, Stage::tender, 6);
  milk.discount = DiscountKind::percent;
  milk.value = 10;
  return milk;
}

/// One sale of bread; true when it was given a coupon.
bool sell(Counter& counter, int number) {
  auto const before = counter.orders.size();
  auto const sale = std::to_string(number);
  REQUIRE(counter.begin(sale));
  REQUIRE(counter.add(1, "bread", 1000, sale));
  REQUIRE(counter.finish(sale));
  return counter.orders.size() > before;
}

TEST_CASE("the stop switch takes the hint off the screen and silences the open sale until it is released") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE_FALSE(counter.cards().empty());
  counter.checkout.apply({.stop_all = true});
  CHECK(counter.cards().empty());
  counter.now += 10s;
  REQUIRE(counter.subtotal());
  CHECK(counter.cards().empty());
  counter.checkout.apply({});
  REQUIRE(counter.begin("2"));
  REQUIRE(counter.add(1, "nachos", 1000, "2"));
  CHECK_FALSE(counter.cards().empty());
}

TEST_CASE("a campaign stopped between tender and finish prints nothing; another campaign's coupon may come instead") {
  auto source = with_coupons();
  source.campaigns.push_back(milk_coupon());
  Counter counter(source);
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  REQUIRE(counter.checkout.on(pos::Tender{SaleId{"1"}}));
  REQUIRE(counter.recorded<DecisionMade>().back().campaign == "butter-20");
  counter.checkout.apply({.stop = {"butter-20"}});
  REQUIRE(counter.finish());
  REQUIRE(counter.orders.size() == 1);
  CHECK(counter.recorded<DecisionMade>().back().campaign == "milk-10");
  counter.checkout.apply({.stop = {"butter-20", "milk-10"}});
  CHECK_FALSE(sell(counter, 2));
  counter.checkout.apply({});
  CHECK(sell(counter, 3));
}

TEST_CASE("a budget is spent when the coupon is decided and never exceeded, also over a restart") {
  std::map<std::string, Allotment> kept;
  int given = 0;
  for (int run = 0; run < 3; ++run) {
    Counter counter(with_budget(5));
    counter.checkout.restore_spent(kept);
    for (int n = 1; n <= 2; ++n) given += sell(counter, n) ? 1 : 0;
    kept = counter.kept;
    if (run == 2) CHECK(counter.checkout.counters().decisions > 0);
  }
  CHECK(given == 5);
  CHECK(kept.at("butter-20").issues == 5);
  CHECK(kept.at("butter-20").minor == 5 * 38);  // 20 % of 1.89, rounded up
}

TEST_CASE("money bounds a budget as well, and head office's grant takes the place of the free allotment") {
  Counter counter(with_budget(100, 80));
  CHECK(sell(counter, 1));
  CHECK(sell(counter, 2));
  CHECK_FALSE(sell(counter, 3));
  counter.checkout.apply({.grants = {{"butter-20", {155, 100}}}});  // 76 are spent of them already
  CHECK(sell(counter, 4));
  CHECK(sell(counter, 5));
  CHECK_FALSE(sell(counter, 6));
}

TEST_CASE("what never reached anybody is given back: a dropped print, a voided sale, a changed basket") {
  Counter counter(with_budget(1));
  CHECK(sell(counter, 1));
  counter.printing[0]({"A", 0, PrintFate::dropped, "paper out"});
  CHECK(counter.kept.empty());
  CHECK(sell(counter, 2));
  counter.printing[1]({"B", 0, PrintFate::unconfirmed, ""});
  CHECK_FALSE(sell(counter, 3));  // it may be in somebody's hand

  Counter voided(with_budget(1));
  REQUIRE(voided.begin());
  REQUIRE(voided.add(1, "bread"));
  REQUIRE(voided.checkout.on(pos::Tender{SaleId{"1"}}));
  CHECK(voided.kept.at("butter-20").issues == 1);
  REQUIRE(voided.checkout.on(pos::Void{SaleId{"1"}}));
  CHECK(voided.kept.empty());
  CHECK(sell(voided, 2));

  Counter changed(with_budget(1));
  REQUIRE(changed.begin());
  REQUIRE(changed.add(1, "bread"));
  REQUIRE(changed.checkout.on(pos::Tender{SaleId{"1"}}));
  REQUIRE(changed.add(2, "milk"));
  REQUIRE(changed.finish());
  CHECK(changed.orders.size() == 1);
  CHECK(changed.kept.at("butter-20").issues == 1);
}

TEST_CASE("a discount on the screen goes back to its budget when nobody took it, and only then") {
  // Salsa beside nachos, 50 cents off, once.
  auto source = small_store();
  auto salsa = campaign("salsa-50", OfferType::suggestion, Stage::scan, 1);
  salsa.trigger_items = {0};
  salsa.discount = DiscountKind::amount;
  salsa.value = 50;
  salsa.budgeted = true;
  salsa.free_issues = 1;
  salsa.free_minor = 50;
  source.campaigns = {salsa};
  source.policy.max_down_sells = 0;
  auto const offered = [](Counter& counter, char const* sale) {
    REQUIRE(counter.begin(sale));
    REQUIRE(counter.add(1, "nachos", 1000, sale));
    auto const cards = counter.cards();
    return !cards.empty() && !cards.front().discount_text.empty() ? cards.front().offer : 0;
  };
  Counter counter(source);
  auto const offer = offered(counter, "1");
  REQUIRE(offer > 0);
  CHECK(counter.kept.at("salsa-50") == Allotment{50, 1});
  REQUIRE(counter.answer(offer, false));
  CHECK(counter.kept.at("salsa-50") == Allotment{50, 1});  // the customer may still buy it
  REQUIRE(counter.finish());
  CHECK(counter.kept.empty());

  // Unanswered, and the sale is voided.
  REQUIRE(offered(counter, "2") > 0);
  REQUIRE(counter.checkout.on(pos::Void{SaleId{"2"}}));
  CHECK(counter.kept.empty());

  // Declined and bought all the same: the till may have given the discount.
  Counter bought(source);
  REQUIRE(bought.answer(offered(bought, "1"), false));
  REQUIRE(bought.add(2, "salsa"));
  REQUIRE(bought.finish());
  CHECK(bought.kept.at("salsa-50") == Allotment{50, 1});
  CHECK(offered(bought, "2") == 0);

  // Accepted: spent, whatever the receipt says.
  Counter accepted(source);
  REQUIRE(accepted.answer(offered(accepted, "1"), true));
  REQUIRE(accepted.finish());
  CHECK(accepted.kept.at("salsa-50") == Allotment{50, 1});

  // Given up while open: nobody knows what became of it.
  Counter lost(source);
  REQUIRE(offered(lost, "1") > 0);
  for (int n = 2; n < 20; ++n) REQUIRE(lost.begin(std::to_string(n)));
  CHECK(lost.kept.at("salsa-50") == Allotment{50, 1});
}

TEST_CASE("two sales open at once share one budget") {
  Counter counter(with_budget(1));
  for (auto const* sale : {"1", "2"}) {
    REQUIRE(counter.begin(sale));
    REQUIRE(counter.add(1, "bread", 1000, sale));
    REQUIRE(counter.checkout.on(pos::Tender{SaleId{sale}}));
  }
  REQUIRE(counter.finish("1"));
  REQUIRE(counter.finish("2"));
  CHECK(counter.orders.size() == 1);
}

TEST_CASE("what cannot be written down is not offered; other campaigns go on, and so does it once the disk is back") {
  auto source = with_budget(10);
  source.campaigns.push_back(milk_coupon());
  Counter counter(source);
  counter.disk = false;
  CHECK(sell(counter, 1));
  CHECK(counter.recorded<DecisionMade>().back().campaign == "milk-10");
  CHECK(counter.checkout.counters().unkept == 1);
  counter.disk = true;
  counter.checkout.restore_spent({});
  CHECK(sell(counter, 2));
  CHECK(counter.recorded<DecisionMade>().back().campaign == "butter-20");
}

TEST_CASE("what is out of stock goes from the screen at once and is not offered until it is back") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.cards()[0].sku.value == "salsa");
  REQUIRE(counter.checkout.on(pos::SetStock{Sku{"salsa"}, false}));
  CHECK(counter.cards().empty());
  auto const first_of = [&](char const* sale) {
    REQUIRE(counter.begin(sale));
    REQUIRE(counter.add(1, "nachos", 1000, sale));
    return counter.cards().empty() ? std::string() : counter.cards()[0].sku.value;
  };
  CHECK(first_of("2") == "milk");
  REQUIRE(counter.checkout.on(pos::SetStock{Sku{"salsa"}, true}));
  CHECK(first_of("3") == "salsa");
  counter.checkout.apply({.out_of_stock = {"salsa"}});
  REQUIRE(counter.checkout.on(pos::SetStock{Sku{"salsa"}, true}));
  CHECK(first_of("4") == "milk");  // head office's word stands
  counter.checkout.apply({});
  CHECK(first_of("5") == "salsa");
}

TEST_CASE("a smaller hint that runs out goes alone, and a waiting coupon is decided anew") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.cards().size() == 2);
  REQUIRE(counter.checkout.on(pos::SetStock{Sku{"milk"}, false}));
  REQUIRE(counter.cards().size() == 1);
  CHECK(counter.cards()[0].sku.value == "salsa");

  Counter paying(with_coupons());
  REQUIRE(paying.begin());
  REQUIRE(paying.add(1, "bread"));
  REQUIRE(paying.checkout.on(pos::Tender{SaleId{"1"}}));
  REQUIRE(paying.checkout.on(pos::SetStock{Sku{"butter"}, false}));
  REQUIRE(paying.finish());
  CHECK(paying.orders.empty());
}

TEST_CASE("the till may call only so much out of stock") {
  Counter counter;
  for (std::size_t n = 0; n < Checkout::kMaxOutOfStock; ++n) {
    REQUIRE(counter.checkout.on(pos::SetStock{Sku{"s" + std::to_string(n)}, false}));
  }
  CHECK(counter.checkout.on(pos::SetStock{Sku{"one-more"}, false}).error().code == Code::rejected);
  REQUIRE(counter.checkout.on(pos::SetStock{Sku{"s0"}, true}));
  CHECK(counter.checkout.on(pos::SetStock{Sku{"one-more"}, false}));
}

TEST_CASE("live words outlast a change of bundle, and what was spent too") {
  Counter counter(with_budget(1));
  counter.checkout.apply({.out_of_stock = {"salsa"}});
  CHECK(sell(counter, 1));
  counter.checkout.use(open_bundle(with_budget(1)), 13);
  CHECK_FALSE(sell(counter, 2));
  REQUIRE(counter.begin("3"));
  REQUIRE(counter.add(1, "nachos", 1000, "3"));
  CHECK(counter.cards()[0].sku.value == "milk");
}

}  // namespace
}  // namespace tillcue::terminal
