#include "tillcue/core/card_number.hpp"

#include <string>

#include <doctest/doctest.h>

using tillcue::looks_like_card_number;

TEST_CASE("test numbers of every large card scheme are recognised") {
  CHECK(looks_like_card_number("4111111111111111"));
  CHECK(looks_like_card_number("5555555555554444"));
  CHECK(looks_like_card_number("2223003122003222"));
  CHECK(looks_like_card_number("378282246310005"));
  CHECK(looks_like_card_number("30569309025904"));
  CHECK(looks_like_card_number("6011111111111117"));
  CHECK(looks_like_card_number("3530111333300000"));
  CHECK(looks_like_card_number("6200000000000005"));
  CHECK(looks_like_card_number("2200000000000004"));
}

TEST_CASE("spaces, dashes and text around a card number do not hide it") {
  CHECK(looks_like_card_number("4111 1111 1111 1111"));
  CHECK(looks_like_card_number("card 4111-1111-1111-1111!"));
  CHECK(looks_like_card_number("x4111111111111111x"));
  CHECK(looks_like_card_number("1,4111111111111111"));
}

TEST_CASE("a wrong check digit, too few and too many digits are no card number") {
  CHECK_FALSE(looks_like_card_number("4111111111111112"));
  CHECK_FALSE(looks_like_card_number("424242424242"));
  CHECK_FALSE(looks_like_card_number("00000000000000000000"));
  CHECK_FALSE(looks_like_card_number("41111111111111114111"));
  CHECK_FALSE(looks_like_card_number(""));
  CHECK_FALSE(looks_like_card_number("-- -"));
}

TEST_CASE("article numbers with a valid GTIN check digit pass even when their Luhn sum is valid too") {
  CHECK_FALSE(looks_like_card_number("4006381333931"));
  CHECK_FALSE(looks_like_card_number("4000000000006"));  // both sums valid
}

TEST_CASE("dates and counters that a POS uses as sale numbers pass") {
  for (int second = 0; second < 60; ++second) {
    auto const two = std::string(second < 10 ? "0" : "") + std::to_string(second);
    CHECK_FALSE(looks_like_card_number("202611211935" + two));
    CHECK_FALSE(looks_like_card_number("T1-20261121-1935" + two));
  }
}
