#include "tillcue/models/stray_days.hpp"

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/pipeline.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

constexpr std::int32_t kDay = 20'777;  // 2026-11-20
std::string const kHeader = "basket_id,timestamp,sku,quantity,unit_price\n";

/// `each` baskets on every day up to 2026-11-20.
BasketsByDay store(int days, std::uint64_t each) {
  BasketsByDay all;
  for (int n = 0; n < days; ++n) all[kDay - n] = each;
  return all;
}

/// The same as rows: two items a basket.
std::string rows(int days, int each) {
  auto text = kHeader;
  for (int n = 0; n < days * each; ++n) {
    auto const id = std::to_string(n);
    auto const time = day_text(kDay - n % days) + "T10:00:00,";
    text += id + ',' + time + "i" + std::to_string(n % 7) + ",1,1.50\n" + id + ',' + time + "j,1,2.50\n";
  }
  return text;
}

struct Read {
  Result<Dataset> data;
  std::vector<std::string> notes;
};

Read read(std::string const& text, TransactionLimits limits = {}) {
  TransactionReader reader(limits);
  REQUIRE(reader.add(from_memory(text), "t.csv").has_value());
  auto data = reader.finish();
  return {std::move(data), reader.bad().notes()};
}

std::string lone(std::string const& day) { return "x," + day + ",i0,1,1.50\nx," + day + ",j,1,2.50\n"; }

}  // namespace

TEST_CASE("a few baskets long after all others are strays; a gap as others, or many baskets, are none") {
  auto days = store(50, 20);
  CHECK(!find_stray_days(days));
  days[kDay + 365] = 1;
  auto const stray = find_stray_days(days);
  REQUIRE(stray.has_value());
  CHECK(stray->few);
  CHECK(stray->first == kDay + 365);
  CHECK(stray->others_end == kDay);
  CHECK(stray->baskets == 1);
  CHECK(stray->how_late() == "12 months after all others");
  days[kDay + 3650] = 2;  // one lone day hides no other
  CHECK(find_stray_days(days)->first == kDay + 365);
  CHECK(find_stray_days(days)->last == kDay + 3650);

  auto soon = store(50, 20);
  soon[kDay + 29] = 1;
  CHECK(!find_stray_days(soon));
  soon[kDay + 29 + 40] = 1;  // no more than twice the gap before
  CHECK(!find_stray_days(soon));

  auto season = store(50, 20);
  for (int n = 0; n < 5; ++n) season[kDay + 200 + n] = 20;
  REQUIRE(find_stray_days(season).has_value());
  CHECK(!find_stray_days(season)->few);
  for (int n = 5; n < 20; ++n) season[kDay + 200 + n] = 20;
  CHECK(!find_stray_days(season));

  BasketsByDay seldom;
  for (int n = 0; n < 40; ++n) seldom[kDay - 45 * n] = 1;
  CHECK(!find_stray_days(seldom));
}

TEST_CASE("a few strays are left out of what is read, told by file, line and date, and taken in by as-of") {
  auto const good = rows(40, 25);
  auto const [data, notes] = read(good + lone("2036-08-27T09:00:00"));
  REQUIRE(data.has_value());
  CHECK(data->baskets() == 1000);
  CHECK(data->file_end == std::vector<std::uint64_t>{1000});
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] ==
        "t.csv:2002: sold 2036-08-27, 9 years after all others: left out; if the date is right, build --as-of "
        "2036-08-27 takes it in");
  auto const clean = read(good);
  CHECK(clean.notes.empty());
  CHECK(data->basket_items == clean.data->basket_items);
  CHECK(data->times == clean.data->times);
  CHECK(data->keys == clean.data->keys);

  // Wherever it stands, in pieces too.
  TransactionLimits small;
  small.threads = 3;
  small.piece = 500;
  auto const first = read(kHeader + lone("2036-08-27T09:00:00") + good.substr(kHeader.size()), small);
  CHECK(first.data->times == clean.data->times);
  REQUIRE(first.notes.size() == 1);
  CHECK(first.notes[0].starts_with("t.csv:2: sold 2036-08-27"));

  TransactionLimits wanted;
  wanted.until = 24'345;  // 2036-08-27
  auto const taken = read(good + lone("2036-08-27T09:00:00"), wanted);
  CHECK(taken.data->baskets() == 1001);
  CHECK(taken.notes.empty());
  wanted = {};
  wanted.want_strays = true;
  CHECK(read(good + lone("2036-08-27T09:00:00"), wanted).data->baskets() == 1001);
}

TEST_CASE("of several strays the first is told with their number; of more than are remembered, one of them") {
  auto const few = [](int strays) {
    auto text = rows(40, 750);
    for (int n = 0; n < strays; ++n)
      text += 's' + std::to_string(n) + ",2027-09-0" + std::to_string(1 + n % 9) + ",j,1,1\n";
    return read(text);
  };
  auto const two = few(2);
  CHECK(two.data->baskets() == 30'000);
  REQUIRE(two.notes.size() == 1);
  CHECK(
      two.notes[0] ==
      "t.csv:60002: sold 2027-09-01, 9 months after all others, the first of 2 such baskets: left out; if the date is "
      "right, build --as-of 2027-09-02 takes them in");
  auto const many = few(25);
  CHECK(many.data->baskets() == 30'000);
  REQUIRE(many.notes.size() == 1);
  CHECK(many.notes[0].find(", one of 25 such baskets: left out") != std::string::npos);
}

TEST_CASE("with a basket of the future a bundle is, byte for byte, the one without it") {
  auto const good = rows(40, 25);
  auto const alone = build(read(good).data.value(), {}, {}, {});
  BuildOptions options;
  options.recency.half_life_days = kUsualHalfLife;
  options.recency.if_possible = true;
  auto const clean = build(read(good).data.value(), {}, {}, options);
  auto const stray = build(read(good + lone("2027-08-27T09:00:00")).data.value(), {}, {}, options);
  REQUIRE((alone && clean && stray));
  CHECK(stray->bundle == clean->bundle);
  CHECK(stray->baskets == 1000);
  CHECK(day_of(stray->to) == kDay);
}

TEST_CASE("many baskets of a till whose clock was wrong are counted, and told with the mend") {
  auto text = rows(40, 25);
  for (int n = 0; n < 100; ++n) {
    text += 'z' + std::to_string(n) + ",2027-09-0" + std::to_string(1 + n % 9) + ",i1,1,1\n";
  }
  auto const [data, notes] = read(text);
  CHECK(data->baskets() == 1100);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] ==
        "transactions: 100 baskets of 2027-09-01 to 2027-09-09, 9 months after all others: counted; if a till's clock "
        "was wrong, build --as-of 2026-11-20 leaves them out");
}

TEST_CASE("rows after the last day wanted are not read, whatever else they say") {
  auto const good = rows(40, 25);
  TransactionLimits limits;
  limits.until = kDay - 10;
  for (unsigned const threads : {1U, 3U}) {
    limits.threads = threads;
    limits.piece = 700;
    auto const [data, notes] = read(good, limits);
    CHECK(data->baskets() == 750);
    REQUIRE(notes.size() == 1);
    CHECK(notes[0] == "transactions: 500 rows after 2026-11-10 left out (--as-of)");
    std::int64_t sold = 0;
    for (auto const& item : data->items) sold += item.quantity_milli;
    CHECK(sold == 1'500'000);  // prices and quantities are of the rows read
  }
  limits.until = kDay - 100;
  auto const none = read(good, limits);
  REQUIRE(!none.data.has_value());
  CHECK(none.data.error().what == "no basket counts as of 2026-08-12; choose a later day");
}

TEST_CASE("visit numbers that are seconds or milliseconds since 1970 are told with the mend") {
  auto const note_of = [](std::string const& first, std::string const& second) {
    return read("basket_id,timestamp,sku\n1," + first + ",a\n1," + first + ",b\n2," + second + ",a\n").notes;
  };
  auto const seconds = note_of("1795248000", "1795248111");
  REQUIRE(seconds.size() == 1);
  CHECK(seconds[0] ==
        "transactions: timestamps like 1795248000 look like seconds since 1970 and are taken as visit numbers, without "
        "dates: no half-life, nothing is split by time; write them like 2026-11-21T08:00:00");
  auto const thousandths = note_of("1795248000123", "1795248111000");
  REQUIRE(thousandths.size() == 1);
  CHECK(thousandths[0].find("look like milliseconds since 1970") != std::string::npos);
  CHECK(thousandths[0].find("write them like 2026-11-21T08:00:00") != std::string::npos);
  CHECK(note_of("7", "1795248000").empty());
  CHECK(note_of("7", "8").empty());
}
