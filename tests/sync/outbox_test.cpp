#include "tillcue/sync/outbox.hpp"

#include <fstream>

#include <doctest/doctest.h>

#include "samples.hpp"
#include "support/mosquitto.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {
namespace {

using test::decision;
using test::sale;
using tillcue::test::TempDir;

TerminalId const kTill{"till-7"};

void put(Outbox& outbox, int count) {
  for (int n = 0; n < count; ++n) REQUIRE(outbox.append(decision(static_cast<std::uint32_t>(n))));
  REQUIRE(outbox.commit());
}

Batch batch(Outbox& outbox) {
  auto next = outbox.next_batch();
  REQUIRE(next);
  REQUIRE(*next);
  return **next;
}

TEST_CASE("what is committed is there after reopening, what is only appended is not") {
  TempDir const folder;
  auto epoch = Epoch{};
  {
    auto outbox = *Outbox::open(folder / "o.sqlite", kTill);
    epoch = outbox.epoch();
    CHECK(epoch != Epoch{});
    put(outbox, 2);
    REQUIRE(outbox.append(sale()));
    CHECK(outbox.buffered() == 1);
    CHECK(outbox.pending() == 2);
  }
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill);
  CHECK(outbox.epoch() == epoch);
  CHECK(outbox.pending() == 2);
  CHECK(outbox.last_sequence() == 2);
  auto const read = batch(outbox);
  CHECK(read.terminal == kTill);
  CHECK(read.epoch == epoch);
  CHECK(read.first == 1);
  CHECK(read.events == std::vector<std::string>{*encode_event(decision(0)), *encode_event(decision(1))});
}

TEST_CASE("numbers are not reused after everything was acknowledged and the file reopened") {
  TempDir const folder;
  for (std::uint64_t round = 0; round < 5; ++round) {
    auto outbox = *Outbox::open(folder / "o.sqlite", kTill);
    put(outbox, 3);
    auto const read = batch(outbox);
    CHECK(read.first == round * 3 + 1);
    REQUIRE(outbox.acknowledge(outbox.epoch(), read.last()));
    CHECK(outbox.pending() == 0);
    CHECK_FALSE(*outbox.next_batch());
  }
}

TEST_CASE("only an acknowledgement deletes: a part, twice, an old one, another epoch's") {
  TempDir const folder;
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill);
  put(outbox, 10);
  CHECK(batch(outbox).events.size() == 10);
  CHECK(batch(outbox).events.size() == 10);
  REQUIRE(outbox.acknowledge(outbox.epoch(), 4));
  CHECK(batch(outbox).first == 5);
  REQUIRE(outbox.acknowledge(outbox.epoch(), 4));
  REQUIRE(outbox.acknowledge(outbox.epoch(), 2));
  REQUIRE(outbox.acknowledge(Epoch{1}, 10));
  CHECK(outbox.pending() == 6);
  auto const beyond = outbox.acknowledge(outbox.epoch(), 11);
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().code == Code::invalid);
  CHECK(outbox.pending() == 6);
}

TEST_CASE("a new file draws a new epoch, and another terminal's file is refused") {
  TempDir const folder;
  auto const one = *Outbox::open(folder / "a.sqlite", kTill);
  auto const two = *Outbox::open(folder / "b.sqlite", kTill);
  CHECK(one.epoch() != two.epoch());
  auto const other = Outbox::open(folder / "a.sqlite", TerminalId{"till-8"});
  REQUIRE_FALSE(other);
  CHECK(other.error().code == Code::invalid);
  CHECK(other.error().what.find("till-7") != std::string::npos);
}

TEST_CASE("a batch keeps to 200 events and 32 KiB, and a larger event travels alone") {
  TempDir const folder;
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill);
  put(outbox, 300);
  auto const first = batch(outbox);
  CHECK(first.events.size() <= kMaxBatchEvents);
  CHECK(encode_batch(first));
  REQUIRE(outbox.acknowledge(outbox.epoch(), 300));
  REQUIRE(outbox.append(decision()));
  auto large = sale(1000);
  for (auto& line : std::get<SaleClosed>(large.what).lines) line.sku = Sku{std::string(64, '8')};
  REQUIRE(outbox.append(large));
  REQUIRE(outbox.append(decision()));
  REQUIRE(outbox.commit());
  for (std::uint64_t sequence = 301; sequence <= 303; ++sequence) {
    auto const one = batch(outbox);
    CHECK(one.first == sequence);
    CHECK(one.events.size() == 1);
    CHECK(encode_batch(one));
    REQUIRE(outbox.acknowledge(outbox.epoch(), sequence));
  }
}

TEST_CASE("a result that cannot travel is refused, counted and takes no number") {
  TempDir const folder;
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill);
  auto bad = decision();
  std::get<DecisionMade>(bad.what).sale = SaleId{};
  CHECK(outbox.append(bad).error().code == Code::invalid);
  CHECK(outbox.refused() == 1);
  put(outbox, 1);
  CHECK(outbox.last_sequence() == 1);
}

TEST_CASE("while the disk does not take them, results wait in memory up to a limit, and nothing is lost") {
  TempDir const folder;
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill, {.most_buffered = 3});
  auto intruder = *Database::open(folder / "o.sqlite");
  auto held = std::make_unique<Transaction>(std::move(*Transaction::begin(intruder)));
  for (int n = 0; n < 3; ++n) REQUIRE(outbox.append(decision()));
  CHECK(outbox.commit().error().code == Code::busy);
  CHECK(outbox.buffered() == 3);
  CHECK(outbox.last_sequence() == 0);
  CHECK(outbox.append(decision()).error().code == Code::busy);
  CHECK(outbox.refused() == 1);
  held.reset();
  REQUIRE(outbox.commit());
  CHECK(outbox.pending() == 3);
  CHECK(outbox.buffered() == 0);
}

TEST_CASE("a damaged file is refused as corrupt") {
  TempDir const folder;
  std::ofstream(folder / "o.sqlite") << std::string(5000, 'x');
  CHECK(Outbox::open(folder / "o.sqlite", kTill).error().code == Code::corrupt);
}

TEST_CASE("an acknowledgement's cost is that of what it deletes, however much stays") {
  TempDir const folder;
  auto const file = folder / "o.sqlite";
  constexpr std::uint64_t kRows = 300'000;
  { REQUIRE(Outbox::open(file, kTill)); }
  {
    auto db = *Database::open(file);
    REQUIRE(
        db.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
                   "INSERT INTO outbox SELECT i, 1, printf('%.200c', 'x') FROM n; UPDATE origin SET last = 300000"));
  }
  auto outbox = *Outbox::open(file, kTill);
  auto fastest = std::chrono::steady_clock::duration::max();
  for (std::uint64_t n = 1; n <= 10; ++n) {
    auto const begun = std::chrono::steady_clock::now();
    REQUIRE(outbox.acknowledge(outbox.epoch(), n * 100));
    fastest = std::min(fastest, std::chrono::steady_clock::now() - begun);
    CHECK(outbox.pending() == kRows - n * 100);
  }
  auto const micros = std::chrono::duration_cast<std::chrono::microseconds>(fastest).count();
  MESSAGE("acknowledging 100 of 300,000 took " << micros << " us");
  CHECK(micros < 20'000);  // a count of all rows took 120,000 and more at 500,000
}

TEST_CASE("after any acknowledgement the counts are those of the disk, sums included") {
  TempDir const folder;
  OutboxLimits const limits{.most_rows = 300};
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill, limits);
  for (int n = 0; n < 5; ++n) put(outbox, 100);
  REQUIRE(outbox.thinned() > 0);
  REQUIRE(outbox.acknowledge(outbox.epoch(), 150));
  auto const thinned = [&](Outbox box) {
    put(box, 160);
    return box.thinned();
  };
  std::filesystem::copy_file(folder / "o.sqlite", folder / "copy.sqlite");
  std::filesystem::copy_file(folder / "o.sqlite-wal", folder / "copy.sqlite-wal");
  auto reopened = *Outbox::open(folder / "copy.sqlite", kTill, limits);
  CHECK(reopened.pending() == outbox.pending());
  CHECK(thinned(std::move(reopened)) == thinned(std::move(outbox)));
}

}  // namespace
}  // namespace tillcue::sync
