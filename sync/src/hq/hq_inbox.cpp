#include "tillcue/sync/hq_inbox.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "hq_event_rows.hpp"
#include "hq_forgotten.hpp"
#include "hq_ranges.hpp"
#include "hq_rows.hpp"
#include "hq_thinned_rows.hpp"
#include "tillcue/sync/hq_store.hpp"

namespace tillcue::sync {
namespace {

Result<Statement> prepared(Database& db, std::string_view sql, Error& first) {
  auto statement = db.prepare(sql);
  if (!statement && first.what.empty()) first = statement.error();
  return statement;
}

std::string counters_text(TerminalState const& state) {
  auto object = nlohmann::json::object();
  for (auto const& [name, value] : state.counters) object[name] = value;
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// What a full terminal of before sent in the place of a result it threw away (WIRE.md).
constexpr std::string_view kLost = R"({"at":0,"t":"lost"})";

/// What is kept in the place of a text that must not lie on HQ's disk either.
constexpr std::string_view kWithheld = R"({"at":0,"t":"withheld"})";

/// One event on its way in.
struct Entry {
  std::int64_t stream = 0;
  std::uint64_t seq = 0;
  std::string_view body;
  Sha256 digest;
  bool last = false;  ///< of its batch
};

Entry withheld(Entry entry) {
  entry.body = kWithheld;
  return entry;
}

bool within(std::vector<Ack::Range> const& ranges, std::uint64_t seq) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](auto const& range) { return range.first <= seq && seq <= range.last; });
}

}  // namespace

struct Inbox::Tables {
  Database db;
  Statement find_stream, add_stream, add_lost, add_event, find_digest, alarm, seen, presence, state, release;
  EventRows rows;
  ThinnedRows sums;
  StoredRanges ranges;
  std::unique_ptr<std::mutex> one_at_a_time = std::make_unique<std::mutex>();

  static Result<std::unique_ptr<Tables>> open(std::filesystem::path const& file, std::chrono::milliseconds patience);
  Result<std::int64_t> stream_of(Batch const& batch);
  Result<void> put(Batch const& batch, Entry const& entry, Timestamp received, Stored& stored);
  Result<void> put_again(Batch const& batch, Entry const& entry, Timestamp received, Stored& stored);
  Result<void> unpack(Batch const& batch, Entry const& entry, Timestamp received, Stored& stored);
  Result<void> unpack_sums(std::int64_t row_id, Batch const& batch, Entry const& entry, Timestamp received,
                           Stored& stored);
  Result<void> raise(std::string_view kind, Batch const& batch, Entry const& entry, Timestamp received,
                     std::string const& detail);
};

Result<std::unique_ptr<Inbox::Tables>> Inbox::Tables::open(std::filesystem::path const& file,
                                                           std::chrono::milliseconds patience) {
  auto db = open_hq_writer(file, patience);
  if (!db) return tl::unexpected{db.error()};
  Error error;
  auto find_stream = prepared(*db, "SELECT id FROM streams WHERE terminal = ?1 AND epoch = ?2", error);
  auto add_stream = prepared(*db, "INSERT INTO streams(terminal, epoch) VALUES(?1, ?2)", error);
  auto add_lost = prepared(*db, "UPDATE streams SET lost = lost + ?2 WHERE id = ?1", error);
  auto add_event = prepared(*db,
                            "INSERT INTO inbox(stream, seq, hash, received, body) VALUES(?1, ?2, ?3, ?4, ?5) "
                            "ON CONFLICT(stream, seq) DO NOTHING",
                            error);
  auto find_digest = prepared(*db, "SELECT hash FROM inbox WHERE stream = ?1 AND seq = ?2", error);
  auto alarm = prepared(*db,
                        "INSERT INTO alarms(kind, terminal, epoch, seq, first_at, last_at, detail, body) "
                        "VALUES(?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7) ON CONFLICT(kind, terminal, epoch, seq) "
                        "DO UPDATE SET last_at = excluded.last_at, times = times + 1",
                        error);
  auto seen = prepared(*db,
                       "INSERT INTO terminals(terminal, last_seen) VALUES(?1, ?2) "
                       "ON CONFLICT(terminal) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)",
                       error);
  auto presence = prepared(*db,
                           "INSERT INTO terminals(terminal, online, left_at) VALUES(?1, 0, ?2) "
                           "ON CONFLICT(terminal) DO UPDATE SET online = 0, left_at = ?2",
                           error);
  auto state = prepared(*db,
                        "INSERT INTO terminals(terminal, online, release, wanted, phase, pending, dropped, last_error, "
                        "version, counters, state_at, thinned, shortage, can) VALUES(?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, "
                        "?8, ?9, ?10, ?11, ?12, ?13) "
                        "ON CONFLICT(terminal) DO UPDATE SET online = 1, release = ?2, wanted = ?3, phase = ?4, "
                        "pending = ?5, dropped = ?6, last_error = ?7, version = ?8, counters = ?9, state_at = ?10, "
                        "thinned = ?11, shortage = ?12, can = ?13, left_at = 0",
                        error);
  auto release = prepared(*db,
                          "INSERT INTO releases(scope, release, bundle, size, created, expires, note, seen) "
                          "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(scope, release) DO NOTHING",
                          error);
  if (!error.what.empty()) return tl::unexpected{error};
  auto rows = EventRows::prepare(*db);
  if (!rows) return tl::unexpected{rows.error()};
  auto sums = ThinnedRows::prepare(*db);
  if (!sums) return tl::unexpected{sums.error()};
  auto ranges = StoredRanges::prepare(*db);
  if (!ranges) return tl::unexpected{ranges.error()};
  return std::make_unique<Tables>(Tables{std::move(*db), std::move(*find_stream), std::move(*add_stream),
                                         std::move(*add_lost), std::move(*add_event), std::move(*find_digest),
                                         std::move(*alarm), std::move(*seen), std::move(*presence), std::move(*state),
                                         std::move(*release), std::move(*rows), std::move(*sums), std::move(*ranges)});
}

Result<std::int64_t> Inbox::Tables::stream_of(Batch const& batch) {
  auto const epoch = integer(static_cast<std::uint64_t>(batch.epoch));
  find_stream.bind(1, batch.terminal.value).bind(2, epoch);
  auto const row = find_stream.step();
  std::int64_t const id = row && *row ? find_stream.integer(0) : 0;
  find_stream.reset();
  if (!row) return tl::unexpected{row.error()};
  if (*row) return id;
  add_stream.bind(1, batch.terminal.value).bind(2, epoch);
  if (auto done = add_stream.run(); !done) return tl::unexpected{done.error()};
  return db.last_row_id();
}

Result<void> Inbox::Tables::put(Batch const& batch, Entry const& entry, Timestamp received, Stored& stored) {
  add_event.bind(1, entry.stream).bind(2, integer(entry.seq)).bind_blob(3, entry.digest.bytes);
  // Its number is taken all the same, or the terminal would send it for ever.
  bool const card = holds_card_number(entry.body);
  add_event.bind(4, millis(received)).bind(5, card ? kWithheld : entry.body);
  if (auto done = add_event.run(); !done) return done;
  if (db.changes() == 0) return put_again(batch, entry, received, stored);
  ++stored.added;
  if (card) {
    ++stored.unread;
    return raise("card_number", batch, withheld(entry), received,
                 "a text looks like a payment card number: nothing of the result was stored");
  }
  return unpack(batch, entry, received, stored);
}

Result<void> Inbox::Tables::put_again(Batch const& batch, Entry const& entry, Timestamp received, Stored& stored) {
  find_digest.bind(1, entry.stream).bind(2, integer(entry.seq));
  auto const row = find_digest.step();
  bool const same = row && *row && as_text(find_digest.blob(0)) == as_text(entry.digest.bytes);
  find_digest.reset();
  if (!row) return tl::unexpected{row.error()};
  if (same) {
    ++stored.duplicates;
    return {};
  }
  ++stored.changed;
  if (holds_card_number(entry.body)) {
    return raise("card_number", batch, withheld(entry), received,
                 "a stored number came again, with a text that looks like a payment card number");
  }
  return raise("changed_content", batch, entry, received, "a stored number came again with other content");
}

Result<void> Inbox::Tables::unpack(Batch const& batch, Entry const& entry, Timestamp received, Stored& stored) {
  auto const row_id = db.last_row_id();
  if (entry.body == kLost) {
    ++stored.lost;
    return add_lost.bind(1, entry.stream).bind(2, std::int64_t{1}).run();
  }
  if (is_thinned(entry.body)) return unpack_sums(row_id, batch, entry, received, stored);
  NewerWords newer;
  auto const outcome = decode_event(entry.body, &newer);
  if (outcome) return rows.write(row_id, entry.stream, *outcome, newer);
  // Stored all the same: refusing it would make the terminal send it for ever and hold up everything behind it.
  ++stored.unread;
  return raise("unreadable_event", batch, entry, received, outcome.error().what);
}

Result<void> Inbox::Tables::unpack_sums(std::int64_t row_id, Batch const& batch, Entry const& entry, Timestamp received,
                                        Stored& stored) {
  auto const read = decode_thinned(entry.body);
  bool const fits = read && entry.seq <= kMaxInteger - read->numbers;
  if (!fits || (read->numbers > 1 && !entry.last)) {
    ++stored.unread;
    return raise("unreadable_event", batch, entry, received,
                 read ? "event: \"numbers\" reach into what follows it" : read.error().what);
  }
  auto const through = entry.seq + read->numbers - 1;
  stored.through = std::max(stored.through, through);
  auto const known =
      read->numbers > 1 ? sums.stored_within(entry.stream, {entry.seq + 1, through}) : Result<bool>{false};
  if (!known) return tl::unexpected{known.error()};
  if (*known) {
    ++stored.changed;
    return raise("changed_content", batch, entry, received, "sums stand for numbers that are stored already");
  }
  stored.thinned += read->numbers - read->lost;
  stored.lost += read->lost;
  if (auto done = add_lost.bind(1, entry.stream).bind(2, integer(read->lost)).run(); !done) return done;
  return sums.write(row_id, entry.stream, entry.seq, *read);
}

Result<void> Inbox::Tables::raise(std::string_view kind, Batch const& batch, Entry const& entry, Timestamp received,
                                  std::string const& detail) {
  alarm.bind(1, kind).bind(2, batch.terminal.value).bind(3, integer(static_cast<std::uint64_t>(batch.epoch)));
  alarm.bind(4, integer(entry.seq)).bind(5, millis(received)).bind(6, detail).bind(7, entry.body);
  return alarm.run();
}

Inbox::Inbox(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
Inbox::Inbox(Inbox&&) noexcept = default;
Inbox& Inbox::operator=(Inbox&&) noexcept = default;
Inbox::~Inbox() = default;

Result<Inbox> Inbox::open(std::filesystem::path const& file, std::chrono::milliseconds patience) {
  auto tables = Tables::open(file, patience);
  if (!tables) return tl::unexpected{tables.error()};
  return Inbox{std::move(*tables)};
}

Result<Stored> Inbox::store(Batch const& batch, Timestamp received) {
  auto& t = *tables_;
  std::lock_guard const lock{*t.one_at_a_time};
  auto transaction = Transaction::begin(t.db);
  if (!transaction) return tl::unexpected{transaction.error()};
  auto const stream = t.stream_of(batch);
  if (!stream) return tl::unexpected{stream.error()};

  auto const summed = t.sums.covering(*stream, {batch.first, batch.last()});
  if (!summed) return tl::unexpected{summed.error()};
  Stored stored;
  stored.through = batch.last();
  std::uint64_t seq = batch.first;
  for (auto const& event : batch.events) {
    Entry const entry{*stream, seq, event, event_digest(event), seq == batch.last()};
    if (within(*summed, seq++)) {
      ++stored.changed;
      auto const told = holds_card_number(event) ? withheld(entry) : entry;
      auto done = t.raise("changed_content", batch, told, received, "sums stand for this number already");
      if (!done) return tl::unexpected{done.error()};
      continue;
    }
    if (auto done = t.put(batch, entry, received, stored); !done) return tl::unexpected{done.error()};
  }
  if (auto done = t.ranges.add(*stream, {batch.first, stored.through}); !done) return tl::unexpected{done.error()};
  stored.ack.terminal = batch.terminal;
  stored.ack.epoch = batch.epoch;
  if (auto done = t.ranges.fill(*stream, batch.last(), stored.ack); !done) return tl::unexpected{done.error()};
  if (auto const news = is_news(t.db, batch.terminal, true); !news) return tl::unexpected{news.error()};
  t.seen.bind(1, batch.terminal.value).bind(2, millis(received));
  if (auto done = t.seen.run(); !done) return tl::unexpected{done.error()};
  if (auto done = transaction->commit(); !done) return tl::unexpected{done.error()};
  return stored;
}

Result<void> Inbox::note_state(TerminalState const& state, bool retained, Timestamp received) {
  auto& t = *tables_;
  std::lock_guard const lock{*t.one_at_a_time};
  auto transaction = Transaction::begin(t.db);
  if (!transaction) return tl::unexpected{transaction.error()};
  bool const online = state.presence == Presence::online;
  auto const news = is_news(t.db, state.terminal, online && !retained);
  if (!news) return tl::unexpected{news.error()};
  if (!*news) return {};
  if (!online) {
    // A will has no epoch: the connection broke. With one it is a good-bye.
    t.presence.bind(1, state.terminal.value).bind(2, state.epoch == Epoch{} ? std::int64_t{0} : millis(received));
    if (auto done = t.presence.run(); !done) return done;
    return transaction->commit();
  }
  t.state.bind(1, state.terminal.value).bind(2, integer(state.release)).bind(3, integer(state.wanted));
  t.state.bind(4, state.phase).bind(5, integer(state.pending)).bind(6, integer(state.dropped));
  t.state.bind(7, state.last_error).bind(8, state.version).bind(9, counters_text(state)).bind(10, millis(state.at));
  t.state.bind(11, integer(state.thinned)).bind(12, state.shortage);
  std::string can;
  for (auto const& word : state.can) can += ' ' + word + ' ';
  t.state.bind(13, can);
  if (auto done = t.state.run(); !done) return done;
  if (!retained) {
    t.seen.bind(1, state.terminal.value).bind(2, millis(received));
    if (auto done = t.seen.run(); !done) return done;
  }
  return transaction->commit();
}

Result<void> Inbox::together(std::function<Result<void>(Database&)> const& task) {
  auto& t = *tables_;
  std::lock_guard const lock{*t.one_at_a_time};
  auto transaction = Transaction::begin(t.db);
  if (!transaction) return tl::unexpected{transaction.error()};
  if (auto done = task(t.db); !done) return done;
  return transaction->commit();
}

Result<void> Inbox::note_release(Manifest const& manifest, Timestamp received) {
  std::lock_guard const lock{*tables_->one_at_a_time};
  auto& statement = tables_->release;
  statement.bind(1, manifest.scope).bind(2, integer(manifest.release)).bind(3, manifest.bundle.hex());
  statement.bind(4, integer(manifest.size)).bind(5, manifest.created).bind(6, manifest.expires);
  statement.bind(7, manifest.note).bind(8, millis(received));
  if (auto done = statement.run(); !done) return done;
  auto const body = encode_manifest(manifest);
  if (!body) return tl::unexpected{body.error()};
  // A broker may go back to one it had before; that is no news.
  auto put = tables_->db.prepare(
      "INSERT INTO manifests VALUES(?1, ?2, ?3) ON CONFLICT(scope) DO UPDATE SET release = excluded.release, "
      "body = excluded.body WHERE excluded.release >= release");
  if (!put) return tl::unexpected{put.error()};
  return put->bind(1, manifest.scope).bind(2, integer(manifest.release)).bind(3, *body).run();
}

Result<std::vector<Manifest>> Inbox::manifests() {
  std::lock_guard const lock{*tables_->one_at_a_time};
  auto rows = tables_->db.prepare("SELECT body FROM manifests");
  if (!rows) return tl::unexpected{rows.error()};
  std::vector<Manifest> all;
  for (;;) {
    auto const there = rows->step();
    if (!there) return tl::unexpected{there.error()};
    if (!*there) return all;
    auto manifest = decode_manifest(rows->text(0));
    if (!manifest) return tl::unexpected{manifest.error().within("table manifests")};
    all.push_back(std::move(*manifest));
  }
}

}  // namespace tillcue::sync
