// Results a second that HQ takes end to end: a pretend terminal, one batch in flight, a real mosquitto, the real
// collector with synchronous=FULL on a real disk; and with several terminals at once.
//
//   hq_bench [BATCHES [EVENTS [TERMINALS]]]     defaults: 200 batches of 100 events from 1 terminal, then from 16

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include "hq_pretend.hpp"

using namespace tillcue;
using namespace tillcue::sync;
using namespace tillcue::sync::hq_test;
using Clock = std::chrono::steady_clock;

namespace {

struct Load {
  std::size_t batches = 200, events = 100, terminals = 1;
};

/// A sale as tills report it: a decision, its answer, a coupon, the closed sale with ten lines.
std::vector<Outcome> sale(std::uint64_t number) {
  auto const id = "2026-" + std::to_string(number);
  auto end =
      closed(id, number % 20 == 0 ? Arm::holdout : Arm::treated, 1'000 + static_cast<std::int64_t>(number % 977), 1);
  auto& lines = std::get<SaleClosed>(end.what).lines;
  for (int n = 0; n < 9; ++n) lines.push_back({Sku{"sku-" + std::to_string(n)}, {1'000}, {199, kEuro}});
  return {decision(id, 1, "jam"), answer(id, 1, Response::declined, false), coupon(id, PrintFate::printed), end};
}

std::vector<Batch> make_batches(std::string const& terminal, Load const& load) {
  std::vector<Batch> batches;
  std::uint64_t number = 0;
  std::vector<Outcome> waiting;
  for (std::size_t n = 0; n < load.batches; ++n) {
    while (waiting.size() < load.events) {
      for (auto& outcome : sale(++number)) waiting.push_back(std::move(outcome));
    }
    auto const end = waiting.begin() + static_cast<std::ptrdiff_t>(load.events);
    batches.push_back(batch(terminal, n * load.events + 1, {waiting.begin(), end}));
    waiting.erase(waiting.begin(), end);
  }
  return batches;
}

double millis(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

int run(Load const& load) {
  test::Mosquitto const broker;
  test::TempDir const folder;
  auto const db = folder / "hq.sqlite";
  auto inbox = *Inbox::open(db);
  auto const key = *SigningKey::generate();
  KeyRing ring;
  ring.pin(key.public_key());
  HqCounters counters;
  auto const link = link_to(broker.uri(), "hq-bench");
  auto const now = [] { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); };
  auto const log = [](LogLevel level, std::string_view line) {
    if (level != LogLevel::info) std::cerr << line << '\n';
  };
  Collector collector{"demo", {*link, inbox, key, ring, counters, nullptr, log, now}};
  link->start(collector.events());

  std::vector<std::vector<double>> times(load.terminals);
  std::vector<std::thread> tills;
  std::vector<std::vector<Batch>> work;
  for (std::size_t t = 0; t < load.terminals; ++t) work.push_back(make_batches("T" + std::to_string(t), load));
  std::atomic<bool> failed{false};
  auto const begun = Clock::now();
  for (std::size_t t = 0; t < load.terminals; ++t) {
    tills.emplace_back([&, t] {
      PretendTerminal terminal{broker.uri(), "T" + std::to_string(t), ring};
      for (auto const& one : work[t]) {
        auto const sent = Clock::now();
        auto const ack = terminal.deliver(one);
        if (!ack) std::cerr << "hq_bench: " << ack.error().what << '\n';
        if (!ack) failed = true;
        times[t].push_back(millis(Clock::now() - sent));
      }
    });
  }
  for (auto& till : tills) till.join();
  double const seconds = millis(Clock::now() - begun) / 1'000;
  link->stop(std::chrono::seconds{2});

  std::vector<double> all;
  for (auto const& one : times) all.insert(all.end(), one.begin(), one.end());
  std::sort(all.begin(), all.end());
  auto const events = load.batches * load.events * load.terminals;
  std::cout << load.terminals << " terminals, " << load.batches << " batches of " << load.events << " each: " << events
            << " events in " << seconds << " s = " << static_cast<std::uint64_t>(static_cast<double>(events) / seconds)
            << " events/s; ack p50 " << all[all.size() / 2] << " ms, p99 " << all[all.size() * 99 / 100]
            << " ms; commit "
            << static_cast<double>(counters.commit_micros) / 1'000 / static_cast<double>(counters.batches)
            << " ms a batch; database " << std::filesystem::file_size(db) / events << " bytes/event\n";
  bool const complete =
      counters.events_added == events && ask(db, "SELECT count(*) FROM inbox") == static_cast<std::int64_t>(events);
  if (!complete || failed) std::cerr << "hq_bench: error: not every event was stored\n";
  return complete && !failed ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (!test::Mosquitto::available()) {
    std::cerr << "hq_bench: skipped: mosquitto is not installed\n";
    return 0;
  }
  auto const number = [&](int n, std::size_t otherwise) {
    return argc > n ? static_cast<std::size_t>(std::strtoul(argv[n], nullptr, 10)) : otherwise;
  };
  if (argc > 4 || number(1, 1) == 0 || number(2, 1) == 0 || number(3, 1) == 0) {
    std::cerr << "usage: hq_bench [BATCHES [EVENTS_A_BATCH [TERMINALS]]]   each a number from 1\n";
    return 2;
  }
  Load load{number(1, 200), number(2, 100), number(3, 1)};
  int const first = run(load);
  if (argc > 3) return first;
  load.terminals = 16;
  return first != 0 ? first : run(load);
}
