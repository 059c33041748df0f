#include "tillcue/controller.h"

#include <cstring>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/core/engine.hpp"

using namespace tillcue;

namespace {

std::string text(tillcue_text of) { return {of.begin, of.size}; }

/// A bundle opened both ways.
struct Both {
  std::vector<std::byte> bytes;
  Bundle bundle;
  tillcue_table table;

  explicit Both(std::vector<std::byte> made) : bytes(std::move(made)), bundle(*Bundle::from_bytes(bytes)) {
    REQUIRE(tillcue_table_open(&table, bytes.data(), bytes.size(), nullptr) == 1);
  }

  /// Both say the same to this basket, with so much memory for the controller.
  void agree(std::vector<std::uint32_t> const& basket, std::size_t k, std::size_t memory_size) {
    std::vector<std::byte> scratch(Scorer::memory_needed(bundle));
    Scorer scorer(bundle, scratch);
    std::vector<ItemIx> items;
    for (auto const item : basket) items.push_back(ItemIx{item});
    std::vector<Suggestion> expected(k);
    auto const count = rank(bundle, scorer, items, expected);

    std::vector<std::uint32_t> memory(memory_size / 4);
    std::vector<tillcue_place> places(k);
    REQUIRE(tillcue_table_rank(&table, basket.data(), basket.size(), memory.data(), memory_size, places.data(), k) ==
            count);
    for (std::size_t n = 0; n < count; ++n) {
      CHECK(places[n].item == index(expected[n].item));
      CHECK(places[n].score == expected[n].score);
      CHECK(places[n].probability_ppm == expected[n].probability.ppm);
      CHECK(places[n].because == index(expected[n].reason.trigger));
    }
  }
};

}  // namespace

TEST_CASE("a controller ranks as the engine does, whatever memory it has") {
  std::mt19937 random(7);
  for (std::uint32_t const size : {9U, 100U, 1500U, 3000U}) {
    auto source = shop::random_source(size, 30, size);
    if (size != 100) shop::calibrate_by_size(source);
    Both both(*write_bundle(source));
    for (int n = 0; n < 60; ++n) {
      std::vector<std::uint32_t> basket(n % 23);
      // Unknown and repeated items are in some of them.
      for (auto& item : basket) item = static_cast<std::uint32_t>(random() % (size + size / 20 + 1));
      if (basket.size() > 4) basket[3] = basket[1];
      for (auto const memory :
           {std::size_t{TILLCUE_TABLE_LEAST_MEMORY}, std::size_t{4096}, tillcue_table_memory(&both.table)}) {
        both.agree(basket, 1 + n % TILLCUE_TABLE_MOST_OFFERS, memory);
      }
    }
  }
}

TEST_CASE("a controller finds items and says their names and prices") {
  Both both(shop::golden("bundle-v1-packed8.tcb"));
  REQUIRE(tillcue_table_items(&both.table) == both.bundle.item_count());
  for (std::uint32_t n = 0; n < both.bundle.item_count(); ++n) {
    auto const item = both.bundle.item(ItemIx{n});
    CHECK(text(tillcue_table_sku(&both.table, n)) == item.sku);
    CHECK(text(tillcue_table_name(&both.table, n)) == item.name);
    CHECK(tillcue_table_find(&both.table, item.sku.data(), item.sku.size()) == n);
    CHECK(tillcue_table_price(&both.table, n) == (item.price ? item.price->minor : TILLCUE_TABLE_NO_PRICE));
  }
  CHECK(tillcue_table_find(&both.table, "no such", 7) == TILLCUE_TABLE_NO_ITEM);
  CHECK(tillcue_table_name(&both.table, both.bundle.item_count()).size == 0);
}

TEST_CASE("a controller refuses what the terminals refuse, and says where") {
  auto bytes = shop::golden("bundle-v1-packed8.tcb");
  tillcue_table table;
  tillcue_fault fault;
  bytes[bytes.size() / 2] ^= std::byte{1};
  CHECK(tillcue_table_open(&table, bytes.data(), bytes.size(), &fault) == 0);
  CHECK(fault.rule != 0);
  CHECK(tillcue_table_open(&table, bytes.data(), 20, &fault) == 0);
  auto const old = shop::golden("bundle-v1.tcb");  // plain rows, which no controller reads
  CHECK(tillcue_table_open(&table, old.data(), old.size(), &fault) == 0);
  CHECK(std::memcmp(&fault.section, "AFFP", 4) == 0);
}

TEST_CASE("without memory or places a controller says nothing") {
  Both both(shop::golden("bundle-v1-packed8.tcb"));
  tillcue_place place;
  std::uint32_t memory[TILLCUE_TABLE_LEAST_MEMORY / 4];
  std::uint32_t const basket[] = {0};
  CHECK(tillcue_table_rank(&both.table, basket, 1, memory, sizeof memory - 1, &place, 1) == 0);
  CHECK(tillcue_table_rank(&both.table, basket, 1, memory, sizeof memory, &place, 0) == 0);
}
