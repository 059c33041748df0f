#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <thread>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker_probe.hpp"
#include "mqtt_proxy.hpp"
#include "support/mosquitto.hpp"

namespace tillcue::sync::test {

bool skip_without_broker(char const* test) {
  if (tillcue::test::Mosquitto::available()) return false;
  std::cout << "skipped: " << test << ": mosquitto is not installed (apt install mosquitto)\n";
  return true;
}

namespace {

using tillcue::test::Mosquitto;

TEST_CASE("options that cannot work are refused before connecting") {
  auto const refused = [](auto spoil) {
    auto options = options_for("mqtt://127.0.0.1:1883", "c");
    spoil(options);
    auto link = make_paho_link(std::move(options));
    REQUIRE_FALSE(link);
    CHECK(link.error().code == Code::invalid);
    return link.error().what;
  };
  for (auto const* uri : {"", "127.0.0.1:1883", "http://x:1", "mqtt://", "mqtt://:1", "mqtt://x:0", "mqtt://x:65536",
                          "mqtt://x:1/y", "mqtt://x:1a", "mqtt://u@x:1"}) {
    CHECK(refused([&](auto& o) { o.uri = uri; }).find("must be mqtt://") != std::string::npos);
  }
  CHECK(refused([](auto& o) { o.client_id = ""; }).find("client id") != std::string::npos);
  CHECK(refused([](auto& o) { o.tls = MqttTls{}; }).find("is not mqtts://") != std::string::npos);
  auto const tls = [](auto& o) { o.uri = "mqtts://x"; };
  CHECK(refused([&](auto& o) {
          tls(o);
          o.tls = MqttTls{.ca = "/no/ca", .certificate = {}, .key = {}};
        }).find("/no/ca") != std::string::npos);
  CHECK(refused([&](auto& o) {
          tls(o);
          o.tls = MqttTls{.ca = {}, .certificate = "/no/cert", .key = {}};
        }).find("together") != std::string::npos);
}

TEST_CASE("a link that was never started or is stopped answers every request") {
  Probe probe(options_for("mqtt://127.0.0.1:1", "c"));
  CHECK(probe.publish("t", "p").error().code == Code::busy);
  CHECK(probe.subscribe("t").error().code == Code::io);
  probe.start();
  probe.link->stop(std::chrono::milliseconds{100});
  CHECK(probe.publish("t", "p").error().code == Code::busy);
  CHECK(probe.subscribe("t").error().code == Code::io);
}

TEST_CASE("without a broker it goes on trying, keeps a bounded number of messages and answers the rest busy") {
  auto options = options_for("mqtt://127.0.0.1:1", "c");
  options.backoff_first = std::chrono::milliseconds{5};
  options.offline_messages = 2;
  Probe probe(std::move(options));
  probe.start();
  CHECK(probe.patience.until([&] { return probe.losses.size() >= 3; }));
  std::atomic<int> open = 0;
  for (int n = 0; n < 2; ++n) {
    ++open;
    probe.link->publish({"t", "p", false}, [&](Result<void> const&) { --open; });
  }
  CHECK(probe.publish("t", "p").error().code == Code::busy);
  CHECK(open == 2);
  probe.link->stop(std::chrono::milliseconds{100});
  CHECK(open == 0);
}

TEST_CASE("two clients of one name throw each other out, and say what may be behind it") {
  if (skip_without_broker("two of one name")) return;
  tillcue::test::Mosquitto broker;
  auto options = options_for(broker.uri(), "till-1");
  options.backoff_first = std::chrono::milliseconds{50};
  Probe one(options), other(options);
  one.start();
  REQUIRE(one.connected());
  other.start();
  auto const says = [](Probe& probe) {
    auto const told = [&] {
      return std::any_of(probe.losses.begin(), probe.losses.end(), [](std::string const& why) {
        return why.find("does another client use the name \"till-1\"") != std::string::npos;
      });
    };
    return probe.patience.until(told, std::chrono::seconds{60});
  };
  CHECK(says(one));
  CHECK(says(other));
  CHECK(one.losses.front().find("another client") == std::string::npos);
}

TEST_CASE("messages go out and come in, retained ones on subscribing") {
  if (skip_without_broker("messages go out and come in")) return;
  Mosquitto const broker;
  Probe probe(options_for(broker.uri(), "c"));
  probe.start();
  REQUIRE(probe.connected());
  CHECK(probe.link->connected());
  CHECK(probe.publish("a/1", std::string("b\0ytes", 6), true));
  CHECK(probe.subscribe("a/1"));
  REQUIRE(probe.received(1));
  CHECK(probe.messages[0].payload == std::string("b\0ytes", 6));
  CHECK(probe.messages[0].retained);
  CHECK(probe.publish("a/1", ""));
  REQUIRE(probe.received(2));
  CHECK(probe.messages[1].payload.empty());
  CHECK(probe.outcome([&](auto done) { probe.link->unsubscribe("a/1", done); }));
}

TEST_CASE("what is published offline goes out once there is a connection") {
  if (skip_without_broker("what is published offline goes out")) return;
  Mosquitto broker;
  broker.stop();
  Probe probe(options_for(broker.uri(), "c"));
  probe.start();
  REQUIRE(probe.patience.until([&] { return !probe.losses.empty(); }));
  std::atomic<int> good = 0;
  for (int n = 0; n < 3; ++n) {
    probe.link->publish({"r/" + std::to_string(n), "p", true},
                        [&](Result<void> const& result) { probe.patience.note([&] { good += result ? 1 : 0; }); });
  }
  broker.start();
  CHECK(probe.patience.until([&] { return good == 3; }));
  CHECK(probe.subscribe("r/+"));
  CHECK(probe.received(3));
}

TEST_CASE("the session outlives the connection: the expiry is not lost on the way through Paho") {
  if (skip_without_broker("the session outlives the connection")) return;
  Mosquitto const broker;
  {
    Probe probe(options_for(broker.uri(), "till-7"));
    probe.start();
    REQUIRE(probe.connected());
    CHECK_FALSE(probe.connects[0]);
    CHECK(probe.subscribe("a/till-7"));
    probe.link->stop(std::chrono::seconds{2});
  }
  Probe other(options_for(broker.uri(), "hq"));
  other.start();
  REQUIRE(other.connected());
  CHECK(other.publish("a/till-7", "while you were away"));
  Probe again(options_for(broker.uri(), "till-7"));
  again.start();
  REQUIRE(again.connected());
  CHECK(again.connects[0]);
  REQUIRE(again.received(1));
  CHECK(again.messages[0].payload == "while you were away");
}

TEST_CASE("a clean start forgets the session") {
  if (skip_without_broker("a clean start forgets")) return;
  Mosquitto const broker;
  for (int n = 0; n < 2; ++n) {
    auto options = options_for(broker.uri(), "c");
    options.clean_start = true;
    Probe probe(std::move(options));
    probe.start();
    REQUIRE(probe.connected());
    CHECK_FALSE(probe.connects[0]);
  }
}

TEST_CASE("it comes back by itself after the broker was killed, and requests in between fail instead of hanging") {
  if (skip_without_broker("it comes back by itself")) return;
  Mosquitto broker;
  auto options = options_for(broker.uri(), "c");
  options.offline_messages = 0;
  Probe probe(std::move(options));
  probe.start();
  REQUIRE(probe.connected());
  broker.kill();
  REQUIRE(probe.patience.until([&] { return !probe.losses.empty(); }));
  CHECK_FALSE(probe.link->connected());
  CHECK(probe.subscribe("x").error().code == Code::io);
  CHECK(probe.publish("x", "y").error().code == Code::busy);
  broker.start();
  REQUIRE(probe.connected(2));
  CHECK_FALSE(probe.connects[1]);
  CHECK(probe.publish("x", "y"));
}

/// A second process with one link, for what only the death of a process shows. Start it before any link of the test's
/// own: a process with threads is not to be forked.
class Child {
 public:
  template <class Work>
  explicit Child(Work work) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      work([&] { (void)!::write(ends[1], "r", 1); });
      ::_exit(0);
    }
    ::close(ends[1]);
    char ready = 0;
    REQUIRE(::read(ends[0], &ready, 1) == 1);
    ::close(ends[0]);
  }
  ~Child() { kill(); }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }
  void wait() { ::waitpid(std::exchange(pid_, -1), nullptr, 0); }

 private:
  pid_t pid_ = -1;
};

TEST_CASE("the will speaks when the process dies and is silent after a good-bye") {
  if (skip_without_broker("the will speaks")) return;
  Mosquitto const broker;
  auto with_will = [&](std::string const& name) {
    auto options = options_for(broker.uri(), name);
    options.will = MqttWill{"s/" + name, "offline", true};
    return options;
  };
  Child dying([&](auto ready) {
    Probe probe(with_will("till-7"));
    probe.start();
    if (probe.connected()) ready();
    ::pause();
  });
  Probe watcher(options_for(broker.uri(), "hq"));
  watcher.start();
  REQUIRE(watcher.connected());
  REQUIRE(watcher.subscribe("s/+"));
  {
    Probe polite(with_will("till-8"));
    polite.start();
    REQUIRE(polite.connected());
    polite.link->stop(std::chrono::seconds{2});
  }
  dying.kill();
  REQUIRE(watcher.received(1));
  CHECK(watcher.messages[0].topic == "s/till-7");
  CHECK(watcher.messages[0].payload == "offline");
  CHECK(watcher.messages.size() == 1);
}

TEST_CASE("a message the broker finds too large or does not allow is rejected with its reason, not lost in silence") {
  if (skip_without_broker("a message the broker finds too large")) return;
  tillcue::test::TempDir const folder;
  auto const acl = folder / "acl";
  {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const out(std::fopen(acl.c_str(), "w"), &std::fclose);
    std::fputs("topic read open/#\ntopic write open/#\n", out.get());
  }
  Mosquitto const broker("message_size_limit 1000\nacl_file " + acl.string() + "\n");
  Probe probe(options_for(broker.uri(), "c"));
  probe.start();
  REQUIRE(probe.connected());
  CHECK(probe.publish("open/a", std::string(900, 'x')));
  auto const denied = probe.publish("closed/a", "x");
  REQUIRE_FALSE(denied);
  CHECK(denied.error().code == Code::rejected);
  CHECK(denied.error().what.find("135") != std::string::npos);
  auto const large = probe.publish("open/a", std::string(5000, 'x'));
  REQUIRE_FALSE(large);
  CHECK(large.error().what.find("149") != std::string::npos);
}

TEST_CASE("what a broker says on connecting that it does not take is not sent, and the connection stays") {
  if (skip_without_broker("limits said on connecting")) return;
  Mosquitto const broker("max_packet_size 2000\nretain_available false\n");
  Probe probe(options_for(broker.uri(), "c"));
  probe.start();
  REQUIRE(probe.connected());
  CHECK(probe.publish("t", std::string(1'900, 'x')));
  auto const large = probe.publish("t", std::string(2'001, 'x'));
  REQUIRE_FALSE(large);
  CHECK(large.error().code == Code::rejected);
  CHECK(large.error().what.find("larger than this broker takes (2000)") != std::string::npos);
  auto const kept = probe.publish("t", "x", true);
  REQUIRE_FALSE(kept);
  CHECK(kept.error().what.find("keeps no messages") != std::string::npos);
  CHECK(probe.publish("t", "x"));
  CHECK(probe.losses.empty());
}

TEST_CASE("limits of a preset hold where the broker says nothing, and a burst goes through a window of one") {
  if (skip_without_broker("limits of a preset")) return;
  Mosquitto const broker;
  auto options = options_for(broker.uri(), "c");
  options.limits = *read_broker_limits("azure-event-grid,max_payload=3000");
  Probe probe(std::move(options));
  probe.start();
  REQUIRE(probe.connected());
  CHECK(probe.publish("t", std::string(3'001, 'x')).error().what.find("(3000)") != std::string::npos);
  REQUIRE(probe.subscribe("n/#"));
  for (int n = 0; n < 20; ++n) probe.link->publish({"n/" + std::to_string(n), "x", false}, [](auto) {});
  CHECK(probe.received(20));  // what was refused before left its place in the window
  auto named = options_for(broker.uri(), std::string(20, 'c'));
  named.limits = *read_broker_limits("mosquitto,client_id=19");
  CHECK(make_paho_link(std::move(named)).error().what.find("1 to 19 bytes") != std::string::npos);
}

TEST_CASE("a message whose callback had not returned when the process died is delivered again") {
  if (skip_without_broker("delivered again")) return;
  Mosquitto const broker;
  Child collector([&](auto ready) {
    Probe probe(options_for(broker.uri(), "hq"));
    // The commit never returns: nothing may have told the broker that the message is ours.
    probe.in_callback = [](MqttMessage const&) { ::kill(::getpid(), SIGKILL); };
    probe.start();
    if (probe.connected() && probe.subscribe("r/+")) ready();
    ::pause();
  });
  Probe sender(options_for(broker.uri(), "till-7"));
  sender.start();
  REQUIRE(sender.connected());
  REQUIRE(sender.publish("r/1", "result"));
  collector.wait();
  Probe next(options_for(broker.uri(), "hq"));
  next.start();
  // Both are waited for: a kept session may deliver on Paho's thread before the supervisor has said "connected".
  REQUIRE(next.connected());
  REQUIRE(next.received(1));
  CHECK(next.connects[0]);
  CHECK(next.messages[0].payload == "result");
}

TEST_CASE("what could not be written as a connection ended is told, and the next connection is sound") {
  if (skip_without_broker("what could not be written as a connection ended")) return;
  Mosquitto const broker;
  std::atomic<bool> cut = false;
  MqttProxy proxy(broker.port(), [&](PassingPacket const& packet) {
    bool const now = packet.is_publish() && !packet.to_broker && cut.exchange(false);
    return now ? MqttProxy::Fate::reset_later : MqttProxy::Fate::pass;
  });
  std::atomic<int> asked = 0;
  std::vector<Result<void>> answers;
  Probe probe(options_for(proxy.uri(), "hq"));
  // Paho's receiving thread is here while the connection ends, so the write is the first to notice. What could not be
  // written Paho would send once more, with the next connection, from memory it has freed: for the address sanitizer.
  probe.in_callback = [&](MqttMessage const& message) {
    if (message.topic != "r/1") return;
    std::this_thread::sleep_for(std::chrono::milliseconds{300});
    ++asked;
    probe.link->publish({"ack/of-the-terminal-one", "done", false},
                        [&](Result<void> const& result) { probe.patience.note([&] { answers.push_back(result); }); });
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  };
  probe.start();
  REQUIRE(probe.connected());
  REQUIRE(probe.subscribe("r/+"));
  Probe sender(options_for(broker.uri(), "till"));
  sender.start();
  REQUIRE(sender.connected());
  for (std::size_t round = 1; round <= 6; ++round) {
    cut = true;
    REQUIRE(sender.publish("r/1", "result"));
    REQUIRE(probe.connected(round + 1));
    REQUIRE(probe.patience.until([&] { return answers.size() == static_cast<std::size_t>(asked.load()); }));
  }
  CHECK(std::any_of(answers.begin(), answers.end(),
                    [](auto const& one) { return !one && one.error().what.find("Failure") != std::string::npos; }));
  CHECK(probe.publish("sound", "yes"));
}

TEST_CASE("a proxy named in the environment is not used for the broker") {
  if (skip_without_broker("a proxy named in the environment")) return;
  Mosquitto const broker;
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  Probe probe(options_for(broker.uri(), "c"));
  probe.start();
  CHECK(probe.connected());
}

TEST_CASE("a burst of a thousand messages, half of them from a callback, arrives without a deadlock or a loss") {
  if (skip_without_broker("a burst of a thousand messages")) return;
  Mosquitto const broker;
  Probe probe(options_for(broker.uri(), "c"));
  std::atomic<int> good = 0;
  auto const count = [&](Result<void> const& result) { probe.patience.note([&] { good += result ? 1 : 0; }); };
  probe.in_callback = [&](MqttMessage const& message) {
    if (message.topic == "ping") probe.link->publish({"pong", std::string(message.payload), false}, count);
  };
  probe.start();
  REQUIRE(probe.connected());
  REQUIRE(probe.subscribe("ping"));
  REQUIRE(probe.subscribe("pong"));
  for (int n = 0; n < 500; ++n) probe.link->publish({"ping", std::to_string(n), false}, count);
  CHECK(probe.received(1000));
  CHECK(probe.patience.until([&] { return good == 1000; }));
}

}  // namespace
}  // namespace tillcue::sync::test
