#include "tillcue/sync/bundle_store.hpp"

#include <algorithm>
#include <tuple>

#include "bundle_store_schema.hpp"
#include "bundle_store_state.hpp"
#include "disk.hpp"
#include "tillcue/core/parcel.hpp"

namespace tillcue::sync {
namespace {

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

namespace {

/// Of SQLite's write-ahead log beside it; 0 when there is none.
std::uintmax_t log_bytes(fs::path const& database) {
  std::error_code none;
  auto const bytes = fs::file_size(database.string() + "-wal", none);
  return none ? 0 : bytes;
}

}  // namespace

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

Result<std::optional<BundleStore::Active>> BundleStore::look(fs::path const& folder) {
  auto const database = folder / "store.sqlite";
  std::error_code unseen;
  if (!fs::exists(database, unseen)) {
    if (unseen) return fail(Code::io, database.string() + ": " + unseen.message());
    return std::optional<Active>{};
  }
  auto const look_with = [&](DatabaseOptions options) -> Result<std::optional<Active>> {
    auto db = Database::open(database, options);
    if (!db) return tl::unexpected(db.error());
    State state{.db = std::move(*db), .folder = folder, .self_test = {}, .fault = {}};
    if (auto const loaded = state.load(); !loaded) return tl::unexpected(loaded.error());
    return state.chosen();
  };
  // SQLite would leave files beside one it opens for a reader. With nothing in the log the file itself says all; if
  // somebody began to write meanwhile, it is looked at again as is usual beside a writer.
  if (log_bytes(database) == 0) {
    auto seen = look_with({.untouched = true});
    if (log_bytes(database) == 0) return seen;
  }
  return look_with({.read_only = true});
}

std::optional<BundleStore::Active> BundleStore::State::chosen() const {
  auto const digest = Sha256::parse(active.bundle);
  if (!digest) return std::nullopt;
  return Active{.file = file(active.bundle), .release = active.release, .bundle = *digest};
}

std::optional<BundleStore::Active> BundleStore::active() const { return state_->chosen(); }

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
  if (manifest.release == s.refused) {
    return fail(Code::rejected, release + " failed here before" + (s.refused_why.empty() ? "" : ": ") + s.refused_why);
  }
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
      (void)s.save_refusal(ok.error().what);
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
