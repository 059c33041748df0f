#include "tillcue/core/units.hpp"

#include <limits>

#include <doctest/doctest.h>

using namespace tillcue;

namespace {
constexpr Currency kEuro{{'E', 'U', 'R'}, 2}, kYen{{'J', 'P', 'Y'}, 0}, kDinar{{'K', 'W', 'D'}, 3};

std::int64_t minor(std::string_view text, Currency currency = kEuro) {
  auto money = parse_money(text, currency);
  REQUIRE_MESSAGE(money, text);
  return money->minor;
}
void refused(std::string_view text, std::string_view why, Currency currency = kEuro) {
  auto money = parse_money(text, currency);
  REQUIRE_FALSE_MESSAGE(money, text);
  CHECK(money.error().code == Code::invalid);
  CHECK_MESSAGE(money.error().what.find(why) != std::string::npos, money.error().what);
}
}  // namespace

TEST_CASE("money is read exactly, with as many decimals as the currency has at most") {
  CHECK(minor("2.55") == 255);
  CHECK(minor("2.5") == 250);
  CHECK(minor("-3") == -300);
  CHECK(minor("0") == 0);
  CHECK(minor("-0.01") == -1);
  CHECK(minor("007.10") == 710);
  CHECK(minor("1200", kYen) == 1200);
  CHECK(minor("1.234", kDinar) == 1234);
  CHECK(minor("10000000000000.00") == 1'000'000'000'000'000);
}

TEST_CASE("what is not an exact decimal of the currency is refused with its reason") {
  for (auto text : {"", "-", ".", ".5", "5.", "1,50", "1.2.3", "+1", " 1", "1 ", "1e3", "--1", "0x1", "\xD9\xA1"}) {
    refused(text, "is not a decimal number");
  }
  refused("2.555", "more decimals than EUR has (2)");
  refused("2.550", "more decimals");
  refused("1.0", "more decimals than JPY has (0)", kYen);
  refused("10000000000000.01", "beyond 10^15");
  refused("99999999999999999999999999", "beyond 10^15");
  refused(std::string(1000, '1'), "1111...\" is beyond 10^15");
}

TEST_CASE("money is written as it is read") {
  CHECK(to_text({255, kEuro}) == "2.55 EUR");
  CHECK(to_text({-5, kEuro}) == "-0.05 EUR");
  CHECK(to_text({1200, kYen}, false) == "1200");
  CHECK(to_text({7, kDinar}, false) == "0.007");
  CHECK(to_text({std::numeric_limits<std::int64_t>::min(), kEuro}, false) == "-92233720368547758.08");
}

TEST_CASE("a currency code is three capital letters, with the decimals of ISO 4217") {
  CHECK(parse_currency("EUR")->digits == 2);
  CHECK(parse_currency("JPY")->digits == 0);
  CHECK(parse_currency("KWD")->digits == 3);
  CHECK(parse_currency("RUB")->text() == "RUB");
  for (auto code : {"", "EU", "EURO", "eur", "E1R"}) {
    auto currency = parse_currency(code);
    REQUIRE_FALSE(currency);
    CHECK(currency.error().code == Code::invalid);
    CHECK(currency.error().what.find("three capital letters") != std::string::npos);
  }
}

TEST_CASE("price times quantity is rounded half away from zero") {
  CHECK(extended({199, kEuro}, {3000}).minor == 597);
  CHECK(extended({199, kEuro}, {355}).minor == 71);    // 70.645
  CHECK(extended({100, kEuro}, {1005}).minor == 101);  // 100.5
  CHECK(extended({-100, kEuro}, {1005}).minor == -101);
  CHECK(extended({100, kEuro}, {-1005}).minor == -101);
  CHECK(extended({1, kEuro}, {499}).minor == 0);
  CHECK(extended({1'000'000'000'000'000, kEuro}, {1'000'000}).minor == 1'000'000'000'000'000'000);
}

TEST_CASE("an amount beyond 64 bits stays at the end instead of wrapping round") {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  CHECK(extended({most, kEuro}, {most}).minor == most);
  CHECK(extended({-most, kEuro}, {most}).minor == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("money of one currency adds up") {
  CHECK((Money{150, kEuro} + Money{100, kEuro}).minor == 250);
  CHECK((Money{150, kEuro} - Money{200, kEuro}).minor == -50);
}

TEST_CASE("an error takes its place in front and keeps its code") {
  auto const error = Error{Code::io, "no route"}.within("hq.example");
  CHECK(error.code == Code::io);
  CHECK(error.what == "hq.example: no route");
  CHECK(name(Code::invalid) == "invalid");
  CHECK(name(Code::not_found) == "not_found");
  CHECK(name(Code::corrupt) == "corrupt");
  CHECK(name(Code::unsupported) == "unsupported");
  CHECK(name(Code::io) == "io");
  CHECK(name(Code::timeout) == "timeout");
  CHECK(name(Code::busy) == "busy");
  CHECK(name(Code::rejected) == "rejected");
}
