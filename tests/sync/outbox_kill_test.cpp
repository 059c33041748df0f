#include <chrono>
#include <csignal>
#include <random>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "samples.hpp"
#include "support/mosquitto.hpp"
#include "tillcue/sync/outbox.hpp"

namespace tillcue::sync {
namespace {

using tillcue::test::TempDir;

constexpr int kKills = 30;
TerminalId const kTill{"till-7"};

/// Fills the outbox until it is killed; after each commit it writes the last committed number into the pipe. Every
/// result carries its own number, so that a lost, doubled or reused one shows.
[[noreturn]] void fill(std::filesystem::path const& file, int pipe, unsigned seed) {
  auto outbox = Outbox::open(file, kTill);
  if (!outbox) ::_exit(1);
  std::mt19937 random(seed);
  for (;;) {
    auto const group = 1 + random() % 20;
    for (unsigned n = 1; n <= group; ++n) {
      if (!outbox->append(test::decision(static_cast<std::uint32_t>(outbox->last_sequence() + n)))) ::_exit(2);
    }
    if (!outbox->commit()) ::_exit(3);
    auto const last = outbox->last_sequence();
    if (::write(pipe, &last, sizeof last) != sizeof last) ::_exit(4);
    bool const prune = random() % 4 == 0 && last > 50;
    if (prune && !outbox->acknowledge(outbox->epoch(), last - 50)) ::_exit(5);
  }
}

/// Lets a child fill for `patience`, kills it, returns the last number it said was committed.
std::uint64_t run_and_kill(std::filesystem::path const& file, unsigned seed, std::chrono::microseconds patience) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  pid_t const child = ::fork();
  if (child == 0) fill(file, ends[1], seed);
  ::close(ends[1]);
  std::uint64_t last = 0;
  // From its first commit on, so that every round kills at work and not at start.
  REQUIRE(::read(ends[0], &last, sizeof last) == sizeof last);
  ::usleep(static_cast<useconds_t>(patience.count()));
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  std::uint64_t said = 0;
  while (::read(ends[0], &said, sizeof said) == sizeof said) last = said;
  ::close(ends[0]);
  return last;
}

TEST_CASE("thirty kill -9 at random moments lose nothing that was committed and reuse no number") {
  TempDir const folder;
  auto const file = folder / "o.sqlite";
  std::mt19937 random(7);
  std::uint64_t highest = 0;
  for (int round = 0; round < kKills; ++round) {
    auto const committed =
        run_and_kill(file, static_cast<unsigned>(round), std::chrono::microseconds{random() % 40'000});
    auto outbox = *Outbox::open(file, kTill);
    CHECK(outbox.last_sequence() >= committed);
    CHECK(committed > highest);
    auto expected = std::uint64_t{0};
    while (outbox.pending() > 0) {
      auto const batch = **outbox.next_batch();
      if (expected == 0) {
        // Everything before was acknowledged by the child itself, at most up to 50 before its last number.
        CHECK((batch.first <= highest + 1 || batch.first + 50 <= outbox.last_sequence() + 1));
        expected = batch.first;
      }
      CHECK(batch.first == expected);
      for (std::size_t n = 0; n < batch.events.size(); ++n) {
        auto const outcome = decode_event(batch.events[n]);
        REQUIRE(outcome);
        CHECK(std::get<DecisionMade>(outcome->what).number == batch.first + n);
      }
      expected = batch.last() + 1;
      REQUIRE(outbox.acknowledge(outbox.epoch(), batch.last()));
    }
    CHECK(expected == outbox.last_sequence() + 1);
    highest = outbox.last_sequence();
  }
  MESSAGE(kKills, " kills, ", highest, " results");
}

}  // namespace
}  // namespace tillcue::sync
