#include "tillcue/sync/bundle_store.hpp"

#include <algorithm>
#include <set>
#include <stop_token>
#include <tuple>

#include "bundle_store_schema.hpp"
#include "disk.hpp"
#include "tillcue/core/parcel.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {
namespace fs = std::filesystem;
namespace {

/// The disk did not let us look: that says nothing about the bundle, and must not make us forget it.
bool not_seen(Error const& error) {
  return error.code == Code::io || error.code == Code::busy || error.code == Code::timeout;
}

/// Work for any thread: the bundle out of its parcel, checked by its digest, into `out`.
Result<void> open_parcel(fs::path const& parcel, fs::path const& base, fs::path const& out, Sha256 const& bundle,
                         std::uint64_t size, std::stop_token const& stop) {
  auto const packed = MappedFile::open(parcel);
  if (!packed) return tl::unexpected(packed.error());
  std::optional<MappedFile> old;
  if (!base.empty()) {
    auto mapped = MappedFile::open(base);
    if (!mapped) return tl::unexpected(mapped.error());
    old.emplace(std::move(*mapped));
  }
  auto const bytes = unpack_parcel(packed->bytes(), old ? old->bytes() : std::span<std::byte const>{}, size, stop);
  if (!bytes) return tl::unexpected(bytes.error().within("parcel"));
  if (sha256(*bytes) != bundle) return fail(Code::corrupt, "parcel: another bundle came out than the manifest names");
  std::error_code ignored;
  fs::remove(out, ignored);
  return write_at(out, 0, as_text(*bytes));
}

}  // namespace

struct BundleStore::State {
  struct Place {
    std::uint64_t release = 0;
    std::string bundle;  ///< digest in hexadecimal; empty: none
    friend bool operator==(Place const&, Place const&) = default;
  };
  /// One way to the bundle: its own pieces, or a parcel.
  struct Way {
    Sha256 object;
    std::uint64_t size = 0;
    std::optional<Sha256> list{}, base{};
    bool parcel = false;

    [[nodiscard]] std::uint32_t count() const {
      return static_cast<std::uint32_t>((size + kChunkBytes - 1) / kChunkBytes);
    }
    [[nodiscard]] std::size_t piece_size(std::uint32_t n) const {
      return static_cast<std::size_t>(std::min<std::uint64_t>(kChunkBytes, size - std::uint64_t{n} * kChunkBytes));
    }
  };
  struct Staging {
    Manifest manifest;
    std::vector<Way> ways;       ///< best first; the last is the bundle's own pieces
    std::vector<Sha256> pieces;  ///< of the first way; empty until the list is known
    std::set<std::uint32_t> missing;
    bool here = false;    ///< the content is on this disk already
    bool opened = false;  ///< out of a parcel, in the bundle's part file

    [[nodiscard]] Way const& way() const { return ways.front(); }
  };

  Database db;
  fs::path folder;
  SelfTest self_test;
  Fault fault;
  ProbeTest probe_test{};
  unsigned starts = 0;
  bool trusted = true;
  std::string scope = "all";
  Place active{}, previous{}, newest{};
  std::uint64_t refused = 0;
  std::string damage{};
  std::optional<Staging> staging{};
  std::stop_source opening{};

  [[nodiscard]] fs::path file(std::string const& bundle) const { return folder / (bundle + ".bundle"); }
  [[nodiscard]] fs::path part(Sha256 const& object) const { return folder / (object.hex() + ".part"); }
  [[nodiscard]] fs::path part() const { return part(staging->manifest.bundle); }
  Result<void> step(std::string_view name) const { return fault ? fault(name) : Result<void>{}; }

  Result<void> load();
  Result<void> save(Place const& next, Place const& before, Place const& highest, std::uint64_t bad);
  Result<void> examine(std::string const& bundle) const;
  Result<void> choose();
  Result<void> check(fs::path const& content, std::string const& bundle) const;
  Result<void> probe(fs::path const& content) const;
  Result<void> settle();
  Result<void> flip();
  Result<void> save_attempt();
  Result<void> fall_back_to(Place const& place, std::uint64_t bad);
  Result<void> count_start();
  void resume();
  void choose_way();
  void remove_others() const;
};

Result<void> BundleStore::State::load() {
  auto query = db.prepare(
      "SELECT active_release, active_bundle, previous_release, previous_bundle, newest_release, newest_bundle, refused "
      "FROM pointer");
  if (!query) return tl::unexpected(query.error());
  auto const row = query->step();
  if (!row) return tl::unexpected(row.error());
  if (!*row)
    return fail(Code::corrupt, (folder / "store.sqlite").string() + ": the pointer is missing: move the file away");
  auto const place = [&](int column) {
    return Place{static_cast<std::uint64_t>(query->integer(column)), std::string(query->text(column + 1))};
  };
  active = place(0);
  previous = place(2);
  newest = place(4);
  refused = static_cast<std::uint64_t>(query->integer(6));
  auto attempt = db.prepare("SELECT starts, proven, scope FROM attempt");
  if (!attempt) return tl::unexpected(attempt.error());
  auto const there = attempt->step();
  if (!there) return tl::unexpected(there.error());
  if (!*there) return {};
  starts = static_cast<unsigned>(attempt->integer(0));
  trusted = attempt->integer(1) != 0;
  scope = attempt->text(2);
  return {};
}

Result<void> BundleStore::State::save_attempt() {
  auto statement = db.prepare("UPDATE attempt SET starts = ?1, proven = ?2, scope = ?3");
  if (!statement) return tl::unexpected(statement.error());
  statement->bind(1, std::int64_t{starts}).bind(2, std::int64_t{trusted ? 1 : 0}).bind(3, scope);
  return statement->run();
}

/// What is fallen back to is not counted against. One transaction: power that failed between the two would have left
/// the bad bundle active and trusted.
Result<void> BundleStore::State::fall_back_to(Place const& place, std::uint64_t bad) {
  auto transaction = Transaction::begin(db);
  if (!transaction) return tl::unexpected(transaction.error());
  auto const kept = std::tuple{active, previous, refused, trusted, starts};
  trusted = true;
  starts = 0;
  auto done = save_attempt();
  if (done) done = save(place, {}, newest, bad);
  if (done) done = transaction->commit();
  if (!done) std::tie(active, previous, refused, trusted, starts) = kept;
  return done;
}

/// A bundle that the program does not survive must not be started with for ever.
Result<void> BundleStore::State::count_start() {
  if (trusted || active.bundle.empty()) return {};
  ++starts;
  if (auto ok = save_attempt(); !ok) {
    // A full disk must not keep a bundle from running that is whole: this start goes uncounted.
    if (ok.error().code != Code::busy) return ok;
    --starts;
    return {};
  }
  if (starts <= kMostStarts) return {};
  auto const fall_back = examine(previous.bundle);
  if (!fall_back && not_seen(fall_back.error())) return tl::unexpected(fall_back.error().within("previous bundle"));
  damage = "release " + std::to_string(active.release) + ": the program did not last after " +
           std::to_string(kMostStarts) + " starts with it";
  damage +=
      fall_back ? "; fell back to release " + std::to_string(previous.release) : "; no previous bundle to fall back to";
  return fall_back_to(fall_back ? Place(previous) : Place{}, active.release);
}

/// The one transaction that decides what is active.
Result<void> BundleStore::State::save(Place const& next, Place const& before, Place const& highest, std::uint64_t bad) {
  auto statement = db.prepare(
      "UPDATE pointer SET active_release=?, active_bundle=?, previous_release=?, previous_bundle=?, newest_release=?, "
      "newest_bundle=?, refused=?");
  if (!statement) return tl::unexpected(statement.error());
  int column = 0;
  for (auto const* place : {&next, &before, &highest}) {
    statement->bind(column + 1, static_cast<std::int64_t>(place->release)).bind(column + 2, place->bundle);
    column += 2;
  }
  if (auto ok = statement->bind(column + 1, static_cast<std::int64_t>(bad)).run(); !ok) return ok;
  active = next;
  previous = before;
  newest = highest;
  refused = bad;
  return {};
}

Result<void> BundleStore::State::check(fs::path const& content, std::string const& bundle) const {
  auto const mapped = MappedFile::open(content);
  if (!mapped) return tl::unexpected(mapped.error());
  if (sha256(mapped->bytes()).hex() != bundle) return fail(Code::corrupt, content.string() + ": damaged (digest)");
  if (auto ok = step("self-test"); !ok) return ok;
  if (auto ok = self_test(mapped->bytes()); !ok) {
    return fail(Code::rejected, "self-test: " + ok.error().what);
  }
  return {};
}

/// The manifest's own questions.
Result<void> BundleStore::State::probe(fs::path const& content) const {
  if (!probe_test || staging->manifest.probes.empty()) return {};
  auto const mapped = MappedFile::open(content);
  if (!mapped) return tl::unexpected(mapped.error());
  auto const told = probe_test(mapped->bytes(), staging->manifest.probes);
  if (!told) return fail(Code::rejected, "self-test: " + told.error().what);
  return {};
}

Result<void> BundleStore::State::examine(std::string const& bundle) const {
  if (bundle.empty()) return fail(Code::not_found, "none");
  return check(file(bundle), bundle);
}

/// After a start: the active bundle if it is sound, else the previous one, else none.
/// Errors  those of a look that failed; the pointer stays as it was.
Result<void> BundleStore::State::choose() {
  if (active.bundle.empty()) return {};
  auto const sound = examine(active.bundle);
  if (sound) return {};
  if (not_seen(sound.error())) return tl::unexpected(sound.error().within("active bundle"));
  auto const fall_back = examine(previous.bundle);
  if (!fall_back && not_seen(fall_back.error())) return tl::unexpected(fall_back.error().within("previous bundle"));
  damage = "release " + std::to_string(active.release) + ": " + sound.error().what;
  damage +=
      fall_back ? "; fell back to release " + std::to_string(previous.release) : "; no previous bundle to fall back to";
  auto const next = fall_back ? previous : Place{};
  auto const kept = fall_back_to(next, refused);
  if (kept || kept.error().code != Code::busy) return kept;
  // A full disk must not keep the sound one from running: until there is room, each start looks again.
  active = next;
  previous = {};
  return {};
}

/// What an earlier attempt left in the part file is checked piece by piece: the digests are the truth, so no bitmap
/// has to be kept on flash and a torn write cannot be mistaken for a piece.
void BundleStore::State::resume() {
  auto& s = *staging;
  s.missing.clear();
  s.here = (s.manifest.bundle.hex() == active.bundle || s.manifest.bundle.hex() == previous.bundle) &&
           fs::exists(file(s.manifest.bundle.hex()));
  if (s.here) return;
  auto const mapped = MappedFile::open(part(s.way().object));
  auto const have = mapped ? mapped->bytes() : std::span<std::byte const>{};
  for (std::uint32_t n = 0; n < s.pieces.size(); ++n) {
    auto const begin = std::size_t{n} * kChunkBytes;
    auto const size = s.way().piece_size(n);
    bool const good = begin + size <= have.size() && sha256(have.subspan(begin, size)) == s.pieces[n];
    if (!good) s.missing.insert(n);
  }
}

/// Pieces of the first way, as far as they are known without a list.
void BundleStore::State::choose_way() {
  auto& s = *staging;
  s.pieces.clear();
  if (!s.way().parcel) s.pieces = s.manifest.chunks;
  if (s.way().parcel && !s.way().list) s.pieces = {s.way().object};
  remove_others();
  resume();
}

void BundleStore::State::remove_others() const {
  std::error_code ignored;
  for (auto const& entry : fs::directory_iterator(folder, ignored)) {
    auto const name = entry.path().stem().string();
    auto const kind = entry.path().extension();
    bool const staged = staging && (name == staging->manifest.bundle.hex() || name == staging->way().object.hex());
    bool const old_bundle = kind == ".bundle" && name != active.bundle && name != previous.bundle && !staged;
    bool const old_part = kind == ".part" && !staged;
    if (old_bundle || old_part) fs::remove(entry.path(), ignored);
  }
}

/// From a checked part file to a durable bundle file.
Result<void> BundleStore::State::settle() {
  if (!staging->here) {
    auto const from = part();
    if (auto ok = step("sync file"); !ok) return ok;
    if (auto ok = make_durable(from); !ok) return ok;
    if (auto ok = step("rename"); !ok) return ok;
    if (auto ok = rename_file(from, file(staging->manifest.bundle.hex())); !ok) return ok;
    staging->here = true;
  }
  if (auto ok = step("sync folder"); !ok) return ok;
  return make_durable(folder);
}

Result<void> BundleStore::State::flip() {
  if (auto ok = step("flip"); !ok) return ok;
  Place const next{staging->manifest.release, staging->manifest.bundle.hex()};
  // Old content under a new number keeps the previous bundle: falling back to oneself would be no fall-back.
  auto const before = next.bundle == active.bundle ? previous : active;
  auto transaction = Transaction::begin(db);
  if (!transaction) return tl::unexpected(transaction.error());
  starts = 0;
  // Content that has proven itself before needs not do so again.
  trusted = trusted && next.bundle == active.bundle;
  scope = staging->manifest.scope;
  if (auto ok = save_attempt(); !ok) return ok;
  auto const kept = std::tuple{active, previous, newest, refused};
  auto done = save(next, before, next, refused);
  if (done) done = transaction->commit();
  if (!done) std::tie(active, previous, newest, refused) = kept;
  return done;
}

BundleStore::BundleStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
BundleStore::BundleStore(BundleStore&&) noexcept = default;
BundleStore& BundleStore::operator=(BundleStore&&) noexcept = default;
BundleStore::~BundleStore() = default;

Result<BundleStore> BundleStore::open(fs::path const& folder, SelfTest self_test, Fault fault, ProbeTest probe_test) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(Code::io, folder.string() + ": " + error.message());
  auto db = Database::open(folder / "store.sqlite");
  if (!db) return tl::unexpected(db.error());
  if (auto ok = migrate(*db, kBundleStoreMigrations); !ok) return tl::unexpected(ok.error());
  auto state = std::make_unique<State>(
      State{.db = std::move(*db), .folder = folder, .self_test = std::move(self_test), .fault = std::move(fault)});
  if (auto ok = state->load(); !ok) return tl::unexpected(ok.error());
  state->probe_test = std::move(probe_test);
  auto ready = state->count_start();
  if (ready) ready = state->choose();
  BundleStore store(std::move(state));
  if (ready) return store;
  (void)store.excuse();  // not opened: the bundle has no part in that
  return tl::unexpected(ready.error());
}

std::optional<BundleStore::Active> BundleStore::active() const {
  auto const& place = state_->active;
  auto const digest = Sha256::parse(place.bundle);
  if (!digest) return std::nullopt;
  return Active{.file = state_->file(place.bundle), .release = place.release, .bundle = *digest};
}

std::string const& BundleStore::damage() const noexcept { return state_->damage; }
std::uint64_t BundleStore::newest_release() const noexcept { return state_->newest.release; }

std::uint64_t BundleStore::refused_release() const noexcept { return state_->refused; }
bool BundleStore::proven() const noexcept { return state_->trusted; }
std::string const& BundleStore::newest_scope() const noexcept { return state_->scope; }

Result<void> BundleStore::prove() {
  if (state_->trusted) return {};
  state_->trusted = true;
  state_->starts = 0;
  return state_->save_attempt();
}

Result<void> BundleStore::excuse() {
  if (state_->trusted || state_->starts == 0) return {};
  --state_->starts;
  return state_->save_attempt();
}

Result<void> BundleStore::stage(Manifest const& manifest) {
  auto& s = *state_;
  auto const release = "release " + std::to_string(manifest.release);
  // The newest one again is a repair when a damaged disk made us fall back from it; with other content it is a replay.
  bool const repair = manifest.release == s.newest.release && manifest.bundle.hex() == s.newest.bundle &&
                      s.active.release != manifest.release;
  if (manifest.release <= s.newest.release && !repair) {
    return fail(Code::rejected, release + " is not above " + std::to_string(s.newest.release) + ": replayed");
  }
  if (manifest.release == s.refused) return fail(Code::rejected, release + " failed here before");
  if (auto ok = s.step("stage"); !ok) return ok;
  break_off();
  s.staging = State::Staging{.manifest = manifest, .ways = {}, .pieces = {}, .missing = {}};
  auto const have = [&](Sha256 const& base) {
    auto const hex = base.hex();
    return (hex == s.active.bundle || hex == s.previous.bundle) && fs::exists(s.file(hex));
  };
  auto& ways = s.staging->ways;
  for (auto const& parcel : manifest.parcels) {
    if (parcel.base && !have(*parcel.base)) continue;
    ways.push_back({parcel.object, parcel.size, parcel.list, parcel.base, true});
  }
  std::stable_sort(ways.begin(), ways.end(), [](auto const& a, auto const& b) { return a.size < b.size; });
  ways.push_back({manifest.bundle, manifest.size, manifest.chunk_list, {}, false});
  s.choose_way();
  return {};
}

Manifest const* BundleStore::staged() const noexcept { return state_->staging ? &state_->staging->manifest : nullptr; }

bool BundleStore::needs_chunk_list() const noexcept {
  auto const& staging = state_->staging;
  return staging && !staging->here && staging->pieces.empty();
}

Result<void> BundleStore::put_chunk_list(std::string_view bytes) {
  if (!state_->staging) return fail(Code::invalid, "chunk list: nothing is staged");
  auto const& way = state_->staging->way();
  if (!way.list) return fail(Code::invalid, "chunk list: none is expected");
  auto pieces = decode_digests(*way.list, way.count(), bytes);
  if (!pieces) return tl::unexpected(pieces.error());
  state_->staging->pieces = std::move(*pieces);
  state_->resume();
  return {};
}

Sha256 BundleStore::wanted_object() const { return state_->staging->way().object; }
std::optional<Sha256> BundleStore::wanted_list() const { return state_->staging->way().list; }
std::uint32_t BundleStore::wanted_pieces() const { return state_->staging->way().count(); }

std::function<Result<void>()> BundleStore::unpacking() const {
  auto const& s = *state_;
  if (!s.staging || !s.staging->way().parcel || s.staging->here || s.staging->opened) return {};
  auto const base = s.staging->way().base ? s.file(s.staging->way().base->hex()) : fs::path{};
  return [parcel = s.part(s.staging->way().object), base, out = s.part(), bundle = s.staging->manifest.bundle,
          size = s.staging->manifest.size,
          stop = s.opening.get_token()] { return open_parcel(parcel, base, out, bundle, size, stop); };
}

void BundleStore::break_off() {
  state_->opening.request_stop();
  state_->opening = {};
}

void BundleStore::unpacked(Result<void> const& outcome) {
  auto& s = *state_;
  if (!s.staging || !s.staging->way().parcel) return;
  if (outcome) {
    s.staging->opened = true;
    return;
  }
  s.staging->ways.erase(s.staging->ways.begin());
  s.choose_way();
}

std::vector<std::uint32_t> BundleStore::missing() const {
  if (!state_->staging || state_->staging->opened) return {};
  return {state_->staging->missing.begin(), state_->staging->missing.end()};
}

Result<void> BundleStore::put(std::uint32_t index, std::string_view bytes) {
  auto& s = *state_;
  if (!s.staging || index >= s.staging->pieces.size()) return fail(Code::invalid, "chunk: no such piece is expected");
  if (!s.staging->missing.contains(index)) return {};
  auto const name = "chunk " + std::to_string(index);
  if (bytes.size() != s.staging->way().piece_size(index)) return fail(Code::corrupt, name + ": wrong length");
  if (sha256(as_bytes(bytes)) != s.staging->pieces[index]) return fail(Code::corrupt, name + ": wrong digest");
  if (auto ok = s.step("write"); !ok) return ok;
  auto const offset = std::size_t{index} * kChunkBytes;
  if (auto ok = write_at(s.part(s.staging->way().object), offset, bytes); !ok) return ok;
  s.staging->missing.erase(index);
  return {};
}

Result<BundleStore::Active> BundleStore::activate() {
  auto& s = *state_;
  if (!s.staging || needs_chunk_list() || !s.staging->missing.empty()) {
    return fail(Code::invalid, "activate: pieces are missing");
  }
  if (unpacking()) return fail(Code::invalid, "activate: the parcel is not opened");
  auto const bundle = s.staging->manifest.bundle.hex();
  auto const content = s.staging->here ? s.file(bundle) : s.part();
  if (auto ok = s.step("check"); !ok) return tl::unexpected(ok.error());
  auto checked = s.check(content, bundle);
  if (checked) checked = s.probe(content);
  if (auto ok = checked; !ok) {
    std::error_code ignored;
    if (ok.error().code == Code::rejected) {
      (void)s.save(s.active, s.previous, s.newest, s.staging->manifest.release);
      discard();
    } else if (ok.error().code == Code::corrupt) {
      fs::remove(content, ignored);
      s.staging->here = false;
      s.staging->opened = false;
      s.resume();
    }
    return tl::unexpected(ok.error());
  }
  if (auto ok = s.settle(); !ok) return tl::unexpected(ok.error());
  if (auto ok = s.flip(); !ok) return tl::unexpected(ok.error());
  s.staging.reset();
  s.damage.clear();
  if (s.step("clean up")) s.remove_others();
  return *active();
}

void BundleStore::discard() {
  break_off();
  state_->staging.reset();
  state_->remove_others();
}

}  // namespace tillcue::sync
