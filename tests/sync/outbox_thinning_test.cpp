// An outbox or a disk that is nearly full: detail becomes sums before anything is lost.

#include <csignal>
#include <cstdio>
#include <fstream>
#include <random>

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "samples.hpp"
#include "support/mosquitto.hpp"
#include "tillcue/sync/outbox.hpp"
#include "tillcue/sync/sqlite.hpp"
#include "tillcue/sync/thinned.hpp"

namespace tillcue::sync {
namespace {

using test::decision;
using test::sale;
using tillcue::test::TempDir;

TerminalId const kTill{"till-7"};

/// A sale of `decisions` hints, each answered.
void ring_up(Outbox& outbox, int number, int decisions = 3) {
  SaleId const id{"sale-" + std::to_string(number)};
  for (std::uint32_t n = 1; n <= static_cast<std::uint32_t>(decisions); ++n) {
    auto made = decision(n);
    std::get<DecisionMade>(made.what).sale = id;
    std::get<DecisionMade>(made.what).offer = n;
    REQUIRE(outbox.append(made));
    REQUIRE(outbox.append({made.at, OfferAnswered{id, n, Response::accepted, true}}));
  }
  auto closed = sale();
  std::get<SaleClosed>(closed.what).sale = id;
  REQUIRE(outbox.append(closed));
  REQUIRE(outbox.commit());
}

/// What HQ would count, from all that is in the outbox, which is empty afterwards.
struct Arrived {
  std::uint64_t numbers = 0, lost = 0, thinned_events = 0, detail = 0;
  std::uint64_t shown = 0, accepted = 0, sales = 0;
};

Arrived deliver(Outbox& outbox) {
  Arrived all;
  while (outbox.pending() > 0) {
    auto const batch = **outbox.next_batch();
    REQUIRE(encode_batch(batch));
    auto through = batch.last();
    if (all.numbers == 0) all.numbers = batch.first - 1;
    for (std::size_t n = 0; n < batch.events.size(); ++n) {
      auto const& event = batch.events[n];
      CHECK(batch.first + n == all.numbers + 1);  // no number twice, none left out
      if (is_thinned(event)) {
        auto const sums = decode_thinned(event);
        REQUIRE(sums);
        CHECK((sums->numbers == 1 || n + 1 == batch.events.size()));
        through = batch.first + n + sums->numbers - 1;
        all.numbers += sums->numbers;
        all.lost += sums->lost;
        all.thinned_events += sums->lost < sums->numbers ? 1 : 0;
        for (auto const& [key, cell] : sums->offers) {
          all.shown += cell.shown;
          all.accepted += cell.accepted;
        }
        for (auto const& [key, cell] : sums->sales) all.sales += cell.finished;
        continue;
      }
      auto const outcome = decode_event(event);
      REQUIRE(outcome);
      ++all.numbers;
      ++all.detail;
      if (std::holds_alternative<DecisionMade>(outcome->what)) ++all.shown;
      if (std::holds_alternative<OfferAnswered>(outcome->what)) ++all.accepted;
      if (std::holds_alternative<SaleClosed>(outcome->what)) ++all.sales;
    }
    REQUIRE(outbox.acknowledge(outbox.epoch(), through));
  }
  return all;
}

TEST_CASE("when it is full the oldest sales become sums, every number counted once, and nothing is lost") {
  TempDir const folder;
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill, {.most_rows = 500});
  std::string said;
  for (int n = 0; n < 400; ++n) {
    ring_up(outbox, n);
    if (!outbox.shortage().empty()) said = outbox.shortage();
  }
  CHECK(said.find("outbox full: ") == 0);
  CHECK(outbox.last_sequence() == 2'800);
  CHECK(outbox.pending() <= 507);
  CHECK(outbox.dropped() == 0);
  CHECK(outbox.thinned() >= 2'300);
  // The oldest 200 may be at HQ already and keep their content.
  CHECK((**outbox.next_batch()).first == 1);
  auto const first = **outbox.next_batch();
  for (auto const& event : first.events) CHECK_FALSE(is_thinned(event));
  auto reopened = *Outbox::open(folder / "o.sqlite", kTill, {.most_rows = 500});
  CHECK(reopened.thinned() == outbox.thinned());
  auto const all = deliver(outbox);
  CHECK(all.numbers == 2'800);
  CHECK(all.lost == 0);
  CHECK(all.shown == 1'200);
  CHECK(all.accepted == 1'200);
  CHECK(all.sales == 400);
  CHECK(all.detail + outbox.thinned() == 2'800);
  CHECK(all.thinned_events >= 1);
  // Afterwards it is an outbox like any other.
  ring_up(outbox, 1'000);
  CHECK(outbox.shortage().empty());
  CHECK((**outbox.next_batch()).first == 2'801);
}

TEST_CASE("sums join sums, so that months without HQ stay small") {
  TempDir const folder;
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill, {.most_bytes = 200'000});
  for (int n = 0; n < 3'000; ++n) ring_up(outbox, n, 1);
  CHECK(outbox.dropped() == 0);
  CHECK(std::filesystem::file_size(folder / "o.sqlite") < 600'000);
  auto const all = deliver(outbox);
  CHECK(all.numbers == 9'000);
  CHECK(all.sales == 3'000);
  CHECK(all.thinned_events <= 4);
}

TEST_CASE("only when there is nothing left to sum up, the oldest sums are lost, counted, their numbers kept") {
  TempDir const folder;
  // Each sale has an item and a campaign of its own: sums that hardly get smaller.
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill, {.most_bytes = 60'000});
  for (int n = 0; n < 1'500; ++n) {
    auto made = decision(1);
    auto& what = std::get<DecisionMade>(made.what);
    what.sale = SaleId{"s" + std::to_string(n)};
    what.item = Sku{"item-" + std::to_string(n)};
    what.campaign = "campaign-" + std::to_string(n) + std::string(30, 'x');
    REQUIRE(outbox.append(made));
    REQUIRE(outbox.commit());
  }
  CHECK(outbox.dropped() > 0);
  CHECK(outbox.thinned() > outbox.dropped());  // detail went first
  CHECK(outbox.last_sequence() == 1'500);
  auto const dropped = outbox.dropped();
  CHECK(Outbox::open(folder / "o.sqlite", kTill)->dropped() == dropped);
  auto const all = deliver(outbox);
  CHECK(all.numbers == 1'500);
  CHECK(all.lost == dropped);
  CHECK(all.shown + all.lost == 1'500);
}

TEST_CASE("with a single row allowed it still takes results, and loses only what it must") {
  TempDir const folder;
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill, {.most_rows = 1});
  for (int n = 0; n < 100; ++n) ring_up(outbox, n);
  CHECK(outbox.last_sequence() == 700);
  CHECK(outbox.pending() <= 200 + 7 + 1);
  auto const all = deliver(outbox);
  CHECK(all.numbers == 700);
  CHECK(all.lost == outbox.dropped());
  CHECK(all.shown + all.accepted + all.sales + all.lost == 700);
}

TEST_CASE("while the disk is nearly full the file stops growing, for sums and not for losses") {
  TempDir const folder;
  std::uint64_t left = UINT64_MAX;
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill, {.free_on_disk = [&left] { return left; }});
  for (int n = 0; n < 200; ++n) ring_up(outbox, n);
  CHECK(outbox.thinned() == 0);
  left = 5U << 20U;
  ring_up(outbox, 200);
  CHECK(outbox.shortage() == "disk nearly full: 5120 KiB free");
  auto const size = [&] {
    auto db = *Database::open(folder / "o.sqlite", {.read_only = true});
    auto pages = *db.prepare("PRAGMA page_count");
    REQUIRE(*pages.step());
    return pages.integer(0);
  };
  auto const before = size();
  for (int n = 201; n < 900; ++n) ring_up(outbox, n);
  CHECK(size() <= before);
  CHECK(outbox.thinned() > 3'000);
  CHECK(outbox.dropped() == 0);
  auto const all = deliver(outbox);
  CHECK(all.numbers == 6'300);
  CHECK(all.sales == 900);
  CHECK(all.lost == 0);
  left = UINT64_MAX;
  ring_up(outbox, 901);
  CHECK(outbox.shortage().empty());
}

TEST_CASE("what an older program lost, one row a number, is taken along and not counted again") {
  TempDir const folder;
  {
    auto outbox = *Outbox::open(folder / "o.sqlite", kTill);
    for (int n = 0; n < 100; ++n) ring_up(outbox, n);
  }
  {
    auto db = *Database::open(folder / "o.sqlite");
    REQUIRE(
        db.execute("UPDATE outbox SET kind = 2, event = '{\"at\":0,\"t\":\"lost\"}' WHERE seq BETWEEN 300 AND 400; "
                   "UPDATE origin SET dropped = 101"));
  }
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill, {.most_rows = 400});
  for (int n = 100; n < 200; ++n) ring_up(outbox, n);
  CHECK(outbox.dropped() == 101);
  auto const all = deliver(outbox);
  CHECK(all.numbers == 1'400);
  CHECK(all.lost == 101);
}

TEST_CASE("an HQ that cannot read sums acknowledges their own number, and they go") {
  TempDir const folder;
  auto outbox = *Outbox::open(folder / "o.sqlite", kTill, {.most_rows = 300});
  for (int n = 0; n < 100; ++n) ring_up(outbox, n);
  auto const sums = outbox.thinned();
  REQUIRE(sums > 0);
  while (outbox.pending() > 0) REQUIRE(outbox.acknowledge(outbox.epoch(), (**outbox.next_batch()).last()));
  CHECK(outbox.last_sequence() == 700);
}

/// Sells until it is killed, in an outbox so small that it sums up again and again; writes the number of sales
/// committed into the pipe.
[[noreturn]] void sell(std::filesystem::path const& file, int pipe, int from) {
  auto outbox = Outbox::open(file, kTill, {.most_rows = 260});
  if (!outbox) ::_exit(1);
  for (int n = from;; ++n) {
    SaleId const id{"sale-" + std::to_string(n)};
    auto made = decision(1);
    std::get<DecisionMade>(made.what).sale = id;
    auto closed = sale();
    std::get<SaleClosed>(closed.what).sale = id;
    if (!outbox->append(made) || !outbox->append(closed) || !outbox->commit()) ::_exit(2);
    if (::write(pipe, &n, sizeof n) != sizeof n) ::_exit(3);
  }
}

/// What became of the child below.
enum SmallDisk { fine = 0, no_disk = 40, wrong = 41, refused = 42, lost = 43 };

void sell_one(Outbox& outbox, int number) {
  auto made = decision(1);
  std::get<DecisionMade>(made.what).sale = SaleId{std::to_string(number)};
  auto closed = sale();
  std::get<SaleClosed>(closed.what).sale = SaleId{std::to_string(number)};
  if (!outbox.append(made) || !outbox.append(closed)) ::_exit(wrong);
  if (auto const kept = outbox.commit(); !kept) {
    std::fprintf(stderr, "sale %d: %s; %llu summed up\n", number, kept.error().what.c_str(),
                 static_cast<unsigned long long>(outbox.thinned()));
    ::_exit(refused);
  }
}

/// A disk of 36 MiB of our own; the outbox keeps its own limits and leaves 32 MiB of it alone. Then somebody else takes
/// the rest, to the last byte.
[[noreturn]] void sell_on_small_disk(std::filesystem::path const& folder) {
  auto const* where = folder.c_str();
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ::_exit(no_disk);
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) ::_exit(no_disk);
  if (::mount("none", where, "tmpfs", 0, "size=36m") != 0) ::_exit(no_disk);
  auto outbox = Outbox::open(folder / "o.sqlite", kTill);
  if (!outbox) ::_exit(wrong);
  int sold = 0;
  while (outbox->thinned() < 2'000 && sold < 40'000) sell_one(*outbox, sold++);
  if (outbox->shortage().find("disk nearly full: ") != 0) ::_exit(wrong);
  std::ofstream(folder / "somebody else's") << std::string(64U << 20U, 'x');
  if (std::filesystem::space(folder).available > 4'096) ::_exit(wrong);
  for (auto const until = sold + 3'000; sold < until; ++sold) sell_one(*outbox, sold);
  if (outbox->dropped() != 0 || outbox->thinned() < 5'000) ::_exit(lost);
  auto const all = deliver(*outbox);
  auto const sales = static_cast<std::uint64_t>(sold);
  std::fprintf(stderr, "%d sales on 36 MiB, %llu results summed up\n", sold,
               static_cast<unsigned long long>(outbox->thinned()));
  ::_exit(all.lost == 0 && all.sales == sales && all.shown == sales && all.numbers == 2 * sales ? fine : lost);
}

TEST_CASE("a real disk that is nearly full, then wholly: results go on being kept, and nothing is lost") {
  TempDir const folder;
  pid_t const child = ::fork();
  if (child == 0) sell_on_small_disk(folder.path());
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == no_disk) {
    MESSAGE("skipped: this machine does not let us mount a disk of our own");
    return;
  }
  CHECK(WEXITSTATUS(status) == fine);
}

TEST_CASE("kill -9 while it sums up loses nothing, counts nothing twice and reuses no number") {
  TempDir const folder;
  auto const file = folder / "o.sqlite";
  std::mt19937 random(11);
  int sold = 130;  // beyond the spared ones already
  {
    auto outbox = *Outbox::open(file, kTill);
    for (int n = 0; n < sold; ++n) {
      REQUIRE(outbox.append(decision(1)));
      REQUIRE(outbox.append(sale()));
    }
    REQUIRE(outbox.commit());
  }
  for (int round = 0; round < 25; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_t const child = ::fork();
    if (child == 0) sell(file, ends[1], sold);
    ::close(ends[1]);
    int last = -1;
    REQUIRE(::read(ends[0], &last, sizeof last) == sizeof last);
    ::usleep(static_cast<useconds_t>(random() % 30'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    for (int more = 0; ::read(ends[0], &more, sizeof more) == sizeof more;) last = more;
    ::close(ends[0]);
    auto const outbox = *Outbox::open(file, kTill);
    auto const committed = static_cast<int>(outbox.last_sequence() / 2);
    CHECK(outbox.last_sequence() % 2 == 0);
    CHECK(committed >= last + 1);
    CHECK(committed <= last + 2);  // one commit may have been without its word
    sold = committed;
  }
  auto outbox = *Outbox::open(file, kTill);
  CHECK(outbox.thinned() > 0);
  auto const all = deliver(outbox);
  CHECK(all.numbers == static_cast<std::uint64_t>(2 * sold));
  CHECK(all.sales == static_cast<std::uint64_t>(sold));
  CHECK(all.shown == static_cast<std::uint64_t>(sold));
  CHECK(all.lost == 0);
  MESSAGE("25 kills, ", sold, " sales, ", outbox.thinned(), " results summed up");
}

}  // namespace
}  // namespace tillcue::sync
