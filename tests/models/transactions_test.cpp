#include "tillcue/models/transactions.hpp"

#include <array>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/import.hpp"

using namespace tillcue;
using namespace tillcue::models;
using made::read;

namespace {

std::string const kHeader = "basket_id,customer_id,timestamp,sku,quantity,unit_price\n";

/// The complaint about the only bad row.
std::string complaint(std::string const& rows) {
  TransactionReader reader({1.0, 1000});
  REQUIRE(reader.add(from_memory(kHeader + rows), "t.csv").has_value());
  REQUIRE(reader.bad().bad() == 1);
  return reader.bad().shown().at(0);
}

bool tells(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("baskets are sets of items in the order of the first scan, also when their rows stand apart") {
  auto const data = read(kHeader + "1,,,a,1,\n2,,,a,1,\n1,,,b,1,\n2,,,c,2,\n1,,,a,1,\n");
  REQUIRE(data.has_value());
  REQUIRE(data->baskets() == 2);
  CHECK(data->basket(0).size() == 2);
  CHECK(data->items[data->basket(0)[0]].sku == "a");
  CHECK(data->items[data->basket(0)[1]].sku == "b");
  CHECK(data->items[data->basket(1)[1]].sku == "c");
  CHECK(data->items[0].quantity_milli == 3000);
  CHECK(data->items[data->basket(1)[1]].quantity_milli == 2000);
}

TEST_CASE("a basket id holds within one file only") {
  TransactionReader reader;
  REQUIRE(reader.add(from_memory(kHeader + "1,,,a,1,\n"), "mon.csv").has_value());
  REQUIRE(reader.add(from_memory(kHeader + "1,,,b,1,\n"), "tue.csv").has_value());
  auto const data = reader.finish();
  REQUIRE(data.has_value());
  CHECK(data->baskets() == 2);
}

TEST_CASE("columns may stand in any order and only basket_id and sku are needed") {
  auto const data = read("sku,till,basket_id\na,3,1\nb,3,1\n");
  REQUIRE(data.has_value());
  CHECK(data->baskets() == 1);
  CHECK(tells(read("sku,name\n1,2\n").error().what, "t.csv:1: header: column 'basket_id' is missing"));
  CHECK(tells(read("basket_id,name\n1,2\n").error().what, "column 'sku' is missing"));
}

TEST_CASE("every bad field is told by file, line, field and mend") {
  CHECK(tells(complaint(",,,a,1,\n"), "t.csv:2: basket_id: is empty"));
  CHECK(tells(complaint("1,,,,1,\n"), "t.csv:2: sku: is empty"));
  CHECK(tells(complaint("1,,," + std::string(65, 's') + ",1,\n"), "sku: longer than 64 bytes"));
  CHECK(tells(complaint("1,,,\xFF,1,\n"), "sku: not clean UTF-8"));
  CHECK(tells(complaint("1,,,\"a\nb\",1,\n"), "sku: not clean UTF-8, or it holds a line end or tab; mend the text"));
  CHECK(tells(complaint(std::string("1\0,,,a,1,\n", 10)), "basket_id: not clean UTF-8, or it holds a line end or tab"));
  CHECK(tells(complaint("1,,,a,two,\n"), "quantity: 'two' is not a number"));
  CHECK(tells(complaint("1,,,a,1,\"2,55\"\n"), "unit_price: '2,55' is not a number like 2.55; use a point"));
  CHECK(tells(complaint("1,,01.12.2010,a,1,\n"), "timestamp: '01.12.2010' is neither ISO 8601"));
  CHECK(tells(complaint("1,,2010-12-01,a,1,\n2,,17,a,1,\n"), "t.csv:3: timestamp: '17' mixes two formats"));
  CHECK(tells(complaint("1,,17,a,1,\n2,,2010-12-01,a,1,\n"), "the rows before use whole numbers"));
  CHECK(tells(complaint("1,,,a\n"), "row: has 4 fields, the header has 6"));
}

TEST_CASE("a few bad rows in a small file are left out, as long as they are few beside the good ones") {
  auto const with = [](int good, int bad, TransactionLimits limits = {}) {
    auto text = kHeader;
    for (int n = 0; n < good; ++n) text += std::to_string(n) + ",,,a,1,\n";
    for (int n = 0; n < bad; ++n) text += "x,,,,1,\n";
    return read(text, limits);
  };
  CHECK(with(19, 1).has_value());
  CHECK(with(95, 5).has_value());
  CHECK(with(1000, 5).has_value());
  CHECK(with(5994, 6).has_value());
  CHECK(!with(18, 1).has_value());
  CHECK(!with(96, 6).has_value());
  CHECK(!with(5993, 6).has_value());
  auto const one = with(9, 1);
  REQUIRE(!one.has_value());
  CHECK(
      tells(one.error().what,
            "1 of 10 rows is bad, more than allowed (0.1 %, or 5 rows where these are no more than 5 %); mend them or "
            "raise --max-bad-rows, in percent"));
  CHECK_MESSAGE(!with(400, 1, {0.001, 1000}).has_value(), "a share that was asked for is meant");
  CHECK(!with(400, 1, {0.0, 1000}).has_value());
}

TEST_CASE("the share of bad rows decides, the first 20 are shown and the rest counted") {
  std::string good;
  for (int n = 0; n < 1000; ++n) good += std::to_string(n) + ",,,a,1,\n";
  TransactionLimits const strict{0.001, 1000};
  CHECK(read(kHeader + good + "x,,,,1,\n", strict).has_value());
  auto const two = read(kHeader + good + "x,,,,1,\ny,,,,1,\n", strict);
  REQUIRE(!two.has_value());
  CHECK(two.error().code == Code::invalid);
  CHECK(tells(two.error().what, "2 of 1,002 rows are bad, more than allowed (0.1 %); mend them"));
  CHECK(tells(two.error().what, "--max-bad-rows"));
  CHECK(tells(two.error().what, "t.csv:1002: sku"));
  std::string many;
  for (int n = 0; n < 50; ++n) many += "x,,,,1,\n";
  auto const flood = read(kHeader + good + many);
  CHECK(tells(flood.error().what, "t.csv:1021:"));
  CHECK(!tells(flood.error().what, "t.csv:1022:"));
  CHECK(tells(flood.error().what, "and 30 more"));
  CHECK(read(kHeader + good + many, {0.1, 1000}).has_value());
}

TEST_CASE("no rows, or none that is a purchase, is an error") {
  CHECK(tells(read("").error().what, "t.csv: is empty"));
  CHECK(tells(read(kHeader).error().what, "not one basket; is this the right file?\n  t.csv:1: header: no rows stand"));
  CHECK(tells(read(kHeader + "1,,,a,-1,\n").error().what, "not one basket"));
}

TEST_CASE("what is odd about a file is told by its line: no rows, prices below 0, one basket for all") {
  TransactionReader reader;
  auto const file = [&](std::string const& name, std::string const& rows) {
    REQUIRE(reader.add(from_memory(kHeader + rows), name).has_value());
  };
  file("quiet.csv", "");
  file("below.csv", "1,,,a,1,2.00\n1,,,b,1,-2.50\n1,,,c,1,-0.000001\n2,,,c,-1,-1\n");
  file("one.csv", "7,,,a,1,-3\n");
  std::string rows;
  for (int n = 0; n < 1001; ++n) rows += "day,,,s" + std::to_string(n % 9) + ",1,1.00\n";
  file("day.csv", rows);
  REQUIRE(reader.finish().has_value());
  auto const notes = reader.bad().notes();
  REQUIRE(notes.size() == 6);
  CHECK(notes[0] == "quiet.csv:1: header: no rows stand behind it; is this the right file?");
  CHECK(notes[1] ==
        "below.csv:3: unit_price: -2.5 is below 0, the first of 2 such rows: taken as sold, without the price; give a "
        "return a quantity below 0");
  CHECK(tells(notes[2], "one.csv:2: unit_price: -3 is below 0: taken as sold"));
  CHECK(tells(notes[3], "day.csv:2: all 1001 rows are of one basket; is basket_id the number of a receipt"));
  CHECK(tells(notes[4], "transactions: 3 rows with a unit_price below 0"));
}

TEST_CASE("a price below 0 is no price, and is told") {
  TransactionReader reader;
  REQUIRE(reader.add(from_memory("basket_id,sku,quantity,unit_price\n1,a,1,-2.50\n1,b,1,3\n2,a,1,2\n"), "t.csv"));
  auto const data = reader.finish();
  REQUIRE(data.has_value());
  CHECK(data->baskets() == 2);
  REQUIRE(data->items[0].prices.size() == 1);
  CHECK(data->items[0].prices[0].micro == 2'000'000);
  REQUIRE(reader.bad().notes().size() == 2);
  CHECK(tells(reader.bad().notes()[0], "t.csv:2: unit_price: -2.5 is below 0: taken as sold"));
  CHECK(tells(reader.bad().notes()[1],
              "transactions: 1 row with a unit_price below 0: taken as sold, without the price"));
}

TEST_CASE("items that no till could name are noted and not counted, also in rows like the one before") {
  TransactionReader reader;
  REQUIRE(reader.add(from_memory(kHeader + "1,,,a,1,\n1,,,name:MILK,1,\n1,,,b,1,\n1,,,name:MILK,1,\n2,,,name:MILK,1,\n"
                                           "2,,,name:BREAD,1,\n3,,,a,1,\n3,,,name:MILK,-1,\n"),
                     "t.csv"));
  auto const data = reader.finish();
  REQUIRE(data.has_value());
  REQUIRE(data->baskets() == 2);
  CHECK(data->basket(0).size() == 2);
  CHECK(data->basket(1).size() == 1);
  REQUIRE(reader.bad().notes().size() == 2);
  CHECK(tells(reader.bad().notes()[0] + reader.bad().notes()[1], "4 rows of items no till could name (sku name:...)"));
}

namespace {

/// Baskets as "id: items", with what was sold of each item, in whole pieces.
std::string baskets_of(std::string const& rows, TransactionLimits limits = {}, std::size_t step = 0) {
  TransactionReader reader(limits);
  REQUIRE(reader.add(from_memory(kHeader + rows, step), "t.csv").has_value());
  auto const data = reader.finish();
  if (!data) return data.error().what;
  std::string text;
  for (std::size_t n = 0; n < data->baskets(); ++n) {
    for (auto const item : data->basket(n)) text += data->items[item].sku;
    text += ' ';
  }
  for (auto const& item : data->items) text += item.sku + std::to_string(item.quantity_milli / 1000);
  return text;
}

}  // namespace

TEST_CASE("lines of a basket are netted by item: what was voided was not bought") {
  CHECK(baskets_of("1,,,A,1,\n1,,,B,1,\n1,,,B,-1,\n2,,,A,1,\n2,,,C,1,\n") == "A AC A2B0C1");
  CHECK(baskets_of("1,,,A,1,\n1,,,B,3,\n1,,,B,-1,\n") == "AB A1B2");
  CHECK(baskets_of("1,,,B,-1,\n1,,,A,1,\n1,,,B,1,\n1,,,B,1,\n") == "AB A1B1");
  CHECK(baskets_of("1,,,B,0.350,\n1,,,A,1,\n1,,,B,-0.350,\n") == "A B0A1");
  CHECK(baskets_of("1,,,A,1,\n1,,,B,2,\n2,,,C,1,\n1,,,B,-1,\n1,,,B,-1,\n") == "A C A1B0C1");  // rows that come back
  // Of another basket, or of something else: a return.
  CHECK(baskets_of("1,,,A,1,\n1,,,B,1,\n2,,,B,-1,\n3,,,A,1,\n3,,,C,-1,\n") == "AB A A2B1");
  // Of a sale that was voided as a whole no basket is left.
  CHECK(baskets_of("1,,,A,1,\n1,,,A,-1,\n2,,,A,1,\n2,,,B,1,\n") == "AB A1B1");
  CHECK(tells(baskets_of("1,,,A,1,\n1,,,A,-1,\n"), "not one basket"));
}

TEST_CASE("returns within their basket are told apart") {
  TransactionReader reader;
  REQUIRE(reader.add(from_memory(kHeader + "1,,,A,1,\n1,,,B,2,\n1,,,B,-1,\n2,,,A,-1,\n"), "t.csv").has_value());
  REQUIRE(reader.finish().has_value());
  REQUIRE(!reader.bad().notes().empty());
  CHECK(tells(reader.bad().notes().back(),
              "2 rows with a quantity of 0 or less taken as returns, not counted; 1 of them taken from lines of their "
              "own basket"));
}

TEST_CASE("netting does not depend on threads, pieces, streams, shares and formats") {
  std::string rows, lines;
  std::uint64_t seed = 9;
  for (int n = 0; n < 600; ++n) {
    seed = mix(seed);
    auto const basket = std::to_string(n / 20 * 3 + static_cast<int>(seed % 3));
    auto const sku = std::string(1, static_cast<char>('A' + seed / 10 % 5));
    auto const* const quantity = std::array{"1", "2", "1", "-1", "-2", "0.5", "3"}.at(seed / 100 % 7);
    rows += basket + ",,," + sku + ',' + quantity + ",1.50\n";
    lines +=
        R"({"basket_id":")" + basket + R"(","sku":")" + sku + R"(","quantity":)" + quantity + ",\"unit_price\":1.50}\n";
  }
  auto const whole = baskets_of(rows);
  for (std::size_t const piece : {40U, 300U, 100'000U}) {
    for (unsigned const threads : {1U, 3U}) {
      TransactionLimits limits;
      limits.piece = piece;
      limits.threads = threads;
      CHECK(baskets_of(rows, limits) == whole);
    }
  }
  CHECK(baskets_of(rows, {}, 100) == whole);  // as from a pipe
  made::Folder const folder;
  made::put_file(folder.file("t.jsonl"), lines);
  TransactionReader reader;
  REQUIRE(add_sales(reader, folder.file("t.jsonl"), {}).has_value());
  auto const csv = count(read(kHeader + rows).value(), 1);
  CHECK(count(reader.finish().value(), 1).together == csv.together);
  std::vector<Counts> shares;
  for (std::uint32_t part = 0; part < 2; ++part) {
    TransactionLimits limits;
    limits.share = {part, 2};
    shares.push_back(count(read(kHeader + rows, limits).value(), 1));
  }
  auto const both = merge(shares);
  REQUIRE(both.has_value());
  CHECK(both->baskets == csv.baskets);
  for (std::size_t n = 0; n < csv.items.size(); ++n)
    CHECK(both->items[n].quantity_milli == csv.items[n].quantity_milli);
}

TEST_CASE("a basket of many rows and returns is netted right, as soon as others") {
  // So many rows for each return would take half a minute.
  std::string rows;
  for (int n = 0; n < 200'000; ++n) rows += "0,,,s" + std::to_string(n % 400) + ",1,\n";
  // Of s0 to s98 as many as were sold, of s99 one less, of s1000 none was.
  for (int n = 0; n < 50'000; ++n) rows += n == 99 ? "0,,,s1000,-1,\n" : "0,,,s" + std::to_string(n % 100) + ",-1,\n";
  rows += "1,,,s1,1,\n1,,,s400,1,\n1,,,s400,-1,\n";
  TransactionReader reader;
  REQUIRE(reader.add(from_memory(kHeader + rows), "t.csv").has_value());
  CHECK(reader.netted() == 50'000);  // but for s1000
  auto const data = reader.finish();
  REQUIRE(data.has_value());
  REQUIRE(data->baskets() == 2);
  REQUIRE(data->basket(0).size() == 301);
  CHECK(data->items[data->basket(0)[0]].sku == "s99");
  REQUIRE(data->basket(1).size() == 1);
  CHECK(data->items[data->basket(1)[0]].sku == "s1");
  for (std::size_t n = 0; n < 400; ++n) {
    CHECK(data->items[n].quantity_milli == (n == 1 ? 1000 : n < 99 ? 0 : n == 99 ? 1000 : 500'000));
  }
}

TEST_CASE("returns that wait for the end of their file count as memory with their texts") {
  auto const taken = [](std::size_t length) {
    TransactionLimits limits;
    limits.memory = 240'000;
    TransactionReader reader(limits);
    std::string const basket(length, '1'), sku(length, 'A');
    std::string rows = basket + ",,," + sku + ",1,\n";
    for (int n = 0; n < 2000; ++n) rows += basket + ",,," + sku + ",-0.001,\n";
    return reader.add(from_memory(kHeader + rows), "t.csv").has_value();
  };
  CHECK(taken(4));
  CHECK_FALSE(taken(64));
}

TEST_CASE("returns are noted and not counted") {
  TransactionReader reader;
  REQUIRE(reader.add(from_memory(kHeader + "1,,,a,1,\n1,,,b,-1,\n1,,,c,0,\n"), "t.csv").has_value());
  auto const data = reader.finish();
  REQUIRE(data.has_value());
  CHECK(data->basket(0).size() == 1);
  REQUIRE(reader.bad().notes().size() == 1);
  CHECK(tells(reader.bad().notes()[0], "2 rows with a quantity of 0 or less"));
}

TEST_CASE("a basket with more than 1000 distinct items is noted and left out; one with 1000 is kept") {
  auto const rows = [](int items) {
    std::string text = kHeader + "small,,,a,1,\n";
    for (int n = 0; n < items; ++n) text += "big,,,s" + std::to_string(n) + ",1,\n";
    return text;
  };
  CHECK(read(rows(1000))->baskets() == 2);
  TransactionReader reader;
  REQUIRE(reader.add(from_memory(rows(1001)), "t.csv").has_value());
  auto const data = reader.finish();
  REQUIRE(data.has_value());
  CHECK(data->baskets() == 1);
  CHECK(tells(reader.bad().notes().at(0), "t.csv:3: basket with 1001 distinct items left out"));
}

TEST_CASE("what was left out is said in total, however much there was to note") {
  std::string text = kHeader + "small,,,a,1,\nsmall,,,b,-1,\n";
  for (int basket = 0; basket < 25; ++basket) {
    for (int n = 0; n < 4; ++n) text += "big" + std::to_string(basket) + ",,,s" + std::to_string(n) + ",1,\n";
  }
  TransactionReader reader({0, 3});
  REQUIRE(reader.add(from_memory(text), "t.csv").has_value());
  REQUIRE(reader.finish().has_value());
  auto const& notes = reader.bad().notes();
  REQUIRE(notes.size() == 22);
  CHECK(tells(notes[19], "basket with 4 distinct items left out"));
  CHECK(tells(notes[20], "25 baskets with more than 3 distinct items left out"));
  CHECK(tells(notes[21], "1 rows with a quantity of 0 or less"));
  TransactionReader none_left({0, 1});
  REQUIRE(none_left.add(from_memory(kHeader + "1,,,a,1,\n1,,,b,1,\n2,,,a,-1,\n"), "t.csv").has_value());
  auto const refused = none_left.finish();
  REQUIRE(!refused.has_value());
  CHECK(tells(refused.error().what, "not one basket"));
  CHECK(tells(refused.error().what, "1 basket with more than 1 distinct items left out"));
  CHECK(tells(refused.error().what, "1 rows with a quantity of 0 or less"));
}

TEST_CASE("dates, visit numbers and no times are told apart, and a basket takes its earliest time") {
  auto const dated = read(kHeader + "1,,2010-12-01T10:00,a,1,\n1,,2010-12-01T09:00,b,1,\n2,,,a,1,\n");
  REQUIRE(dated.has_value());
  CHECK(dated->time_kind == TimeKind::calendar);
  CHECK(dated->times[0] == 1'291'194'000);
  CHECK(dated->times[1] == kNoTime);
  CHECK(read(kHeader + "1,,3,a,1,\n")->time_kind == TimeKind::order);
  CHECK(read(kHeader + "1,,,a,1,\n")->time_kind == TimeKind::none);
}

TEST_CASE("sold prices are kept and their median found; prices below zero are not") {
  auto const data = read(kHeader + "1,,,a,1,2.00\n2,,,a,1,3.00\n3,,,a,1,9.99\n4,,,a,1,-1\n5,,,b,1,\n");
  REQUIRE(data.has_value());
  std::int64_t micro = 0;
  REQUIRE(median_price(data->items[0].prices, micro));
  CHECK(micro == 3'000'000);
  CHECK(!median_price(data->items[1].prices, micro));
}

TEST_CASE("the held-out part is the latest by date, and a stable hashed part without dates") {
  std::string dated = kHeader;
  for (int n = 0; n < 20; ++n) {
    dated += std::to_string(n) + ",,2026-01-" + std::to_string(10 + (n * 7) % 20) + ",a,1,\n";
  }
  auto const data = read(dated);
  auto const split = hold_out(*data, 0.25);
  REQUIRE(split.held.size() == 5);
  for (auto const late : split.held) {
    for (auto const early : split.train) CHECK(data->times[early] <= data->times[late]);
  }
  std::vector<std::vector<std::string>> baskets(1000, {"a", "b"});
  auto const plain = made::dataset(baskets);
  auto const hashed = hold_out(plain, 0.1);
  CHECK(hashed.held.size() == 100);
  CHECK(hold_out(plain, 0.1).held == hashed.held);
  std::size_t in_folds = 0;
  for (std::uint64_t fold = 0; fold < 5; ++fold) {
    auto const size = fold_out(plain, fold, 5).held.size();
    CHECK(size > 120);
    in_folds += size;
  }
  CHECK(in_folds == 1000);
}
