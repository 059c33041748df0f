#include <algorithm>

#include <doctest/doctest.h>

#include "scripted_link.hpp"

namespace tillcue::sync::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string chunk_topic(ScriptedTerminal const& t, Manifest const& manifest, std::uint32_t index) {
  return t.topics.chunk(manifest.bundle, index);
}

TEST_CASE("a terminal fetches what the retained manifest wants, activates it and says so") {
  ScriptedTerminal t;
  auto const bytes = content(700'000);
  t.link.publish_bundle(t.key, manifest_of(bytes, 7), bytes);
  t.link.connect();
  t.settle();
  CHECK(t.activated == std::vector<std::uint64_t>{7});
  CHECK(as_text(MappedFile::open(t.store->active()->file)->bytes()) == bytes);
  CHECK(t.agent->status().pieces == 12);
  CHECK(t.agent->status().phase == "idle");
  CHECK(t.told().release == 7);
  CHECK(t.told().wanted == 7);
  CHECK(t.told().presence == Presence::online);
  CHECK(t.told().counters.at("hints") == 3);
  CHECK(t.errors.empty());
}

TEST_CASE("never more than four pieces are asked for at once, and none stays subscribed") {
  ScriptedTerminal t;
  auto const bytes = content(20 * kChunkBytes);
  t.link.publish_bundle(t.key, manifest_of(bytes), bytes);
  t.link.connect();
  t.settle();
  CHECK(t.link.most_open_chunks == 4);
  CHECK(t.link.filters == std::set<std::string>{t.topics.manifest(), t.topics.manifest("next"),
                                                t.topics.manifest("terminal:till-7"), t.topics.ack(t.till)});
}

TEST_CASE("a large bundle comes by its chunk list") {
  ScriptedTerminal t;
  auto const bytes = content(203 * kChunkBytes + 5);
  t.link.publish_bundle(t.key, manifest_of(bytes, 9), bytes);
  t.link.connect();
  t.settle();
  CHECK(t.activated == std::vector<std::uint64_t>{9});
  CHECK(t.agent->status().pieces == 205);
}

TEST_CASE("a piece the broker does not have is asked for at HQ after ten seconds, and fetched once it is there") {
  ScriptedTerminal t;
  auto const bytes = content(6 * kChunkBytes);
  auto const manifest = manifest_of(bytes);
  t.link.publish_bundle(t.key, manifest, bytes);
  auto const topic = chunk_topic(t, manifest, 2);
  auto const lost = t.link.retained.extract(topic);
  t.link.connect();
  t.settle();
  CHECK(t.agent->status().phase == "fetching 5/6");
  t.pass(milliseconds{9'999});
  CHECK(t.agent->status().piece_timeouts == 0);
  t.pass(milliseconds{1});
  CHECK(t.agent->status().piece_timeouts == 1);
  CHECK(t.agent->status().phase == "paused");
  auto const& request = t.link.published[t.link.published.size() - 1].topic == t.topics.request(t.till)
                            ? t.link.published.back()
                            : t.link.published[t.link.published.size() - 2];
  REQUIRE(request.topic == t.topics.request(t.till));
  auto const asked = decode_request(request.payload);
  REQUIRE(asked);
  CHECK(asked->missing == std::vector<std::uint32_t>{2});
  CHECK(asked->object == manifest.bundle);
  t.link.retain(topic, lost.mapped());
  t.pass(seconds{4});  // the first retry comes within 2 s +-50 %
  CHECK(t.activated == std::vector<std::uint64_t>{7});
}

TEST_CASE("while nothing comes, the terminal asks less and less often") {
  ScriptedTerminal t;
  auto const bytes = content(kChunkBytes);
  auto const manifest = manifest_of(bytes);
  t.link.publish_bundle(t.key, manifest, bytes);
  t.link.retained.erase(chunk_topic(t, manifest, 0));
  t.link.connect();
  t.settle();
  auto const asked = [&] {
    return std::count_if(t.link.published.begin(), t.link.published.end(),
                         [&](auto const& one) { return one.topic == t.topics.request(t.till); });
  };
  t.pass(std::chrono::minutes{10});
  auto const first = asked();
  t.pass(std::chrono::hours{1});
  auto const hour = asked() - first;
  CHECK(first >= 5);
  // At least every 300 s + 50 % + 10 s, at most every 300 s - 50 % + 10 s.
  CHECK(hour >= 7);
  CHECK(hour <= 24);
}

TEST_CASE("a wrong piece is refused, HQ is asked, and the right one is taken later") {
  ScriptedTerminal t;
  auto const bytes = content(3 * kChunkBytes);
  auto const manifest = manifest_of(bytes);
  t.link.publish_bundle(t.key, manifest, bytes);
  auto const topic = chunk_topic(t, manifest, 1);
  t.link.retained[topic][100] ^= 1;
  t.link.connect();
  t.settle();
  CHECK(t.agent->status().pieces_refused == 1);
  CHECK(t.complained("chunk 1: wrong digest"));
  CHECK(t.activated.empty());
  t.link.retain(topic, std::string(piece(bytes, 1)));
  t.pass(seconds{4});
  CHECK(t.activated == std::vector<std::uint64_t>{7});
  CHECK(t.told().last_error.empty());
}

TEST_CASE("a connection lost at any moment of the fetch costs nothing that has arrived") {
  auto const bytes = content(8 * kChunkBytes);
  for (int moment = 1; moment < 30; ++moment) {
    ScriptedTerminal t;
    t.link.publish_bundle(t.key, manifest_of(bytes), bytes);
    t.link.connect();
    for (int n = 0; n < moment; ++n) {
      (void)t.link.deliver();
      for (auto tasks = std::exchange(t.tasks, {}); auto const& task : tasks) task();
    }
    t.link.disconnect();
    t.settle();
    CHECK_FALSE(t.agent->status().connected);
    t.link.connect(moment % 2 == 0);
    t.settle();
    CHECK(t.activated == std::vector<std::uint64_t>{7});
    CHECK(t.agent->status().pieces == 8);
  }
}

TEST_CASE("a restart in the middle of the fetch goes on with what was there") {
  ScriptedTerminal t;
  auto const bytes = content(6 * kChunkBytes);
  auto const manifest = manifest_of(bytes);
  t.link.publish_bundle(t.key, manifest, bytes);
  auto const lost = t.link.retained.extract(chunk_topic(t, manifest, 5));
  t.link.connect();
  t.settle();
  CHECK(t.agent->status().pieces == 5);
  t.link.disconnect();
  t.settle();
  t.restart();
  t.link.retain(lost.key(), lost.mapped());
  t.link.connect();
  t.settle();
  CHECK(t.activated == std::vector<std::uint64_t>{7});
  CHECK(t.agent->status().pieces == 1);
}

TEST_CASE("a newer manifest in the middle of a fetch takes over") {
  ScriptedTerminal t;
  auto const old = content(6 * kChunkBytes, 1);
  auto const old_manifest = manifest_of(old, 7);
  t.link.publish_bundle(t.key, old_manifest, old);
  t.link.retained.erase(chunk_topic(t, old_manifest, 3));
  t.link.connect();
  t.settle();
  auto const next = content(2 * kChunkBytes, 2);
  t.link.publish_bundle(t.key, manifest_of(next, 8), next);
  t.settle();
  CHECK(t.activated == std::vector<std::uint64_t>{8});
  CHECK(t.link.filters.size() == 4);
  // The old one again, while nothing is on its way: a replay.
  t.link.send(t.topics.manifest(), *seal(t.key, *encode_manifest(old_manifest)));
  t.settle();
  CHECK(t.complained("replayed"));
  CHECK(t.store->active()->release == 8);
}

TEST_CASE("manifests that are not for us, expired, too new, unsigned or replayed are refused with their reason") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  auto const bytes = content(100);
  auto const refused = [&](auto spoil, std::string_view why) {
    auto manifest = manifest_of(bytes, 9);
    spoil(manifest);
    auto const before = t.agent->status().manifests_refused;
    t.link.send(t.topics.manifest(), *seal(t.key, *encode_manifest(manifest)));
    t.settle();
    CHECK(t.agent->status().manifests_refused == before + 1);
    CHECK_MESSAGE(t.complained(why), why);
    CHECK(t.told().last_error.find(why) != std::string::npos);
  };
  refused([](Manifest& m) { m.chain = "other"; }, "is for chain \"other\"");
  refused([](Manifest& m) { m.scope = "group"; }, "is for scope \"group\"");
  refused(
      [](Manifest& m) {
        m.created = 1;
        m.expires = 1'790'000'500;
      },
      "has expired");
  refused([](Manifest& m) { m.minimum_version = "0.1.1"; }, "needs program version 0.1.1");
  auto const stranger = *SigningKey::generate();
  t.link.send(t.topics.manifest(), *seal(stranger, *encode_manifest(manifest_of(bytes, 9))));
  t.settle();
  CHECK(t.complained("not pinned"));
  CHECK(t.activated.empty());
  CHECK(t.store->staged() == nullptr);
}

TEST_CASE("a manifest one second before its expiry is still taken") {
  ScriptedTerminal t;
  auto const bytes = content(100);
  auto manifest = manifest_of(bytes, 9);
  manifest.created = 1;
  manifest.expires = 1'790'000'501;
  t.link.publish_bundle(t.key, manifest, bytes);
  t.link.connect();
  t.settle();
  CHECK(t.activated == std::vector<std::uint64_t>{9});
}

TEST_CASE("a bundle that fails its self-test leaves the old one running and is not fetched again") {
  ScriptedTerminal t;
  auto const good = content(100, 1);
  auto const bad = content(100, 2);
  t.self_test = [&](std::span<std::byte const> bytes) -> Result<void> {
    if (as_text(bytes) == bad) return fail(Code::unsupported, "newer section");
    return {};
  };
  t.link.publish_bundle(t.key, manifest_of(good, 1), good);
  t.link.connect();
  t.settle();
  t.link.publish_bundle(t.key, manifest_of(bad, 2), bad);
  t.settle();
  CHECK(t.complained("newer section"));
  CHECK(t.told().release == 1);
  CHECK(t.told().last_error.find("newer section") != std::string::npos);
  auto const pieces = t.agent->status().pieces;
  t.link.disconnect();
  t.settle();
  t.link.connect();
  t.settle();
  t.pass(std::chrono::hours{1});
  CHECK(t.agent->status().pieces == pieces);
  CHECK(t.activated == std::vector<std::uint64_t>{1});
}

TEST_CASE("a subscription the broker refuses is reported and tried again") {
  ScriptedTerminal t;
  auto const bytes = content(kChunkBytes * 2);
  t.link.publish_bundle(t.key, manifest_of(bytes), bytes);
  int refusals = 3;
  t.link.on_subscribe = [&](std::string const& filter) -> std::optional<std::string> {
    if (filter.find("/c/") == std::string::npos || refusals-- <= 0) return std::nullopt;
    return "not authorised";
  };
  t.link.connect();
  t.settle();
  CHECK(t.complained("not authorised"));
  t.pass(std::chrono::minutes{2});
  CHECK(t.activated == std::vector<std::uint64_t>{7});
}

TEST_CASE("garbage on every topic changes nothing and ends nothing") {
  ScriptedTerminal t;
  auto const bytes = content(3 * kChunkBytes);
  auto const manifest = manifest_of(bytes, 7);
  t.link.connect();
  t.settle();
  auto const garbage = {std::string(),
                        std::string("x"),
                        std::string(100'000, '['),
                        std::string("\0\xFF\x01", 3),
                        std::string("{}"),
                        std::string("null"),
                        std::string(R"({"key":"0123456789abcdef","sig":"","body":""})")};
  auto const topics = {t.topics.manifest(),
                       t.topics.ack(t.till),
                       t.topics.results(t.till),
                       t.topics.state(t.till),
                       t.topics.request(t.till),
                       t.topics.chunk(manifest.bundle, 0),
                       t.topics.chunk(manifest.bundle, 1919),
                       t.topics.ack(TerminalId{"other"}),
                       std::string("foreign/topic"),
                       std::string("tillcue/1/demo/m/"),
                       std::string("$SYS/broker")};
  auto const flood = [&] {
    for (auto const& topic : topics) {
      for (auto const& payload : garbage) t.link.send(topic, payload);
    }
  };
  flood();
  t.settle();
  CHECK(t.agent->status().manifests_refused == garbage.size() - 1);  // an empty one is a cleared one
  CHECK(t.agent->status().acks_refused == garbage.size());
  CHECK(t.agent->status().stray_messages > 0);
  t.link.publish_bundle(t.key, manifest, bytes);
  (void)t.link.deliver();
  flood();
  t.settle();
  t.pass(std::chrono::minutes{5});
  CHECK(t.activated == std::vector<std::uint64_t>{7});
}

TEST_CASE("the state is told again every minute and a good-bye at the end") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  auto const told = [&] {
    return std::count_if(t.link.published.begin(), t.link.published.end(),
                         [&](auto const& one) { return one.topic == t.topics.state(t.till); });
  };
  CHECK(told() == 1);
  t.pass(std::chrono::minutes{5});
  CHECK(told() == 6);
  t.agent->stop(seconds{1});
  CHECK(t.told().presence == Presence::offline);
  CHECK(t.link.stopped);
}

TEST_CASE("client id, user name, will and session of a terminal") {
  AgentOptions options;
  options.chain = "demo";
  options.terminal = TerminalId{"till-7"};
  options.version = "0.1.0";
  auto const mqtt = terminal_mqtt_options(options, at(5));
  REQUIRE(mqtt);
  CHECK(mqtt->client_id == "till-7");
  CHECK(mqtt->user == "till-7");
  CHECK_FALSE(mqtt->clean_start);
  REQUIRE(mqtt->will);
  CHECK(mqtt->will->topic == "tillcue/1/demo/s/till-7");
  CHECK(decode_state(mqtt->will->payload)->presence == Presence::offline);
  options.terminal = TerminalId{"a/b"};
  CHECK(terminal_mqtt_options(options, at(5)).error().code == Code::invalid);
}

TEST_CASE("a manifest subscription the broker refuses is asked for again while the connection stays up") {
  ScriptedTerminal t;
  auto const bytes = content(100);
  t.link.publish_bundle(t.key, manifest_of(bytes), bytes);
  int refusals = 3;
  t.link.on_subscribe = [&](std::string const& filter) -> std::optional<std::string> {
    if (filter.find("/m/") == std::string::npos || refusals-- <= 0) return std::nullopt;
    return "quota exceeded";
  };
  t.link.connect();
  t.settle();
  CHECK(t.complained("quota exceeded"));
  CHECK(t.activated.empty());
  t.pass(std::chrono::minutes{1});
  CHECK(t.activated == std::vector<std::uint64_t>{7});
  CHECK(t.told().last_error.empty());
}

TEST_CASE("an acknowledgement subscription that was refused and is granted later leaves no error behind") {
  ScriptedTerminal t;
  bool refused = true;
  t.link.on_subscribe = [&](std::string const& filter) -> std::optional<std::string> {
    if (filter.find("/a/") == std::string::npos || !refused) return std::nullopt;
    return "quota exceeded";
  };
  t.link.connect();
  t.settle();
  t.pass(seconds{1});
  CHECK_FALSE(t.link.filters.contains(t.topics.ack(t.till)));
  refused = false;
  t.pass(std::chrono::minutes{1});
  CHECK(t.link.filters.contains(t.topics.ack(t.till)));
  CHECK(t.told().last_error.empty());
}

TEST_CASE("a manifest whose delivery was lost is fetched within minutes") {
  ScriptedTerminal t;
  auto const bytes = content(100);
  t.link.connect();
  t.settle();
  auto const open = std::exchange(t.link.filters, {});
  t.link.publish_bundle(t.key, manifest_of(bytes), bytes);
  t.settle();
  CHECK(t.activated.empty());
  t.pass(std::chrono::minutes{8});
  CHECK(t.activated == std::vector<std::uint64_t>{7});
}

TEST_CASE("a release that expires while it is fetched is thrown away and reported") {
  ScriptedTerminal t;
  auto const bytes = content(2 * kChunkBytes);
  auto manifest = manifest_of(bytes, 9);
  manifest.created = 1;
  manifest.expires = 1'790'000'500 + 3'600;
  t.link.publish_bundle(t.key, manifest, bytes);
  auto const lost = t.link.retained.extract(chunk_topic(t, manifest, 1));
  t.link.connect();
  t.settle();
  t.pass(std::chrono::hours{2});
  CHECK(t.complained("expired before all of it was here"));
  CHECK(t.store->staged() == nullptr);
  CHECK(t.told().wanted == 0);
  t.link.retain(lost.key(), lost.mapped());
  t.pass(std::chrono::hours{1});
  CHECK(t.activated.empty());
}

TEST_CASE("the error of a refused manifest is over when the right one comes") {
  ScriptedTerminal t;
  auto const bytes = content(100);
  t.link.publish_bundle(t.key, manifest_of(bytes, 7), bytes);
  t.link.connect();
  t.settle();
  t.link.send(t.topics.manifest(), *seal(*SigningKey::generate(), *encode_manifest(manifest_of(bytes, 9))));
  t.settle();
  CHECK(t.told().last_error.find("not pinned") != std::string::npos);
  t.pass(std::chrono::minutes{8});
  CHECK(t.told().last_error.empty());
}

TEST_CASE("the error of a lost connection is over with the next one") {
  ScriptedTerminal t;
  t.link.connect();
  t.settle();
  t.link.disconnect("cable pulled");
  t.settle();
  CHECK(t.agent->status().last_error.find("cable pulled") != std::string::npos);
  t.link.connect();
  t.settle();
  CHECK(t.told().last_error.empty());
}

}  // namespace
}  // namespace tillcue::sync::test
