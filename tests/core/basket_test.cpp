#include "tillcue/core/basket.hpp"

#include <limits>

#include <doctest/doctest.h>

using namespace tillcue;

namespace {
constexpr Currency kEuro{{'E', 'U', 'R'}, 2}, kYen{{'J', 'P', 'Y'}, 0};

BasketLine line(std::uint32_t number, std::uint32_t item, std::int64_t price = 100, std::int64_t milli = 1000) {
  return {LineNo{number}, Sku{"S" + std::to_string(item)}, ItemIx{item}, {milli}, {price, kEuro}};
}
}  // namespace

TEST_CASE("a line sent twice counts once, with its last content and its first place") {
  Basket basket;
  REQUIRE(basket.put(line(1, 10)));
  REQUIRE(basket.put(line(2, 20)));
  REQUIRE(basket.put(line(1, 11, 300)));
  REQUIRE(basket.lines().size() == 2);
  CHECK(basket.lines()[0].item == ItemIx{11});
  CHECK(basket.total(kEuro).minor == 400);
  CHECK_FALSE(basket.contains(ItemIx{10}));
  CHECK(basket.contains(ItemIx{20}));
}

TEST_CASE("removing a line that is not there says so and changes nothing") {
  Basket basket;
  REQUIRE(basket.put(line(1, 10)));
  CHECK_FALSE(basket.remove(LineNo{2}));
  CHECK(basket.find(LineNo{1}) != nullptr);
  CHECK(basket.remove(LineNo{1}));
  CHECK(basket.find(LineNo{1}) == nullptr);
  CHECK_FALSE(basket.remove(LineNo{1}));
}

TEST_CASE("the total takes weights and refunds, and leaves other currencies out") {
  Basket basket;
  REQUIRE(basket.put(line(1, 10, 1000, 355)));
  REQUIRE(basket.put(line(2, 11, 200, -1000)));
  auto foreign = line(3, 12, 5000);
  foreign.unit_price.currency = kYen;
  REQUIRE(basket.put(foreign));
  CHECK(basket.total(kEuro) == Money{155, kEuro});
  CHECK(basket.total(kYen) == Money{5000, kYen});
}

TEST_CASE("a basket takes its limit of lines and rejects the next, but still replaces") {
  Basket basket;
  for (std::uint32_t n = 0; n < Basket::kMaxLines; ++n) REQUIRE(basket.put(line(n, n)));
  auto const refused = basket.put(line(5000, 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::rejected);
  CHECK(basket.put(line(7, 9999)));
  CHECK(basket.find(LineNo{7})->item == ItemIx{9999});
  basket.clear();
  CHECK(basket.lines().empty());
}

TEST_CASE("a total beyond all money stops at the largest amount instead of turning round") {
  Basket basket;
  for (std::uint32_t n = 0; n < 20; ++n) {
    auto dear = line(n, n);
    dear.unit_price.minor = 1'000'000'000'000;
    dear.quantity.milli = 1'000'000'000;
    REQUIRE(basket.put(dear));
  }
  CHECK(basket.total(kEuro).minor == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("unknown items are kept but are never found as an item") {
  Basket basket;
  auto unknown = line(1, 10);
  unknown.item = kNoItem;
  REQUIRE(basket.put(unknown));
  CHECK_FALSE(basket.contains(kNoItem));
  CHECK(basket.lines().size() == 1);
}
