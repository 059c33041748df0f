#include "tillcue/models/recency.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/day_counts.hpp"
#include "tillcue/models/pipeline.hpp"
#include "tillcue/models/training.hpp"

using namespace tillcue;
using namespace tillcue::models;
using made::position;
using made::together;

namespace {

std::string const kHeader = "basket_id,timestamp,sku,quantity,unit_price\n";
constexpr std::int32_t kDay = 20'777;  // 2026-11-20

std::string date(int day) { return day_text(kDay + day); }

/// Baskets spread over `days` days up to 2026-11-20, a few in each.
std::string store(int days, std::uint64_t seed) {
  std::string text = kHeader;
  std::size_t n = 0;
  for (auto const& basket : made::random_baskets(static_cast<std::size_t>(days) * 12, 25, seed)) {
    auto const time = date(-static_cast<int>(n % static_cast<std::size_t>(days))) + "T10:00:00";
    for (auto const& sku : basket) text += std::to_string(n) + ',' + time + ',' + sku + ",1,1.50\n";
    ++n;
  }
  return text;
}

std::vector<DayCounts> days_of(made::Folder const& folder, std::string const& text) {
  std::vector<std::string> const files = {folder.file("t.csv")};
  made::put_file(files[0], text);
  auto const days = count_by_day(made::read(text).value(), files, {}, {}, 2);
  REQUIRE_MESSAGE(days.has_value(), days.error().what);
  return *days;
}

Result<RecentCounts> sum_of(std::vector<DayCounts> const& days, Recency const& recency) {
  std::int32_t last = kNoDay;
  for (auto const& day : days) last = std::max(last, last_day(day.counts));
  RecentSum sum(recency, recency.as_of.value_or(last));
  for (auto const& day : days) {
    if (auto const added = sum.add({day_text(day.day), day.counts}); !added) return tl::unexpected(added.error());
  }
  return sum.finish();
}

}  // namespace

TEST_CASE(
    "a basket a half-life older weighs half, in whole 1/256; outside the window and after as-of it weighs nothing") {
  Recency const recency{60, 180, std::nullopt};
  CHECK(weight_of(kDay, kDay, recency) == 256);
  CHECK(weight_of(kDay - 60, kDay, recency) == 128);
  CHECK(weight_of(kDay - 120, kDay, recency) == 64);
  CHECK(weight_of(kDay - 30, kDay, recency) == 181);
  CHECK(weight_of(kDay - 179, kDay, recency) == 32);
  CHECK(weight_of(kDay - 180, kDay, recency) == 0);
  CHECK(weight_of(kDay + 1, kDay, recency) == 0);
  CHECK(weight_of(kNoDay, kDay, recency) == 0);
  CHECK(weight_of(kDay - 5000, kDay, {0, 0, kDay}) == 256);
  CHECK(weight_of(kDay - 5000, kDay, {60, 0, std::nullopt}) == 0);
}

TEST_CASE("weighted counts are the sum of each basket's weight") {
  auto const data =
      made::read(kHeader +
                 "1,2026-11-20T09:00,a,1,\n1,2026-11-20T09:00,b,1,\n2,2026-09-21,a,1,\n2,2026-09-21,b,1,\n"
                 "3,2026-09-21,a,1,\n4,2026-01-01,a,1,\n4,2026-01-01,z,1,\n")
          .value();
  auto const recent = count_recent(data, made::all_of(data), {60, 180, std::nullopt});
  REQUIRE_MESSAGE(recent.has_value(), recent.error().what);
  auto const& counts = recent->counts;
  CHECK(counts.unit_bits == kWeightBits);
  CHECK(counts.baskets == 256 + 128 + 128);
  CHECK(counts.items.size() == 2);
  CHECK(counts.items[position(counts, "a")].baskets == 512);
  CHECK(together(counts, "a", "b") == 384);
  CHECK(recent->too_old == 1);
  REQUIRE(recent->notes.size() == 1);
  CHECK(recent->notes[0] == "recency: 1 basket before the window or of no weight left out");
}

TEST_CASE("weights do not depend on the number of threads, and full weights are plain counts") {
  auto const data = made::read(store(50, 3)).value();
  auto const all = made::all_of(data);
  Recency const recency{20, 40, std::nullopt};
  auto const one = count_recent(data, all, recency, 1)->counts;
  CHECK(count_recent(data, all, recency, 3)->counts == one);
  auto const full = count_recent(data, all, {0, 0, kDay}, 2)->counts;
  auto const plain = count(data, 2);
  CHECK(full.baskets == plain.baskets * 256);
  CHECK(full.partner == plain.partner);
  CHECK(full.items.size() == plain.items.size());
  for (std::size_t n = 0; n < full.items.size(); ++n) {
    CHECK(full.items[n].baskets == plain.items[n].baskets * 256);
    CHECK(full.items[n].prices == plain.items[n].prices);
    CHECK(full.items[n].quantity_milli == plain.items[n].quantity_milli);
  }
  for (std::size_t n = 0; n < full.together.size(); ++n) CHECK(full.together[n] == plain.together[n] * 256);
  auto const weights = train(full, {});
  auto const same = train(plain, {});
  CHECK(weights.bias == same.bias);
  for (std::size_t n = 0; n < weights.rows.size(); ++n) {
    REQUIRE(weights.rows[n].size() == same.rows[n].size());
    for (std::size_t k = 0; k < weights.rows[n].size(); ++k) {
      CHECK(weights.rows[n][k].target == same.rows[n][k].target);
      CHECK(weights.rows[n][k].weight == same.rows[n][k].weight);
    }
  }
}

TEST_CASE("day files add up to the counts of the whole, byte for byte, and weighted as the whole is weighted") {
  made::Folder folder;
  auto const text = store(40, 7);
  auto const data = made::read(text).value();
  auto const days = days_of(folder, text);
  CHECK(days.size() == 40);
  CHECK(day_text(days.back().day) == "2026-11-20");
  std::vector<Counts> parts;
  for (auto const& day : days) parts.push_back(day.counts);
  auto whole = count(data, 2);
  whole.sources = sources_of(data, made::all_of(data));
  CHECK(encode(merge(parts).value()) == encode(whole));
  for (Recency const recency :
       {Recency{10, 0, std::nullopt}, Recency{0, 20, std::nullopt}, Recency{15, 30, kDay - 3}}) {
    auto const from_files = sum_of(days, recency)->counts;
    auto const direct = count_recent(data, made::all_of(data), recency)->counts;
    CHECK(from_files.baskets == direct.baskets);
    CHECK(from_files.partner == direct.partner);
    CHECK(from_files.together == direct.together);
    REQUIRE(from_files.items.size() == direct.items.size());
    for (std::size_t n = 0; n < direct.items.size(); ++n) CHECK(from_files.items[n].baskets == direct.items[n].baskets);
    auto const recent = count_recent(data, made::all_of(data), recency)->recent;
    CHECK(recent.bought.size() == direct.items.size());
    CHECK(sum_of(days, recency)->recent == recent);
    CHECK(sum_of({days.rbegin(), days.rend()}, recency)->recent == recent);
  }
}

TEST_CASE("weighted sums are the same to the last bit in any order of the files") {
  made::Folder folder;
  auto days = days_of(folder, store(40, 11));
  Recency const recency{9, 35, std::nullopt};
  auto const sum = encode(sum_of(days, recency)->counts);
  std::reverse(days.begin(), days.end());
  CHECK(encode(sum_of(days, recency)->counts) == sum);
  std::rotate(days.begin(), days.begin() + 17, days.end());
  CHECK(encode(sum_of(days, recency)->counts) == sum);
}

TEST_CASE("a file of several days is weighed by the mean of its baskets, and that is told") {
  auto data =
      made::read(kHeader + "1,2026-11-20,a,1,\n2,2026-11-20,a,1,\n3,2026-09-21,a,1,\n4,2026-09-21,a,1,\n").value();
  auto counts = count(data, 1);
  counts.sources = sources_of(data, made::all_of(data));
  RecentSum sum({60, 0, std::nullopt}, kDay);
  REQUIRE(sum.add({"autumn.counts", counts}).has_value());
  auto const done = sum.finish();
  REQUIRE(done.has_value());
  CHECK(done->counts.baskets == 4 * 192);
  REQUIRE(done->notes.size() == 1);
  CHECK(done->notes[0].find("autumn.counts holds 2026-09-21 to 2026-11-20, weighed as one") != std::string::npos);
  counts.sources.clear();
  RecentSum older({60, 0, std::nullopt}, kDay);
  auto const refused = older.add({"old.counts", counts});
  REQUIRE(!refused.has_value());
  CHECK(refused.error().what.find("old.counts: an older counts file of several days") != std::string::npos);
}

TEST_CASE("without dates recency is an error that says what to do; undated baskets are left out and told") {
  for (auto const* const time : {"", "7"}) {
    auto const data = made::read(kHeader + "1," + time + ",a,1,\n").value();
    auto const refused = count_recent(data, made::all_of(data), {60, 0, std::nullopt});
    REQUIRE(!refused.has_value());
    CHECK(refused.error().code == Code::invalid);
    CHECK(refused.error().what.find("has no dates, which half-life, window and as-of need") != std::string::npos);
    CHECK(!count_by_day(data, {}, {}, {}, 1).has_value());
    RecentSum sum({60, 0, std::nullopt}, kDay);
    CHECK(!sum.add({"x", count(data, 1)}).has_value());
  }
  auto const mixed = made::read(kHeader + "1,2026-11-20,a,1,\n2,,a,1,\n3,2026-11-25,a,1,\n").value();
  auto const recent = count_recent(mixed, made::all_of(mixed), {60, 0, kDay});
  REQUIRE(recent.has_value());
  CHECK(recent->counts.baskets == 256);
  CHECK(recent->notes == std::vector<std::string>{"recency: 1 basket after 2026-11-20 left out",
                                                  "recency: 1 basket without a date left out"});
  auto const all_kept = count_recent(mixed, made::all_of(mixed), {5, 0, std::nullopt});
  CHECK(all_kept->counts.baskets == 256 + 128 + 128);
  CHECK(all_kept->notes.empty());
  auto const nothing = count_recent(mixed, made::all_of(mixed), {0, 10, kDay - 400});
  REQUIRE(!nothing.has_value());
  CHECK(nothing.error().what.find("no basket counts as of 2025-10-16 within 10 days") != std::string::npos);
}

TEST_CASE("day files and rows give the same bundle, intercepts by what was bought lately included") {
  made::Folder folder;
  auto const text = store(40, 7);
  auto const data = made::read(text).value();
  Recency const recency{180, 0, std::nullopt};
  auto const rows = count_recent(data, made::all_of(data), recency).value();
  auto const files = sum_of(days_of(folder, text), recency).value();
  auto const from_rows = build_from_counts(rows, nullptr, {}, {}, {});
  auto const from_files = build_from_counts(files, nullptr, {}, {}, {});
  REQUIRE((from_rows && from_files));
  CHECK(from_rows->bundle == from_files->bundle);
  auto const without = build_from_counts(made::counted(rows.counts), nullptr, {}, {}, {});
  REQUIRE(without.has_value());
  CHECK(without->bundle != from_rows->bundle);
}

TEST_CASE("several days in one file are as old as their baskets on average, for what was bought lately too") {
  made::Folder folder;
  auto const text = store(40, 7);
  auto const data = made::read(text).value();
  auto counts = count(data, 1);
  counts.sources = sources_of(data, made::all_of(data));
  RecentSum sum({180, 0, std::nullopt}, kDay);
  REQUIRE(sum.add({"month", counts}).has_value());
  auto const recent = sum.finish()->recent;
  auto const days = sum_of(days_of(folder, text), {180, 0, std::nullopt})->recent;
  CHECK(static_cast<double>(recent.baskets) == doctest::Approx(static_cast<double>(days.baskets)).epsilon(1e-3));
  for (std::size_t n = 0; n < counts.items.size(); ++n) {
    CHECK(static_cast<double>(recent.bought[n]) / static_cast<double>(recent.baskets) ==
          doctest::Approx(counts.items[n].baskets / static_cast<double>(counts.baskets)));
  }
}

TEST_CASE("the usual half-life is left out where it is not possible") {
  Recency usual{kUsualHalfLife, 0, std::nullopt};
  usual.if_possible = true;
  for (auto const* const time : {"", "7"}) {
    auto const data = made::read(kHeader + "1," + time + ",a,1,\n").value();
    CHECK(count_recent(data, made::all_of(data), usual)->counts == count(data, 1));
  }
  auto const dated = made::read(kHeader + "1,2026-11-20,a,1,\n2,2026-05-24,a,1,\n").value();
  CHECK(count_recent(dated, made::all_of(dated), usual)->counts.baskets == 256 + 128);
}

TEST_CASE("a weighted count beyond 32 bits is refused, not wrapped") {
  Counts huge;
  huge.time_kind = TimeKind::calendar;
  huge.from = huge.to = std::int64_t{kDay} * 86'400;
  huge.baskets = 0x0200'0000;
  huge.items.push_back({"a", 0x0200'0000, 0, {}});
  huge.row.push_back(0);
  RecentSum sum({60, 0, std::nullopt}, kDay);
  REQUIRE(sum.add({"huge", huge}).has_value());
  auto const refused = sum.finish();
  REQUIRE(!refused.has_value());
  CHECK(refused.error().code == Code::unsupported);
}
