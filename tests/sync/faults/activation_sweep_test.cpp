// Power fails at every write, fsync, rename, create and unlink of fetching and activating a bundle, several times each
// with different luck for what was not synced; afterwards a whole bundle is active and the next attempt succeeds.

#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "support/mosquitto.hpp"
#include "sync/faults/power_cut_disk.hpp"
#include "sync/samples.hpp"
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

Result<void> install(BundleStore& store, std::string_view bytes, std::uint64_t release) {
  if (auto ok = store.stage(manifest_of(bytes, release)); !ok) return ok;
  for (auto const index : store.missing()) {
    if (auto ok = store.put(index, piece(bytes, index)); !ok) return ok;
  }
  auto const active = store.activate();
  return active ? Result<void>{} : tl::unexpected(active.error());
}

std::string active_text(BundleStore const& store) {
  return std::string(as_text(MappedFile::open(store.active()->file)->bytes()));
}

/// A story on the disk that ends with `last` active; before it `first` was (empty: nothing).
struct Story {
  std::string first, last;
  std::uint64_t first_release = 0, last_release = 0;
};

struct Tally {
  std::size_t points = 0, cuts = 0, old = 0, fresh = 0;
};

/// What a cut left is opened, checked, and the release tried again; that attempt is cut as well when `again`.
void check_after(std::filesystem::path const& folder, Story const& story, bool promised, std::string const& where) {
  auto store = BundleStore::open(folder / "s", opens);
  REQUIRE_MESSAGE(store, where, ": ", (store ? "" : store.error().what));
  if (story.first.empty() && !promised && !store->active()) {
    REQUIRE_MESSAGE(install(*store, story.last, story.last_release), where);
  }
  REQUIRE_MESSAGE(store->active(), where);
  CHECK_MESSAGE(store->damage().empty(), where, ": ", store->damage());
  bool const fresh = store->active()->release == story.last_release;
  CHECK_MESSAGE((fresh || (!promised && store->active()->release == story.first_release)), where);
  CHECK_MESSAGE(active_text(*store) == (fresh ? story.last : story.first), where);
  if (!fresh) REQUIRE_MESSAGE(install(*store, story.last, story.last_release), where);
  CHECK_MESSAGE(active_text(*store) == story.last, where);
  CHECK_MESSAGE(
      store->stage(manifest_of(story.first.empty() ? story.last : story.first, story.first_release + 1)).error().code ==
          Code::rejected,
      where);
}

void sweep(Story const& story, Tally& tally) {
  TempDir const folder, after;
  if (!story.first.empty()) {
    auto store = *BundleStore::open(folder / "s", opens);
    REQUIRE(install(store, story.first, story.first_release));
  } else {
    std::filesystem::create_directories(folder / "s");
  }
  PowerCutDisk disk(folder.path());
  std::size_t done = 0;  // from here on the new bundle has been promised
  {
    auto store = *BundleStore::open(folder / "s", opens);
    REQUIRE(install(store, story.last, story.last_release));
    done = disk.operations();
  }
  std::mt19937_64 random(story.last_release);
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
  sweep({"", first, 0, 2}, tally);
  sweep({first, second, 1, 3}, tally);
  sweep({second, first.substr(0), 5, 7}, tally);
  MESSAGE(tally.points, " points, ", tally.cuts, " power cuts");
  CHECK(tally.points > 60);
}

TEST_CASE("a program that starts on a full disk runs the bundle it has, also one that has not proven itself yet") {
  TempDir const folder;
  auto const first = bundle_text(1), second = bundle_text(2);
  {
    auto store = *BundleStore::open(folder / "s", opens);
    REQUIRE(install(store, first, 1));
    REQUIRE(install(store, second, 2));
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
    REQUIRE(install(store, first, 1));
    REQUIRE(install(store, second, 2));
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
      REQUIRE(install(store, first, 1));
    }
    PowerCutDisk disk(folder.path());
    disk.full_from(points, 2);
    auto store = BundleStore::open(folder / "s", opens);
    if (store) {
      auto const done = install(*store, second, 2);
      more = disk.failed();
      REQUIRE(store->active());
      CHECK(active_text(*store) == (store->active()->release == 2 ? second : first));
      if (!done) CHECK_MESSAGE((done.error().code == Code::busy || done.error().code == Code::io), done.error().what);
      if (!done) REQUIRE_MESSAGE(install(*store, second, 2), points);
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
