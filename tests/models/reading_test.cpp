// What reading by pieces and threads must not change, and logs that no shop should have but some do.

#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "../../models/src/sold_items.hpp"
#include "../../models/src/text_index.hpp"
#include "made.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

std::string const kHeader = "basket_id,customer_id,timestamp,sku,quantity,unit_price\n";

bool tells(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

/// All that a reader makes of a text, as text.
std::string told(std::string const& text, unsigned threads, std::size_t piece, std::size_t step = 0) {
  TransactionLimits limits;
  limits.bad_rows = 1;
  limits.basket_items = 12;
  limits.threads = threads;
  limits.piece = piece;
  TransactionReader reader(limits);
  if (auto const added = reader.add(from_memory(text, step), "t.csv"); !added) return added.error().what;
  auto const data = reader.finish();
  std::string all;
  for (auto const& line : reader.bad().shown()) all += line + '\n';
  for (auto const& line : reader.bad().notes()) all += line + '\n';
  all += std::to_string(reader.bad().rows()) + " rows, " + std::to_string(reader.bad().bad()) + " bad\n";
  if (!data) return all + data.error().what;
  for (auto const& item : data->items) {
    all += item.sku + ' ' + std::to_string(item.quantity_milli);
    for (auto const& point : item.prices) all += ' ' + std::to_string(point.micro) + 'x' + std::to_string(point.times);
    all += '\n';
  }
  for (std::size_t n = 0; n < data->baskets(); ++n) {
    all += std::to_string(data->keys[n]) + '@' + std::to_string(data->times[n]);
    for (auto const item : data->basket(n)) all += ' ' + std::to_string(item);
    all += '\n';
  }
  return all;
}

/// Whatever a log may hold, in `kinds` of rows.
std::string log(std::uint64_t seed, int rows, unsigned kinds) {
  std::string text = kHeader;
  for (int n = 0; n < rows; ++n) {
    seed = mix(seed);
    auto const basket = "b" + std::to_string(n / 30 * 5 + static_cast<int>(seed % 5));
    auto const sku = "sku" + std::to_string(seed / 5 % 40) + std::string(seed / 200 % 12, 'x');
    switch (seed / 1000 % kinds) {
      case 0:
        text += basket + ",,2026-02-03T04:05:06," + sku + ",1,2.50\n";
        break;
      case 1:
        text += basket + ",c,," + sku + ",,\r\n";
        break;
      case 2:
        text += basket + ",,2026-02-03," + sku + ",-1,2.50\n";
        break;
      case 3:
        text += basket + ",,77," + sku + ",1,2.5\n";
        break;
      case 4:
        text += basket + ",,," + sku + ",one,\n\n";
        break;
      case 5:
        text += basket + ",,," + sku + ",0.250," + std::to_string(seed % 90) + "\n";
        break;
      case 6:
        text += basket + "," + std::string(70, 'c') + ",," + sku + ",1,-3\n";
        break;
      case 7:
        text += basket + ",short\n";
        break;
      case 8:
        text += basket + ",\"two\nlines\",," + sku + ",1,\n";
        break;
      default:
        text += basket + ",\"never ends,," + sku + ",1,\n";
        break;
    }
  }
  return text;
}

std::string in_quotes(std::string const& value) {
  std::string text = "\"";
  for (auto const c : value) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

/// Rows that mostly begin as the one before, in the given order of columns; with quotes, which no row needs, they say
/// the same and each is read by itself.
std::string repeating(std::vector<std::string> const& columns, std::uint64_t seed, bool quotes) {
  std::string text;
  for (auto const& column : columns) text += (text.empty() ? "" : ",") + column;
  text += '\n';
  auto const pick = [&](std::vector<std::string> const& choices) {
    seed = mix(seed);
    return choices[seed % choices.size()];
  };
  std::string basket = "b1";
  std::string time = "2026-02-03T04:05:06";
  for (int n = 0; n < 400; ++n) {
    if (pick({"", "", "", "", "new"}) == "new")
      basket = pick({"b1", "receipt-000017", "", std::string(70, 'b'), "7", "x\x01"});
    if (pick({"", "", "", "", "", "new"}) == "new")
      time = pick({"2026-02-03T04:05:06", "2026-02-01", "", "77", "noon"});
    std::string row;
    for (auto const& column : columns) {
      auto value =
          column == "basket_id"   ? basket
          : column == "timestamp" ? time
          : column == "sku"
              ? pick({"1", "22", "a\xC3\xA9", "4006381333931", "4006381333932", "7", "8", "9", "", "123456789012345",
                      "1234567890123456", "12345678901234567", "q\"q", std::string("n\0", 2), "7"})
          : column == "quantity" ? pick({"1", "1", "1", "", "2", "-1", "0.5", "one", "12"})
          : column == "unit_price"
              ? pick({"1.00", "1.00", "2.50", "", "-1", "12345678.25", "x", "99.99", "199.99", "1999.99", "2.5\r0",
                      std::string("2.50\0", 5), std::string("2.5\0\0\0", 6), "2.50000\x07"})
              : pick({"", std::string(40, 'c')});
      row += (row.empty() && &column == &columns.front() ? "" : ",") + (quotes ? in_quotes(value) : value);
    }
    text += row + (pick({"", "", "", "\r"})) + '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("items of any SKU are found again, and by a key read where 16 bytes lie as by one read with care") {
  SoldItems items;
  std::vector<std::string> skus;
  std::uint64_t seed = 5;
  for (int n = 0; n < 3000; ++n) {
    seed = mix(seed);
    // Some are the beginning of others, or of all sizes around the 8 and 16 bytes that are compared at once.
    auto sku = std::to_string(seed % 1000) + std::string(seed / 1000 % 20, static_cast<char>('a' + seed / 20'000 % 2));
    auto const lying = sku + std::string(16, static_cast<char>(seed >> 40U));
    SkuKey const key(sku);
    if (sku.size() <= SkuKey::kWhole) {
      auto const within = SkuKey::within(std::string_view(lying).substr(0, sku.size()));
      CHECK((within.low == key.low && within.high == key.high && within.hash == key.hash));
    }
    auto const known = std::find(skus.begin(), skus.end(), sku);
    auto* const found = items.find(key, sku);
    CHECK((found != nullptr) == (known != skus.end()));
    if (found != nullptr) {
      CHECK(std::uint32_t{found->number} == static_cast<std::uint32_t>(known - skus.begin()));
      ++found->times[0];
    } else {
      CHECK(std::uint32_t{items.add(key, sku).number} == skus.size());
      skus.push_back(std::move(sku));
    }
  }
  REQUIRE(items.size() == skus.size());
  std::int64_t again = 0;
  for (std::uint32_t n = 0; n < items.size(); ++n) {
    CHECK(items.text(n) == skus[n]);
    CHECK(std::uint32_t{items.item(n).number} == n);
    again += items.item(n).times[0];
  }
  CHECK(again == 3000 - static_cast<std::int64_t>(skus.size()));
  CHECK(items.find(SkuKey(""), "") == nullptr);
}

TEST_CASE("short texts of prices are told apart, long ones and none have no key") {
  auto const key = [](std::string text) {
    auto const size = text.size();
    return price_key(std::string_view(text += "12345678").substr(0, size));
  };
  CHECK(key("1.00") == key("1.00"));
  for (auto const* const other : {"1.0", "1.000", "1.01", "01.00", "2.00"}) CHECK(key(other) != key("1.00"));
  CHECK(key("1234.56") != 0);
  CHECK((key("12345.67") == 0 && key("") == 0));
}

TEST_CASE("texts are the same in all their bytes or not, of every length") {
  std::string const text = "The quick brown fox jumps over the lazy dog and the other 17 foxes";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    auto other = text;
    CHECK(same_bytes(text.data(), other.data(), size));
    for (std::size_t n = 0; n < size; ++n) {
      other[n] ^= 1;
      CHECK(!same_bytes(text.data(), other.data(), size));
      other[n] ^= 1;
    }
  }
}

TEST_CASE("rows that begin as the one before are read as if each stood alone") {
  std::vector<std::vector<std::string>> const layouts = {
      {"basket_id", "customer_id", "timestamp", "sku", "quantity", "unit_price"},
      {"timestamp", "basket_id", "unit_price", "note", "sku", "quantity"},
      {"basket_id", "sku"},
      {"basket_id", "timestamp", "sku", "unit_price"},
      {"timestamp", "basket_id", "sku", "unit_price", "quantity"},
      {"basket_id", "sku", "note"},
      {"note", "note2", "note3", "note4", "note5", "note6", "basket_id", "sku", "quantity", "unit_price"},
      {"sku", "basket_id", "timestamp", "quantity"},
      {"basket_id", "sku", "unit_price", "timestamp"},
      {"note", "basket_id", "quantity", "sku", "note2"}};
  for (auto const& columns : layouts) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      auto const text = repeating(columns, seed, false);
      auto const expected = told(repeating(columns, seed, true), 1, 1U << 30U);
      CHECK(tells(expected, " rows, "));
      for (std::size_t const step : {0U, 1U, 97U}) CHECK(told(text, 1, 1U << 30U, step) == expected);
      for (std::size_t const piece : {500U, 3000U}) CHECK(told(text, 2, piece) == expected);
    }
  }
}

TEST_CASE("what rows say is counted as often as they say it, known or not, for any number of ways to say it") {
  // A shelf's item, one with a price a day, one that is weighed; more than 16 bits can count, and more rows than are
  // looked at before looking for known ones is given up.
  std::string text = kHeader;
  std::int64_t quantity[3] = {0, 0, 0};
  std::map<std::int64_t, std::uint64_t> prices[3];
  bool weighed = false;
  int weighed_first = 0;
  SUBCASE("few are weighed") {}
  SUBCASE("most are weighed") { weighed = true; }
  SUBCASE("the first are weighed") { weighed_first = 40'000; }
  bool dozens = false;
  SUBCASE("most are sold by the dozen") { weighed = dozens = true; }
  for (int n = 0; n < 150'000; ++n) {
    bool const shelf = weighed_first > 0 ? n >= weighed_first : weighed ? n % 3 == 0 : n % 50 != 1;
    int const kind = n % 16 == 0 ? 1 : shelf ? 0 : 2;
    int const cents = kind == 1 ? 199 + n / 7919 : 250 - (n % 10 == 0 ? 1 : 0);
    int const milli = kind == 2 && dozens ? 12'000 * (1 + n % 1000)
                      : kind == 2         ? 100 + n % 1777
                                          : 1000 * (1 + n % 5 / 4);
    auto const amount = milli % 1000 > 0
                            ? std::to_string(milli / 1000) + '.' + std::to_string(1000 + milli % 1000).substr(1)
                            : std::to_string(milli / 1000);
    text += std::to_string(n / 10) + ",,2026-02-03T04:05:06,item" + std::to_string(kind) + ',' + amount + ',' +
            std::to_string(cents / 100) + '.' + std::to_string(100 + cents % 100).substr(1) + '\n';
    quantity[kind] += milli;
    ++prices[kind][cents * 10'000];
  }
  for (unsigned const threads : {1U, 3U}) {
    TransactionLimits limits;
    limits.threads = threads;
    TransactionReader reader(limits);
    REQUIRE(reader.add(from_memory(text), "t.csv"));
    auto const data = reader.finish();
    REQUIRE(data);
    CHECK(data->baskets() == 15'000);
    for (auto const& item : data->items) {
      auto const kind = static_cast<std::size_t>(item.sku.back() - '0');
      CHECK(item.quantity_milli == quantity[kind]);
      std::map<std::int64_t, std::uint64_t> found;
      for (auto const& point : item.prices) found[point.micro] = point.times;
      CHECK(found == prices[kind]);
    }
  }
}

TEST_CASE("what no till could name is left out in any quantity, with and without prices") {
  std::string text = "sku,basket_id,quantity\n";
  for (int n = 0; n < 300; ++n) {
    auto const basket = std::to_string(n / 3);
    text += "name:tea," + basket + ',' + std::to_string(n % 40 + 1) + "\nmilk," + basket + ',' + std::to_string(n % 7) +
            '\n';
  }
  auto const data = made::read(text);
  REQUIRE(data.has_value());
  CHECK(data->baskets() == 100);
  std::int64_t sold = 0;
  for (int n = 0; n < 300; ++n) sold += n % 7 * 1000;
  for (auto const& item : data->items) CHECK(item.quantity_milli == (item.sku == "milk" ? sold : 0));
  CHECK(data->basket_items.size() == 100);
}

TEST_CASE("numbers of receipts that rise, and then do not, are found again") {
  for (int const falls_after : {0, 1, 500, 3000}) {
    RisingIndex rising;
    TextIndex index;
    std::uint64_t seed = 9;
    for (int n = 0; n < 3000; ++n) {
      seed = mix(seed);
      auto const text = std::to_string(n < falls_after ? n / 3 : static_cast<int>(seed % 1500));
      auto const hash = text_hash(text);
      auto expected = index.find(text, hash);
      if (expected == TextIndex::kNone) expected = index.add(text, hash);
      rising.prefetch(hash);
      CHECK(rising.number_of(text, hash) == expected);
      if (n == 700) rising.expect(2000);
    }
    CHECK(rising.size() == index.size());
  }
}

TEST_CASE("texts are numbered by first appearance and found again, of every length") {
  TextIndex index;
  std::vector<std::string> texts;
  for (int n = 0; n < 3000; ++n) texts.push_back(std::string(n % 70, 'a') + std::to_string(n));
  for (auto const& text : texts) {
    CHECK(index.find(text, text_hash(text)) == TextIndex::kNone);
    index.add(text, text_hash(text));
  }
  for (std::uint32_t n = 0; n < texts.size(); ++n) {
    CHECK(index.find(texts[n], text_hash(texts[n])) == n);
    CHECK(index.text(n) == texts[n]);
    CHECK(!same_text(texts[n], texts[n] + "b"));
  }
  std::string changed = "abcdefghijklmnopqrstu";
  for (auto& c : changed) {
    c ^= 1;
    CHECK(!same_text(changed, "abcdefghijklmnopqrstu"));
    c ^= 1;
  }
}

TEST_CASE("the hash of a text of up to 8 bytes can be undone, so that no two of a size share one") {
  // Newton: each step doubles the bits of the inverse that are right.
  constexpr std::uint64_t kFactor = 0x9E37'79B9'7F4A'7C15ULL;
  std::uint64_t inverse = kFactor;
  for (int step = 0; step < 6; ++step) inverse *= 2 - kFactor * inverse;
  auto const back = [&](std::uint64_t hash, std::size_t size) {
    hash *= inverse;
    hash ^= hash >> 32U;
    auto const word = hash * inverse ^ size * kFactor;
    std::string text(size, '\0');
    for (std::size_t n = 0; n < size; ++n) {
      auto const place = size < 4 || n < 4 ? n : n + 8 - size;
      text[n] = static_cast<char>(word >> 8 * place);
    }
    return text;
  };
  std::uint64_t seed = 5;
  for (std::size_t size = 1; size <= 8; ++size) {
    for (int n = 0; n < 2000; ++n) {
      seed = mix(seed);
      auto const text = std::string(reinterpret_cast<char const*>(&seed), size);
      CHECK(back(text_hash(text), size) == text);
    }
  }
}

TEST_CASE("the same baskets, notes and complaints with any threads, pieces and ways of arriving") {
  for (unsigned const kinds : {1U, 3U, 8U, 9U, 10U}) {
    auto const text = log(kinds, 600, kinds);
    auto const expected = told(text, 1, 1U << 30U);
    CHECK(tells(expected, " rows, "));
    for (std::size_t const piece : {1U, 300U, 5000U}) {
      for (unsigned const threads : {1U, 2U, 4U}) CHECK(told(text, threads, piece) == expected);
    }
    CHECK(told(text, 2, 1, 13) == expected);
  }
}

TEST_CASE("shares of a log are disjoint and together the whole") {
  auto const text = log(5, 800, 2);
  auto const whole = count(made::read(text).value(), 1);
  std::vector<Counts> parts;
  for (std::uint32_t part = 0; part < 3; ++part) {
    TransactionLimits limits;
    limits.share = {part, 3};
    parts.push_back(count(made::read(text, limits).value(), 1));
    CHECK(parts.back().baskets < whole.baskets);
  }
  CHECK(encode(merge(parts).value()) == encode(whole));
}

TEST_CASE("one basket of 10,000 lines is left out by line, and one that is the whole file is an error") {
  std::string giant;
  for (int n = 0; n < 10'000; ++n) giant += "g,,,s" + std::to_string(n) + ",1,\n";
  TransactionReader reader;
  REQUIRE(reader.add(from_memory(kHeader + "a,,,x,1,\na,,,y,1,\n" + giant), "t.csv").has_value());
  REQUIRE(reader.finish().has_value());
  CHECK(tells(reader.bad().notes().at(0), "t.csv:4: basket with 10000 distinct items left out (more than 1000)"));
  auto const alone = made::read(kHeader + giant);
  REQUIRE(!alone.has_value());
  CHECK(tells(
      alone.error().what,
      "not one basket (1 basket with more than 1000 distinct items left out); is basket_id the number of a receipt"));
  CHECK(tells(alone.error().what, "\n  t.csv:2: basket with 10000 distinct items left out (more than 1000)"));
  // The same item 10,000 times is one item.
  std::string same;
  for (int n = 0; n < 10'000; ++n) same += "g,,,x,1,\n";
  CHECK(made::read(kHeader + same)->basket(0).size() == 1);
}

TEST_CASE("an item in every basket is counted in every basket") {
  std::vector<std::vector<std::string>> baskets;
  for (int n = 0; n < 500; ++n) baskets.push_back({"bag", "s" + std::to_string(n % 20)});
  auto const counts = count(made::dataset(baskets), 2);
  CHECK(counts.items[made::position(counts, "bag")].baskets == 500);
  CHECK(made::together(counts, "bag", "s7") == 25);
}

TEST_CASE("prices and quantities in other countries' ways are told by line and field") {
  auto const complaint = [](std::string const& row) {
    TransactionLimits limits;
    limits.bad_rows = 1;
    TransactionReader reader(limits);
    REQUIRE(reader.add(from_memory(kHeader + "1,,,a,1,2.55\n" + row), "t.csv").has_value());
    REQUIRE(reader.bad().bad() == 1);
    return reader.bad().shown().at(0);
  };
  CHECK(tells(complaint("1,,,a,1,\"1.299,00\"\n"), "t.csv:3: unit_price: '1.299,00' is not a number like 2.55"));
  CHECK(tells(complaint("1,,,a,1,€ 3.50\n"), "t.csv:3: unit_price: '€ 3.50' is not a number like 2.55"));
  CHECK(tells(complaint("1,,,a,1,3,50\n"), "t.csv:3: row: has 7 fields, the header has 6"));
  CHECK(tells(complaint("1,,,a,1x,3.50\n"), "t.csv:3: quantity: '1x' is not a number"));
  CHECK(tells(complaint("1,,2026-01-02,a,1,\n1,,2,a,1,\n"), "t.csv:4: timestamp: '2' mixes two formats"));
}

TEST_CASE("prices written in any way and number are kept as what they say") {
  std::string text = kHeader;
  auto const row = [&](std::string const& price) { text += "1,,,a,1," + price + "\n"; };
  for (auto const* const price : {"2.5", "2.50", "2.500000", "2.5", "+2.5", "02.5", "12.5", "1.25", "125", "-2.5", "0",
                                  "1234567", "12345678", "1234.567", "2.50", "1", "1.0"}) {
    row(price);
  }
  auto const data = made::read(text);
  REQUIRE(data.has_value());
  CHECK(data->items[0].prices == std::vector<PricePoint>{{0, 1},
                                                         {1'000'000, 2},
                                                         {1'250'000, 1},
                                                         {2'500'000, 7},
                                                         {12'500'000, 1},
                                                         {125'000'000, 1},
                                                         {1'234'567'000, 1},
                                                         {1'234'567'000'000, 1},
                                                         {12'345'678'000'000, 1}});
}
