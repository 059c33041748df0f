#include "tillcue/sync/live_store.hpp"

#include <algorithm>
#include <utility>

#include "live_store_schema.hpp"
#include "live_store_tables.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::sync {

Result<void> LiveStore::Tables::read_spent() {
  auto rows = db.prepare("SELECT name, minor, issues, turn FROM spent");
  if (!rows) return tl::unexpected(rows.error());
  for (;;) {
    auto const row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return {};
    Allotment const amount{rows->integer(1), rows->integer(2)};
    if (amount != Allotment{}) spent[std::string(rows->text(0))] = amount;
    turn = std::max(turn, static_cast<std::uint64_t>(rows->integer(3)));
  }
}

/// Reads the file's epoch, or gives it one. A file in which something was counted before there were epochs goes on
/// without: head office knows its account by that.
Result<void> LiveStore::Tables::adopt() {
  auto row = db.prepare("SELECT epoch FROM origin");
  if (!row) return tl::unexpected(row.error());
  auto const there = row->step();
  if (!there) return tl::unexpected(there.error());
  if (*there) {
    epoch = Epoch{static_cast<std::uint64_t>(row->integer(0))};
    return {};
  }
  bool const used = !spent.empty() || !words.empty();
  auto const id = used ? Result<std::uint64_t>{0} : random_id();
  if (!id) return tl::unexpected(id.error());
  auto put = db.prepare("INSERT INTO origin VALUES (1, ?1)");
  if (!put) return tl::unexpected(put.error());
  epoch = Epoch{*id};
  return put->bind(1, static_cast<std::int64_t>(*id)).run();
}

Result<void> LiveStore::Tables::read() {
  if (auto ok = read_spent(); !ok) return ok;
  auto text = db.prepare("SELECT text FROM state");
  if (!text) return tl::unexpected(text.error());
  auto const row = text->step();
  if (!row) return tl::unexpected(row.error());
  if (*row) state = text->text(0);
  auto kept = db.prepare("SELECT name, number, content FROM words");
  if (!kept) return tl::unexpected(kept.error());
  for (;;) {
    auto const more = kept->step();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return adopt();
    words[std::string(kept->text(0))] = {static_cast<std::uint64_t>(kept->integer(1)), std::string(kept->text(2))};
  }
}

LiveStore::LiveStore(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
LiveStore::LiveStore(LiveStore&&) noexcept = default;
LiveStore& LiveStore::operator=(LiveStore&&) noexcept = default;
LiveStore::~LiveStore() = default;

Result<LiveStore> LiveStore::open(std::filesystem::path const& file) {
  // Nobody else writes this file; when somebody does, the till must not wait for him.
  auto db = Database::open(file, {.busy_timeout = std::chrono::milliseconds{100}});
  if (!db) return tl::unexpected(db.error());
  // Written now and then and read at the start: what it would hold back is not worth a till's memory.
  if (auto ok = db->execute("PRAGMA cache_size=-64"); !ok) return tl::unexpected(ok.error());
  if (auto ok = migrate(*db, kLiveStoreMigrations); !ok) return tl::unexpected(ok.error().within(file.string()));
  auto tables = std::make_unique<Tables>(Tables{std::move(*db)});
  if (auto ok = tables->read(); !ok) return tl::unexpected(ok.error().within(file.string()));
  return LiveStore(std::move(tables));
}

Epoch LiveStore::epoch() const noexcept { return tables_->epoch; }
std::uint64_t LiveStore::turn() const noexcept { return tables_->turn; }
std::map<std::string, Allotment> const& LiveStore::spent() const noexcept { return tables_->spent; }
std::string const& LiveStore::state() const noexcept { return tables_->state; }

Result<void> LiveStore::keep(std::map<std::string, Allotment> const& spent) {
  auto& t = *tables_;
  if (spent == t.spent) return {};
  auto transaction = Transaction::begin(t.db);
  if (!transaction) return tl::unexpected(transaction.error());
  auto put = t.db.prepare("INSERT OR REPLACE INTO spent VALUES (?1, ?2, ?3, ?4)");
  if (!put) return tl::unexpected(put.error());
  auto const write = [&](std::string const& name, Allotment amount) {
    put->bind(1, name).bind(2, amount.minor).bind(3, amount.issues);
    return put->bind(4, static_cast<std::int64_t>(t.turn + 1)).run();
  };
  for (auto const& [name, amount] : spent) {
    auto const before = t.spent.find(name);
    if (before != t.spent.end() && before->second == amount) continue;
    if (auto ok = write(name, amount); !ok) return ok;
  }
  for (auto const& [name, amount] : t.spent) {
    if (spent.contains(name)) continue;
    if (auto ok = write(name, {}); !ok) return ok;
  }
  if (auto ok = transaction->commit(); !ok) return ok;
  t.spent = spent;
  ++t.turn;
  return {};
}

std::map<std::string, LiveStore::KeptWord> const& LiveStore::words() const noexcept { return tables_->words; }

Result<void> LiveStore::keep_word(std::string const& name, KeptWord word) {
  auto& t = *tables_;
  auto put = t.db.prepare("INSERT OR REPLACE INTO words VALUES (?1, ?2, ?3)");
  if (!put) return tl::unexpected(put.error());
  put->bind(1, name).bind(2, static_cast<std::int64_t>(word.number)).bind(3, word.content);
  if (auto ok = put->run(); !ok) return ok;
  t.words[name] = std::move(word);
  return {};
}

Result<void> LiveStore::keep_state(std::string_view text) {
  auto& t = *tables_;
  if (text == t.state) return {};
  auto put = t.db.prepare("INSERT OR REPLACE INTO state VALUES (1, ?1)");
  if (!put) return tl::unexpected(put.error());
  if (auto ok = put->bind(1, text).run(); !ok) return ok;
  t.state = text;
  return {};
}

}  // namespace tillcue::sync
