#include <sqlite3.h>

#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

Result<Transaction> Transaction::begin(Database& db) {
  if (auto ok = db.execute("BEGIN IMMEDIATE"); !ok) return tl::unexpected(ok.error());
  return Transaction(db);
}

Transaction::Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
Transaction::~Transaction() {
  if (db_ != nullptr) (void)db_->execute("ROLLBACK");
}

Result<void> Transaction::commit() {
  auto committed = db_->execute("COMMIT");
  // After a failed COMMIT the transaction may still be open (busy) or already gone (disk full): leave none behind.
  if (!committed) (void)db_->execute("ROLLBACK");
  db_ = nullptr;
  return committed;
}

namespace {

Result<int> version_of(Database& db) {
  auto query = db.prepare("PRAGMA user_version");
  if (!query) return tl::unexpected(query.error());
  auto const row = query->step();
  if (!row) return tl::unexpected(row.error());
  return static_cast<int>(query->integer(0));
}

}  // namespace

Result<void> migrate(Database& db, std::span<Migration const> steps) {
  auto transaction = Transaction::begin(db);
  if (!transaction) return tl::unexpected(transaction.error());
  auto const version = version_of(db);
  if (!version) return tl::unexpected(version.error());
  int const newest = steps.empty() ? 0 : steps.back().number;
  if (*version > newest) {
    return fail(Code::unsupported, "the database has schema " + std::to_string(*version) +
                                       ", this program knows up to " + std::to_string(newest) + ": update the program");
  }
  for (auto const& step : steps) {
    if (step.number <= *version) continue;
    auto done = db.execute(step.sql);
    if (done) done = db.execute("PRAGMA user_version=" + std::to_string(step.number));
    if (!done) return tl::unexpected(done.error().within("migration " + std::to_string(step.number)));
  }
  return transaction->commit();
}

Result<std::string> schema_of(Database& db) {
  auto query =
      db.prepare("SELECT type || ' ' || name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
  if (!query) return tl::unexpected(query.error());
  std::string text;
  for (;;) {
    auto const row = query->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return text;
    text += std::string(query->text(0)) + "\n";
  }
}

}  // namespace tillcue::sync
