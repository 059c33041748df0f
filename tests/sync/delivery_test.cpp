#include <chrono>

#include <doctest/doctest.h>

#include "broker_probe.hpp"
#include "samples.hpp"
#include "support/mosquitto.hpp"
#include "tillcue/sync/terminal_agent.hpp"

namespace tillcue::sync::test {
namespace {

using Clock = std::chrono::steady_clock;
using tillcue::test::Mosquitto;
using tillcue::test::TempDir;

/// A terminal with a loop of its own in the test's thread, as the daemon would run it.
struct RealTerminal {
  TempDir folder;
  TerminalId till{"till-7"};
  Patience patience;
  std::deque<std::function<void()>> tasks;
  Outbox outbox = *Outbox::open(folder / "outbox.sqlite", till);
  BundleStore store = *BundleStore::open(folder / "bundles", [](auto) { return Result<void>{}; });
  std::vector<std::uint64_t> activated;
  std::vector<std::string> errors;
  std::unique_ptr<MqttLink> link;
  std::unique_ptr<TerminalAgent> agent;

  RealTerminal(Mosquitto const& broker, SigningKey const& key) {
    AgentOptions options;
    options.chain = "demo";
    options.terminal = till;
    options.version = "0.1.0";
    options.retry_first = std::chrono::milliseconds{50};
    auto mqtt = *terminal_mqtt_options(options, at(1'790'000'000));
    mqtt.uri = broker.uri();
    mqtt.backoff_first = std::chrono::milliseconds{50};
    link = std::move(*make_paho_link(mqtt));
    KeyRing ring;
    ring.pin(key.public_key());
    AgentCallbacks callbacks;
    callbacks.post = [this](std::function<void()> task) { patience.note([&] { tasks.push_back(std::move(task)); }); };
    callbacks.clock = [] { return Moment{Clock::now(), at(1'790'000'500)}; };
    callbacks.on_bundle = [this](std::filesystem::path const&, std::uint64_t release) { activated.push_back(release); };
    callbacks.on_error = [this](Error const& error) { errors.push_back(error.what); };
    agent = std::make_unique<TerminalAgent>(*link, outbox, store, std::move(ring), options, std::move(callbacks));
    agent->start();
  }
  ~RealTerminal() { agent->stop(std::chrono::seconds{1}); }

  template <class Condition>
  [[nodiscard]] bool run_until(Condition condition, std::chrono::seconds most = std::chrono::seconds{30}) {
    auto const end = Clock::now() + most;
    while (!condition()) {
      if (Clock::now() > end) return false;
      auto const due = std::min(agent->next_due(), Clock::now() + std::chrono::milliseconds{50});
      auto const wait = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(due - Clock::now()),
                                 std::chrono::milliseconds{});
      std::deque<std::function<void()>> ready;
      (void)patience.until([&] { return !tasks.empty(); }, wait);
      patience.note([&] { ready.swap(tasks); });
      for (auto const& task : ready) task();
      agent->tick();
    }
    return true;
  }
};

void publish_bundle(Probe& hq, SigningKey const& key, std::string_view bytes, std::uint64_t release) {
  Topics const topics("demo");
  auto const manifest = manifest_of(bytes, release);
  for (std::uint32_t n = 0; n < manifest.chunk_count(); ++n) {
    REQUIRE(hq.publish(topics.chunk(manifest.bundle, n), std::string(piece(bytes, n)), true));
  }
  REQUIRE(hq.publish(topics.manifest(), *seal(key, *encode_manifest(manifest)), true));
}

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

TEST_CASE("a bundle of 10 MiB is published through a real broker and becomes active") {
  if (skip_without_broker("10 MiB through a real broker")) return;
  Mosquitto const broker;
  auto const key = *SigningKey::generate();
  RealTerminal terminal(broker, key);
  REQUIRE(terminal.run_until([&] { return terminal.agent->status().connected; }));
  Probe hq(options_for(broker.uri(), "hq"));
  hq.start();
  REQUIRE(hq.connected());
  auto const bytes = content(10U << 20U);
  auto const begin = Clock::now();
  publish_bundle(hq, key, bytes, 1);
  auto const published = milliseconds_since(begin);
  REQUIRE(terminal.run_until([&] { return !terminal.activated.empty(); }));
  MESSAGE("10 MiB: published in ", published, " ms (one piece at a time), active after ", milliseconds_since(begin),
          " ms");
  CHECK(as_text(MappedFile::open(terminal.store.active()->file)->bytes()) == bytes);
  CHECK(terminal.agent->status().pieces == 171);
  CHECK(terminal.errors.empty());
}

TEST_CASE("the broker killed in the middle of the fetch and empty afterwards: the terminal asks, HQ publishes again") {
  if (skip_without_broker("the broker killed in the middle")) return;
  Mosquitto broker;
  auto const key = *SigningKey::generate();
  Probe hq(options_for(broker.uri(), "hq"));
  hq.start();
  REQUIRE(hq.connected());
  auto const bytes = content(4U << 20U);
  publish_bundle(hq, key, bytes, 1);
  RealTerminal terminal(broker, key);
  REQUIRE(terminal.run_until([&] { return terminal.agent->status().pieces >= 10; }));
  broker.kill();
  REQUIRE(terminal.run_until([&] { return !terminal.agent->status().connected; }));
  auto const before = terminal.agent->status().pieces;
  broker.start();
  REQUIRE(hq.connected(2));
  publish_bundle(hq, key, bytes, 1);
  REQUIRE(terminal.run_until([&] { return !terminal.activated.empty(); }));
  CHECK(terminal.agent->status().pieces == 69);
  CHECK(before < 69);
}

TEST_CASE("results reach HQ through a real broker, and go away with its signed acknowledgement") {
  if (skip_without_broker("results reach HQ")) return;
  Mosquitto const broker;
  auto const key = *SigningKey::generate();
  Topics const topics("demo");
  Probe hq(options_for(broker.uri(), "hq"));
  std::vector<Batch> batches;
  hq.in_callback = [&](MqttMessage const& message) {
    auto batch = *decode_batch(message.payload);
    Ack const ack{.terminal = batch.terminal, .epoch = batch.epoch, .through = batch.last(), .also = {}};
    batches.push_back(std::move(batch));
    hq.link->publish({topics.ack(ack.terminal), *seal(key, *encode_ack(ack)), false}, [](Result<void> const&) {});
  };
  hq.start();
  REQUIRE(hq.connected());
  REQUIRE(hq.subscribe(topics.all_results()));
  RealTerminal terminal(broker, key);
  for (std::uint32_t n = 0; n < 1000; ++n) REQUIRE(terminal.outbox.append(decision(n)));
  REQUIRE(terminal.outbox.commit());
  auto const begin = Clock::now();
  REQUIRE(terminal.run_until([&] { return terminal.outbox.pending() == 0; }));
  MESSAGE("1,000 results in ", milliseconds_since(begin), " ms including the connect");
  std::uint64_t next = 1;
  for (auto const& batch : batches) {
    CHECK(batch.first == next);
    next = batch.last() + 1;
  }
  CHECK(next == 1001);
}

}  // namespace
}  // namespace tillcue::sync::test
