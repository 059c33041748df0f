#include "sticky_order.hpp"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "item_order.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

/// Clusters of ten items that name each other, shuffled.
BundleSource clusters(std::uint32_t items) {
  std::mt19937 random(4);
  std::vector<std::uint32_t> place(items);
  for (std::uint32_t n = 0; n < items; ++n) place[n] = n;
  std::shuffle(place.begin(), place.end(), random);
  BundleSource source;
  source.currency = {{'E', 'U', 'R'}, 2};
  source.calibration = {{{{0.0F, 50'000}}}};
  source.rows.resize(items);
  source.bias.assign(items, 0.1F);
  source.items.resize(items);
  for (std::uint32_t n = 0; n < items; ++n) {
    source.items[place[n]].sku = source.items[place[n]].name = "S" + std::to_string(n);
    for (std::uint32_t k = n / 10 * 10; k < n / 10 * 10 + 10; ++k) {
      if (k != n) source.rows[place[n]].push_back({place[k], 0.5F});
    }
  }
  return source;
}

void add_item(BundleSource& source, std::string const& sku, std::uint32_t beside) {
  auto const number = static_cast<std::uint32_t>(source.items.size());
  ItemSource item;
  item.sku = item.name = sku;
  source.items.push_back(item);
  source.bias.push_back(0.1F);
  source.rows.push_back({{beside, 0.5F}});
  source.rows[beside].push_back({number, 0.5F});
}

std::uint32_t place_of(std::vector<std::uint32_t> const& order, std::uint32_t item) {
  return static_cast<std::uint32_t>(std::find(order.begin(), order.end(), item) - order.begin());
}

}  // namespace

TEST_CASE("the old order is kept where it is good, and what is new stands amid its company") {
  auto source = clusters(400);
  renumber(source, item_order(source, 1));
  auto const bytes = write_bundle(source).value();
  auto const previous = Bundle::from_bytes(bytes).value();
  auto later = source;
  add_item(later, "new", 200);
  std::vector<std::uint32_t> moved(later.items.size());
  for (std::uint32_t n = 0; n < moved.size(); ++n) moved[n] = (n * 7 + 3) % static_cast<std::uint32_t>(moved.size());
  renumber(later, moved);
  for (unsigned threads : {1U, 3U}) {
    auto const order = sticky_order(later, previous, threads);
    std::uint32_t next = 0;
    for (auto const item : order) {
      auto const& sku = later.items[item].sku;
      if (sku == "new") {
        CHECK(next == 201);  // behind the item it is bought with
        continue;
      }
      CHECK(sku == previous.item(ItemIx{next}).sku);
      ++next;
    }
    CHECK(next == 400);
    CHECK(place_of(order, order[7]) == 7);
  }
}

TEST_CASE("a bad old order is given up") {
  auto const source = clusters(400);
  auto const bytes = write_bundle(source).value();  // as shuffled
  CHECK(sticky_order(source, Bundle::from_bytes(bytes).value(), 1) == item_order(source, 1));
}
