#include "tillcue/sync/live_store.hpp"

#include <utility>

#include "live_store_schema.hpp"
#include "live_store_tables.hpp"

namespace tillcue::sync {

Result<void> LiveStore::Tables::read() {
  auto rows = db.prepare("SELECT name, minor, issues FROM spent");
  if (!rows) return tl::unexpected(rows.error());
  for (;;) {
    auto const row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) break;
    spent[std::string(rows->text(0))] = {rows->integer(1), rows->integer(2)};
  }
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
    if (!*more) return {};
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

std::map<std::string, Allotment> const& LiveStore::spent() const noexcept { return tables_->spent; }
std::string const& LiveStore::state() const noexcept { return tables_->state; }

Result<void> LiveStore::keep(std::map<std::string, Allotment> const& spent) {
  auto& t = *tables_;
  if (spent == t.spent) return {};
  auto transaction = Transaction::begin(t.db);
  if (!transaction) return tl::unexpected(transaction.error());
  auto put = t.db.prepare("INSERT OR REPLACE INTO spent VALUES (?1, ?2, ?3)");
  if (!put) return tl::unexpected(put.error());
  for (auto const& [name, amount] : spent) {
    auto const before = t.spent.find(name);
    if (before != t.spent.end() && before->second == amount) continue;
    if (auto ok = put->bind(1, name).bind(2, amount.minor).bind(3, amount.issues).run(); !ok) return ok;
  }
  auto erase = t.db.prepare("DELETE FROM spent WHERE name = ?1");
  if (!erase) return tl::unexpected(erase.error());
  for (auto const& [name, amount] : t.spent) {
    if (spent.contains(name)) continue;
    if (auto ok = erase->bind(1, name).run(); !ok) return ok;
  }
  if (auto ok = transaction->commit(); !ok) return ok;
  t.spent = spent;
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
