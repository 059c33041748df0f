#include <cstdio>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "hq_pretend.hpp"
#include "tillcue/core/parcel.hpp"
#include "tillcue/sync/hq_keys.hpp"
#include "tillcue/sync/hq_publisher.hpp"

using namespace tillcue;
using namespace tillcue::sync;
using namespace tillcue::sync::hq_test;

namespace {

bool skipped() {
  if (test::Mosquitto::available()) return false;
  MESSAGE("skipped: mosquitto is not installed");
  return true;
}

/// Several chunks; another seed gives other content.
std::vector<std::byte> const& bundle(std::uint32_t seed) {
  static std::map<std::uint32_t, std::vector<std::byte>> made;
  auto& bytes = made[seed];
  if (bytes.empty()) bytes = write_bundle(shop::random_source(4'000, 16, seed)).value();
  return bytes;
}

struct Desk {
  std::string uri;
  SigningKey key = *SigningKey::generate();
  KeyRing ring;
  Topics topics{"demo"};
  std::vector<std::string> said;
  std::function<void(std::string const&)> on_line = [](std::string const&) {};
  PublishOptions options;

  explicit Desk(std::string broker) : uri(std::move(broker)) {
    ring.pin(key.public_key());
    options.chain = "demo";
    options.created = 1'790'000'000;
    options.expires = 1'800'000'000;
    options.patience = std::chrono::seconds{5};
    options.quiet = std::chrono::milliseconds{300};
    options.parcels = false;
  }

  Result<Published> publish(std::vector<std::byte> const& bytes) {
    auto const link = link_to(uri, "publisher-" + std::to_string(*random_id()));
    return publish_bundle({*link, key, ring, nullptr,
                           [this](std::string const& line) {
                             said.push_back(line);
                             on_line(line);
                           }},
                          bytes, options);
  }
  [[nodiscard]] Manifest manifest(std::string const& scope = "all") const {
    auto const found = retained(uri, topics.manifest(scope));
    REQUIRE(found.size() == 1);
    return unseal(ring, found.begin()->second).and_then(decode_manifest).value();
  }
  [[nodiscard]] std::size_t chunks_of(std::vector<std::byte> const& bytes) const {
    auto topic = topics.chunk(sha256(bytes), 0);
    topic.back() = '+';
    return retained(uri, topic).size();
  }
};

/// What `tillcue-hq publish` says of a bundle with this note, before there is a broker to be reached.
std::string publish_noted(std::string const& note, std::string const& options) {
  test::TempDir const folder;
  auto const key = init_key(folder / "keys", "hq")->private_file.string();
  auto source = shop::source();
  source.note = note;
  auto const bytes = write_bundle(source).value();
  auto const file = folder / "noted.bundle";
  std::ofstream{file, std::ios::binary}.write(reinterpret_cast<char const*>(bytes.data()),
                                              static_cast<std::streamsize>(bytes.size()));
  auto const command = std::string{TILLCUE_HQ_PROGRAM} + " publish --key " + key +
                       " --bundles /dev/null/shelf --broker mqtt://127.0.0.1:1 --chain demo " + options + " --bundle " +
                       file.string() + " 2>&1";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  char piece[1024];
  while (auto const got = std::fread(piece, 1, sizeof piece, pipe)) out.append(piece, got);
  CHECK(::pclose(pipe) != 0);  // there is no shelf, nor broker
  return out;
}

bool holds(std::string const& text, std::string const& part) {
  bool const found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

}  // namespace

TEST_CASE("a bundle the builder refused as worse is published only with --force") {
  std::string const note = "builder=x\ngate=failed\ngate_reason=HR@5 0.1 against 0.3\n";
  auto const refused = publish_noted(note, "");
  CHECK(holds(refused, "refused as worse than the running bundle (HR@5 0.1 against 0.3)"));
  CHECK(refused.find("--bundles") == std::string::npos);
  auto const forced = publish_noted(note, "--force");
  CHECK(holds(forced, "published although worse"));
  CHECK(holds(forced, "--bundles"));
}

TEST_CASE("publish says when a bundle was forced or never compared, and is quiet when it passed") {
  CHECK(holds(publish_noted("gate=forced\ngate_reason=HR@5\n", ""), "published although worse"));
  CHECK(holds(publish_noted("", ""), "was not compared with the running bundle"));
  auto const passed = publish_noted("gate=passed\n", "");
  CHECK(passed.find("note:") == std::string::npos);
  CHECK(holds(passed, "--bundles"));
}

TEST_CASE("a published bundle can be put together again from what the broker holds, under a signed manifest") {
  if (skipped()) return;
  test::Mosquitto const broker;
  Desk desk{broker.uri()};
  auto const& bytes = bundle(1);
  auto const done = desk.publish(bytes);
  REQUIRE_MESSAGE(done, (done ? "" : done.error().what));
  CHECK(done->release == 1);
  CHECK(done->bytes == bytes.size());
  CHECK(done->chunks == (bytes.size() + kChunkBytes - 1) / kChunkBytes);
  CHECK(done->chunks > 2);

  auto const manifest = desk.manifest();
  CHECK(manifest.release == 1);
  CHECK(manifest.chain == "demo");
  CHECK(manifest.expires == 1'800'000'000);
  std::string whole;
  for (std::uint32_t n = 0; n < manifest.chunk_count(); ++n) {
    auto const chunk = retained(desk.uri, desk.topics.chunk(manifest.bundle, n));
    REQUIRE(chunk.size() == 1);
    CHECK(sha256(as_bytes(chunk.begin()->second)) == manifest.chunks[n]);
    whole += chunk.begin()->second;
  }
  CHECK(sha256(as_bytes(whole)) == manifest.bundle);
  CHECK(whole == as_text(bytes));
}

TEST_CASE("the digests of a large bundle travel as an object of their own") {
  if (skipped()) return;
  test::Mosquitto const broker;
  Desk desk{broker.uri()};
  auto const bytes = write_bundle(shop::random_source(70'000, 50, 9)).value();
  auto const done = desk.publish(bytes);
  REQUIRE_MESSAGE(done, (done ? "" : done.error().what));
  REQUIRE(done->chunks > kMaxInlineChunks);
  auto const manifest = desk.manifest();
  REQUIRE(manifest.chunk_list);
  auto const list = retained(desk.uri, desk.topics.chunk(*manifest.chunk_list, 0));
  REQUIRE(list.size() == 1);
  auto const digests = decode_chunk_list(manifest, list.begin()->second);
  REQUIRE(digests);
  CHECK(digests->size() == done->chunks);
  auto const last = retained(desk.uri, desk.topics.chunk(manifest.bundle, manifest.chunk_count() - 1));
  REQUIRE(last.size() == 1);
  CHECK(sha256(as_bytes(last.begin()->second)) == digests->back());
  CHECK(desk.publish(bytes)->cleared_chunks == 0);
}

TEST_CASE("releases count up from what the broker or HQ's database knows, and never down") {
  if (skipped()) return;
  test::Mosquitto const broker;
  Desk desk{broker.uri()};
  CHECK(desk.publish(bundle(1))->release == 1);
  CHECK(desk.publish(bundle(1))->release == 2);
  desk.options.known_release = 10;
  CHECK(desk.publish(bundle(1))->release == 11);
  desk.options.release = 20;
  CHECK(desk.publish(bundle(1))->release == 20);
  for (std::uint64_t const old : {20, 19, 1}) {
    desk.options.release = old;
    auto const refused = desk.publish(bundle(1));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::rejected);
    CHECK(refused.error().what.find("is not newer than 20") != std::string::npos);
  }
  CHECK(desk.manifest().release == 20);
}

TEST_CASE("the chunks of the release just replaced stay, older ones go, and a roll back keeps its content") {
  if (skipped()) return;
  test::Mosquitto const broker;
  Desk desk{broker.uri()};
  REQUIRE(desk.publish(bundle(1)));
  CHECK(desk.publish(bundle(2))->cleared_chunks == 0);
  CHECK(desk.chunks_of(bundle(1)) > 2);
  auto const third = desk.publish(bundle(3));
  CHECK(third->cleared_chunks > 2);
  CHECK(desk.chunks_of(bundle(1)) == 0);
  CHECK(desk.chunks_of(bundle(2)) > 2);
  CHECK(desk.chunks_of(bundle(3)) > 2);
  CHECK(desk.publish(bundle(2))->cleared_chunks == 0);
  CHECK(desk.publish(bundle(2))->cleared_chunks > 2);
  CHECK(desk.chunks_of(bundle(3)) == 0);
  CHECK(desk.chunks_of(bundle(2)) > 2);
}

TEST_CASE("what an interrupted publish left on the broker is cleared by the next") {
  if (skipped()) return;
  test::Mosquitto const broker;
  Desk desk{broker.uri()};
  auto const orphan = sha256(as_bytes("orphan"));
  {
    auto const link = link_to(desk.uri, "orphan");
    BrokerSession session{*link};
    REQUIRE(session.connect(std::chrono::seconds{5}));
    for (std::uint32_t const n : {0U, 1U, 7U}) {
      REQUIRE(session.publish({desk.topics.chunk(orphan, n), "left behind", true}, std::chrono::seconds{5}));
    }
  }
  CHECK(desk.publish(bundle(1))->cleared_chunks == 3);
  CHECK(retained(desk.uri, desk.topics.chunk(orphan, 7)).empty());
}

TEST_CASE("another scope's manifest keeps its chunks; one that is not believed stops the clearing") {
  if (skipped()) return;
  test::Mosquitto const broker;
  Desk desk{broker.uri()};
  desk.options.scope = "group:north";
  REQUIRE(desk.publish(bundle(1)));
  desk.options.scope = "all";
  REQUIRE(desk.publish(bundle(2)));
  REQUIRE(desk.publish(bundle(3)));
  REQUIRE(desk.publish(bundle(3)));
  CHECK(desk.chunks_of(bundle(1)) > 2);
  CHECK(desk.chunks_of(bundle(2)) == 0);

  Desk stranger{broker.uri()};
  stranger.options.scope = "group:south";
  CHECK(stranger.publish(bundle(2))->cleared_chunks == 0);
  CHECK(stranger.said.back().find("left alone") != std::string::npos);
  CHECK(stranger.chunks_of(bundle(1)) > 2);
}

TEST_CASE("parcels are published beside the bundle, a delta against what runs, and open to the same bytes") {
  if (skipped()) return;
  test::Mosquitto const broker;
  Desk desk{broker.uri()};
  desk.options.parcels = true;
  auto source = shop::random_source(4'000, 16, 1);
  source.note = "a week later";
  auto const next = write_bundle(source).value();
  desk.options.bases = {bundle(1), next};
  auto const done = desk.publish(next);
  REQUIRE(done);
  CHECK(done->parcels == 2);
  CHECK(done->smallest < next.size() / 10);
  auto const manifest = desk.manifest();
  REQUIRE(manifest.parcels.size() == 2);
  CHECK(manifest.probes.size() == 4);
  for (auto const& parcel : manifest.parcels) {
    std::string bytes;
    for (std::uint32_t n = 0; n < parcel.piece_count(); ++n) {
      bytes += retained(desk.uri, desk.topics.chunk(parcel.object, n)).begin()->second;
    }
    CHECK(bytes.size() == parcel.size);
    CHECK(parcel.base.has_value() == (parcel.size == done->smallest));
    auto const opened = unpack_parcel(as_bytes(bytes), parcel.base ? bundle(1) : std::vector<std::byte>{});
    REQUIRE(opened);
    CHECK(*opened == next);
  }
  CHECK(desk.publish(bundle(2))->cleared_chunks == 0);  // what was just replaced stays for who fetches it
  CHECK(desk.publish(bundle(3))->cleared_chunks > 0);
  CHECK(retained(desk.uri, desk.topics.chunk(manifest.parcels[0].object, 0)).empty());
}

TEST_CASE("a retained manifest of an unknown key stops publishing until a release number is given") {
  if (skipped()) return;
  test::Mosquitto const broker;
  Desk first{broker.uri()};
  REQUIRE(first.publish(bundle(1)));
  Desk second{broker.uri()};
  auto const refused = second.publish(bundle(2));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::rejected);
  CHECK(refused.error().what.find("give --release") != std::string::npos);
  CHECK(first.manifest().release == 1);
  second.options.release = 5;
  CHECK(second.publish(bundle(2))->release == 5);
  second.options.release = 0;
  second.ring.pin(first.key.public_key());
  CHECK(second.publish(bundle(2))->release == 6);
}

TEST_CASE("a broker that takes no packet of this size is named with its settings, and no manifest appears") {
  if (skipped()) return;
  for (std::string const limit : {"message_size_limit 10000", "max_packet_size 20000"}) {
    CAPTURE(limit);
    test::Mosquitto const broker{limit + "\n"};
    Desk desk{broker.uri()};
    auto const refused = desk.publish(bundle(1));
    REQUIRE_FALSE(refused);
    CHECK((refused.error().code == Code::rejected || refused.error().code == Code::io));
    CHECK(refused.error().what.find("message_size_limit") != std::string::npos);
    CHECK(retained(desk.uri, "tillcue/1/demo/m/+").empty());
  }
}

TEST_CASE(
    "brokers as narrow as each preset says take a bundle whole; narrower ones are refused before anything is sent") {
  if (skipped()) return;
  auto const bytes = bundle(1);
  for (auto const& preset : broker_presets()) {
    CAPTURE(preset.name);
    // A packet is a little more than its payload: topic, header.
    test::Mosquitto const broker{
        "max_packet_size " + std::to_string(std::min<std::size_t>(preset.max_payload, 2'000'000) + 200) +
        "\nmax_inflight_messages " + std::to_string(std::min<std::size_t>(preset.in_flight, 20)) + "\nmax_keepalive " +
        std::to_string(std::min<std::int64_t>(preset.keep_alive.count(), 65'535)) + "\n"};
    Desk desk{broker.uri()};
    desk.options.limits = preset;
    auto const done = desk.publish(bytes);
    REQUIRE_MESSAGE(done, (done ? "" : done.error().what));
    CHECK(desk.manifest().release == 1);
    CHECK(retained(desk.uri, desk.topics.chunk(done->bundle, 0)).size() == 1);
  }
  test::Mosquitto const broker;
  Desk desk{broker.uri()};
  for (auto const& [limits, why] : {std::pair{"mosquitto,retained=0", "keeps no messages"},
                                    std::pair{"emqx,max_payload=61439", "takes messages of 61439 bytes"},
                                    std::pair{"azure-event-grid,max_retained=1", "keeps 1 messages"}}) {
    desk.options.limits = *read_broker_limits(limits);
    desk.options.parcels = true;
    auto const refused = desk.publish(bytes);
    REQUIRE_FALSE(refused);
    CHECK_MESSAGE(refused.error().what.find(why) != std::string::npos, refused.error().what);
    CHECK(retained(desk.uri, "tillcue/1/demo/#").empty());
  }
}

TEST_CASE("a broker that keeps nothing is named as such") {
  if (skipped()) return;
  test::Mosquitto const broker{"retain_available false\n"};
  Desk desk{broker.uri()};
  auto const refused = desk.publish(bundle(1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what.find("keeps no messages") != std::string::npos);
  CHECK(refused.error().what.find("allow this client") == std::string::npos);
}

TEST_CASE("a broker that does not allow it refuses with its reason") {
  if (skipped()) return;
  test::TempDir const folder;
  std::ofstream{folder / "acl"} << "topic read #\n";
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  test::Mosquitto const broker{"acl_file " + (folder / "acl").string() + "\n"};
  Desk desk{broker.uri()};
  auto const refused = desk.publish(bundle(1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::rejected);
  CHECK(refused.error().what.find("Not authorized") != std::string::npos);
  CHECK(refused.error().what.find("allow this client to write") != std::string::npos);
}

TEST_CASE("without a broker publishing ends in time with what was tried") {
  Desk desk{"mqtt://127.0.0.1:9"};
  desk.options.patience = std::chrono::milliseconds{400};
  auto const refused = desk.publish(bundle(1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::timeout);
  CHECK(refused.error().what.find("check --broker") != std::string::npos);
}

TEST_CASE("a damaged bundle and a name that is no topic never reach the broker") {
  Desk desk{"mqtt://127.0.0.1:9"};
  auto broken = bundle(1);
  broken[broken.size() / 2] ^= std::byte{1};
  CHECK(desk.publish(broken).error().code == Code::corrupt);
  broken.resize(broken.size() / 2);
  CHECK_FALSE(desk.publish(broken));
  CHECK_FALSE(desk.publish({}));
  desk.options.chain = "a/b";
  CHECK(desk.publish(bundle(1)).error().what.find("chain") != std::string::npos);
  desk.options.chain = "demo";
  desk.options.scope = "#";
  CHECK(desk.publish(bundle(1)).error().what.find("scope") != std::string::npos);
}

TEST_CASE("waiting ends when every terminal that is online runs the release, and counts those that do not") {
  if (skipped()) return;
  test::Mosquitto const broker;
  Desk desk{broker.uri()};
  PretendTerminal one{broker.uri(), "T1", desk.ring};
  PretendTerminal two{broker.uri(), "T2", desk.ring};
  PretendTerminal gone{broker.uri(), "T3", desk.ring};
  one.say_state(1);
  two.say_state(1);
  gone.say_state(0, Presence::offline);
  desk.options.wait = std::chrono::seconds{60};
  auto const begun = std::chrono::steady_clock::now();
  auto done = desk.publish(bundle(1));
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{30});
  CHECK(done->online == 2);
  CHECK(done->active == 2);

  one.say_state(2);
  desk.options.wait = std::chrono::milliseconds{600};
  done = desk.publish(bundle(2));
  CHECK(done->release == 2);
  CHECK(done->online == 2);
  CHECK(done->active == 1);
}

TEST_CASE("a newer release published while an older one is waited for keeps its chunks") {
  if (skipped()) return;
  test::Mosquitto const broker;
  Desk desk{broker.uri()};
  PretendTerminal till{broker.uri(), "T1", desk.ring};
  Desk second{broker.uri()};
  second.key = desk.key;
  second.ring = desk.ring;
  desk.options.wait = std::chrono::milliseconds{1'500};
  till.say_state(1);
  int published = 0;
  desk.on_line = [&](std::string const& line) {
    if (line.find("T1 runs release") == std::string::npos || published++ > 0) return;
    CHECK(second.publish(bundle(2))->release == 2);
  };
  auto const done = desk.publish(bundle(1));
  REQUIRE_MESSAGE(done, (done ? "" : done.error().what));
  CHECK(published == 1);
  CHECK(desk.manifest().release == 2);
  CHECK(desk.chunks_of(bundle(2)) > 2);
}

TEST_CASE("of two publishers at once the second to announce is refused, and the first one's chunks stay") {
  if (skipped()) return;
  test::Mosquitto const broker;
  Desk desk{broker.uri()};
  Desk second{broker.uri()};
  second.key = desk.key;
  second.ring = desk.ring;
  desk.on_line = [&](std::string const& line) {
    if (line.find(" chunks") != std::string::npos) CHECK(second.publish(bundle(2))->release == 1);
  };
  auto const refused = desk.publish(bundle(1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::rejected);
  CHECK(refused.error().what.find("somebody else published") != std::string::npos);
  CHECK(desk.manifest().bundle == sha256(bundle(2)));
  CHECK(desk.chunks_of(bundle(2)) > 2);
}

TEST_CASE("waiting goes on after the broker was started again, and control characters of a terminal are not shown") {
  if (skipped()) return;
  test::Mosquitto broker;
  Desk desk{broker.uri()};
  std::thread trouble;
  desk.options.wait = std::chrono::seconds{20};
  auto const announced = [&](std::string const& line) {
    if (line.find(" chunks") == std::string::npos) return;
    trouble = std::thread{[&] {
      // Until the manifest is out; then everybody is forgotten.
      while (retained(broker.uri(), desk.topics.manifest("all")).empty()) {
      }
      std::this_thread::sleep_for(std::chrono::seconds{2});
      broker.kill();
      broker.start();
      std::this_thread::sleep_for(std::chrono::seconds{3});
      PretendTerminal till{broker.uri(), "T1", desk.ring};
      TerminalState bad;
      bad.terminal = till.name();
      bad.version = "0.1.0";
      bad.presence = Presence::online;
      bad.last_error = "\x1b[2Jwoe";
      auto const link = link_to(broker.uri(), "T1-too");
      BrokerSession session{*link};
      (void)session.connect(std::chrono::seconds{5});
      (void)session.publish({desk.topics.state(till.name()), *encode_state(bad), true}, std::chrono::seconds{5});
      till.say_state(1);
    }};
  };
  desk.on_line = announced;
  auto const done = desk.publish(bundle(1));
  trouble.join();
  REQUIRE_MESSAGE(done, (done ? "" : done.error().what));
  CHECK(done->online == 1);
  CHECK(done->active == 1);
  std::string all;
  for (auto const& line : desk.said) all += line + "\n";
  CHECK(all.find("T1 says: ?[2Jwoe") != std::string::npos);
}
