#include "sold_prices.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/models/day_counts.hpp"
#include "tillcue/models/pair_rows.hpp"
#include "tillcue/models/pipeline.hpp"
#include "tillcue/models/stray_days.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

constexpr std::int64_t kEuro = 1'000'000;
constexpr std::int32_t kFirstDay = 20'089;  // 2025-01-01

/// One week's sales at one price.
std::int64_t lately(std::vector<WeekPrice> const& sold) {
  std::vector<WeekPrice> weeks;
  for (auto const& one : sold) add_week_price(weeks, one);
  std::int64_t micro = 0;
  return price_of_lately(weeks, micro) ? micro / kEuro : -1;
}

std::string row(std::size_t basket, std::int32_t day, std::string const& sku, std::string const& price) {
  return std::to_string(basket) + ',' + day_text(day) + "T10:00:00," + sku + ",1," + price + '\n';
}

/// A is sold every day, for 2.00, from day 70 of 100 on for 3.00, and on two days for 1.00; B, C at 4.00 beside it.
std::string sales(std::string const& head = "basket_id,timestamp,sku,quantity,unit_price\n") {
  std::string text = head;
  std::size_t basket = 0;
  for (std::int32_t day = 0; day < 100; ++day) {
    bool const cheap = day == 40 || day == 97;
    auto const* const price = cheap ? "1.00" : day < 70 ? "2.00" : "3.00";
    for (int n = 0; n < (cheap ? 60 : 6); ++n, ++basket) {
      text += row(basket, kFirstDay + day, "A", price);
      text += row(basket, kFirstDay + day, n % 2 == 0 ? "B" : "C", "4.00");
    }
  }
  return text;
}

Dataset dated(std::string const& text, TransactionLimits limits = {}) {
  limits.dated_prices = true;
  return made::read(text, limits).value();
}

std::vector<WeekPrice> lately_of(Dataset const& data, std::string const& sku) {
  for (auto const& item : data.items) {
    if (item.sku == sku) return item.lately;
  }
  return {};
}

std::int64_t price_in(std::vector<std::byte> const& bytes, std::string const& sku) {
  auto const bundle = Bundle::from_bytes(bytes).value();
  return bundle.price(bundle.find(sku))->minor;
}

bool tells(std::vector<std::string> const& notes, std::string const& what) {
  return std::any_of(notes.begin(), notes.end(),
                     [&](std::string const& note) { return note.find(what) != std::string::npos; });
}

Catalogue items(std::string const& rows) {
  BadRows bad;
  return read_catalogue(from_memory("sku,name,price\n" + rows), "i.csv", 0, bad).value();
}

}  // namespace

TEST_CASE("a price counts once it held for three of the last five weeks sold") {
  CHECK(
      lately({{1, 2 * kEuro, 90}, {2, 2 * kEuro, 90}, {3, 2 * kEuro, 90}, {4, 3 * kEuro, 900}, {5, 3 * kEuro, 900}}) ==
      2);
  CHECK(lately({{1, 2 * kEuro, 90}, {2, 2 * kEuro, 90}, {3, 3 * kEuro, 1}, {4, 3 * kEuro, 1}, {5, 3 * kEuro, 1}}) == 3);
  // A week of a promotion between.
  CHECK(lately({{5, 3 * kEuro, 9}, {6, 3 * kEuro, 9}, {7, 1 * kEuro, 999}, {8, 3 * kEuro, 9}, {9, 3 * kEuro, 9}}) == 3);
  // Of two the later one; what is half a year older says nothing.
  CHECK(lately({{1, 3 * kEuro, 9}, {2, 2 * kEuro, 1}}) == 2);
  CHECK(lately({{1, 2 * kEuro, 9}, {2, 3 * kEuro, 1}}) == 3);
  CHECK(lately({{1, 2 * kEuro, 9}, {2, 2 * kEuro, 9}, {28, 3 * kEuro, 1}}) == 3);
  CHECK(lately({}) == -1);
}

TEST_CASE("weeks sold add up the same in any order") {
  std::vector<WeekPrice> rising, falling;
  for (std::int32_t week = 1; week <= 12; ++week) {
    add_week_price(rising, {week, kEuro * (week % 3), 2});
    add_week_price(rising, {week, kEuro * 7, 1});
    add_week_price(falling, {13 - week, kEuro * 7, 1});
    add_week_price(falling, {13 - week, kEuro * ((13 - week) % 3), 2});
  }
  CHECK(rising == falling);
  CHECK(rising.size() == 2 * kPriceWeeks);
  CHECK(week_of(0) == week_of(3 * 86'400));      // Thursday and Sunday
  CHECK(week_of(0) + 1 == week_of(4 * 86'400));  // Monday
  CHECK(week_of(-4 * 86'400) + 1 == week_of(-86'400 * 3));
}

TEST_CASE("what an item cost in its last weeks is read the same by any number of threads, in any order of columns") {
  auto const text = sales();
  auto const whole = lately_of(dated(text), "A");
  REQUIRE(whole.size() == 7);  // two prices in the weeks of the promotion and of the change
  for (unsigned const threads : {1U, 3U}) {
    for (std::size_t const piece : {64U, 700U, 20'000U}) {
      TransactionLimits limits;
      limits.threads = threads;
      limits.piece = piece;
      CHECK(lately_of(dated(text, limits), "A") == whole);
    }
  }
  // Rows whose text behind the SKU is what the ones before them said are read another way.
  std::string other = "sku,basket_id,quantity,unit_price,timestamp\n";
  std::size_t begin = text.find('\n') + 1;
  std::string backwards;
  for (auto end = text.find('\n', begin); end != std::string::npos; begin = end + 1, end = text.find('\n', begin)) {
    auto const line = text.substr(begin, end - begin);
    auto const time = line.find(',') + 1, sku = line.find(',', time) + 1, rest = line.find(',', sku) + 1;
    other += line.substr(sku, rest - sku) + line.substr(0, time) + line.substr(rest) + ',' +
             line.substr(time, sku - time - 1) + '\n';
    backwards.insert(0, line + '\n');
  }
  CHECK(lately_of(dated(other), "A") == whole);
  CHECK(lately_of(dated("basket_id,timestamp,sku,quantity,unit_price\n" + backwards), "A") == whole);
  CHECK(lately_of(made::read(text).value(), "A").empty());  // only where it is wanted
}

TEST_CASE("without a price in items the customer is told what it costs lately, and a note says that it changed") {
  auto const built = build(dated(sales()), {}, {}, {});
  REQUIRE(built.has_value());
  CHECK(price_in(built->bundle, "A") == 300);
  CHECK(price_in(built->bundle, "B") == 400);
  CHECK(tells(built->notes,
              "transactions: 1 item without a price in an items file has changed its price; told is that of lately: "
              "'A' 3.00 EUR, mostly sold at 2.00 EUR"));
  CHECK(!tells(build(dated(sales()), items("A,A,3.00\n"), {}, {})->notes, "changed"));
}

TEST_CASE("files of a day give the price of lately as the whole does") {
  made::Folder const folder;
  made::put_file(folder.file("t.csv"), sales());
  std::vector<std::string> const files = {folder.file("t.csv")};
  auto const data = made::read(sales()).value();
  auto const days = count_by_day(data, files, {}, {}, 1);
  REQUIRE(days.has_value());
  RecentSum sum(Recency{}, days->back().day);
  for (auto const& day : *days) REQUIRE(sum.add({"d", day.counts}).has_value());
  auto const counts = sum.finish();
  REQUIRE(counts.has_value());
  auto const whole = count_items(dated(sales()), made::all_of(data)).value();
  for (std::size_t n = 0; n < whole.items.size(); ++n) CHECK(counts->counts.items[n].lately == whole.items[n].lately);
  CHECK(price_in(build_from_counts(*counts, nullptr, {}, {}, {})->bundle, "A") == 300);
}

TEST_CASE("prices far from what was charged lately are told by line, with what was charged") {
  auto const strange = items("A,A,300.00\nB,B,4.10\nC,C,1.20\n");
  auto const data = dated(sales());
  auto const check = check_prices(strange, count(data, 1));
  CHECK(check.items == 3);
  CHECK(check.far.size() == 2);
  CHECK(check.most());
  auto const built = build(data, strange, {}, {});
  REQUIRE(built.has_value());
  CHECK(
      tells(built->notes,
            "items: 2 of 3 items cost more than 3 times, or less than a third of, what was charged lately: line 2 'A' "
            "300.00 EUR, sold at 3.00 EUR, line 4 'C' 1.20 EUR, sold at 4.00 EUR; mend the prices"));
  CHECK(!check_prices(items("A,A,3.00\nB,B,40.00\nC,C,4.00\n"), count(data, 1)).most());
  CHECK(check_prices(items("A,A,3.00\nB,B,12.00\nC,C,0\n"), count(data, 1)).far.empty());
}
