#include "tillcue/pos/basket_follower.hpp"

#include <random>

#include <doctest/doctest.h>

#include "feeds/amount.hpp"
#include "pos-adapter/heard_sales.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using testing::as_heard;
using testing::HeardSales;

namespace {

Currency const kEuro{{'E', 'U', 'R'}, 2};

HeardLine line(std::string code, std::int64_t milli = 1000, std::int64_t price = 100) {
  return {std::move(code), "", Quantity{milli}, price};
}

struct Scene {
  HeardSales heard;
  BasketFollower follower{"pos", heard, as_heard};
};

}  // namespace

TEST_CASE("a basket told again says nothing new") {
  Scene scene;
  scene.follower.basket("1", {line("a"), line("b", 2000)});
  auto const messages = scene.heard.messages;
  scene.follower.basket("1", {line("a"), line("b", 2000)});
  CHECK(scene.heard.messages == messages);
  CHECK(scene.heard.last().text() == "1:a*1000@100, 2:b*2000@100");
  CHECK(scene.heard.senseless == 0);
}

TEST_CASE("the same item twice is two lines, and each keeps its number") {
  Scene scene;
  scene.follower.basket("1", {line("a"), line("a")});
  scene.follower.basket("1", {line("a"), line("a", 3000)});
  CHECK(scene.heard.last().text() == "1:a*1000@100, 2:a*3000@100");
  scene.follower.basket("1", {line("a", 3000)});
  CHECK(scene.heard.last().text() == "2:a*3000@100");
  scene.follower.basket("1", {line("c"), line("a", 3000, 90)});
  CHECK(scene.heard.last().text() == "2:a*3000@90, 3:c*1000@100");
  CHECK(scene.heard.senseless == 0);
}

TEST_CASE("a sale begins with its first item and ends once") {
  Scene scene;
  scene.follower.basket("1", {});
  scene.follower.tender("1");
  scene.follower.finish("1", 100);
  CHECK(scene.heard.messages == 0);
  scene.follower.basket("1", {line("a")});
  scene.follower.tender("1");
  scene.follower.tender("1");
  scene.follower.finish("1", 100);
  scene.follower.finish("1", 100);
  scene.follower.basket("1", {line("a"), line("b")});
  scene.follower.drop("1");
  CHECK(scene.heard.last().tenders == 1);
  CHECK(scene.heard.last().end == "finished");
  CHECK(scene.heard.last().total == 100);
  CHECK(scene.heard.sales.size() == 1);
  CHECK(scene.heard.senseless == 0);
  CHECK(scene.heard.order.front() == "pos-1");
}

TEST_CASE("tickets put aside stay open, the one longest unheard of makes room") {
  Scene scene;
  scene.follower.basket("0", {line("a")});
  for (std::size_t n = 1; n < BasketFollower::kMostTickets; ++n) scene.follower.basket(std::to_string(n), {line("b")});
  scene.follower.basket("0", {line("a"), line("c")});
  scene.follower.basket("new", {line("d")});
  CHECK(scene.heard.sales["pos-1"].end == "voided");
  CHECK(scene.heard.sales["pos-0"].end.empty());
  CHECK(scene.heard.sales["pos-0"].lines.size() == 2);
  CHECK(scene.follower.counters().voided == 1);
}

TEST_CASE("more lines than a sale may have are left out") {
  Scene scene;
  scene.follower.basket("1", std::vector<HeardLine>(BasketFollower::kMostLines + 50, line("a")));
  CHECK(scene.heard.last().lines.size() == BasketFollower::kMostLines);
}

TEST_CASE("whatever is told, the sale holds exactly the last basket") {
  std::mt19937 random(7);
  Scene scene;
  for (int step = 0; step < 500; ++step) {
    std::vector<HeardLine> basket;
    for (auto n = random() % 12; n > 0; --n) {
      basket.push_back(
          line(std::string(1, static_cast<char>('a' + random() % 4)), 1000 * (1 + random() % 2), random() % 3));
    }
    std::multiset<std::string> wanted, got;
    for (auto const& one : basket)
      wanted.insert(one.code + std::to_string(one.quantity.milli) + "/" + std::to_string(*one.price_minor));
    scene.follower.basket("1", std::move(basket));
    if (scene.heard.order.empty()) continue;
    for (auto const& [number, put] : scene.heard.last().lines) {
      got.insert(put.sku.value + std::to_string(put.quantity.milli) + "/" + std::to_string(*put.price_minor));
    }
    REQUIRE(got == wanted);
  }
  CHECK(scene.heard.senseless == 0);
}

TEST_CASE("amounts are read as tills of many countries show them") {
  auto const cents = [](std::string_view text) { return shown_amount(text, kEuro).value_or(-1); };
  CHECK(cents("$ 2,972.75") == 297275);
  CHECK(cents("2.972,75 EUR") == 297275);
  CHECK(cents("2'972.75") == 297275);
  CHECK(cents("1\u00A0234,50 \u20BD") == 123450);
  CHECK(cents("Rs. 1,23,456.00") == 12345600);
  CHECK(cents("2,972") == 297200);
  CHECK(cents("3") == 300);
  CHECK(cents("3,5") == 350);
  CHECK(shown_amount("-3.00", kEuro) == -300);
  CHECK(shown_amount("3.00-", kEuro) == -300);
  CHECK(shown_amount("1,234", Currency{{'J', 'P', 'Y'}, 0}) == 1234);
  CHECK(shown_amount("1.234", Currency{{'K', 'W', 'D'}, 3}) == 1234);
  for (auto const* text : {"", "EUR", "-", ".", "12345678901234.00"}) CHECK_FALSE(shown_amount(text, kEuro));
}

TEST_CASE("quantities are exact to a thousandth, and never nothing") {
  CHECK(shown_quantity("2") == Quantity{2000});
  CHECK(shown_quantity("0,385") == Quantity{385});
  CHECK(shown_quantity("-1.5") == Quantity{-1500});
  for (auto const* text : {"", "x", "0", "0.00", "1.2345", "99999999999"}) CHECK_FALSE(shown_quantity(text));
}
