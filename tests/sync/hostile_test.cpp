// What a hostile or broken broker, or a head office that signs nonsense, can put before a terminal: each is refused for
// its own reason by the whole agent, and what ran goes on running.

#include <fstream>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "sync/hostile_manifests.hpp"
#include "sync/scripted_link.hpp"
#include "tillcue/core/parcel.hpp"

namespace tillcue::sync::test {
namespace {

using Bytes = std::vector<std::byte>;
using std::chrono::seconds;

Bytes shop_bundle(char const* note = "first") {
  auto source = shop::source();
  source.note = note;
  return *write_bundle(source);
}

Result<void> opens(std::span<std::byte const> bytes) {
  auto const bundle = Bundle::from_bytes(bytes);
  return bundle ? Result<void>{} : tl::unexpected(bundle.error());
}

/// A terminal that runs the shop's bundle as release 1.
struct Running : ScriptedTerminal {
  Bytes good = shop_bundle();

  Running() {
    self_test = opens;
    restart();
    link.publish_bundle(key, manifest_of(as_text(good), 1), as_text(good));
    link.connect();
    settle();
    REQUIRE(activated == std::vector<std::uint64_t>{1});
    REQUIRE(errors.empty());
  }
  void says(std::string const& scope, std::string envelope) {
    link.retain(topics.manifest(scope), std::move(envelope));
    settle();
  }
  void still_runs_the_first() {
    CHECK(activated.size() == 1);
    CHECK(store->active()->release == 1);
    CHECK(as_text(MappedFile::open(store->active()->file)->bytes()) == as_text(good));
  }
};

void check_reason(Running const& t, std::string const& why, std::string const& of) {
  REQUIRE_MESSAGE(!t.errors.empty(), of);
  bool const told = t.errors.back().find(why) != std::string::npos;
  CHECK_MESSAGE(told, of, ": ", t.errors.back(), " / expected: ", why);
}

TEST_CASE("head office signs a hundred malformed manifests: a terminal refuses each and tells why") {
  Running t;
  auto const good = Json::parse(*encode_manifest(full_manifest()));
  auto const all = spoiled_manifests();
  std::uint64_t refused = 0;
  for (auto const& one : all) {
    t.says("next", *seal(t.key, one.of(good).dump()));
    CHECK_MESSAGE(t.agent->status().manifests_refused == ++refused, one.path);
    check_reason(t, one.why, one.path + " = " + one.value.dump());
    CHECK(t.told().last_error.find(one.why) != std::string::npos);
    CHECK(t.store->staged() == nullptr);
  }
  MESSAGE(refused, " malformed manifests");
  CHECK(refused > 100);
  t.still_runs_the_first();
}

/// Something that is well formed, and refused all the same.
struct Hostile {
  char const* name;
  char const* why;
  std::function<void(Running&)> act;
};

Manifest next_of(Bytes const& bytes, std::uint64_t release = 2) { return manifest_of(as_text(bytes), release); }
void sign(Running& t, Manifest const& manifest) { t.says(manifest.scope, *seal(t.key, *encode_manifest(manifest))); }
void offer(Running& t, Manifest const& manifest, Bytes const& bytes) {
  t.link.publish_bundle(t.key, manifest, as_text(bytes));
  t.settle();
}
template <class Spoil>
auto signed_with(Spoil spoil) {
  return [spoil](Running& t) {
    auto manifest = next_of(shop_bundle("second"));
    spoil(manifest);
    sign(t, manifest);
  };
}
/// The envelope as text, before it is sent.
template <class Spoil>
auto sent_with(Spoil spoil) {
  return [spoil](Running& t) {
    auto envelope = Json::parse(*seal(t.key, *encode_manifest(next_of(shop_bundle("second")))));
    spoil(envelope);
    t.says("all", envelope.dump());
  };
}
/// A parcel beside the bundle's own pieces, which are not on the broker: nothing else can become active.
void offer_parcel(Running& t, Bytes const& parcel, Bytes const& bundle, std::optional<Sha256> base = {},
                  std::uint64_t size = 0) {
  auto manifest = next_of(bundle);
  auto const cut = *cut_bundle(parcel);
  REQUIRE(cut.chunks.size() == 1);
  manifest.parcels.push_back({cut.manifest.bundle, size == 0 ? parcel.size() : size, base, {}});
  t.link.retain(t.topics.chunk(cut.manifest.bundle, 0), std::string(as_text(parcel)));
  sign(t, manifest);
}

Hostile const kHostile[] = {
    {"another chain", "is for chain \"other\"", signed_with([](Manifest& m) { m.chain = "other"; })},
    {"a newer program", "needs program version 99,", signed_with([](Manifest& m) { m.minimum_version = "99"; })},
    {"expired", "has expired", signed_with([](Manifest& m) { m.expires = m.created + 1; })},
    {"the number of what runs, other content", "is not above 1: replayed",
     signed_with([](Manifest& m) { m.release = 1; })},
    {"another topic's scope", "is for scope \"store:s9\"",
     [](Running& t) {
       auto manifest = next_of(shop_bundle("second"));
       manifest.scope = "store:s9";
       t.says("all", *seal(t.key, *encode_manifest(manifest)));
     }},
    {"an older release than the one on its way", "is older than the one on its way",
     [](Running& t) {
       sign(t, next_of(shop_bundle("second"), 5));
       sign(t, next_of(shop_bundle("third"), 4));
     }},
    {"a stranger's signature", "is not pinned",
     [](Running& t) {
       t.says("all", *seal(*SigningKey::generate(), *encode_manifest(next_of(shop_bundle("second")))));
     }},
    {"a signature for another body", "signature is wrong", sent_with([](Json& e) {
       auto body = e["body"].get<std::string>();
       body.replace(body.find("\"release\":2"), 11, "\"release\":3");
       e["body"] = body;
     })},
    {"no key", "\"key\" is missing", sent_with([](Json& e) { e.erase("key"); })},
    {"no signature", "\"sig\" is missing", sent_with([](Json& e) { e.erase("sig"); })},
    {"no body", "\"body\" is missing", sent_with([](Json& e) { e.erase("body"); })},
    {"an empty body", "\"body\" is empty", sent_with([](Json& e) { e["body"] = ""; })},
    {"a number for a key", "\"key\" must be a text", sent_with([](Json& e) { e["key"] = 7; })},
    {"a short signature", "\"sig\" is too short", sent_with([](Json& e) { e["sig"] = "AAAA"; })},
    {"a signature that is no base64", "\"sig\" is not the base64",
     sent_with([](Json& e) { e["sig"] = std::string(88, '*'); })},
    {"nested without end", "nested deeper", [](Running& t) { t.says("all", std::string(9'000, '[')); }},
    {"too long", "at most 16384", [](Running& t) { t.says("all", std::string(kMaxEnvelope + 1, ' ')); }},
    {"no JSON", "not JSON", [](Running& t) { t.says("all", "\xFF\xFE garbage"); }},
    {"a manifest without an envelope", "\"key\" is missing",
     [](Running& t) { t.says("all", *encode_manifest(next_of(shop_bundle("second")))); }},
    {"a piece that is cut short", "chunk 0: wrong length",
     [](Running& t) {
       auto const bytes = shop_bundle("second");
       t.link.retain(t.topics.chunk(sha256(bytes), 0), std::string(as_text(bytes).substr(1)));
       sign(t, next_of(bytes));
     }},
    {"an empty piece's place", "chunk 0: wrong length",
     [](Running& t) {
       auto const bytes = shop_bundle("second");
       t.link.retain(t.topics.chunk(sha256(bytes), 0), "x");
       sign(t, next_of(bytes));
     }},
    {"another bundle's piece", "chunk 0: wrong digest",
     [](Running& t) {
       auto const bytes = shop_bundle("second"), other = shop_bundle("third!");
       REQUIRE(bytes.size() == other.size());
       t.link.retain(t.topics.chunk(sha256(bytes), 0), std::string(as_text(other)));
       sign(t, next_of(bytes));
     }},
    {"pieces in each other's places", "wrong digest",
     [](Running& t) {
       auto const bytes = content(2 * kChunkBytes);
       auto const manifest = manifest_of(bytes, 2);
       for (auto n : {0U, 1U}) t.link.retain(t.topics.chunk(manifest.bundle, n), std::string(piece(bytes, 1 - n)));
       sign(t, manifest);
     }},
    {"a chunk list of another digest", "chunk list: its digest is not the manifest's",
     [](Running& t) {
       auto const bytes = content(201 * kChunkBytes);
       auto const manifest = manifest_of(bytes, 2);
       t.link.retain(t.topics.chunk(*manifest.chunk_list, 0), std::string(201 * 32, 'x'));
       sign(t, manifest);
     }},
    {"a chunk list that is too short, its digest signed", "chunk list: 6400 bytes, the manifest needs 6432",
     [](Running& t) {
       auto const bytes = content(201 * kChunkBytes);
       auto manifest = manifest_of(bytes, 2);
       auto const list = std::string(200 * 32, 'x');
       manifest.chunk_list = sha256(as_bytes(list));
       t.link.retain(t.topics.chunk(*manifest.chunk_list, 0), list);
       sign(t, manifest);
     }},
    {"right pieces that make another bundle than the one that is named", "damaged (digest)",
     [](Running& t) {
       auto const bytes = shop_bundle("second");
       auto manifest = next_of(bytes);
       manifest.bundle = sha256(as_bytes("another"));
       t.link.retain(t.topics.chunk(manifest.bundle, 0), std::string(as_text(bytes)));
       sign(t, manifest);
     }},
    {"a file that is no bundle", "self-test: ",
     [](Running& t) {
       Bytes const bytes(2'000, std::byte{7});
       offer(t, next_of(bytes), bytes);
     }},
    {"a bundle that is cut short", "self-test: ",
     [](Running& t) {
       auto bytes = shop_bundle("second");
       bytes.resize(bytes.size() - 8);
       offer(t, next_of(bytes), bytes);
     }},
    {"a release that failed here before", "failed here before",
     [](Running& t) {
       Bytes const bytes(2'000, std::byte{7});
       offer(t, next_of(bytes), bytes);
       t.says("all", *seal(t.key, *encode_manifest(next_of(bytes))));
     }},
    {"a parcel with another bundle in it", "another bundle came out than the manifest names",
     [](Running& t) { offer_parcel(t, *pack_parcel(shop_bundle("third!")), shop_bundle("second")); }},
    {"a parcel that holds more than was signed", "above",
     [](Running& t) {
       auto const big = *write_bundle(shop::random_source(300, 20, 3));
       offer_parcel(t, *pack_parcel(big), shop_bundle("second"));
     }},
    {"a file that is no parcel",
     "parcel: ", [](Running& t) { offer_parcel(t, Bytes(200, std::byte{9}), shop_bundle("second")); }},
    {"a bundle in a parcel's place", "does not begin like one",
     [](Running& t) { offer_parcel(t, shop_bundle("third!"), shop_bundle("second")); }},
    {"a parcel that is cut short", "parcel: ",
     [](Running& t) {
       auto parcel = *pack_parcel(shop_bundle("second"));
       parcel.pop_back();
       offer_parcel(t, parcel, shop_bundle("second"));
     }},
    {"a delta that was made against another base than is said", "not against this base",
     [](Running& t) {
       auto const parcel = *pack_parcel(shop_bundle("second"), shop_bundle("a base nobody has"));
       offer_parcel(t, parcel, shop_bundle("second"), sha256(t.good));
     }},
    {"a delta that is called a whole", "give that base",
     [](Running& t) { offer_parcel(t, *pack_parcel(shop_bundle("second"), t.good), shop_bundle("second")); }},
    {"a parcel of another length than is said", "chunk 0: wrong length",
     [](Running& t) {
       auto const parcel = *pack_parcel(shop_bundle("second"));
       offer_parcel(t, parcel, shop_bundle("second"), {}, parcel.size() - 1);
     }},
};

TEST_CASE("what is well formed and wrong is refused for its own reason, and what ran goes on running") {
  for (auto const& one : kHostile) {
    std::string const name = one.name;
    CAPTURE(name);
    Running t;
    one.act(t);
    CHECK_MESSAGE(t.complained(one.why), name, ": ", (t.errors.empty() ? "nothing" : t.errors.back()));
    t.still_runs_the_first();
    // Nor is it stuck: the next good release is taken.
    auto const good = shop_bundle("good");
    offer(t, next_of(good, 9), good);
    t.pass(seconds{8});
    CHECK(t.activated == std::vector<std::uint64_t>{1, 9});
  }
  MESSAGE(std::size(kHostile), " hostile deliveries");
}

TEST_CASE("every single byte of a manifest's envelope changed: nothing becomes active") {
  Running t;
  auto const bytes = shop_bundle("second");
  t.link.retain(t.topics.chunk(sha256(bytes), 0), std::string(as_text(bytes)));
  auto const envelope = *seal(t.key, *encode_manifest(next_of(bytes)));
  std::uint64_t refused = 0;
  for (std::size_t n = 0; n < envelope.size(); ++n) {
    for (int const mask : {0x01, 0x80, 0xFF}) {
      auto changed = envelope;
      changed[n] = static_cast<char>(changed[n] ^ mask);
      t.says("all", changed);
      CHECK_MESSAGE(t.agent->status().manifests_refused == ++refused, n, " ", mask);
    }
  }
  t.still_runs_the_first();
  MESSAGE(refused, " changed envelopes");
  t.says("all", envelope);
  CHECK(t.activated == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("every single byte of a bundle changed on the broker: the piece is refused") {
  Running t;
  auto const bytes = shop_bundle("second");
  auto const topic = t.topics.chunk(sha256(bytes), 0);
  std::uint64_t release = 1;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    auto changed = bytes;
    changed[n] ^= static_cast<std::byte>(n % 3 == 0 ? 0x01 : (n % 3 == 1 ? 0x80 : 0xFF));
    t.link.retained[topic] = std::string(as_text(changed));
    sign(t, next_of(bytes, ++release));
    CHECK_MESSAGE(t.agent->status().pieces_refused == n + 1, n);
  }
  t.still_runs_the_first();
  MESSAGE(bytes.size(), " changed pieces");
  t.link.retain(topic, std::string(as_text(bytes)));
  t.pass(seconds{8});
  CHECK(t.activated == std::vector<std::uint64_t>{1, release});
}

TEST_CASE("every single byte of a bundle changed before head office signs it: the self-test refuses it") {
  Running t;
  auto const bytes = shop_bundle("second");
  std::uint64_t release = 1;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    auto changed = bytes;
    changed[n] ^= static_cast<std::byte>(n % 3 == 0 ? 0x01 : (n % 3 == 1 ? 0x80 : 0xFF));
    offer(t, next_of(changed, ++release), changed);
    CHECK_MESSAGE(t.store->refused_release() == release, n);
    check_reason(t, "self-test: ", std::to_string(n));
    t.link.retained.erase(t.topics.chunk(sha256(changed), 0));
  }
  t.still_runs_the_first();
  MESSAGE(bytes.size(), " changed bundles");
}

TEST_CASE("every single byte of the active bundle changed on the disk: the one before it runs after the start") {
  Running t;
  auto const bytes = shop_bundle("second");
  offer(t, next_of(bytes), bytes);
  REQUIRE(t.store->active()->release == 2);
  REQUIRE(t.store->prove());
  auto const file = t.store->active()->file.filename();
  t.agent.reset();
  t.store.reset();
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    tillcue::test::TempDir const copy;
    std::filesystem::copy(t.folder / "bundles", copy / "s");
    {
      std::fstream disk(copy / "s" / file, std::ios::in | std::ios::out | std::ios::binary);
      auto const changed = bytes[n] ^ static_cast<std::byte>(n % 3 == 0 ? 0x01 : (n % 3 == 1 ? 0x80 : 0xFF));
      disk.seekp(static_cast<std::streamoff>(n));
      disk.put(static_cast<char>(changed));
    }
    auto const store = BundleStore::open(copy / "s", opens);
    REQUIRE_MESSAGE(store, n);
    CHECK_MESSAGE(store->active()->release == 1, n);
    CHECK(store->damage().find("release 2") != std::string::npos);
  }
  MESSAGE(bytes.size(), " changed files");
}

}  // namespace
}  // namespace tillcue::sync::test
