#include "rounded_prices.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/pipeline.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

Catalogue items(std::string const& rows) {
  BadRows bad;
  return read_catalogue(from_memory("sku,name,price,unit_cost,flags\n" + rows), "i.csv", 0, bad).value();
}

std::vector<std::string> notes_of(Catalogue const& catalogue, std::string const& currency, std::string const& sales) {
  std::vector<std::string> notes;
  auto const data = made::read("basket_id,sku,quantity,unit_price\n" + sales).value();
  note_rounded_prices(catalogue, count(data, 1), parse_currency(currency).value(), notes);
  return notes;
}

}  // namespace

TEST_CASE("amounts the currency has no coins for are told with their number, the first line and the mend") {
  auto const catalogue = items("a,A,5.49,3.00,\nb,B,2.00,,\nc,C,5.499,,\n");
  CHECK(
      notes_of(catalogue, "JPY", "1,a,1,\n") ==
      std::vector<std::string>{"items: 2 of 4 amounts have more decimals than JPY (no decimals) and are rounded: line "
                               "2, 'a' 5.49 becomes 5 JPY; is --currency right?"});
  CHECK(
      notes_of(catalogue, "EUR", "1,a,1,\n") ==
      std::vector<std::string>{"items: 1 of 4 amounts has more decimals than EUR (2 decimals) and is rounded: line 4, "
                               "'c' 5.499 becomes 5.50 EUR; is --currency right?"});
  CHECK(notes_of(items("a,A,5.49,3.00,\n"), "EUR", "1,a,1,5.499\n").empty());  // the catalogue's price is what counts
}

TEST_CASE("prices things were sold at are told when most are rounded; thirds of a bundle price are not") {
  CHECK(notes_of({}, "JPY", "1,a,1,5.49\n2,b,1,3\n3,c,1,1.29\n") ==
        std::vector<std::string>{"transactions: 2 of 3 amounts have more decimals than JPY (no decimals) and are "
                                 "rounded: 'a' 5.49 becomes 5 JPY; is --currency right?"});
  CHECK(notes_of({}, "EUR", "1,a,1,0.333333\n2,b,1,3\n3,c,1,1.29\n").empty());
}

TEST_CASE("a price of 0 is told, but for what is not offered") {
  CHECK(notes_of(items("a,A,0.00,,\nb,Bag,0,,not_for_sale\nc,C,1,,\n"), "EUR", "1,a,1,\n") ==
        std::vector<std::string>{"items: 1 item costs 0, the first in line 2, 'a'; leave a price empty where it is not "
                                 "known"});
}

TEST_CASE("a build tells of rounded prices") {
  BuildOptions options;
  options.compile.currency = parse_currency("JPY").value();
  auto const built = build(made::dataset(made::random_baskets(300, 10, 1)), items("i0,A,5.49,,\n"), {}, options);
  REQUIRE(built.has_value());
  CHECK(std::any_of(built->notes.begin(), built->notes.end(),
                    [](auto const& note) { return note.find("becomes 5 JPY") != std::string::npos; }));
}
