#include <cstdio>

#include <sqlite3.h>

#include "sqlite_error.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {
namespace {

Code code_of(int code) noexcept {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
      return Code::busy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Code::corrupt;
    case SQLITE_CONSTRAINT:
      return Code::rejected;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
      return Code::io;
    default:
      return Code::invalid;
  }
}

std::string_view mend(int code) noexcept {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return " (disk full: free space)";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return " (another process holds the file)";
    case SQLITE_NOTADB:
      return " (not a database: move the file away)";
    default:
      return "";
  }
}

constexpr char const* kSettings =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-256; "
    "PRAGMA mmap_size=0; PRAGMA wal_autocheckpoint=256;";

/// SQLite says "unable to open database file" of all of these.
std::string cannot_open(std::filesystem::path const& file, bool reads) {
  auto const folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
  std::error_code error;
  std::string why = "no right to " + std::string(reads ? "read" : "write") + " it, or its folder " + folder.string();
  if (std::filesystem::is_directory(file, error)) why = "it is a folder; name a file in it";
  if (!std::filesystem::is_directory(folder, error)) {
    // ENOTDIR of what is looked for below a file counts as "not there" too: only what is there itself is told as one.
    why = std::filesystem::exists(folder, error)
              ? folder.string() + " is a file, where a folder is needed; move it away or name another folder"
              : "there is no folder " + folder.string() + "; make it first";
  }
  return file.string() + ": cannot open: " + why;
}

/// Source  https://www.sqlite.org/uri.html
std::string untouched_uri(std::filesystem::path const& file) {
  std::string uri = "file:";
  for (char const c : file.string()) {
    if (c == '%' || c == '?' || c == '#') {
      char text[4];
      std::snprintf(text, sizeof text, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
      uri += text;
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

constexpr char const* kReaderSettings = "PRAGMA query_only=ON; PRAGMA cache_size=-2048; PRAGMA mmap_size=0;";

}  // namespace

tl::unexpected<Error> sqlite_fail(sqlite3* db, int code, std::string_view doing) {
  auto text = std::string(doing) + ": ";
  text += db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  text += mend(code);
  auto const* file = db != nullptr ? sqlite3_db_filename(db, "main") : nullptr;
  auto failure = Error{code_of(code), std::move(text)};
  if (file != nullptr && *file != '\0') failure.what = std::string(file) + ": " + failure.what;
  return tl::unexpected(std::move(failure));
}

Result<Database> Database::open(std::filesystem::path const& file, DatabaseOptions options) {
  bool const reads = options.read_only || options.untouched;
  std::error_code error;
  if (reads && !std::filesystem::exists(file)) {
    return fail(Code::not_found, file.string() + ": no such database");
  }
  // A reader would open it, and fail at its first page.
  if (std::filesystem::is_directory(file, error)) return fail(Code::io, cannot_open(file, reads));
  auto const name = options.untouched ? untouched_uri(file) : file.string();
  int const flags = (reads ? SQLITE_OPEN_READONLY : (SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) |
                    (options.untouched ? SQLITE_OPEN_URI : 0);
  sqlite3* raw = nullptr;
  int const code = sqlite3_open_v2(name.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database db(raw);
  if ((code & 0xFF) == SQLITE_CANTOPEN) return fail(Code::io, cannot_open(file, reads));
  if (code != SQLITE_OK) return sqlite_fail(raw, code, file.string() + ": cannot open");
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, static_cast<int>(options.busy_timeout.count()));
  if (auto ok = db.execute(reads ? kReaderSettings : kSettings); !ok) return tl::unexpected(ok.error());
  return db;
}

Database::Database(Database&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
Database& Database::operator=(Database&& other) noexcept {
  std::swap(db_, other.db_);
  return *this;
}
Database::~Database() { sqlite3_close_v2(db_); }

Result<void> Database::execute(std::string_view sql) {
  int const code = sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_fail(db_, code, "execute");
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  int const code =
      sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return sqlite_fail(db_, code, "prepare \"" + std::string(sql.substr(0, 60)) + "\"");
  return Statement(db_, statement);
}

std::int64_t Database::changes() const noexcept { return sqlite3_changes64(db_); }
std::int64_t Database::last_row_id() const noexcept { return sqlite3_last_insert_rowid(db_); }

}  // namespace tillcue::sync
