// Power fails at every write, fsync, rename, create and unlink of fetching and activating a bundle, several times each
// with different luck for what was not synced; afterwards a whole bundle is active and the next attempt succeeds.

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "support/mosquitto.hpp"
#include "sync/faults/power_cut_disk.hpp"
#include "sync/samples.hpp"
#include "tillcue/core/parcel.hpp"
#include "tillcue/sync/bundle_store.hpp"

namespace tillcue::sync {
namespace {

using test::manifest_of;
using test::piece;
using tillcue::test::PowerCutDisk;
using tillcue::test::TempDir;
using Luck = PowerCutDisk::Luck;

/// How often each point is cut with luck of its own; TILLCUE_CUTS makes it longer.
unsigned rounds() {
  auto const* wanted = std::getenv("TILLCUE_CUTS");
  return wanted == nullptr ? 3 : static_cast<unsigned>(std::strtoul(wanted, nullptr, 10));
}

std::string bundle_text(std::uint32_t seed, std::uint32_t items = 400) {
  auto const bytes = write_bundle(shop::random_source(items, 20, seed)).value();
  return std::string(as_text(bytes));
}

Result<void> opens(std::span<std::byte const> bytes) {
  auto const bundle = Bundle::from_bytes(bytes);
  return bundle ? Result<void>{} : tl::unexpected(bundle.error());
}

/// A bundle, and what it may come in.
struct Delivery {
  std::string bundle;
  std::uint64_t release = 0;
  std::string parcel{};  ///< empty: its own pieces only
  std::string base{};    ///< of the parcel, when it is a delta

  [[nodiscard]] Manifest manifest() const {
    auto manifest = manifest_of(bundle, release);
    if (parcel.empty()) return manifest;
    auto const cut = *cut_bundle(as_bytes(parcel));
    REQUIRE(cut.chunks.size() == 1);
    manifest.parcels.push_back({cut.manifest.bundle, parcel.size(), {}, {}});
    if (!base.empty()) manifest.parcels.back().base = sha256(as_bytes(base));
    return manifest;
  }
};

Result<void> install(BundleStore& store, Delivery const& delivery) {
  if (auto ok = store.stage(delivery.manifest()); !ok) return ok;
  bool const packed = !delivery.parcel.empty() && store.wanted_object() == sha256(as_bytes(delivery.parcel));
  for (auto const index : store.missing()) {
    if (auto ok = store.put(index, piece(packed ? delivery.parcel : delivery.bundle, index)); !ok) return ok;
  }
  if (auto const work = store.unpacking()) {
    auto const opened = work();
    if (!opened) return opened;
    store.unpacked(opened);
  }
  auto const active = store.activate();
  return active ? Result<void>{} : tl::unexpected(active.error());
}

std::string active_text(BundleStore const& store) {
  return std::string(as_text(MappedFile::open(store.active()->file)->bytes()));
}

/// A story on the disk that ends with `last` active; before it `first` was (empty: nothing).
struct Story {
  Delivery first, last;
};

struct Tally {
  std::size_t points = 0, cuts = 0, old = 0, fresh = 0;
};

/// What a cut left is opened, checked, and the release tried again; that attempt is cut as well when `again`.
void check_after(std::filesystem::path const& folder, Story const& story, bool promised, std::string const& where) {
  auto store = BundleStore::open(folder / "s", opens);
  REQUIRE_MESSAGE(store, where, ": ", (store ? "" : store.error().what));
  if (story.first.bundle.empty() && !promised && !store->active()) {
    REQUIRE_MESSAGE(install(*store, story.last), where);
  }
  REQUIRE_MESSAGE(store->active(), where);
  CHECK_MESSAGE(store->damage().empty(), where, ": ", store->damage());
  bool const fresh = store->active()->release == story.last.release;
  CHECK_MESSAGE((fresh || (!promised && store->active()->release == story.first.release)), where);
  CHECK_MESSAGE(active_text(*store) == (fresh ? story.last : story.first).bundle, where);
  if (!fresh) REQUIRE_MESSAGE(install(*store, story.last), where);
  CHECK_MESSAGE(active_text(*store) == story.last.bundle, where);
  CHECK_MESSAGE(
      store->stage(manifest_of((story.first.bundle.empty() ? story.last : story.first).bundle, story.first.release + 1))
              .error()
              .code == Code::rejected,
      where);
}

void sweep(Story const& story, Tally& tally) {
  TempDir const folder, after;
  if (!story.first.bundle.empty()) {
    auto store = *BundleStore::open(folder / "s", opens);
    REQUIRE(install(store, story.first));
  } else {
    std::filesystem::create_directories(folder / "s");
  }
  PowerCutDisk disk(folder.path());
  std::size_t done = 0;  // from here on the new bundle has been promised
  {
    auto store = *BundleStore::open(folder / "s", opens);
    REQUIRE(install(store, story.last));
    done = disk.operations();
  }
  std::mt19937_64 random(story.last.release);
  for (std::size_t at = 0; at <= disk.operations(); ++at) {
    ++tally.points;
    for (unsigned round = 0; round < 2 + rounds(); ++round) {
      auto const luck = round == 0 ? Luck::all : (round == 1 ? Luck::none : Luck::some);
      PowerCutDisk::put(after.path(), disk.after(at, luck, random));
      auto const where =
          "cut " + std::to_string(at) + " of " + std::to_string(disk.operations()) + ", luck " + std::to_string(round);
      check_after(after.path(), story, at >= done, where);
      ++tally.cuts;
    }
  }
}

TEST_CASE("a power cut at every write, fsync and rename of an activation leaves a whole bundle active") {
  auto const first = bundle_text(1), second = bundle_text(2);
  Tally tally;
  sweep({{}, {first, 2}}, tally);
  sweep({{first, 1}, {second, 3}}, tally);
  sweep({{second, 5}, {first, 7}}, tally);
  MESSAGE(tally.points, " points, ", tally.cuts, " power cuts");
  CHECK(tally.points > 60);
}

TEST_CASE("the same when the bundle comes in a parcel, whole or as a delta") {
  auto const first = bundle_text(1), second = bundle_text(2);
  auto const whole = std::string(as_text(*pack_parcel(as_bytes(second))));
  auto const delta = std::string(as_text(*pack_parcel(as_bytes(second), as_bytes(first))));
  Tally tally;
  sweep({{}, {second, 2, whole}}, tally);
  sweep({{first, 1}, {second, 3, whole}}, tally);
  sweep({{first, 1}, {second, 3, delta, first}}, tally);
  MESSAGE(tally.points, " points, ", tally.cuts, " power cuts");
  CHECK(tally.points > 60);
}

/// A store whose program has started as often as it may with a bundle that never proved itself.
void prepare_bad_starts(std::filesystem::path const& folder, std::string const& good, std::string const& bad) {
  auto store = *BundleStore::open(folder, opens);
  REQUIRE(install(store, {good, 1}));
  REQUIRE(store.prove());
  REQUIRE(install(store, {bad, 2}));
}

TEST_CASE(
    "a power cut at any operation of the starts that fail, and of falling back after them, ends with the bundle "
    "before") {
  TempDir const folder, after;
  auto const good = bundle_text(1), bad = bundle_text(2);
  prepare_bad_starts(folder / "s", good, bad);
  PowerCutDisk disk(folder.path());
  std::vector<std::size_t> begun;  // operations done when each start had ended
  for (unsigned n = 0; n <= BundleStore::kMostStarts; ++n) {
    auto const store = BundleStore::open(folder / "s", opens);
    REQUIRE(store);
    CHECK(store->active()->release == (n < BundleStore::kMostStarts ? 2 : 1));
    begun.push_back(disk.operations());
  }
  std::mt19937_64 random(3);
  std::size_t cuts = 0;
  for (std::size_t at = 0; at <= disk.operations(); ++at) {
    auto const counted = std::count_if(begun.begin(), begun.end(), [&](auto done) { return done <= at; });
    for (unsigned round = 0; round < 2 + rounds(); ++round) {
      auto const luck = round == 0 ? Luck::all : (round == 1 ? Luck::none : Luck::some);
      PowerCutDisk::put(after.path(), disk.after(at, luck, random));
      ++cuts;
      CAPTURE(at);
      CAPTURE(round);
      // A start that was counted stays counted: never more of them than there may be.
      auto left = static_cast<std::int64_t>(BundleStore::kMostStarts) + 1 - counted;
      for (bool fell = false; !fell; --left) {
        auto const store = BundleStore::open(after / "s", opens);
        REQUIRE_MESSAGE(store, (store ? "" : store.error().what));
        REQUIRE(store->active());
        fell = store->active()->release == 1;
        CHECK(active_text(*store) == (fell ? good : bad));
        if (fell) CHECK(store->refused_release() == 2);
        REQUIRE((fell || left > 0));
      }
    }
  }
  MESSAGE(disk.operations(), " operations, ", cuts, " power cuts");
  CHECK(disk.operations() > 8);
}

TEST_CASE("a program that starts on a full disk runs the bundle it has, also one that has not proven itself yet") {
  TempDir const folder;
  auto const first = bundle_text(1), second = bundle_text(2);
  {
    auto store = *BundleStore::open(folder / "s", opens);
    REQUIRE(install(store, {first, 1}));
    REQUIRE(install(store, {second, 2}));
  }
  PowerCutDisk disk(folder.path());
  disk.full_from(0, SIZE_MAX);
  for (unsigned n = 0; n < 2 * BundleStore::kMostStarts; ++n) {
    auto const store = BundleStore::open(folder / "s", opens);
    REQUIRE_MESSAGE(store, (store ? "" : store.error().what));
    CHECK(store->active()->release == 2);
  }
  CHECK(disk.failed());
}

TEST_CASE("a damaged bundle on a wholly full disk: the one before it runs, and is kept when there is room") {
  TempDir const folder;
  auto const first = bundle_text(1), second = bundle_text(2);
  std::filesystem::path damaged;
  {
    auto store = *BundleStore::open(folder / "s", opens);
    REQUIRE(install(store, {first, 1}));
    REQUIRE(install(store, {second, 2}));
    damaged = store.active()->file;
  }
  std::ofstream(damaged, std::ios::binary | std::ios::trunc) << second.substr(1);
  {
    PowerCutDisk disk(folder.path());
    disk.full_from(0, SIZE_MAX);
    for (int n = 0; n < 2; ++n) {
      auto const store = BundleStore::open(folder / "s", opens);
      REQUIRE_MESSAGE(store, (store ? "" : store.error().what));
      REQUIRE(store->active());
      CHECK(store->active()->release == 1);
      CHECK(active_text(*store) == first);
      CHECK(store->damage().find("fell back to release 1") != std::string::npos);
    }
    CHECK(disk.failed());
  }
  auto const store = *BundleStore::open(folder / "s", opens);
  CHECK(store.active()->release == 1);
  CHECK(BundleStore::open(folder / "s", opens)->damage().empty());
}

TEST_CASE("a disk that is full at any write of an activation keeps the old bundle, and the next attempt succeeds") {
  auto const first = bundle_text(1), second = bundle_text(2);
  std::size_t points = 0;
  for (bool more = true; more; ++points) {
    TempDir const folder;
    {
      auto store = *BundleStore::open(folder / "s", opens);
      REQUIRE(install(store, {first, 1}));
    }
    PowerCutDisk disk(folder.path());
    disk.full_from(points, 2);
    auto store = BundleStore::open(folder / "s", opens);
    if (store) {
      auto const done = install(*store, {second, 2});
      more = disk.failed();
      REQUIRE(store->active());
      CHECK(active_text(*store) == (store->active()->release == 2 ? second : first));
      if (!done) CHECK_MESSAGE((done.error().code == Code::busy || done.error().code == Code::io), done.error().what);
      if (!done) REQUIRE_MESSAGE(install(*store, {second, 2}), points);
    }
    disk.full_from(SIZE_MAX, 0);
    auto const again = BundleStore::open(folder / "s", opens);
    REQUIRE_MESSAGE(again, points, ": ", (again ? "" : again.error().what));
    REQUIRE(again->active());
    CHECK(active_text(*again) == (again->active()->release == 2 ? second : first));
  }
  MESSAGE(points, " places where the disk was full");
  CHECK(points > 5);
}

}  // namespace
}  // namespace tillcue::sync
