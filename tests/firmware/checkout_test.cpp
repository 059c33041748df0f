#include "tillcue/firmware/checkout.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "counter.hpp"

namespace tillcue::terminal {
namespace {

TEST_CASE("a scan brings a hint that names its trigger, its price and a sentence to say") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.cards().size() >= 1);
  auto const card = counter.cards()[0];
  CHECK(card.sku.value == "salsa");
  CHECK(card.price_text == "1.99 EUR");
  CHECK(card.script.find("Salsa dip") != std::string::npos);
  CHECK(card.reason.find("Nachos") != std::string::npos);
  auto const decisions = counter.recorded<DecisionMade>();
  REQUIRE(decisions.size() == 1);
  CHECK(decisions[0].item.value == "salsa");
  CHECK(decisions[0].trigger.value == "nachos");
  CHECK(decisions[0].release == 12);
}

TEST_CASE("neither the restricted nor the dearer item is ever on a card") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  for (auto const& board : counter.boards) {
    for (auto const& card : board.cards) {
      CHECK(card.sku.value != "beer");
      CHECK(card.sku.value != "caviar");
    }
  }
}

TEST_CASE("the smaller hints are there to look at: they have no number and cannot be answered") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  auto const cards = counter.cards();
  REQUIRE(cards.size() == 2);
  CHECK(cards[1].sku.value == "milk");
  CHECK(cards[1].offer == 0);
  CHECK(counter.answer(0, true).error().code == Code::not_found);
  REQUIRE(counter.add(2, "milk"));
  REQUIRE(counter.cards().size() == 1);
  CHECK(counter.cards()[0].sku.value == "salsa");
}

TEST_CASE("accepting or declining takes the card away and is recorded at the end of the sale") {
  for (bool const accepted : {true, false}) {
    Counter counter;
    REQUIRE(counter.begin());
    REQUIRE(counter.add(1, "nachos"));
    auto const offer = counter.cards()[0].offer;
    REQUIRE(counter.answer(offer, accepted));
    for (auto const& card : counter.cards()) CHECK(card.offer != offer);
    if (accepted) REQUIRE(counter.add(2, "salsa"));
    REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}}));
    auto const answers = counter.recorded<OfferAnswered>();
    REQUIRE(answers.size() >= 1);  // after a decline there may have been an alternative
    CHECK(answers[0].response == (accepted ? Response::accepted : Response::declined));
    CHECK(answers[0].bought == accepted);
  }
}

TEST_CASE("a declined item is not offered again in the sale") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.answer(counter.cards()[0].offer, false));
  counter.now += 10s;
  REQUIRE(counter.add(2, "milk"));
  REQUIRE(counter.checkout.on(pos::Subtotal{SaleId{"1"}}));
  for (auto const& card : counter.cards()) CHECK(card.sku.value != "salsa");
}

TEST_CASE("buying the hinted item counts as accepted without a key") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.add(2, "salsa"));
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}}));
  auto const answers = counter.recorded<OfferAnswered>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].response == Response::accepted);
  CHECK(answers[0].bought);
}

TEST_CASE("a hint goes by itself after its lifetime and counts as ignored") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.checkout.next_due() == counter.moment() + 8s);
  counter.now += 7s;
  counter.checkout.expire();
  CHECK(counter.cards().size() >= 1);
  counter.now += 1s;
  counter.checkout.expire();
  CHECK(counter.cards().empty());
  CHECK_FALSE(counter.checkout.next_due());
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}}));
  CHECK(counter.recorded<OfferAnswered>()[0].response == Response::ignored);
}

TEST_CASE("the coupon is decided at tender and ordered once the sale is finished") {
  Counter counter(with_coupons());
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  REQUIRE(counter.checkout.on(pos::Tender{SaleId{"1"}}));
  CHECK(counter.orders.empty());
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}, 250}));
  REQUIRE(counter.orders.size() == 1);
  CHECK(counter.orders[0].bundle->item(counter.orders[0].offer.item).sku == "butter");
  counter.printing[0]({"AAAA-BBBB-CCCC", 42, PrintFate::printed, ""});
  auto const issued = counter.recorded<CouponIssued>();
  REQUIRE(issued.size() == 1);
  CHECK(issued[0].serial == "AAAA-BBBB-CCCC");
  CHECK(issued[0].campaign == "butter-20");
  CHECK(issued[0].fate == PrintFate::printed);
  CHECK(counter.checkout.counters().coupons == 1);
}

TEST_CASE("a till that never sends tender still gets its coupon, and a voided sale gets none") {
  Counter counter(with_coupons());
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}}));
  REQUIRE(counter.orders.size() == 1);
  REQUIRE(counter.begin("2"));
  REQUIRE(counter.checkout.on(pos::PutLine{SaleId{"2"}, LineNo{1}, Sku{"bread"}, Quantity{}}));
  REQUIRE(counter.checkout.on(pos::Tender{SaleId{"2"}}));
  REQUIRE(counter.checkout.on(pos::Void{SaleId{"2"}}));
  CHECK(counter.orders.size() == 1);
}

TEST_CASE("a basket that changes after tender gets the coupon of what is paid, not of what was there before") {
  Counter counter(with_coupons());
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  REQUIRE(counter.checkout.on(pos::Tender{SaleId{"1"}}));
  REQUIRE(counter.add(2, "butter"));  // the coupon's own item
  REQUIRE(counter.checkout.on(pos::Tender{SaleId{"1"}}));
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}}));
  CHECK(counter.orders.empty());

  REQUIRE(counter.begin("2"));
  auto const put = [&](std::uint32_t line, char const* sku) {
    return counter.checkout.on(pos::PutLine{SaleId{"2"}, LineNo{line}, Sku{sku}, Quantity{}});
  };
  REQUIRE(put(1, "bread"));
  REQUIRE(counter.checkout.on(pos::Tender{SaleId{"2"}}));
  REQUIRE(put(2, "milk"));
  REQUIRE(counter.checkout.on(pos::Tender{SaleId{"2"}}));
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"2"}}));
  REQUIRE(counter.orders.size() == 1);
  std::set<std::uint32_t> numbers;
  for (auto const& made : counter.recorded<DecisionMade>()) {
    if (made.sale.value == "2" && made.stage == Stage::tender) numbers.insert(made.offer);
  }
  CHECK(numbers.size() == 2);
}

TEST_CASE("a hint goes when the item it goes with is taken out") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE_FALSE(counter.cards().empty());
  REQUIRE(counter.checkout.on(pos::RemoveLine{SaleId{"1"}, LineNo{1}}));
  CHECK(counter.cards().empty());
}

TEST_CASE("a sale resumed after a restart gives out no number a second time") {
  std::set<std::uint32_t> offers;
  for (bool const restarted : {false, true}) {
    Counter counter;
    if (restarted) counter.now += 30s;
    REQUIRE(counter.checkout.on(pos::Begin{SaleId{"1"}, restarted}));
    REQUIRE(counter.add(1, "nachos"));
    offers.insert(counter.cards()[0].offer);
    offers.insert(counter.recorded<DecisionMade>()[0].number + 1'000'000'000);
  }
  CHECK(offers.size() == 4);
}

TEST_CASE("a coupon that did not print is recorded as dropped with its reason") {
  Counter counter(with_coupons());
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}}));
  REQUIRE(counter.printing.size() == 1);
  counter.printing[0]({"AAAA-BBBB-CCCC", 42, PrintFate::dropped, "printer: paper out"});
  auto const issued = counter.recorded<CouponIssued>();
  REQUIRE(issued.size() == 1);
  CHECK(issued[0].why == "printer: paper out");
  CHECK(counter.checkout.counters().coupons_dropped == 1);
}

TEST_CASE("a held-out sale is shown nothing, and HQ learns what it would have been offered") {
  auto source = with_coupons();
  source.policy.holdout_permille = 1000;
  Counter counter(source);
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  REQUIRE(counter.add(2, "bread"));
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}}));
  for (auto const& board : counter.boards) CHECK(board.cards.empty());
  CHECK(counter.orders.empty());
  auto const decisions = counter.recorded<DecisionMade>();
  REQUIRE(decisions.size() == 2);  // one for the scans, one for the tender
  CHECK(decisions[0].arm == Arm::holdout);
  CHECK(decisions[0].item.empty());
  CHECK_FALSE(decisions[0].eligible.empty());
  CHECK(counter.recorded<SaleClosed>()[0].arm == Arm::holdout);
}

TEST_CASE("a closed sale reports its lines, its total and only a pseudonym of the customer") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.checkout.on(pos::SetCustomer{SaleId{"1"}, CustomerId{"card-7"}}));
  REQUIRE(counter.add(1, "milk", 2000));
  REQUIRE(counter.add(2, "no-such-sku"));
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}}));
  auto const closed = counter.recorded<SaleClosed>();
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].customer == "pseudonym-of-card-7");
  CHECK(closed[0].total.minor == 238);
  REQUIRE(closed[0].lines.size() == 2);
  CHECK(closed[0].lines[1].sku.value == "no-such-sku");
  CHECK(counter.checkout.counters().unknown_items == 1);
}

TEST_CASE("a line sent twice after a reconnect counts once") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "milk"));
  REQUIRE(counter.checkout.on(pos::Begin{SaleId{"1"}, true}));
  REQUIRE(counter.add(1, "milk"));
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}}));
  CHECK(counter.recorded<SaleClosed>()[0].lines.size() == 1);
}

TEST_CASE("what is out of order is refused with a reason and harms nothing") {
  Counter counter;
  CHECK(counter.add(1, "milk").error().code == Code::not_found);
  REQUIRE(counter.begin());
  CHECK(counter.begin().error().code == Code::rejected);
  CHECK(counter.answer(99, true).error().code == Code::not_found);
  CHECK(counter.checkout.on(pos::RemoveLine{SaleId{"1"}, LineNo{3}}).error().code == Code::not_found);
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}}));
  CHECK(counter.checkout.on(pos::Finish{SaleId{"1"}}));  // a repeat is no error
  CHECK(counter.add(1, "milk").error().code == Code::rejected);
  CHECK(counter.begin().error().code == Code::rejected);
  CHECK(counter.recorded<SaleClosed>().size() == 1);
}

TEST_CASE("an answer counts once: repeated it is ignored, changed it is refused") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  auto const offer = counter.cards()[0].offer;
  REQUIRE(counter.answer(offer, false));
  CHECK(counter.answer(offer, false));
  CHECK(counter.answer(offer, true).error().code == Code::rejected);
  CHECK(counter.checkout.counters().declined == 1);
}

TEST_CASE("the oldest of too many open sales is abandoned, and says so") {
  Counter counter;
  for (std::size_t n = 0; n <= Checkout::kMaxOpenSales; ++n) {
    REQUIRE(counter.begin(std::to_string(n + 100).c_str()));
    counter.now += 1s;
  }
  CHECK(counter.checkout.open_sales() == Checkout::kMaxOpenSales);
  auto const closed = counter.recorded<SaleClosed>();
  REQUIRE(closed.size() == 1);
  CHECK(closed[0].sale.value == "100");
  CHECK(closed[0].end == SaleEnd::abandoned);
  // Its lines are no longer told: `ok` to its finish would be a lie.
  auto const finish = counter.finish("100");
  REQUIRE_FALSE(finish);
  CHECK(finish.error().code == Code::rejected);
  CHECK(finish.error().what.find("given up when 16 newer ones were open") != std::string::npos);
  CHECK(counter.checkout.on(pos::Void{SaleId{"100"}}));
  CHECK(counter.recorded<SaleClosed>().size() == 1);
}

TEST_CASE("a sale said again after its finish is sold once, 4,000 sales and twelve hours later too") {
  Counter counter(with_coupons());
  auto const sell = [&](std::string const& sale) {
    return counter.checkout.on(pos::Begin{SaleId{sale}, true}) && counter.add(1, "butter", 1000, sale);
  };
  REQUIRE(sell("first"));
  REQUIRE(counter.finish("first"));
  for (int n = 0; n < 4000; ++n) {
    auto const sale = "other-" + std::to_string(n);
    REQUIRE(counter.begin(sale));
    REQUIRE(counter.checkout.on(pos::Void{SaleId{sale}}));
  }
  counter.now += 12h;
  auto const coupons = counter.orders.size();
  auto const again = counter.checkout.on(pos::Begin{SaleId{"first"}, true});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Code::rejected);
  CHECK(again.error().what.find("is closed already") != std::string::npos);
  CHECK(counter.add(1, "butter", 1000, "first").error().code == Code::rejected);
  CHECK(counter.finish("first"));
  CHECK(counter.orders.size() == coupons);
  auto const closed = counter.recorded<SaleClosed>();
  CHECK(std::count_if(closed.begin(), closed.end(), [](auto const& one) { return one.sale.value == "first"; }) == 1);
  // A till that counts its sales anew every morning.
  counter.now += 1s;
  CHECK(sell("first"));
}

TEST_CASE("without a bundle every message is still answered and the sale is recorded") {
  std::vector<Outcome> outcomes;
  Checkout checkout(corner_shop(), 8s,
                    {.now = [] { return Timestamp{}; },
                     .micros = [] { return std::uint64_t{0}; },
                     .show = [](pos::HintBoard const&) {},
                     .record = [&](Outcome const& outcome) { outcomes.push_back(outcome); },
                     .pseudonym = [](CustomerId const&) { return std::string(); },
                     .print = [](CouponOrder const&, std::function<void(CouponFate)> const&) {}});
  REQUIRE(checkout.on(pos::Begin{SaleId{"1"}}));
  REQUIRE(checkout.on(pos::PutLine{SaleId{"1"}, LineNo{1}, Sku{"x"}, Quantity{}, 150}));
  REQUIRE(checkout.on(pos::Subtotal{SaleId{"1"}}));
  REQUIRE(checkout.on(pos::Tender{SaleId{"1"}}));
  REQUIRE(checkout.on(pos::Finish{SaleId{"1"}}));
  REQUIRE(outcomes.size() == 1);
  CHECK(std::get<SaleClosed>(outcomes[0].what).total.minor == 150);
}

TEST_CASE("a new bundle in the middle of a sale takes the old hints away and goes on deciding") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "nachos"));
  auto source = small_store();
  std::swap(source.items[1], source.items[6]);  // salsa and milk change places
  source.rows[0] = {{6, 0.5F}};
  counter.checkout.use(open_bundle(source), 13);
  CHECK(counter.cards().empty());
  counter.now += 10s;
  REQUIRE(counter.add(2, "bread"));
  REQUIRE(counter.checkout.on(pos::Subtotal{SaleId{"1"}}));
  for (auto const& card : counter.cards()) CHECK(card.sku.value != "salsa");  // shown before, whatever its number
  REQUIRE(counter.checkout.on(pos::Finish{SaleId{"1"}}));
  CHECK(counter.recorded<SaleClosed>()[0].lines.size() == 2);
}

}  // namespace
}  // namespace tillcue::terminal
