// Sales that stand in one file twice: what is told, and what must not be taken for it.

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/transactions.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

std::string const kHeader = "basket_id,timestamp,sku\n";

/// Rows of baskets `from` to `to`, all of one day.
std::string day(int from, int to, std::string const& date, int items = 3) {
  std::string text;
  for (int n = from; n < to; ++n) {
    for (int item = 0; item < items; ++item) {
      text += std::to_string(n) + ',' + date + ',' + std::string(1, static_cast<char>('a' + (n + item) % 20)) + '\n';
    }
  }
  return text;
}

/// What is noted of the file, by any reader: whole, in small pieces, as a stream.
std::vector<std::string> notes(std::string const& text) {
  std::vector<std::string> first;
  for (std::size_t const step : {0, 7}) {
    TransactionLimits limits;
    limits.piece = 64;
    TransactionReader reader(limits);
    REQUIRE(reader.add(from_memory(text, step), "t.csv").has_value());
    REQUIRE(reader.finish().has_value());
    if (step == 0) first = reader.bad().notes();
    CHECK(reader.bad().notes() == first);
  }
  return first;
}

}  // namespace

TEST_CASE("a day pasted twice is told: line, rows, baskets, mend; three times too") {
  auto const monday = day(1, 9, "2026-11-02");
  auto const tuesday = day(20, 60, "2026-11-03");
  auto const twice = notes(kHeader + monday + tuesday + monday);
  REQUIRE(twice.size() == 1);
  CHECK(
      twice[0] ==
      "t.csv:146: sales of 2026-11-02 stand there again from here on, 24 rows of 8 baskets; such a basket is one, what "
      "was sold of its items counts twice: take the rows out, or give other sales other basket ids");
  auto const thrice = notes(kHeader + monday + monday + tuesday + monday);
  REQUIRE(thrice.size() == 1);
  CHECK(thrice[0].find("t.csv:26: sales of 2026-11-02 stand there again from here on, 48 rows of 8 baskets") == 0);
}

TEST_CASE("without dates it takes a quarter of all baskets, as between two files") {
  auto const all = day(0, 40, "");
  CHECK(notes(kHeader + all + day(0, 5, "")).empty());
  auto const quarter = notes(kHeader + all + day(0, 10, ""));
  REQUIRE(quarter.size() == 1);
  CHECK(quarter[0].find("t.csv:122: sales stand there again from here on, 30 rows of 10 baskets") == 0);
}

TEST_CASE(
    "no repetition: rows of baskets that do not stand together, single items again, one basket, two sets in a row") {
  std::string mixed;
  for (int item = 0; item < 4; ++item) {
    for (int n = 0; n < 30; ++n) {
      mixed +=
          std::to_string(n) + ",2026-11-02," + std::string(1, static_cast<char>('a' + (n * 7 + item * 3) % 23)) + '\n';
    }
  }
  CHECK(notes(kHeader + mixed).empty());
  auto const single = day(1, 30, "2026-11-02", 1);
  CHECK(notes(kHeader + single + single).empty());
  CHECK(notes(kHeader + day(1, 30, "2026-11-02") + day(7, 8, "2026-11-02")).empty());
  CHECK(notes(kHeader + "1,,a\n1,,b\n1,,a\n1,,b\n2,,a\n2,,b\n2,,a\n2,,b\n").empty());
}
