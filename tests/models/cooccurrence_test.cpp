#include "cooccurrence.hpp"

#include <map>
#include <utility>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/training.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

using Row = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

Row row_of(PackedPairs const& pairs, std::uint32_t row) {
  Row found;
  pairs.each(row, [&](std::uint32_t partner, std::uint32_t together) { found.emplace_back(partner, together); });
  return found;
}

Row wanted_of(PackedPairs const& pairs, std::uint32_t row, std::vector<std::uint32_t> const& wanted) {
  Row found;
  pairs.each_of(row, wanted, [&](std::size_t n, std::uint32_t together) { found.emplace_back(wanted[n], together); });
  return found;
}

using Table = std::map<std::pair<std::uint32_t, std::uint32_t>, float>;

Table table_of(Cooccurrence const& pairs) {
  Table table;
  for (std::uint32_t rank = 0; rank < pairs.size(); ++rank) {
    pairs.each(rank, [&](std::uint32_t partner, float together) { table[{rank, partner}] = together; });
  }
  return table;
}

/// Baskets of days apart, so that recency weighs them, over more items than the full triangle of the popular holds.
Dataset long_tail() {
  std::string text = "basket_id,timestamp,sku\n";
  for (std::uint32_t n = 0; n < 9000; ++n) {
    auto const row = "b" + std::to_string(n) + ",2026-0" + std::to_string(1 + n % 6) + "-11T10:00:00Z,s";
    text += row + std::to_string(n % 7) + "\n";
    for (std::uint32_t k = 0; k < 12; ++k) text += row + std::to_string((n * 13 + k * k) % 7500) + "\n";
  }
  return *made::read(text);
}

}  // namespace

TEST_CASE("packed rows give back what was put in, on both sides of 16 bits of partner and of count") {
  PackedPairs pairs;
  std::vector<std::uint32_t> const partner{0, 7, 65'535, 65'536, 65'540, 139'999};
  std::vector<std::uint32_t> const together{1, 65'534, 65'535, 65'536, 4'000'000'000, 2};
  pairs.add_row(3, std::vector<std::uint32_t>{1}, std::vector<std::uint32_t>{9});
  pairs.add_row(140'000, partner, together);
  pairs.add_row(140'001, std::vector<std::uint32_t>{140'000}, std::vector<std::uint32_t>{65'535});
  CHECK(row_of(pairs, 3) == Row{{1, 9}});
  CHECK(row_of(pairs, 4).empty());
  CHECK(row_of(pairs, 139'999).empty());
  CHECK(row_of(pairs, 140'001) == Row{{140'000, 65'535}});
  CHECK(row_of(pairs, 140'002).empty());
  Row all;
  for (std::size_t n = 0; n < partner.size(); ++n) all.emplace_back(partner[n], together[n]);
  CHECK(row_of(pairs, 140'000) == all);
  CHECK(wanted_of(pairs, 140'000, partner) == all);
  CHECK(wanted_of(pairs, 140'000, {1, 6, 8, 65'534, 65'537, 139'998}).empty());
  CHECK(wanted_of(pairs, 140'000, {7, 8, 65'540}) == Row{{7, 65'534}, {65'540, 4'000'000'000}});
  CHECK(wanted_of(pairs, 140'000, {}).empty());
}

TEST_CASE("a long packed row is searched from anywhere to anywhere") {
  PackedPairs pairs;
  std::vector<std::uint32_t> partner, together;
  for (std::uint32_t n = 0; n < 3000; ++n) {
    partner.push_back(n * 20 + n % 3);
    together.push_back(n + 1);
  }
  pairs.add_row(90'000, partner, together);
  for (std::uint32_t const step : {1U, 2U, 37U, 900U}) {
    std::vector<std::uint32_t> wanted;
    Row expected;
    for (std::uint32_t n = step; n < 3000; n += step) {
      wanted.push_back(partner[n] - 1);
      wanted.push_back(partner[n]);
      expected.emplace_back(partner[n], together[n]);
    }
    CHECK(wanted_of(pairs, 90'000, wanted) == expected);
  }
}

TEST_CASE("pairs counted for training are those of the counts, weighed or not, with any threads") {
  auto const data = long_tail();
  for (auto const& recency : {Recency{}, Recency{60, 120, std::nullopt}}) {
    auto const weighed = weigh_baskets(data, made::all_of(data), recency);
    auto const counts = count_recent(data, made::all_of(data), recency);
    REQUIRE(weighed);
    REQUIRE(counts);
    CHECK(weighed->items.items == counts->counts.items);
    auto const from_counts = Cooccurrence::of(counts->counts, 2);
    CHECK(from_counts->size() > 6500);
    auto const expected = table_of(*from_counts);
    CHECK(expected.size() > 20'000);
    for (unsigned const threads : {1U, 3U}) {
      auto const counted = count_cooccurrence(data, *weighed, 2, threads, {});
      REQUIRE(counted);
      CHECK(table_of(**counted) == expected);
    }
  }
}

TEST_CASE("training from baskets and from counts is the same training, and tells how far it is") {
  auto const data = made::dataset(made::random_baskets(4000, 200, 4));
  auto const weighed = weigh_baskets(data, made::all_of(data), {});
  REQUIRE(weighed);
  auto pairs = count_cooccurrence(data, *weighed, 5, 2, {});
  REQUIRE(pairs);
  std::vector<double> told;
  Trainer const trainer(weighed->items, std::move(*pairs), {}, [&](double share) { told.push_back(share); });
  auto const direct = trainer.weights(20);
  TrainingOptions options;
  options.entries_per_item = 20;
  auto const by_counts = train(count(data, 1), options);
  CHECK(direct.bias == by_counts.bias);
  REQUIRE(direct.rows.size() == by_counts.rows.size());
  for (std::size_t n = 0; n < direct.rows.size(); ++n) {
    REQUIRE(direct.rows[n].size() == by_counts.rows[n].size());
    for (std::size_t k = 0; k < direct.rows[n].size(); ++k) {
      CHECK(direct.rows[n][k].target == by_counts.rows[n][k].target);
      CHECK(direct.rows[n][k].weight == by_counts.rows[n][k].weight);
    }
  }
  for (auto const share : told) CHECK((share > 0 && share <= 1));
}
