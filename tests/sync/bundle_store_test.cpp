#include "tillcue/sync/bundle_store.hpp"

#include <algorithm>
#include <fstream>
#include <set>

#include <doctest/doctest.h>
#include <unistd.h>

#include "samples.hpp"
#include "support/mosquitto.hpp"

namespace tillcue::sync {
namespace {

namespace fs = std::filesystem;
using test::content;
using test::manifest_of;
using test::piece;
using tillcue::test::TempDir;

Result<void> sound(std::span<std::byte const>) { return {}; }

Result<void> fill(BundleStore& store, std::string_view bytes) {
  for (auto const index : store.missing()) {
    if (auto ok = store.put(index, piece(bytes, index)); !ok) return ok;
  }
  return {};
}

Result<BundleStore::Active> install(BundleStore& store, std::string_view bytes, std::uint64_t release) {
  if (auto ok = store.stage(manifest_of(bytes, release)); !ok) return tl::unexpected(ok.error());
  if (store.needs_chunk_list()) {
    if (auto ok = store.put_chunk_list(cut_bundle(as_bytes(bytes))->chunk_list_bytes); !ok)
      return tl::unexpected(ok.error());
  }
  if (auto ok = fill(store, bytes); !ok) return tl::unexpected(ok.error());
  return store.activate();
}

std::string text_of(fs::path const& file) { return std::string(as_text(MappedFile::open(file)->bytes())); }

void damage(fs::path const& file) {
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(5);
  out.put('#');
}

std::size_t files(fs::path const& folder, std::string const& extension) {
  std::size_t count = 0;
  for (auto const& entry : fs::directory_iterator(folder)) count += entry.path().extension() == extension ? 1 : 0;
  return count;
}

TEST_CASE("a new store has nothing active") {
  TempDir const folder;
  auto const store = *BundleStore::open(folder / "s", sound);
  CHECK_FALSE(store.active());
  CHECK(store.newest_release() == 0);
  CHECK(store.damage().empty());
}

TEST_CASE("a look from outside sees the active bundle, creates nothing and counts no start") {
  TempDir const folder;
  auto const nothing = BundleStore::look(folder / "s");
  REQUIRE(nothing);
  CHECK_FALSE(*nothing);
  CHECK_FALSE(fs::exists(folder / "s"));
  auto const bytes = content(90'000);
  auto store = std::optional(*BundleStore::open(folder / "s", sound));
  REQUIRE(install(*store, bytes, 7));
  auto const beside = BundleStore::look(folder / "s");
  REQUIRE(beside);
  REQUIRE(*beside);
  CHECK((*beside)->release == 7);
  CHECK(text_of((*beside)->file) == bytes);
  store.reset();
  for (unsigned n = 0; n <= 2 * BundleStore::kMostStarts; ++n) REQUIRE(*BundleStore::look(folder / "s"));
  CHECK(BundleStore::open(folder / "s", sound)->active()->release == 7);
  std::ofstream(folder / "s" / "store.sqlite") << "no database, but long enough to be looked at by SQLite";
  CHECK(BundleStore::look(folder / "s").error().code == Code::corrupt);
}

TEST_CASE("a look leaves no file beside the store, and needs no right to write there") {
  TempDir const folder;
  auto const place = folder / "a store? 50% #1";
  {
    auto store = *BundleStore::open(place, sound);
    REQUIRE(install(store, content(9'000), 7));
  }
  auto const names = [&] {
    std::set<std::string> all;
    for (auto const& entry : fs::directory_iterator(place)) all.insert(entry.path().filename());
    return all;
  };
  auto const before = names();
  CHECK((*BundleStore::look(place))->release == 7);
  CHECK(names() == before);
  // An empty log, as SQLite leaves one behind a reader.
  std::ofstream(place / "store.sqlite-wal").flush();
  fs::permissions(folder / ".", fs::perms{0755});
  fs::permissions(place, fs::perms{0555});
  for (auto const& entry : fs::directory_iterator(place)) fs::permissions(entry.path(), fs::perms{0444});
  // Root may write everywhere: then it is looked at as nobody.
  bool const root = ::geteuid() == 0;
  if (root) REQUIRE(::seteuid(65'534) == 0);
  auto const seen = BundleStore::look(place);
  if (root) REQUIRE(::seteuid(0) == 0);
  fs::permissions(place, fs::perms{0755});
  REQUIRE_MESSAGE(seen, (seen ? "" : seen.error().what));
  CHECK((*seen)->release == 7);
}

TEST_CASE("a look beside a running store sees what is only in its log yet") {
  TempDir const folder;
  auto store = *BundleStore::open(folder / "s", sound);
  REQUIRE(install(store, content(9'000), 7));
  REQUIRE(fs::file_size(folder / "s" / "store.sqlite-wal") > 0);
  CHECK((*BundleStore::look(folder / "s"))->release == 7);
}

TEST_CASE("a bundle is fetched piece by piece, activated, and active after reopening") {
  TempDir const folder;
  auto const bytes = content(150'000);
  {
    auto store = *BundleStore::open(folder / "s", sound);
    REQUIRE(store.stage(manifest_of(bytes, 3)));
    CHECK(store.missing() == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(store.activate().error().code == Code::invalid);
    REQUIRE(store.put(2, piece(bytes, 2)));
    CHECK(store.missing() == std::vector<std::uint32_t>{0, 1});
    REQUIRE(fill(store, bytes));
    auto const active = store.activate();
    REQUIRE(active);
    CHECK(active->release == 3);
    CHECK(text_of(active->file) == bytes);
    CHECK(store.staged() == nullptr);
  }
  auto const store = *BundleStore::open(folder / "s", sound);
  REQUIRE(store.active());
  CHECK(store.active()->release == 3);
  CHECK(text_of(store.active()->file) == bytes);
  CHECK(files(folder / "s", ".part") == 0);
}

TEST_CASE("a large bundle waits for its chunk list first") {
  TempDir const folder;
  auto const bytes = content(205 * kChunkBytes + 17);
  auto store = *BundleStore::open(folder / "s", sound);
  REQUIRE(store.stage(manifest_of(bytes, 1)));
  CHECK(store.needs_chunk_list());
  CHECK(store.missing().empty());
  CHECK(store.activate().error().code == Code::invalid);
  CHECK(store.put_chunk_list("junk").error().code == Code::corrupt);
  REQUIRE(install(store, bytes, 1));
  CHECK(text_of(store.active()->file) == bytes);
}

TEST_CASE("a wrong, short or unexpected piece is refused and stays missing") {
  TempDir const folder;
  auto const bytes = content(100'000);
  auto store = *BundleStore::open(folder / "s", sound);
  CHECK(store.put(0, piece(bytes, 0)).error().code == Code::invalid);
  CHECK(store.put_chunk_list("").error().code == Code::invalid);
  REQUIRE(store.stage(manifest_of(bytes)));
  auto spoiled = std::string(piece(bytes, 1));
  spoiled[7] ^= 1;
  CHECK(store.put(1, spoiled).error().code == Code::corrupt);
  CHECK(store.put(1, piece(bytes, 0)).error().code == Code::corrupt);
  CHECK(store.put(1, "").error().code == Code::corrupt);
  CHECK(store.put(2, piece(bytes, 1)).error().code == Code::invalid);
  CHECK(store.missing().size() == 2);
  REQUIRE(store.put(1, piece(bytes, 1)));
  REQUIRE(store.put(1, piece(bytes, 1)));  // twice does no harm
  CHECK(store.missing().size() == 1);
}

TEST_CASE("fetching goes on after a restart with what was there, and a torn piece is fetched again") {
  TempDir const folder;
  auto const bytes = content(5 * kChunkBytes);
  auto const manifest = manifest_of(bytes);
  {
    auto store = *BundleStore::open(folder / "s", sound);
    REQUIRE(store.stage(manifest));
    for (std::uint32_t const index : {0, 1, 3}) REQUIRE(store.put(index, piece(bytes, index)));
  }
  damage(folder / "s" / (manifest.bundle.hex() + ".part"));
  auto store = *BundleStore::open(folder / "s", sound);
  REQUIRE(store.stage(manifest));
  CHECK(store.missing() == std::vector<std::uint32_t>{0, 2, 4});
  REQUIRE(install(store, bytes, 7));
}

TEST_CASE("another bundle throws the half-fetched one away") {
  TempDir const folder;
  auto store = *BundleStore::open(folder / "s", sound);
  auto const old = content(100'000, 1);
  REQUIRE(store.stage(manifest_of(old, 1)));
  REQUIRE(store.put(0, piece(old, 0)));
  REQUIRE(store.stage(manifest_of(content(100'000, 2), 2)));
  CHECK(files(folder / "s", ".part") == 0);
  store.discard();
  CHECK(store.staged() == nullptr);
}

TEST_CASE("a lower or equal release is a replay, also after a restart") {
  TempDir const folder;
  {
    auto store = *BundleStore::open(folder / "s", sound);
    REQUIRE(install(store, content(1000, 1), 5));
  }
  auto store = *BundleStore::open(folder / "s", sound);
  CHECK(store.newest_release() == 5);
  for (std::uint64_t const release : {1, 4, 5}) {
    auto const replay = store.stage(manifest_of(content(1000, 2), release));
    REQUIRE_FALSE(replay);
    CHECK(replay.error().code == Code::rejected);
    CHECK(replay.error().what.find("replayed") != std::string::npos);
  }
  CHECK(store.active()->release == 5);
}

TEST_CASE("a roll back is old content under a new number, needs no piece and keeps the other as previous") {
  TempDir const folder;
  auto store = *BundleStore::open(folder / "s", sound);
  auto const good = content(1000, 1);
  auto const bad = content(1000, 2);
  REQUIRE(install(store, good, 1));
  REQUIRE(install(store, bad, 2));
  REQUIRE(store.stage(manifest_of(good, 3)));
  CHECK(store.missing().empty());
  REQUIRE(store.activate());
  CHECK(store.active()->release == 3);
  CHECK(text_of(store.active()->file) == good);
  CHECK(files(folder / "s", ".bundle") == 2);
}

TEST_CASE("only the active bundle and the one before are kept") {
  TempDir const folder;
  auto store = *BundleStore::open(folder / "s", sound);
  for (unsigned release = 1; release <= 4; ++release) REQUIRE(install(store, content(1000, release), release));
  CHECK(files(folder / "s", ".bundle") == 2);
}

TEST_CASE("a bundle that fails its self-test is not activated, its release not tried again, the next one is") {
  TempDir const folder;
  auto const poison = content(1000, 66);
  auto const picky = [&](std::span<std::byte const> bytes) -> Result<void> {
    if (as_text(bytes) == poison) return fail(Code::unsupported, "section 9 is newer");
    return {};
  };
  auto store = *BundleStore::open(folder / "s", picky);
  REQUIRE(install(store, content(1000, 1), 1));
  auto const refused = install(store, poison, 2);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::rejected);
  CHECK(refused.error().what.find("section 9 is newer") != std::string::npos);
  CHECK(store.active()->release == 1);
  CHECK(store.staged() == nullptr);
  auto const again = store.stage(manifest_of(poison, 2)).error().what;
  CHECK(again.find("failed here before: ") != std::string::npos);
  CHECK(again.find("section 9 is newer") != std::string::npos);
  REQUIRE(install(store, content(1000, 3), 3));
  CHECK(store.active()->release == 3);
}

TEST_CASE("why a release was refused is known after a start, too") {
  TempDir const folder;
  auto const poison = content(1000, 66);
  auto const picky = [&](std::span<std::byte const> bytes) -> Result<void> {
    if (as_text(bytes) == poison) return fail(Code::unsupported, "it is in USD, this till sells in EUR");
    return {};
  };
  {
    auto first = *BundleStore::open(folder / "s", picky);
    REQUIRE_FALSE(install(first, poison, 2));
  }
  auto store = *BundleStore::open(folder / "s", picky);
  auto const again = store.stage(manifest_of(poison, 2)).error().what;
  CHECK(again.find("release 2 failed here before: ") != std::string::npos);
  CHECK(again.find("it is in USD, this till sells in EUR") != std::string::npos);
}

TEST_CASE("a damaged active bundle falls back to the previous one, and the same release repairs it") {
  TempDir const folder;
  auto const old = content(70'000, 1);
  auto const current = content(70'000, 2);
  {
    auto store = *BundleStore::open(folder / "s", sound);
    REQUIRE(install(store, old, 1));
    REQUIRE(install(store, current, 2));
  }
  damage(folder / "s" / (sha256(as_bytes(current)).hex() + ".bundle"));
  auto store = *BundleStore::open(folder / "s", sound);
  REQUIRE(store.active());
  CHECK(store.active()->release == 1);
  CHECK(text_of(store.active()->file) == old);
  CHECK(store.damage().find("release 2") != std::string::npos);
  CHECK(store.newest_release() == 2);
  CHECK_FALSE(store.stage(manifest_of(content(10, 3), 2)));  // other content under the same number
  REQUIRE(install(store, current, 2));
  CHECK(store.active()->release == 2);
  CHECK(text_of(store.active()->file) == current);
}

TEST_CASE("a missing active file falls back too; with both damaged nothing is active and a new release heals it") {
  TempDir const folder;
  {
    auto store = *BundleStore::open(folder / "s", sound);
    REQUIRE(install(store, content(1000, 1), 1));
    REQUIRE(install(store, content(1000, 2), 2));
    fs::remove(store.active()->file);
  }
  auto const previous = BundleStore::open(folder / "s", sound)->active();
  REQUIRE(previous);
  CHECK(previous->release == 1);
  damage(previous->file);
  auto store = *BundleStore::open(folder / "s", sound);
  CHECK_FALSE(store.active());
  CHECK(store.damage().find("no previous") != std::string::npos);
  REQUIRE(install(store, content(1000, 3), 3));
  CHECK(store.active()->release == 3);
}

TEST_CASE("a look the disk refuses is an error of the moment: nothing good is forgotten for it") {
  for (auto const code : {Code::io, Code::busy}) {
    TempDir const folder;
    {
      auto store = *BundleStore::open(folder / "s", sound);
      REQUIRE(install(store, content(1000, 1), 1));
      REQUIRE(install(store, content(1000, 2), 2));
    }
    auto const failing = [&](int sound_looks) {
      return BundleStore::open(folder / "s", sound, [code, sound_looks](std::string_view name) mutable -> Result<void> {
        if (name == "self-test" && sound_looks-- <= 0) return fail(code, "the disk is away");
        return {};
      });
    };
    for (unsigned n = 0; n < 2 * BundleStore::kMostStarts; ++n) CHECK(failing(0).error().code == code);
    CHECK(failing(0).error().what.find("the disk is away") != std::string::npos);
    CHECK(BundleStore::open(folder / "s", sound)->active()->release == 2);
    damage(BundleStore::open(folder / "s", sound)->active()->file);
    CHECK(failing(0).error().code == code);  // now it is the previous one that cannot be looked at
    auto const store = *BundleStore::open(folder / "s", sound);
    REQUIRE(store.active());
    CHECK(store.active()->release == 1);
  }
}

TEST_CASE("a piece that rots on disk before activation is found and fetched again") {
  TempDir const folder;
  auto const bytes = content(100'000);
  auto const manifest = manifest_of(bytes, 1);
  auto store = *BundleStore::open(folder / "s", sound);
  REQUIRE(store.stage(manifest));
  REQUIRE(fill(store, bytes));
  damage(folder / "s" / (manifest.bundle.hex() + ".part"));
  CHECK(store.activate().error().code == Code::corrupt);
  CHECK(store.missing().size() == 2);
  REQUIRE(fill(store, bytes));
  CHECK(store.activate());
}

TEST_CASE("a stop at any step leaves the old bundle or the new one active, and the next attempt succeeds") {
  auto const old = content(90'000, 1);
  auto const next = content(90'000, 2);
  std::vector<std::string> steps;
  for (std::size_t cut = 0; cut == 0 || cut < steps.size(); ++cut) {
    TempDir const folder;
    {
      auto store = *BundleStore::open(folder / "s", sound);
      REQUIRE(install(store, old, 1));
    }
    std::size_t step = 0;
    auto const record = steps.empty();
    {
      auto store = *BundleStore::open(folder / "s", sound, [&](std::string_view name) -> Result<void> {
        if (record) steps.emplace_back(name);
        if (step++ == cut && !record) return fail(Code::io, "cut at " + std::string(name));
        return {};
      });
      step = 0;
      (void)install(store, next, 2);
    }
    auto store = *BundleStore::open(folder / "s", sound);
    REQUIRE_MESSAGE(store.active(), steps[cut]);
    auto const text = text_of(store.active()->file);
    CHECK_MESSAGE((store.active()->release == 1 ? text == old : (store.active()->release == 2 && text == next)),
                  steps[cut]);
    if (store.active()->release == 1) REQUIRE_MESSAGE(install(store, next, 2), steps[cut]);
    CHECK(store.active()->release == 2);
  }
  // Every named step has been cut at.
  for (auto const* name :
       {"stage", "write", "check", "self-test", "sync file", "rename", "sync folder", "flip", "clean up"}) {
    CHECK_MESSAGE(std::find(steps.begin(), steps.end(), name) != steps.end(), name);
  }
  MESSAGE(steps.size(), " steps");
}

TEST_CASE("a mapped file gives its bytes, and says what is wrong with others") {
  TempDir const folder;
  std::ofstream(folder / "a") << "hello";
  CHECK(as_text(MappedFile::open(folder / "a")->bytes()) == "hello");
  CHECK(MappedFile::open(folder / "none").error().code == Code::not_found);
  std::ofstream(folder / "empty").flush();
  CHECK(MappedFile::open(folder / "empty").error().code == Code::invalid);
  CHECK(MappedFile::open(folder.path()).error().code == Code::invalid);
}

TEST_CASE("a folder that cannot be made is an io error") {
  TempDir const folder;
  std::ofstream(folder / "file") << "x";
  CHECK(BundleStore::open(folder / "file", sound).error().code == Code::io);
}

}  // namespace
}  // namespace tillcue::sync
