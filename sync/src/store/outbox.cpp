#include "tillcue/sync/outbox.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "outbox_schema.hpp"
#include "outbox_thinner.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {
namespace {

struct Entry {
  RowKind kind = RowKind::other;
  std::string event;
};

struct Weight {
  std::uint64_t rows = 0, bytes = 0;
};

/// Beside its payload, of a row in the table.
constexpr std::uint64_t kRowBytes = 16;
/// Free pages of the file that a commit may need beyond its rows.
constexpr std::uint64_t kSparePages = 16;
/// Steps a commit makes for the disk's sake: the sale waits for it.
constexpr int kMostSteps = 20;

std::uint64_t free_on_disk_of(std::filesystem::path const& file) {
  std::error_code error;
  auto const space = std::filesystem::space(file.has_parent_path() ? file.parent_path() : ".", error);
  return error ? UINT64_MAX : space.available;
}

}  // namespace

struct Outbox::State {
  Database db;
  OutboxThinner thinner;
  TerminalId terminal;
  OutboxLimits limits;
  Epoch epoch{};
  std::uint64_t last = 0;
  std::uint64_t dropped = 0;
  std::uint64_t refused = 0;
  std::uint64_t thinned = 0;
  std::uint64_t rows = 0;   ///< committed
  std::uint64_t bytes = 0;  ///< of payload, committed
  std::vector<Entry> group{};
  std::string shortage{};

  State(Database database, TerminalId id, OutboxLimits limit)
      : db(std::move(database)), thinner(db), terminal(std::move(id)), limits(std::move(limit)) {}
  Result<void> adopt();
  Result<Weight> weigh(std::uint64_t through);
  Result<void> count();
  Result<void> make_room(std::uint64_t more_rows, std::uint64_t more_bytes);
  Result<void> make_room_on_disk(std::uint64_t more_rows, std::uint64_t more_bytes);
  Result<std::uint64_t> free_in_file();
  bool take(OutboxThinner::Step const& step);
  Result<void> insert(std::uint64_t first);
  Result<void> write_group();
  template <class Write>
  Result<void> on_full_disk(Write const& write);
};

/// Reads who the file belongs to, or makes it ours with a new epoch.
Result<void> Outbox::State::adopt() {
  auto query = db.prepare("SELECT terminal, epoch, last, dropped, (SELECT results FROM thinning) FROM origin");
  if (!query) return tl::unexpected(query.error());
  auto const row = query->step();
  if (!row) return tl::unexpected(row.error());
  if (*row) {
    if (query->text(0) != terminal.value) {
      return fail(Code::invalid, "outbox: the file belongs to terminal \"" + std::string(query->text(0)) +
                                     "\", not \"" + terminal.value + "\": give each terminal its own data folder");
    }
    epoch = static_cast<Epoch>(query->integer(1));
    last = static_cast<std::uint64_t>(query->integer(2));
    dropped = static_cast<std::uint64_t>(query->integer(3));
    thinned = static_cast<std::uint64_t>(query->integer(4));
    return {};
  }
  auto const id = random_id();
  if (!id) return tl::unexpected(id.error());
  epoch = Epoch{*id};
  auto insert_origin = db.prepare("INSERT INTO origin VALUES (1, ?, ?, 0, 0)");
  if (!insert_origin) return tl::unexpected(insert_origin.error());
  return insert_origin->bind(1, terminal.value).bind(2, static_cast<std::int64_t>(*id)).run();
}

/// Of the rows up to `through`.  Cost  reads each of them.
Result<Weight> Outbox::State::weigh(std::uint64_t through) {
  auto query = db.prepare("SELECT count(*), coalesce(sum(length(CAST(event AS BLOB))), 0) FROM outbox WHERE seq <= ?");
  if (!query) return tl::unexpected(query.error());
  query->bind(1, static_cast<std::int64_t>(through));
  auto const row = query->step();
  if (!row) return tl::unexpected(row.error());
  return Weight{static_cast<std::uint64_t>(query->integer(0)), static_cast<std::uint64_t>(query->integer(1))};
}

Result<void> Outbox::State::count() {
  auto const all = weigh(std::uint64_t{INT64_MAX});
  if (!all) return tl::unexpected(all.error());
  rows = all->rows;
  bytes = all->bytes;
  return {};
}

bool Outbox::State::take(OutboxThinner::Step const& step) {
  if (!step.done) return false;
  rows -= std::min(rows, step.rows);
  bytes += step.bytes_after;
  bytes -= std::min(bytes, step.bytes_before);
  thinned += step.thinned;
  dropped += step.lost;
  return true;
}

/// The oldest detail becomes sums; only when there is none left, the oldest of all is lost.
Result<void> Outbox::State::make_room(std::uint64_t more_rows, std::uint64_t more_bytes) {
  auto const full = [&] { return rows + more_rows > limits.most_rows || bytes + more_bytes > limits.most_bytes; };
  bool const roomy = rows < limits.most_rows / 8 * 7 && bytes < limits.most_bytes / 8 * 7;
  if (roomy) shortage.clear();
  if (full()) {
    shortage = "outbox full: " + std::to_string(rows) + " rows, " + std::to_string(bytes >> 10U) + " KiB";
  }
  while (full()) {
    auto step = thinner.thin();
    if (step && !step->done) step = thinner.lose();
    if (!step) return tl::unexpected(step.error());
    if (!take(*step)) return {};
  }
  return {};
}

Result<std::uint64_t> Outbox::State::free_in_file() {
  auto query = db.prepare("SELECT freelist_count, page_size FROM pragma_freelist_count, pragma_page_size");
  if (!query) return tl::unexpected(query.error());
  auto const row = query->step();
  if (!row) return tl::unexpected(row.error());
  auto const pages = static_cast<std::uint64_t>(std::max<std::int64_t>(0, query->integer(0)));
  auto const page = static_cast<std::uint64_t>(query->integer(1));
  return pages < kSparePages ? 0 : (pages - kSparePages) * page;
}

/// While the disk is nearly full the file does not grow: detail makes room within it. Nothing is lost for that; when
/// there is nothing to sum up, the file takes what is left of the disk.
Result<void> Outbox::State::make_room_on_disk(std::uint64_t more_rows, std::uint64_t more_bytes) {
  auto const left = limits.free_on_disk();
  if (left >= limits.least_free) {
    if (shortage.starts_with("disk")) shortage.clear();
    return {};
  }
  shortage = "disk nearly full: " + std::to_string(left >> 10U) + " KiB free";
  auto const needed = more_bytes + more_rows * kRowBytes;
  for (int n = 0; n < kMostSteps; ++n) {
    auto const room = free_in_file();
    if (!room) return tl::unexpected(room.error());
    if (*room >= needed) return {};
    auto const step = thinner.thin();
    if (!step) return tl::unexpected(step.error());
    if (!take(*step)) return {};
  }
  return {};
}

Result<void> Outbox::State::insert(std::uint64_t first) {
  auto statement = db.prepare("INSERT INTO outbox VALUES (?, ?, ?)");
  if (!statement) return tl::unexpected(statement.error());
  for (auto const& entry : group) {
    statement->bind(1, static_cast<std::int64_t>(first++))
        .bind(2, static_cast<std::int64_t>(entry.kind))
        .bind(3, entry.event);
    if (auto ok = statement->run(); !ok) return ok;
  }
  auto origin = db.prepare("UPDATE origin SET last = ?, dropped = ?");
  if (!origin) return tl::unexpected(origin.error());
  origin->bind(1, static_cast<std::int64_t>(first - 1)).bind(2, static_cast<std::int64_t>(dropped));
  if (auto ok = origin->run(); !ok) return ok;
  auto sums = db.prepare("UPDATE thinning SET results = ?1 WHERE results <> ?1");
  if (!sums) return tl::unexpected(sums.error());
  return sums->bind(1, static_cast<std::int64_t>(thinned)).run();
}

Outbox::Outbox(std::unique_ptr<State> state) : state_(std::move(state)) {}
Outbox::Outbox(Outbox&&) noexcept = default;
Outbox& Outbox::operator=(Outbox&&) noexcept = default;
Outbox::~Outbox() = default;

Result<Outbox> Outbox::open(std::filesystem::path const& file, TerminalId terminal, OutboxLimits limits) {
  // Nobody else writes this file; when somebody does, the till must not wait for him.
  auto db = Database::open(file, {.busy_timeout = std::chrono::milliseconds{100}});
  if (!db) return tl::unexpected(db.error());
  if (auto ok = migrate(*db, kOutboxMigrations); !ok) return tl::unexpected(ok.error());
  if (!limits.free_on_disk) limits.free_on_disk = [file] { return free_on_disk_of(file); };
  auto state = std::make_unique<State>(std::move(*db), std::move(terminal), std::move(limits));
  if (auto ok = state->adopt(); !ok) return tl::unexpected(ok.error());
  if (auto ok = state->count(); !ok) return tl::unexpected(ok.error());
  return Outbox(std::move(state));
}

Result<void> Outbox::append(Outcome const& outcome) {
  auto event = encode_event(outcome);
  if (!event) {
    ++state_->refused;
    return tl::unexpected(event.error());
  }
  if (state_->group.size() >= state_->limits.most_buffered) {
    ++state_->refused;
    return fail(Code::busy,
                "outbox: " + std::to_string(state_->group.size()) + " results wait for the disk: see its error");
  }
  bool const decision = std::holds_alternative<DecisionMade>(outcome.what);
  state_->group.push_back({decision ? RowKind::decision : RowKind::other, std::move(*event)});
  return {};
}

/// The group in one transaction, room made for it within.
Result<void> Outbox::State::write_group() {
  auto transaction = Transaction::begin(db);
  if (!transaction) return tl::unexpected(transaction.error());
  std::uint64_t more = 0;
  for (auto const& entry : group) more += entry.event.size();
  auto const before = std::pair{dropped, thinned};
  auto done = make_room(group.size(), more);
  if (done) done = make_room_on_disk(group.size(), more);
  if (done) done = insert(last + 1);
  if (done) done = transaction->commit();
  if (!done) {
    // The counters follow the disk, where nothing of this happened.
    std::tie(dropped, thinned) = before;
    thinner.restart();
    auto const error = done.error();
    { auto const rolled_back = std::move(*transaction); }
    (void)count();
    return tl::unexpected(error);
  }
  last += group.size();
  rows += group.size();
  bytes += more;
  group.clear();
  return {};
}

/// On a full disk SQLite's log cannot grow; begun anew it has the room it had before.
template <class Write>
Result<void> Outbox::State::on_full_disk(Write const& write) {
  auto done = write();
  if (done || done.error().code != Code::busy) return done;
  if (auto ok = db.execute("PRAGMA wal_checkpoint(RESTART)"); !ok) return done;
  return write();
}

Result<void> Outbox::commit() {
  auto& s = *state_;
  if (s.group.empty()) return {};
  return s.on_full_disk([&s] { return s.write_group(); });
}

Result<std::optional<Batch>> Outbox::next_batch() {
  auto query = state_->db.prepare("SELECT seq, event FROM outbox ORDER BY seq LIMIT ?");
  if (!query) return tl::unexpected(query.error());
  query->bind(1, static_cast<std::int64_t>(kMaxBatchEvents));
  Batch batch{.terminal = state_->terminal, .epoch = state_->epoch, .first = 0, .events = {}};
  std::size_t bytes = 0;
  for (;;) {
    auto const row = query->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) break;
    auto const sequence = static_cast<std::uint64_t>(query->integer(0));
    auto const event = query->text(1);
    bytes += event.size() + 1;
    bool const fits = batch.events.empty() || (bytes <= kMaxBatchBytes && sequence == batch.last() + 1);
    if (!fits) break;
    if (batch.events.empty()) batch.first = sequence;
    batch.events.emplace_back(event);
  }
  if (batch.events.empty()) return std::optional<Batch>{};
  return std::optional<Batch>{std::move(batch)};
}

Result<void> Outbox::acknowledge(Epoch epoch, std::uint64_t through) {
  auto& s = *state_;
  if (epoch != s.epoch) return {};
  if (through > s.last) {
    return fail(Code::invalid,
                "outbox: HQ acknowledges " + std::to_string(through) + " but only " + std::to_string(s.last) +
                    " were given out: was this disk restored from an old copy? Move the outbox file away");
  }
  // What goes is counted, never all that stays: this runs where the sale is served, and a full outbox has 500,000 rows.
  auto const going = s.weigh(through);
  if (!going) return tl::unexpected(going.error());
  if (going->rows == 0) return {};
  auto const erase = [&]() -> Result<void> {
    auto statement = s.db.prepare("DELETE FROM outbox WHERE seq <= ?");
    if (!statement) return tl::unexpected(statement.error());
    return statement->bind(1, static_cast<std::int64_t>(through)).run();
  };
  if (auto ok = s.on_full_disk(erase); !ok) return ok;
  s.rows -= std::min(s.rows, going->rows);
  s.bytes -= std::min(s.bytes, going->bytes);
  return {};
}

TerminalId const& Outbox::terminal() const noexcept { return state_->terminal; }
Epoch Outbox::epoch() const noexcept { return state_->epoch; }
std::uint64_t Outbox::pending() const noexcept { return state_->rows; }
std::size_t Outbox::buffered() const noexcept { return state_->group.size(); }
std::uint64_t Outbox::last_sequence() const noexcept { return state_->last; }
std::uint64_t Outbox::dropped() const noexcept { return state_->dropped; }
std::uint64_t Outbox::thinned() const noexcept { return state_->thinned; }
std::string const& Outbox::shortage() const noexcept { return state_->shortage; }
std::uint64_t Outbox::refused() const noexcept { return state_->refused; }

}  // namespace tillcue::sync
