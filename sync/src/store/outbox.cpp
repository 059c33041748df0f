#include "tillcue/sync/outbox.hpp"

#include <algorithm>
#include <vector>

#include "outbox_schema.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {
namespace {

enum class Kind : std::int64_t { decision = 0, other = 1, lost = 2 };

struct Entry {
  Kind kind = Kind::other;
  std::string event;
};

struct Weight {
  std::uint64_t rows = 0, bytes = 0, lost = 0;
};

/// What stands in the place of a result that was thrown away, so that the numbers stay without gaps.
constexpr std::string_view kLost = R"({"at":0,"t":"lost"})";
/// Rows with a payload may be most_rows; with the emptied ones there may be this many times as many.
constexpr std::uint64_t kRowsInAll = 4;

}  // namespace

struct Outbox::State {
  Database db;
  TerminalId terminal;
  OutboxLimits limits;
  Epoch epoch{};
  std::uint64_t last = 0;
  std::uint64_t dropped = 0;
  std::uint64_t refused = 0;
  std::uint64_t rows = 0;   ///< committed
  std::uint64_t lost = 0;   ///< of these: emptied
  std::uint64_t bytes = 0;  ///< of payload, committed
  std::vector<Entry> group{};
  std::int64_t drop_from[2] = {0, 0};  ///< no droppable decision (any other) lies below

  Result<void> adopt();
  Result<Weight> weigh(std::uint64_t through);
  Result<void> count();
  Result<void> make_room(std::uint64_t more_rows, std::uint64_t more_bytes);
  Result<bool> drop_oldest(Kind kind);
  Result<void> insert(std::uint64_t first);
};

/// Reads who the file belongs to, or makes it ours with a new epoch.
Result<void> Outbox::State::adopt() {
  auto query = db.prepare("SELECT terminal, epoch, last, dropped FROM origin");
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
  auto query = db.prepare(
      "SELECT count(*), coalesce(sum(length(CAST(event AS BLOB))), 0), coalesce(sum(kind = 2), 0) FROM outbox "
      "WHERE seq <= ?");
  if (!query) return tl::unexpected(query.error());
  query->bind(1, static_cast<std::int64_t>(through));
  auto const row = query->step();
  if (!row) return tl::unexpected(row.error());
  return Weight{static_cast<std::uint64_t>(query->integer(0)), static_cast<std::uint64_t>(query->integer(1)),
                static_cast<std::uint64_t>(query->integer(2))};
}

Result<void> Outbox::State::count() {
  auto const all = weigh(std::uint64_t{INT64_MAX});
  if (!all) return tl::unexpected(all.error());
  rows = all->rows;
  bytes = all->bytes;
  lost = all->lost;
  return {};
}

/// Empties the oldest row of the kind. The oldest 200 are spared: they may have reached HQ already in a batch whose
/// acknowledgement was lost, and the same number must not come twice with different content.
Result<bool> Outbox::State::drop_oldest(Kind kind) {
  auto& from = drop_from[static_cast<std::size_t>(kind)];
  auto query = db.prepare(
      "SELECT seq, length(CAST(event AS BLOB)) FROM outbox WHERE kind = ?1 AND seq >= ?2 AND seq > "
      "(SELECT min(seq) FROM outbox) + ?3 ORDER BY seq LIMIT 1");
  if (!query) return tl::unexpected(query.error());
  query->bind(1, static_cast<std::int64_t>(kind)).bind(2, from).bind(3, static_cast<std::int64_t>(kMaxBatchEvents - 1));
  auto const row = query->step();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return false;
  auto const sequence = query->integer(0);
  auto const length = static_cast<std::uint64_t>(query->integer(1));
  query->reset();
  auto update = db.prepare("UPDATE outbox SET kind = 2, event = ?1 WHERE seq = ?2");
  if (!update) return tl::unexpected(update.error());
  if (auto ok = update->bind(1, kLost).bind(2, sequence).run(); !ok) return tl::unexpected(ok.error());
  from = sequence + 1;
  bytes += kLost.size();
  bytes -= std::min(bytes, length);
  ++lost;
  ++dropped;
  return true;
}

Result<void> Outbox::State::make_room(std::uint64_t more_rows, std::uint64_t more_bytes) {
  while (rows - lost + more_rows > limits.most_rows || bytes + more_bytes > limits.most_bytes) {
    auto emptied = drop_oldest(Kind::decision);
    if (emptied && !*emptied) emptied = drop_oldest(Kind::other);
    if (!emptied) return tl::unexpected(emptied.error());
    if (!*emptied) break;
  }
  if (rows + more_rows > kRowsInAll * std::max<std::uint64_t>(limits.most_rows, 1) + kMaxBatchEvents) {
    return fail(Code::busy, "outbox: full, and nothing left that may be thrown away: connect this terminal to HQ");
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
  return origin->bind(1, static_cast<std::int64_t>(first - 1)).bind(2, static_cast<std::int64_t>(dropped)).run();
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
  auto state = std::make_unique<State>(State{.db = std::move(*db), .terminal = std::move(terminal), .limits = limits});
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
  state_->group.push_back({decision ? Kind::decision : Kind::other, std::move(*event)});
  return {};
}

Result<void> Outbox::commit() {
  auto& s = *state_;
  if (s.group.empty()) return {};
  auto transaction = Transaction::begin(s.db);
  if (!transaction) return tl::unexpected(transaction.error());
  std::uint64_t more = 0;
  for (auto const& entry : s.group) more += entry.event.size();
  auto const before = std::pair{s.dropped, s.last};
  auto done = s.make_room(s.group.size(), more);
  if (done) done = s.insert(s.last + 1);
  if (done) done = transaction->commit();
  if (!done) {
    // The counters follow the disk, where nothing of this happened.
    s.dropped = before.first;
    s.drop_from[0] = s.drop_from[1] = 0;
    auto const error = done.error();
    { auto const rolled_back = std::move(*transaction); }
    (void)s.count();
    return tl::unexpected(error);
  }
  s.last += s.group.size();
  s.rows += s.group.size();
  s.bytes += more;
  s.group.clear();
  return {};
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
  auto statement = s.db.prepare("DELETE FROM outbox WHERE seq <= ?");
  if (!statement) return tl::unexpected(statement.error());
  if (auto ok = statement->bind(1, static_cast<std::int64_t>(through)).run(); !ok) return ok;
  s.rows -= std::min(s.rows, going->rows);
  s.bytes -= std::min(s.bytes, going->bytes);
  s.lost -= std::min(s.lost, going->lost);
  return {};
}

TerminalId const& Outbox::terminal() const noexcept { return state_->terminal; }
Epoch Outbox::epoch() const noexcept { return state_->epoch; }
std::uint64_t Outbox::pending() const noexcept { return state_->rows; }
std::size_t Outbox::buffered() const noexcept { return state_->group.size(); }
std::uint64_t Outbox::last_sequence() const noexcept { return state_->last; }
std::uint64_t Outbox::dropped() const noexcept { return state_->dropped; }
std::uint64_t Outbox::refused() const noexcept { return state_->refused; }

}  // namespace tillcue::sync
