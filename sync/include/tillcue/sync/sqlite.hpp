#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tillcue/core/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace tillcue::sync {

class Database;

/// One prepared statement. Borrows its database.
/// Errors of all  busy (locked, disk full), corrupt (not a database, malformed), rejected (a constraint), io, invalid
/// (a wrong statement: a bug, but reported).
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  /// Parameters count from 1. Texts and blobs are copied. A failed bind is reported by the next step.
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, double value);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind_blob(int parameter, std::span<std::byte const> blob);
  Statement& bind_null(int parameter);

  /// True: a row is there to be read.
  Result<bool> step();
  /// Runs a statement without rows (or ignores them) to its end and resets it: ready for the next use.
  Result<void> run();
  /// Ready to be bound and stepped again; bindings are cleared.
  void reset() noexcept;

  /// Columns count from 0; views hold until the next step or reset. NULL reads as 0 or empty.
  [[nodiscard]] std::int64_t integer(int column) const noexcept;
  [[nodiscard]] double real(int column) const noexcept;
  [[nodiscard]] std::string_view text(int column) const noexcept;
  [[nodiscard]] std::span<std::byte const> blob(int column) const noexcept;
  [[nodiscard]] bool is_null(int column) const noexcept;

 private:
  friend class Database;
  Statement(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  sqlite3* db_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  int bind_error_ = 0;
};

struct DatabaseOptions {
  bool read_only = false;  ///< for reports beside the running writer
  bool untouched = false;  ///< read_only as well, and no lock nor file beside it: for a file that nobody writes now
  std::chrono::milliseconds busy_timeout{5000};
};

/// One connection: WAL, synchronous=FULL, foreign keys on, cache 256 KiB. Exactly one connection of a file writes
/// (SQLite before 3.51.3 can corrupt a WAL that two connections checkpoint); others open it read_only.
/// Threads  one at a time.
class Database {
 public:
  /// Creates the file when it is missing (not with read_only).  Errors  not_found, io, corrupt, busy.
  static Result<Database> open(std::filesystem::path const& file, DatabaseOptions options = {});
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// One or more statements without parameters.
  Result<void> execute(std::string_view sql);
  Result<Statement> prepare(std::string_view sql);
  /// Rows changed by the last statement.
  [[nodiscard]] std::int64_t changes() const noexcept;
  [[nodiscard]] std::int64_t last_row_id() const noexcept;

 private:
  explicit Database(sqlite3* db) : db_(db) {}
  sqlite3* db_ = nullptr;
};

/// BEGIN IMMEDIATE .. COMMIT; rolls back when it goes away uncommitted.
class Transaction {
 public:
  static Result<Transaction> begin(Database& db);
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// After an error the transaction has been rolled back.
  Result<void> commit();

 private:
  explicit Transaction(Database& db) : db_(&db) {}
  Database* db_ = nullptr;
};

/// One numbered step of a schema; numbers count from 1 without gaps and a released step never changes.
struct Migration {
  int number = 0;
  std::string_view sql;
};

/// Brings the file to the last step, all in one transaction; the number is kept in PRAGMA user_version.
/// Errors  unsupported (the file is newer than this program), else as above.
Result<void> migrate(Database& db, std::span<Migration const> steps);

/// The schema as SQLite holds it, one statement a line in order of name: for comparing two files.
Result<std::string> schema_of(Database& db);

}  // namespace tillcue::sync
