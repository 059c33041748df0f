#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "scripted_link.hpp"
#include "tillcue/core/parcel.hpp"

namespace tillcue::sync::test {
namespace {

using std::chrono::seconds;
using Bundles = std::vector<std::byte>;

Bundles small_bundle(std::string const& note) {
  auto source = shop::random_source(4'000, 16, 1);
  source.note = note;
  return write_bundle(source).value();
}

Manifest staged(std::string_view bytes, std::uint64_t release, Manifest::Stage stage) {
  auto manifest = manifest_of(bytes, release);
  manifest.scope = kNextScope;
  manifest.stage = std::move(stage);
  return manifest;
}

/// Puts a parcel of `bundle` beside its raw pieces and names it.
void add_parcel(ScriptedTerminal& t, Manifest& manifest, Bundles const& bundle, Bundles const* base) {
  auto const packed = *pack_parcel(bundle, base == nullptr ? std::span<std::byte const>{} : *base);
  auto const cut = *cut_bundle(packed);
  Manifest::Parcel parcel{cut.manifest.bundle, packed.size(), {}, {}};
  if (base != nullptr) parcel.base = sha256(*base);
  if (parcel.piece_count() > 1) {
    std::string list;
    for (auto const& digest : cut.chunks) list += as_text(digest.bytes);
    parcel.list = sha256(as_bytes(list));
    t.link.retain(t.topics.chunk(*parcel.list, 0), list);
  }
  for (std::uint32_t n = 0; n < parcel.piece_count(); ++n) {
    t.link.retain(t.topics.chunk(parcel.object, n), std::string(piece(as_text(packed), n)));
  }
  manifest.parcels.push_back(parcel);
}

TEST_CASE("the whole parcel is taken when there is no base, and the delta when there is one") {
  ScriptedTerminal t;
  auto const first = small_bundle("one"), second = small_bundle("two");
  auto manifest = manifest_of(as_text(first), 1);
  add_parcel(t, manifest, first, nullptr);
  add_parcel(t, manifest, first, &second);  // a base it does not have
  t.link.publish_bundle(t.key, manifest, as_text(first));
  t.link.connect();
  t.settle();
  REQUIRE(t.activated == std::vector<std::uint64_t>{1});
  auto const whole = t.agent->status().pieces;
  CHECK(whole < cut_bundle(first)->chunks.size());
  CHECK(as_text(MappedFile::open(t.store->active()->file)->bytes()) == as_text(first));

  manifest = manifest_of(as_text(second), 2);
  add_parcel(t, manifest, second, nullptr);
  add_parcel(t, manifest, second, &first);
  t.link.publish_bundle(t.key, manifest, as_text(second));
  t.settle();
  REQUIRE(t.activated == std::vector<std::uint64_t>{1, 2});
  CHECK(t.agent->status().pieces == whole + 1);
  CHECK(t.told().release == 2);  // at once, not when something is due next
  CHECK(as_text(MappedFile::open(t.store->active()->file)->bytes()) == as_text(second));
  CHECK(t.errors.empty());
}

TEST_CASE("a parcel that does not open to the named bundle is given up for the bundle's own pieces") {
  ScriptedTerminal t;
  auto const wanted = small_bundle("one"), other = small_bundle("two");
  auto manifest = manifest_of(as_text(wanted), 1);
  add_parcel(t, manifest, other, nullptr);
  t.link.publish_bundle(t.key, manifest, as_text(wanted));
  t.link.connect();
  t.settle();
  CHECK(t.activated == std::vector<std::uint64_t>{1});
  CHECK(t.complained("another bundle came out"));
  CHECK(as_text(MappedFile::open(t.store->active()->file)->bytes()) == as_text(wanted));
}

TEST_CASE("a parcel that is being opened is left for a newer release, a lost connection, or a stop by HQ") {
  ScriptedTerminal t;
  std::deque<std::function<void()>> working;
  t.work = [&](auto task) { working.push_back(std::move(task)); };
  t.restart();
  auto const first = small_bundle("one"), second = small_bundle("two");
  auto const publish = [&](Manifest manifest, Bundles const& bundle) {
    add_parcel(t, manifest, bundle, nullptr);
    t.link.publish_bundle(t.key, manifest, as_text(bundle));
    t.settle();
  };
  auto const run = [&] {
    REQUIRE_FALSE(working.empty());
    working.front()();
    working.pop_front();
    t.settle();
  };
  t.link.connect();
  publish(staged(as_text(first), 1, {10'000, 1, false, 0, {}}), first);
  CHECK(t.agent->status().phase == "opening");
  t.link.retain(t.topics.manifest("next"), "");
  t.settle();
  run();  // nobody waits for it any more
  CHECK(t.activated.empty());
  CHECK(t.errors.empty());
  publish(manifest_of(as_text(first), 2), first);
  publish(manifest_of(as_text(second), 3), second);
  run();
  CHECK(t.activated.empty());
  CHECK(t.store->staged()->release == 3);
  t.link.disconnect();
  t.settle();
  run();
  CHECK(t.activated.empty());
  t.link.connect();
  t.settle();
  CHECK(t.activated == std::vector<std::uint64_t>{3});
  CHECK(working.empty());
  publish(manifest_of(as_text(first), 4), first);
  t.store->break_off();  // the program ends
  run();
  CHECK(t.complained("broken off"));
}

TEST_CASE("a bundle that answers otherwise than its manifest says is not switched to, for good") {
  ScriptedTerminal t;
  t.probe_test = [](auto, auto probes) -> Result<void> {
    return probes.front().answer.front() == "22" ? Result<void>{} : fail(Code::rejected, "it says otherwise");
  };
  t.restart();
  auto const bytes = content(100);
  auto manifest = manifest_of(bytes, 3);
  manifest.probes = {{{"1"}, {"23"}}};
  t.link.publish_bundle(t.key, manifest, bytes);
  t.link.connect();
  t.settle();
  CHECK(t.activated.empty());
  CHECK(t.complained("it says otherwise"));
  CHECK(t.store->refused_release() == 3);
  CHECK(t.told().counters.at("refused_release") == 3);
  manifest.release = 4;
  manifest.probes = {{{"1"}, {"22"}}};
  t.link.publish_bundle(t.key, manifest, bytes);
  t.settle();
  CHECK(t.activated == std::vector<std::uint64_t>{4});
}

TEST_CASE("a staged release reaches who is named or in its share, after a delay of its own, and nobody else") {
  auto const bytes = content(100);
  auto const runs = [&](Manifest::Stage stage, seconds after) {
    ScriptedTerminal t;
    t.link.publish_bundle(t.key, staged(bytes, 8, std::move(stage)), bytes);
    t.link.connect();
    t.settle();
    t.pass(after);
    CHECK(t.errors.empty());  // what runs is not taken again when its delay is over
    return t.activated.size() == 1;
  };
  CHECK(runs({0, 1, false, 0, {"till-7"}}, seconds{1}));
  CHECK(runs({10'000, 1, false, 0, {}}, seconds{1}));
  CHECK_FALSE(runs({0, 1, false, 0, {"till-8"}}, seconds{700}));
  CHECK_FALSE(runs({10'000, 1, true, 0, {}}, seconds{700}));
  CHECK(runs({10'000, 1, false, 600, {}}, seconds{601}));
  Manifest::Stage const slow{10'000, 1, false, 86'400, {}};
  auto const delay = slow.delay(8, "till-7");
  REQUIRE(delay > 2);
  CHECK_FALSE(runs(slow, seconds{delay - 1}));
  CHECK(runs(slow, seconds{delay + 1}));
}

TEST_CASE("a stage grows, is replayed without effect, becomes everybody's release, and older ones stay quiet") {
  ScriptedTerminal t;
  auto const old = content(100, 1), fresh = content(100, 2);
  t.link.publish_bundle(t.key, manifest_of(old, 7), old);
  auto const none = staged(fresh, 8, {0, 1, false, 0, {}});
  t.link.publish_bundle(t.key, none, fresh);
  t.link.connect();
  t.settle();
  CHECK(t.activated == std::vector<std::uint64_t>{7});
  auto const paused = staged(fresh, 8, {10'000, 3, true, 0, {}});
  t.link.publish_bundle(t.key, paused, fresh);
  t.settle();
  t.link.publish_bundle(t.key, staged(fresh, 8, {10'000, 2, false, 0, {}}), fresh);  // from before the pause
  t.settle();
  CHECK(t.activated.size() == 1);
  t.link.publish_bundle(t.key, staged(fresh, 8, {10'000, 4, false, 0, {}}), fresh);
  t.settle();
  CHECK(t.activated == std::vector<std::uint64_t>{7, 8});
  t.link.disconnect();
  t.settle();
  t.restart();
  t.link.connect();  // m/all still says 7
  t.settle();
  t.pass(seconds{900});
  CHECK(t.activated.size() == 2);
  CHECK(t.agent->status().manifests_refused == 0);
  CHECK(t.told().release == 8);
  t.link.publish_bundle(t.key, manifest_of(fresh, 8), fresh);
  t.link.retain(t.topics.manifest("next"), "");
  t.settle();
  t.link.publish_bundle(t.key, manifest_of(old, 9), old);  // taken back
  t.settle();
  CHECK(t.activated == std::vector<std::uint64_t>{7, 8, 9});
}

TEST_CASE("a stage that is stopped or paused while its release is fetched is left") {
  ScriptedTerminal t;
  auto const bytes = content(3 * kChunkBytes);
  auto const manifest = staged(bytes, 8, {10'000, 1, false, 0, {}});
  t.link.publish_bundle(t.key, manifest, bytes);
  t.link.retained.erase(t.topics.chunk(manifest.bundle, 2));
  t.link.connect();
  t.settle();
  CHECK(t.store->staged() != nullptr);
  t.link.retain(t.topics.manifest("next"), "");
  t.settle();
  CHECK(t.store->staged() == nullptr);
  CHECK(t.agent->status().phase == "idle");
}

TEST_CASE("a bundle that the program does not survive is left after three starts and refused from then on") {
  ScriptedTerminal t;
  auto const good = content(100, 1), bad = content(100, 2);
  t.link.publish_bundle(t.key, manifest_of(good, 1), good);
  t.link.connect();
  t.settle();
  REQUIRE(t.store->prove());
  t.link.publish_bundle(t.key, manifest_of(bad, 2), bad);
  t.settle();
  CHECK_FALSE(t.store->proven());
  for (unsigned n = 0; n < 2 * BundleStore::kMostStarts; ++n) {  // ended in order: no reason for mistrust
    REQUIRE(t.store->excuse());
    t.restart();
  }
  CHECK(t.store->active()->release == 2);
  REQUIRE(t.store->excuse());
  for (unsigned n = 0; n < BundleStore::kMostStarts; ++n) {
    t.restart();
    CHECK(t.store->active()->release == 2);
  }
  t.restart();
  CHECK(t.store->active()->release == 1);
  CHECK(t.store->refused_release() == 2);
  CHECK(t.store->damage().find("did not last") != std::string::npos);
  t.link.connect();
  t.settle();
  CHECK(t.complained("failed here before"));
  CHECK(t.told().release == 1);
  CHECK(t.told().counters.at("refused_release") == 2);
  t.link.publish_bundle(t.key, manifest_of(bad, 3), bad);  // the same under a new number is tried again
  t.settle();
  CHECK(t.store->active()->release == 3);
  REQUIRE(t.store->prove());
  for (int n = 0; n < 5; ++n) t.restart();
  CHECK(t.store->active()->release == 3);
}

}  // namespace
}  // namespace tillcue::sync::test
