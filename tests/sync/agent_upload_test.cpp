#include <algorithm>

#include <doctest/doctest.h>

#include "scripted_link.hpp"

namespace tillcue::sync::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("results go up in batches, one at a time, and are deleted only by HQ's acknowledgement") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  t.sells(250);
  REQUIRE(t.batches().size() == 1);
  auto const first = t.batches()[0];
  CHECK(first.first == 1);
  CHECK(t.outbox.pending() == 250);
  t.sells(1);
  CHECK(t.batches().size() == 1);
  t.acknowledge(first.last());
  REQUIRE(t.batches().size() == 2);
  CHECK(t.batches()[1].first == first.last() + 1);
  t.acknowledge(t.batches()[1].last());
  while (t.outbox.pending() > 0) t.acknowledge(t.batches().back().last());
  CHECK(t.agent->status().batches_acknowledged == t.batches().size());
  CHECK(t.errors.empty());
}

TEST_CASE("results of before the connection go up when it comes") {
  ScriptedTerminal t;
  t.sells(3);
  CHECK(t.batches().empty());
  t.link.connect();
  t.settle();
  CHECK(t.batches().size() == 1);
}

TEST_CASE("without an acknowledgement the same batch goes again, later and later, and nothing is deleted") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  t.sells(5);
  t.pass(milliseconds{9'999});
  CHECK(t.batches().size() == 1);
  t.pass(seconds{4});
  CHECK(t.batches().size() == 2);
  CHECK(t.complained("has not acknowledged 1..5"));
  t.pass(std::chrono::hours{1});
  CHECK(t.batches().size() > 8);
  CHECK(t.batches().size() < 40);
  for (auto const& batch : t.batches()) CHECK(batch.events == t.batches()[0].events);
  CHECK(t.outbox.pending() == 5);
  t.acknowledge(5);
  CHECK(t.outbox.pending() == 0);
}

TEST_CASE("an acknowledgement that comes twice, late or in parts does no harm") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  t.sells(5);
  t.acknowledge(2);
  CHECK(t.outbox.pending() == 3);
  t.acknowledge(5);
  t.acknowledge(5);
  t.acknowledge(3);
  CHECK(t.outbox.pending() == 0);
  t.sells(2);
  CHECK(t.batches().back().first == 6);
  t.acknowledge(5);
  CHECK(t.outbox.pending() == 2);
  t.acknowledge(7);
  CHECK(t.outbox.pending() == 0);
  CHECK(t.batches().size() == 2);
}

TEST_CASE("an acknowledgement while pausing after silence is taken") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  t.sells(1);
  t.pass(milliseconds{10'000});
  t.acknowledge(1);
  CHECK(t.outbox.pending() == 0);
  t.pass(std::chrono::hours{1});
  CHECK(t.batches().size() == 1);
}

TEST_CASE("acknowledgements of another epoch, another terminal, a stranger or beyond what was sent delete nothing") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  t.sells(5);
  Ack ack{.terminal = t.till, .epoch = Epoch{1}, .through = 5, .also = {}};
  auto const send = [&](SigningKey const& key) {
    t.link.send(t.topics.ack(t.till), *seal(key, *encode_ack(ack)));
    t.settle();
  };
  send(t.key);
  CHECK(t.outbox.pending() == 5);
  ack.epoch = t.outbox.epoch();
  send(*SigningKey::generate());
  CHECK(t.complained("not pinned"));
  ack.terminal = TerminalId{"till-8"};
  send(t.key);
  CHECK(t.complained("is for terminal \"till-8\""));
  ack.terminal = t.till;
  ack.through = 6;
  send(t.key);
  CHECK(t.complained("only 5 were given out"));
  CHECK(t.outbox.pending() == 5);
  CHECK(t.agent->status().acks_refused == 3);
}

TEST_CASE("HQ that lost older results and holds this batch beyond a gap lets the terminal go on") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  t.sells(3);
  t.acknowledge(3);
  t.sells(2);
  t.acknowledge(0, {{4, 5}});
  CHECK(t.outbox.pending() == 0);
  t.sells(2);
  t.acknowledge(0, {{4, 6}});  // 7 is not there yet
  CHECK(t.outbox.pending() == 2);
}

TEST_CASE("a lost connection sends the batch again after reconnecting") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  t.sells(4);
  t.link.disconnect();
  t.settle();
  t.pass(std::chrono::hours{24});
  CHECK(t.batches().size() == 1);
  t.link.connect(true);
  t.settle();
  CHECK(t.batches().size() == 2);
  t.acknowledge(4);
  CHECK(t.outbox.pending() == 0);
}

TEST_CASE("a batch the broker refuses is reported with its reason and tried again") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  bool refusing = true;
  t.link.on_publish = [&](std::string const& topic) -> std::optional<std::string> {
    if (refusing && topic == t.topics.results(t.till)) return "packet too large (reason code 149)";
    return std::nullopt;
  };
  t.sells(1);
  CHECK(t.complained("reason code 149"));
  CHECK(t.batches().empty());
  refusing = false;
  t.pass(seconds{4});
  CHECK(t.batches().size() == 1);
}

TEST_CASE("the state tells how many results wait and what was last wrong") {
  ScriptedTerminal t;
  t.sells(4);
  t.link.connect();
  t.settle();
  CHECK(t.told().pending == 4);
  CHECK(t.told().epoch == t.outbox.epoch());
  t.link.disconnect("keep alive");
  t.settle();
  CHECK(t.agent->status().last_error == "mqtt: keep alive");
  CHECK(t.agent->next_due() == std::chrono::steady_clock::time_point::max());
}

TEST_CASE("the state is told again when the outbox has drained, at most once in five seconds") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  auto const told = [&] {
    return std::count_if(t.link.published.begin(), t.link.published.end(),
                         [&](auto const& one) { return one.topic == t.topics.state(t.till); });
  };
  REQUIRE(told() == 1);
  for (std::uint64_t n = 1; n <= 4; ++n) {
    t.sells(1);
    t.acknowledge(n);
  }
  CHECK(told() == 1);
  t.pass(std::chrono::seconds{5});
  CHECK(told() == 2);
  t.pass(std::chrono::seconds{20});
  CHECK(told() == 2);
  t.sells(1);
  t.acknowledge(5);
  CHECK(told() == 3);
  CHECK(t.told().pending == 0);
}

TEST_CASE("an acknowledgement ends the error that none came") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  t.sells(1);
  t.pass(std::chrono::seconds{11});
  CHECK(t.told().last_error.find("has not acknowledged") != std::string::npos);
  t.acknowledge(1);
  CHECK(t.told().last_error.empty());
}

}  // namespace
}  // namespace tillcue::sync::test
