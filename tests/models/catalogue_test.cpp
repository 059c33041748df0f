#include "tillcue/models/catalogue.hpp"

#include <doctest/doctest.h>

#include "tillcue/core/bundle.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

std::string const kHeader = "sku,name,category,price,unit_cost,brand,size,unit,gtin,flags\n";

Result<Catalogue> read(std::string const& text, BadRows& bad, double share = 0.001) {
  return read_catalogue(from_memory(text), "items.csv", share, bad);
}

std::string complaint(std::string const& row) {
  BadRows bad;
  REQUIRE(read(kHeader + row, bad, 1.0).has_value());
  REQUIRE(bad.bad() == 1);
  return bad.shown()[0];
}

bool tells(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a full row and a bare row are read") {
  BadRows bad;
  auto const catalogue = read(
      kHeader + "1,\"Milk, fresh\",Dairy,1.19,0.90,Meadow,1 l,pc,4006381333931,age_restricted|excluded\n2,,,,,,,,,\n",
      bad);
  REQUIRE(catalogue.has_value());
  auto const* const milk = catalogue->find("1");
  REQUIRE(milk != nullptr);
  CHECK(milk->name == "Milk, fresh");
  CHECK(milk->price_micro == 1'190'000);
  CHECK(milk->unit_cost_micro == 900'000);
  CHECK(milk->gtin == "4006381333931");
  CHECK(milk->flags == (static_cast<int>(ItemFlag::age_restricted) | static_cast<int>(ItemFlag::excluded)));
  CHECK(catalogue->find("2")->name == "2");
  CHECK(!catalogue->find("2")->price_micro);
  CHECK(catalogue->find("3") == nullptr);
}

TEST_CASE("every bad field of an item is told by file, line, field and mend") {
  CHECK(tells(complaint(",x,,,,,,,,\n"), "items.csv:2: sku: is empty"));
  CHECK(tells(complaint("1,x\xFF,,,,,,,,\n"), "name: not clean UTF-8"));
  CHECK(tells(complaint("1,\"x\ny\",,,,,,,,\n"), "name: not clean UTF-8, or it holds a line end"));
  CHECK(tells(complaint("1,x,,1.2.3,,,,,,\n"), "price: '1.2.3' is not a number like 2.55"));
  CHECK(tells(complaint("1,x,,,-1,,,,,\n"), "unit_cost: '-1' is below 0"));
  CHECK(tells(complaint("1,x,,,,,,,4006381333932,\n"), "gtin: '4006381333932' is not"));
  CHECK(tells(complaint("1,x,,,,,,,,alcohol\n"), "flags: 'alcohol' is none of"));
  CHECK(tells(complaint("1,x,,,,,,,,\n1,y,,,,,,,,\n"), "items.csv:3: sku: '1' is there twice"));
  CHECK(tells(complaint("1,x,,,,,,,4006381333931,\n2,y,,,,,,,4006381333931,\n"),
              "gtin: 4006381333931 belongs to an earlier"));
  CHECK(tells(complaint(std::string(65, '1') + ",x,,,,,,,,\n"), "sku: longer than 64"));
}

TEST_CASE("too many bad items are refused") {
  BadRows bad;
  auto const refused = read(kHeader + "1,x,,,,,,,,\n2,y,,nope,,,,,,\n", bad);
  REQUIRE(!refused.has_value());
  CHECK(tells(refused.error().what, "items: 1 of 2 rows is bad"));
  CHECK(tells(read("sku,price\n1,2\n", bad).error().what, "column 'name' is missing"));
}

TEST_CASE("check digits of GTIN-8, -12, -13 and -14 are verified") {
  for (auto const* const good : {"40170725", "036000291452", "4006381333931", "10012345678902"}) CHECK(is_gtin(good));
  for (auto const* const bad : {"", "40170726", "036000291453", "4006381333932", "400638133393", "400638133393x"}) {
    CHECK(!is_gtin(bad));
  }
}

TEST_CASE("an item whose row is refused stays known and is never offered, and both are said") {
  int const excluded = static_cast<int>(ItemFlag::excluded);
  int const restricted = static_cast<int>(ItemFlag::age_restricted);
  auto const kept = [&](std::string const& row) {
    BadRows bad;
    auto const catalogue = read(kHeader + "1,Milk,,1.19,,,,,,\n" + row, bad, 1.0);
    REQUIRE(catalogue.has_value());
    CHECK(bad.bad() == 1);
    REQUIRE(bad.notes().size() == 1);
    CHECK_MESSAGE(tells(bad.notes()[0], "items.csv: 1 refused row: 1 item is kept by SKU and never offered"),
                  bad.notes()[0]);
    CHECK_MESSAGE(tells(bad.shown()[0], "; '7' is not offered until then"), bad.shown()[0]);
    auto const* const item = catalogue->find("7");
    REQUIRE(item != nullptr);
    CHECK(item->name == "7");
    CHECK(!item->price_micro);
    CHECK(item->gtin.empty());
    CHECK((item->flags & excluded) != 0);
    CHECK(catalogue->items.size() == 2);
    return item->flags & ~excluded;
  };
  CHECK(kept("7,Whisky,,29.9.9,,,,,,age_restricted\n") == restricted);
  CHECK(kept("7,Whisky,,29.99,,,,,,alcohol|age_restricted\n") == restricted);
  CHECK(kept("7,Whisky,,29.99,,,,,4006381333932,age_restricted\n") == restricted);
  CHECK(kept("7,Whisky\xFF,,29.99,,,,,,age_restricted\n") == restricted);
  CHECK(kept("7,Whisky, 40 %,,29.99,,,,,,age_restricted\n") == 0);     // a comma too many: the last columns moved
  CHECK(kept("7,\"Whisky\" 40 %,,29.99,,,,,,age_restricted\n") == 0);  // cut off at the second field
  CHECK(kept("7,Whisky " + std::string(5000, 'y') + ",,,,,,,,\n") == 0);
}

TEST_CASE("a repeated SKU adds its flags to the first row, whatever else is wrong with it") {
  int const restricted = static_cast<int>(ItemFlag::age_restricted);
  int const excluded = static_cast<int>(ItemFlag::excluded);
  BadRows bad;
  auto const catalogue =
      read(kHeader + "1,Ale,,2,,,,,,\n1,Ale again,,3,,,,,,age_restricted\n2,Rum,,2,,,,,,\n2,Rum,,x,,,,,,\n", bad, 1.0);
  REQUIRE(catalogue.has_value());
  REQUIRE(catalogue->items.size() == 2);
  CHECK(catalogue->find("1")->name == "Ale");
  CHECK(catalogue->find("1")->price_micro == 2'000'000);
  CHECK(catalogue->find("1")->flags == restricted);
  CHECK(catalogue->find("2")->name == "Rum");
  CHECK(catalogue->find("2")->flags == excluded);
}

TEST_CASE("a row whose SKU cannot be read is said to have lost its flags") {
  BadRows bad;
  auto const catalogue =
      read(kHeader + "1,Milk,,1.19,,,,,,\n,Whisky,,,,,,,,age_restricted\n\xFF,x,,,,,,,,\n", bad, 1.0);
  REQUIRE(catalogue.has_value());
  CHECK(catalogue->items.size() == 1);
  REQUIRE(bad.notes().size() == 1);
  CHECK_MESSAGE(tells(bad.notes()[0], "2 have no readable SKU: what their flags say is lost"), bad.notes()[0]);
}
