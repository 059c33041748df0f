#include "tillcue/sync/live_store.hpp"

#include <chrono>
#include <fstream>

#include <doctest/doctest.h>

#include "live_store_schema.hpp"
#include "support/mosquitto.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {
namespace {

using tillcue::test::TempDir;

TEST_CASE("what was spent and the last live state are there after the file is opened again") {
  TempDir const folder;
  auto const file = folder / "live.sqlite";
  {
    auto store = *LiveStore::open(file);
    CHECK(store.spent().empty());
    CHECK(store.state().empty());
    REQUIRE(store.keep({{"spring", {120, 3}}, {"partner:ACME", {120, 3}}}));
    REQUIRE(store.keep({{"spring", {160, 4}}, {"jam", {0, 1}}}));
    REQUIRE(store.keep_state("{\"stop_all\":true}"));
  }
  auto const again = *LiveStore::open(file);
  CHECK(again.spent() == std::map<std::string, Allotment>{{"spring", {160, 4}}, {"jam", {0, 1}}});
  CHECK(again.state() == "{\"stop_all\":true}");
}

TEST_CASE("each file has an epoch of its own, and every change of what was spent is another turn") {
  TempDir const folder;
  auto const file = folder / "live.sqlite";
  Epoch first{};
  {
    auto store = *LiveStore::open(file);
    first = store.epoch();
    CHECK(first != Epoch{});
    CHECK(store.turn() == 0);
    REQUIRE(store.keep({{"spring", {120, 3}}}));
    REQUIRE(store.keep({{"spring", {120, 3}}}));  // no change
    CHECK(store.turn() == 1);
    REQUIRE(store.keep({}));  // given back whole
    CHECK(store.turn() == 2);
  }
  {
    auto const again = *LiveStore::open(file);
    CHECK(again.epoch() == first);
    CHECK(again.turn() == 2);
    CHECK(again.spent().empty());
  }
  for (auto const* part : {"live.sqlite", "live.sqlite-wal", "live.sqlite-shm"}) std::filesystem::remove(folder / part);
  CHECK(LiveStore::open(file)->epoch() != first);
}

TEST_CASE("a file from before there were epochs goes on without one when something was counted in it") {
  TempDir const folder;
  for (bool const used : {true, false}) {
    auto const file = folder / (used ? "used.sqlite" : "unused.sqlite");
    {
      auto db = *Database::open(file);
      REQUIRE(migrate(db, std::span(kLiveStoreMigrations).first(3)));
      if (used) REQUIRE(db.execute("INSERT INTO spent VALUES ('spring', 5, 1)"));
    }
    auto const first = LiveStore::open(file)->epoch();
    CHECK((first == Epoch{}) == used);
    CHECK(LiveStore::open(file)->epoch() == first);
    CHECK(LiveStore::open(file)->spent().contains("spring") == used);
  }
}

TEST_CASE("the customers' day and how items sell are there again, and another day begins anew") {
  TempDir const folder;
  auto const file = folder / "live.sqlite";
  TodayRows const today{20'000, {{"p1", {2, 1, {{"spring sale", 2}, {"jam", 1}}}}, {"p2", {1, 0, {}}}}};
  {
    auto store = *LiveStore::open(file);
    CHECK(store.today()->customers.empty());
    CHECK(store.shelf()->sales == 0);
    REQUIRE(store.keep_today(today));
    REQUIRE(store.keep_shelf(
        70, std::vector<ShelfChange>{{"4711", ShelfRow{3.5, 1, 60, 40}}, {"4712", ShelfRow{1, 9, 9, 0}}}));
    REQUIRE(store.keep_shelf(71, std::vector<ShelfChange>{{"4712", std::nullopt}}));
  }
  auto again = *LiveStore::open(file);
  CHECK(again.today()->day == 20'000);
  CHECK(again.today()->customers == today.customers);
  auto const shelf = *again.shelf();
  CHECK(shelf.sales == 71);
  REQUIRE(shelf.items.size() == 1);
  CHECK(shelf.items.front().first == "4711");
  CHECK(shelf.items.front().second.count == 3.5);
  CHECK(shelf.items.front().second.longest == 40);
  REQUIRE(again.keep_today({20'001, {{"p2", {1, 0, {}}}}}));
  CHECK(again.today()->customers.size() == 1);
}

TEST_CASE("a file that is no database is refused and left as it is") {
  TempDir const folder;
  auto const file = folder / "live.sqlite";
  std::ofstream(file, std::ios::binary) << std::string(8192, 'x');
  auto const store = LiveStore::open(file);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == Code::corrupt);
  CHECK(std::filesystem::file_size(file) == 8192);
}

TEST_CASE("while somebody else holds the file, nothing is kept and the store goes on with what it had") {
  TempDir const folder;
  auto const file = folder / "live.sqlite";
  auto store = *LiveStore::open(file);
  REQUIRE(store.keep({{"spring", {1, 1}}}));
  {
    auto other = *Database::open(file);
    auto const holds = Transaction::begin(other);
    REQUIRE(holds);
    CHECK(store.keep({{"spring", {2, 2}}}).error().code == Code::busy);
    CHECK(store.keep_state("{}").error().code == Code::busy);
  }
  CHECK(store.spent().at("spring") == Allotment{1, 1});
  CHECK(store.state().empty());
  REQUIRE(store.keep({{"spring", {2, 2}}}));
  CHECK(LiveStore::open(file)->spent().at("spring") == Allotment{2, 2});
}

TEST_CASE("keeping one more offer writes a few pages, however many budgets there are") {
  TempDir const folder;
  auto store = *LiveStore::open(folder / "live.sqlite");
  std::map<std::string, Allotment> spent;
  for (int n = 0; n < 500; ++n) spent["campaign-" + std::to_string(n)] = {100 * n, n + 1};
  REQUIRE(store.keep(spent));
  auto const wal = folder / "live.sqlite-wal";
  auto const before = std::filesystem::file_size(wal);
  constexpr int kOffers = 20;
  auto const began = std::chrono::steady_clock::now();
  for (int n = 0; n < kOffers; ++n) {
    spent["campaign-7"].issues += 1;
    REQUIRE(store.keep(spent));
  }
  auto const took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  auto const each = (std::filesystem::file_size(wal) - before) / kOffers;
  MESSAGE(each, " bytes and ", took.count() / kOffers, " us an offer");
  CHECK(each <= 16'384);
}

}  // namespace
}  // namespace tillcue::sync
