#include "item_order.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include <doctest/doctest.h>

using namespace tillcue;
using namespace tillcue::models;

namespace {

/// `groups` of 40 items each that are bought within their group only; their members are scattered over the catalogue.
BundleSource scattered_groups(std::uint32_t groups) {
  BundleSource source;
  auto const items = groups * 40;
  source.currency = {{'E', 'U', 'R'}, 2};
  source.calibration = {{{{0, 0}}}};
  source.items.resize(items);
  source.rows.resize(items);
  std::mt19937 random(3);
  for (std::uint32_t n = 0; n < items; ++n) {
    source.items[n].sku = "S" + std::to_string(n);
    source.bias.push_back(static_cast<float>(n));
    for (std::uint32_t k = 1; k <= 12; ++k) {
      auto const step = static_cast<std::uint32_t>(random() % 3);
      auto const other = (n / groups + k * 3 + step) % 40 * groups + n % groups;
      if (other == n) continue;
      auto& row = source.rows[n];
      if (std::none_of(row.begin(), row.end(), [&](auto const& e) { return e.target == other; })) {
        row.push_back({other, 0.25F + static_cast<float>(k)});
      }
    }
  }
  return source;
}

double bits_of(BundleSource const& source) {
  auto const bytes = write_bundle(source);
  REQUIRE_MESSAGE(bytes.has_value(), bytes.error().what);
  auto const bundle = Bundle::from_bytes(*bytes);
  REQUIRE(bundle.has_value());
  return bundle->bits_per_entry();
}

}  // namespace

TEST_CASE("items that are bought together get near numbers, which makes the table smaller") {
  auto source = scattered_groups(50);
  auto const before = bits_of(source);
  auto const order = item_order(source, 1);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::uint32_t n = 0; n < sorted.size(); ++n) REQUIRE(sorted[n] == n);
  renumber(source, order);
  auto const after = bits_of(source);
  MESSAGE("bits an entry: " << before << " before, " << after << " after");
  CHECK(after < before - 2);
}

TEST_CASE("the order is the same with any number of threads") {
  auto const source = scattered_groups(30);
  CHECK(item_order(source, 1) == item_order(source, 3));
}

TEST_CASE("known categories are used when they are the better order") {
  auto source = scattered_groups(50);
  for (std::uint32_t n = 0; n < source.items.size(); ++n) source.items[n].category = static_cast<std::int32_t>(n % 50);
  for (std::uint32_t n = 0; n < 50; ++n) source.categories.push_back("group");
  renumber(source, item_order(source, 2));
  CHECK(bits_of(source) < 8 + 2 + 4 + 4);
}

TEST_CASE("what is bought with everything stands in front of all groups where that makes the table smaller") {
  std::mt19937 random(9);
  auto source = scattered_groups(50);
  std::vector<std::uint32_t> staples;
  while (staples.size() < 64) {
    auto const item = static_cast<std::uint32_t>(random() % source.items.size());
    if (std::find(staples.begin(), staples.end(), item) == staples.end()) staples.push_back(item);
  }
  auto const apart = [&](unsigned percent) {
    auto some = source;
    for (std::uint32_t n = 0; n < some.rows.size(); ++n) {
      for (auto const item : staples) {
        auto& row = some.rows[n];
        bool const in = item == n || std::any_of(row.begin(), row.end(), [&](auto& e) { return e.target == item; });
        if (!in && random() % 100 < percent) row.push_back({item, 0.5F});
      }
    }
    auto order = item_order(some, 2);
    std::sort(order.begin(), order.begin() + 64);
    std::sort(staples.begin(), staples.end());
    return std::equal(staples.begin(), staples.end(), order.begin());
  };
  CHECK(apart(10));
  CHECK_FALSE(apart(0));
}

TEST_CASE("renumbering moves items, rows, intercepts, campaign targets and sets together") {
  auto source = scattered_groups(2);
  source.campaigns = {{}};
  source.campaigns[0].items = {0, 7};
  source.campaigns[0].trigger_items = {3};
  source.ladders = {{ItemIx{1}, ItemIx{2}}};
  source.never = {{{false, 4}, {true, 0}}};
  source.categories = {"group"};
  source.sets = {{1, {2, 3}}};
  auto const before = source;
  std::vector<std::uint32_t> order(source.items.size());
  std::iota(order.rbegin(), order.rend(), 0U);
  renumber(source, order);
  auto const last = static_cast<std::uint32_t>(order.size()) - 1;
  for (std::uint32_t n = 0; n <= last; ++n) {
    CHECK(source.items[n].sku == before.items[last - n].sku);
    CHECK(source.bias[n] == before.bias[last - n]);
    REQUIRE(source.rows[n].size() == before.rows[last - n].size());
    for (std::size_t k = 0; k < source.rows[n].size(); ++k) {
      CHECK(source.rows[n][k].target == last - before.rows[last - n][k].target);
      CHECK(source.rows[n][k].weight == before.rows[last - n][k].weight);
    }
  }
  CHECK(source.campaigns[0].items == std::vector<std::uint32_t>{last, last - 7});
  CHECK(source.campaigns[0].trigger_items == std::vector<std::uint32_t>{last - 3});
  CHECK(source.ladders[0].from == ItemIx{last - 1});
  CHECK(source.ladders[0].to == ItemIx{last - 2});
  CHECK(source.never[0].in_basket.number == last - 4);
  CHECK(source.never[0].offered.number == 0);  // a category keeps its number
  CHECK(source.sets[0].main == last - 1);
  CHECK(source.sets[0].extras == std::vector<std::uint32_t>{last - 2, last - 3});
}

TEST_CASE("items without any row stay last, and a handful of items stays as it is") {
  auto source = scattered_groups(10);
  source.rows.insert(source.rows.begin() + 5, std::vector<WeightSource>{});
  source.rows.resize(source.items.size());
  for (auto& row : source.rows) {
    std::erase_if(row, [](auto const& entry) { return entry.target == 5; });
  }
  CHECK(item_order(source, 2).back() == 5);
  BundleSource few;
  few.items.resize(3);
  few.rows = {{{2, 1.0F}}, {}, {{0, 1.0F}}};
  CHECK(item_order(few, 1) == std::vector<std::uint32_t>{0, 2, 1});
}
