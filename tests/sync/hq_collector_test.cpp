#include <doctest/doctest.h>

#include "hq_scene.hpp"
#include "tillcue/sync/hq_terminals.hpp"

using namespace tillcue;
using namespace tillcue::sync;
using namespace tillcue::sync::hq_test;

namespace {

TerminalState state_of(std::string const& terminal, Presence presence = Presence::online) {
  TerminalState state;
  state.terminal = TerminalId{terminal};
  state.presence = presence;
  state.at = at(900);
  state.version = "0.1.0";
  state.release = 3;
  state.wanted = 4;
  state.phase = "fetching 2/9";
  state.epoch = kEpoch;
  state.pending = 17;
  state.last_error = "chunk 3: digest differs";
  state.counters = {{"sales", 12}};
  return state;
}

void receive_state(Hq& hq, TerminalState const& state, bool retained = false) {
  hq.link.receive(hq.topics.state(state.terminal), *encode_state(state), retained);
}

std::string manifest_envelope(SigningKey const& key, std::uint64_t release, std::string const& chain = "demo") {
  auto manifest = cut_bundle(as_bytes("some bytes"))->manifest;
  manifest.chain = chain;
  manifest.release = release;
  manifest.created = 1'790'000'000;
  manifest.expires = 1'800'000'000;
  return *seal(key, *encode_manifest(manifest));
}

}  // namespace

TEST_CASE("the collector listens to results, states, requests, what is held and manifests after every connect") {
  Hq hq;
  hq.link.connect();
  CHECK(hq.link.subscribed.size() == 10);
  CHECK(hq.link.subscribed[0] == "tillcue/1/demo/r/+");
  CHECK(hq.link.subscribed[3] == "tillcue/1/demo/h/+");
  CHECK(hq.link.subscribed[4] == "tillcue/1/demo/m/+");
}

TEST_CASE("a batch is committed before its signed acknowledgement goes out") {
  Hq hq;
  hq.receive(plain_batch("T1", 1, 5));
  REQUIRE(hq.link.published.size() == 1);
  CHECK(hq.link.published[0].topic == "tillcue/1/demo/a/T1");
  CHECK_FALSE(hq.link.published[0].retain);
  CHECK(hq.last_ack().through == 5);
  CHECK(ask(hq.db, "SELECT count(*) FROM inbox") == 5);
  CHECK(hq.counters.acks_sent == 1);
}

TEST_CASE(
    "when the acknowledgement is lost the terminal sends again, nothing is stored twice, and the word is repeated") {
  Hq hq;
  hq.link.publish_answer = fail(Code::io, "connection lost");
  hq.receive(plain_batch("T1", 1, 5));
  CHECK(hq.counters.acks_failed == 1);
  CHECK(ask(hq.db, "SELECT count(*) FROM inbox") == 5);
  hq.link.publish_answer = {};
  hq.receive(plain_batch("T1", 1, 5));
  CHECK(hq.last_ack().through == 5);
  CHECK(hq.counters.events_duplicate == 5);
  CHECK(ask(hq.db, "SELECT count(*) FROM inbox") == 5);
}

TEST_CASE("a batch that cannot be committed is not acknowledged, and is taken when it comes again") {
  Hq hq{std::chrono::milliseconds{10}};
  {
    auto intruder = *Database::open(hq.db);
    auto const lock = Transaction::begin(intruder);
    hq.receive(plain_batch("T1", 1, 5));
  }
  CHECK(hq.link.published.empty());
  CHECK(hq.counters.store_failures == 1);
  CHECK(hq.counters.refused == 0);
  CHECK_FALSE(hq.counters.storing);
  CHECK(hq.log_text().find("store.failed") != std::string::npos);
  hq.receive(plain_batch("T1", 1, 5));
  CHECK(hq.last_ack().through == 5);
  CHECK(hq.counters.storing);
}

TEST_CASE("changed content is counted and logged") {
  Hq hq;
  hq.receive(batch("T1", 1, {answer("S1", 1, Response::accepted, true)}));
  hq.receive(batch("T1", 1, {answer("S1", 1, Response::declined, true)}));
  CHECK(hq.counters.events_changed == 1);
  CHECK(hq.log_text().find("alarm.changed_content terminal=T1 epoch=0000000000001234") != std::string::npos);
}

TEST_CASE("malformed batches of every kind are refused, logged and counted, and nothing is stored") {
  auto const good = *encode_batch(plain_batch("T1", 1, 2));
  auto const with = [&](std::string const& from, std::string const& to) {
    auto text = good;
    auto const found = text.find(from);
    REQUIRE(found != std::string::npos);
    return text.replace(found, from.size(), to);
  };
  std::string many = "{\"terminal\":\"T1\",\"epoch\":\"0000000000001234\",\"first\":1,\"events\":[";
  for (int n = 0; n < 201; ++n) many += std::string{n == 0 ? "" : ","} + R"({"t":"x","at":1})";
  many += "]}";
  std::vector<std::pair<char const*, std::string>> const broken{
      {"empty", ""},
      {"a null byte", std::string(1, '\0')},
      {"no JSON", "garbage"},
      {"cut in the middle", good.substr(0, good.size() / 2)},
      {"something behind it", good + "x"},
      {"an array", "[]"},
      {"a number", "7"},
      {"no terminal", with("\"terminal\"", "\"nobody\"")},
      {"another terminal than its topic", with("\"T1\"", "\"T2\"")},
      {"a terminal with a slash", with("\"T1\"", "\"T1/x\"")},
      {"an epoch of zero", with("0000000000001234", "0000000000000000")},
      {"an epoch that is no number", with("0000000000001234", "zzzzzzzzzzzzzzzz")},
      {"number zero", with("\"first\":1", "\"first\":0")},
      {"a negative number", with("\"first\":1", "\"first\":-1")},
      {"a number beyond 2^53", with("\"first\":1", "\"first\":9007199254740992")},
      {"a fraction", with("\"first\":1", "\"first\":1.5")},
      {"the same key twice", with("\"first\":1", "\"first\":1,\"first\":2")},
      {"no events", "{\"terminal\":\"T1\",\"epoch\":\"0000000000001234\",\"first\":1,\"events\":[]}"},
      {"201 events", many},
      {"events that are no objects", "{\"terminal\":\"T1\",\"epoch\":\"0000000000001234\",\"first\":1,\"events\":[1]}"},
      {"too large", std::string(kMaxBatchMessage + 1, ' ')},
      {"deep nesting", std::string(50'000, '[')},
      {"not UTF-8", with("S1", "\xff\xfe")},
  };
  Hq hq;
  std::uint64_t refused = 0;
  for (auto const& [what, payload] : broken) {
    CAPTURE(what);
    hq.link.receive("tillcue/1/demo/r/T1", payload);
    CHECK(hq.counters.refused == ++refused);
    CHECK(hq.log.back().starts_with("message.refused topic=tillcue/1/demo/r/T1"));
  }
  CHECK(hq.link.published.empty());
  CHECK(ask(hq.db, "SELECT count(*) FROM inbox") == 0);
  hq.receive(plain_batch("T1", 1, 2));
  CHECK(hq.last_ack().through == 2);
}

TEST_CASE("garbage on every topic is refused, logged and counted, and the collector goes on") {
  Hq hq;
  for (auto const* const topic : {"tillcue/1/demo/r/T1", "tillcue/1/demo/s/T1", "tillcue/1/demo/q/T1",
                                  "tillcue/1/demo/m/all", "tillcue/1/demo/a/T1", "tillcue/1/demo/c/xyz/0",
                                  "tillcue/1/other/r/T1", "tillcue/2/demo/r/T1", "nonsense", ""}) {
    CAPTURE(topic);
    for (std::string const payload : {"\xff\x00\x01 binary", "{}", "[1,2", "null", "{\"terminal\":\"T1\"}"}) {
      auto const before = hq.counters.refused.load();
      hq.link.receive(topic, payload);
      CHECK(hq.counters.refused == before + 1);
    }
  }
  hq.receive(plain_batch("T1", 1, 1));
  CHECK(hq.last_ack().through == 1);
}

TEST_CASE("a log line stays one line whatever the message held") {
  Hq hq;
  hq.link.receive("tillcue/1/demo/r/T1\nerror forged=\"yes\"", "x");
  CHECK(hq.log.back().find('\n') == std::string::npos);
  CHECK(hq.log.back().find(R"(topic="tillcue/1/demo/r/T1\x0aerror forged=\"yes\"")") != std::string::npos);
}

TEST_CASE("a terminal's state is kept, and its will only takes it offline") {
  Hq hq;
  receive_state(hq, state_of("T1"));
  auto db = *open_hq_reader(hq.db);
  auto row = read_fleet(db)->terminals.at(0);
  CHECK(row.online);
  CHECK(row.release == 3);
  CHECK(row.wanted == 4);
  CHECK(row.pending == 17);
  CHECK(row.phase == "fetching 2/9");
  CHECK(row.last_error == "chunk 3: digest differs");
  CHECK(row.counters == R"({"sales":12})");
  CHECK(row.last_seen == at(1'000).time_since_epoch().count());

  TerminalState will;
  will.terminal = TerminalId{"T1"};
  will.presence = Presence::offline;
  receive_state(hq, will);
  row = read_fleet(db)->terminals.at(0);
  CHECK_FALSE(row.online);
  CHECK(row.release == 3);
  CHECK(row.pending == 17);
}

TEST_CASE("a retained state is no sign of life, a batch is") {
  Hq hq;
  receive_state(hq, state_of("T1"), true);
  auto db = *open_hq_reader(hq.db);
  CHECK(read_fleet(db)->terminals.at(0).last_seen == 0);
  hq.receive(plain_batch("T1", 1, 1));
  CHECK(read_fleet(db)->terminals.at(0).last_seen == at(1'000).time_since_epoch().count());
}

TEST_CASE("a terminal cannot speak for another") {
  Hq hq;
  hq.link.receive("tillcue/1/demo/s/T2", *encode_state(state_of("T1")));
  CHECK(hq.counters.refused == 1);
  CHECK(ask(hq.db, "SELECT count(*) FROM terminals") == 0);
}

TEST_CASE("signed manifests are remembered; unsigned, foreign and misplaced ones are refused") {
  Hq hq;
  hq.link.receive("tillcue/1/demo/m/all", manifest_envelope(hq.key, 4), true);
  hq.link.receive("tillcue/1/demo/m/all", manifest_envelope(hq.key, 4), true);
  CHECK(hq.counters.refused == 0);
  // Told once, however often it comes: a rollout says its release with each stage.
  auto const said = hq.log_text();
  CHECK(said.find("release.seen") != std::string::npos);
  CHECK(said.find("release.seen") == said.rfind("release.seen"));
  hq.link.receive("tillcue/1/demo/m/all", manifest_envelope(*SigningKey::generate(), 5), true);
  hq.link.receive("tillcue/1/demo/m/north", manifest_envelope(hq.key, 6), true);
  hq.link.receive("tillcue/1/demo/m/all", manifest_envelope(hq.key, 7, "other"), true);
  CHECK(hq.counters.refused == 3);
  auto db = *open_hq_reader(hq.db);
  CHECK(*newest_release(db, "all") == 4);
  CHECK(*newest_release(db, "north") == 0);
}

TEST_CASE("a broker that lost a release, or went back to the one before, is told what it had") {
  Hq hq;
  auto const topic = hq.topics.manifest();
  auto const later = [&](int seconds) {
    hq.now += std::chrono::seconds{seconds};
    hq.link.published.clear();
    hq.collector.tick();
    return hq.link.published.size();
  };
  hq.link.connect();
  CHECK(later(5) == 0);  // none was ever seen
  hq.link.receive(topic, manifest_envelope(hq.key, 5), true);
  hq.link.receive(topic, manifest_envelope(hq.key, 4), true);  // an older one does not replace it
  hq.link.connect();
  hq.link.receive(topic, manifest_envelope(hq.key, 5), true);
  CHECK(later(5) == 0);  // the broker has it
  for (bool const older : {false, true}) {
    hq.link.connect();
    if (older) hq.link.receive(topic, manifest_envelope(hq.key, 4), true);
    CHECK(later(4) == 0);  // it may still be on its way
    REQUIRE(later(1) == 1);
    CHECK(hq.link.published[0].topic == topic);
    CHECK(hq.link.published[0].retain);
    CHECK(decode_manifest(*unseal(hq.ring, hq.link.published[0].payload))->release == 5);
    CHECK(later(60) == 0);
  }
  hq.link.connect();
  CHECK(later(10'000'000) == 0);  // expired
}

TEST_CASE("missing chunks are published again from the shelf, once in a while and only what lies there") {
  Hq hq;
  std::string const bundle(kChunkBytes + 100, 'b');
  auto const object = sha256(as_bytes(bundle));
  REQUIRE(hq.shelf.put(object, as_bytes(bundle)));
  auto const ask_for = [&](Sha256 const& what, std::vector<std::uint32_t> missing) {
    auto const request = encode_request({TerminalId{"T1"}, 4, what, std::move(missing)});
    REQUIRE(request);
    hq.link.receive("tillcue/1/demo/q/T1", *request);
  };
  ask_for(object, {0, 1, 2});
  REQUIRE(hq.link.published.size() == 2);
  CHECK(hq.link.published[1].topic == hq.topics.chunk(object, 1));
  CHECK(hq.link.published[1].payload == std::string(100, 'b'));
  CHECK(hq.link.published[1].retain);
  ask_for(object, {0, 1});
  CHECK(hq.link.published.size() == 2);
  hq.now += std::chrono::seconds{11};
  ask_for(object, {0});
  CHECK(hq.link.published.size() == 3);
  ask_for(sha256(as_bytes("unknown")), {0});
  CHECK(hq.link.published.size() == 3);
  CHECK(hq.log_text().find("chunk.not_republished") != std::string::npos);
  CHECK(hq.counters.chunk_requests == 4);
}

TEST_CASE("the metrics page shows the counters in Prometheus text") {
  Hq hq;
  hq.receive(plain_batch("T1", 1, 5));
  auto const text = metrics_text(hq.counters, true);
  CHECK(text.find("# TYPE tillcue_hq_events_added_total counter\ntillcue_hq_events_added_total 5\n") !=
        std::string::npos);
  CHECK(text.find("tillcue_hq_connected 1\n") != std::string::npos);
}

TEST_CASE("a subscription the broker refuses is named, and asked for again later and later until it is granted") {
  Hq hq;
  CHECK_FALSE(hq.collector.not_subscribed());
  hq.link.on_subscribe = [](std::string const& filter) -> Result<void> {
    if (filter.find("/r/") != std::string::npos) return fail(Code::rejected, "Not authorized");
    return {};
  };
  hq.link.connect();
  CHECK(hq.collector.not_subscribed()->find("not subscribed to tillcue/1/demo/r/+;") != std::string::npos);
  auto const before = hq.link.subscribed.size();
  hq.collector.tick();
  CHECK(hq.link.subscribed.size() == before);
  for (int second = 0; second < 3'600; ++second) {
    hq.now += std::chrono::seconds{1};
    hq.collector.tick();
  }
  CHECK(hq.link.subscribed.size() - before > 10);
  CHECK(hq.link.subscribed.size() - before < 25);
  hq.link.on_subscribe = {};
  hq.now += std::chrono::seconds{300};
  hq.collector.tick();
  CHECK_FALSE(hq.collector.not_subscribed());
}

TEST_CASE("a state that is stored ends the trouble that one that was not began") {
  Hq hq{std::chrono::milliseconds{10}};
  TerminalState state;
  state.terminal = TerminalId{"T1"};
  state.version = "0.1.0";
  {
    auto intruder = *Database::open(hq.db);
    auto const lock = Transaction::begin(intruder);
    hq.link.receive("tillcue/1/demo/s/T1", *encode_state(state));
  }
  CHECK_FALSE(hq.counters.storing);
  hq.link.receive("tillcue/1/demo/s/T1", *encode_state(state));
  CHECK(hq.counters.storing);
}
