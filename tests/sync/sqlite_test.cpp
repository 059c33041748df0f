#include "tillcue/sync/sqlite.hpp"

#include <fstream>

#include <doctest/doctest.h>

#include "bundle_store_schema.hpp"
#include "live_store_schema.hpp"
#include "outbox_schema.hpp"
#include "support/mosquitto.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::sync {
namespace {

using tillcue::test::TempDir;

std::int64_t number(Database& db, std::string_view sql) {
  auto query = db.prepare(sql);
  REQUIRE(query);
  REQUIRE(*query->step());
  return query->integer(0);
}

TEST_CASE("a database is opened in WAL, FULL, with foreign keys and a small cache") {
  TempDir const folder;
  auto db = *Database::open(folder / "a.sqlite");
  auto mode = *db.prepare("PRAGMA journal_mode");
  REQUIRE(*mode.step());
  CHECK(mode.text(0) == "wal");
  CHECK(number(db, "PRAGMA synchronous") == 2);
  CHECK(number(db, "PRAGMA foreign_keys") == 1);
  CHECK(number(db, "PRAGMA cache_size") == -256);
  CHECK(number(db, "PRAGMA mmap_size") == 0);
}

TEST_CASE("values come back as they were bound") {
  TempDir const folder;
  auto db = *Database::open(folder / "a.sqlite");
  REQUIRE(db.execute("CREATE TABLE t (i, r, s, b, n)"));
  auto insert = *db.prepare("INSERT INTO t VALUES (?,?,?,?,?)");
  std::string const text("zero \0 inside", 13);
  insert.bind(1, INT64_MIN).bind(2, 0.5).bind(3, text).bind_blob(4, as_bytes("blob")).bind_null(5);
  REQUIRE(insert.run());
  insert.bind(1, std::int64_t{7}).bind(3, std::string_view{}).bind_blob(4, {});
  REQUIRE(insert.run());
  CHECK(db.changes() == 1);
  CHECK(db.last_row_id() == 2);
  auto query = *db.prepare("SELECT * FROM t ORDER BY rowid");
  REQUIRE(*query.step());
  CHECK(query.integer(0) == INT64_MIN);
  CHECK(query.real(1) == 0.5);
  CHECK(query.text(2) == text);
  CHECK(as_text(query.blob(3)) == "blob");
  CHECK(query.is_null(4));
  REQUIRE(*query.step());
  CHECK(query.is_null(1));
  CHECK_FALSE(query.is_null(2));
  CHECK(query.text(2).empty());
  CHECK(query.blob(3).empty());
  CHECK_FALSE(*query.step());
}

TEST_CASE("a transaction that is not committed leaves nothing") {
  TempDir const folder;
  auto db = *Database::open(folder / "a.sqlite");
  REQUIRE(db.execute("CREATE TABLE t (i)"));
  {
    auto transaction = *Transaction::begin(db);
    REQUIRE(db.execute("INSERT INTO t VALUES (1)"));
  }
  CHECK(number(db, "SELECT count(*) FROM t") == 0);
  auto transaction = *Transaction::begin(db);
  REQUIRE(db.execute("INSERT INTO t VALUES (1)"));
  REQUIRE(transaction.commit());
  CHECK(number(db, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("errors say what the caller can do") {
  TempDir const folder;
  auto db = *Database::open(folder / "a.sqlite", {.busy_timeout = std::chrono::milliseconds{1}});
  CHECK(db.execute("NONSENSE").error().code == Code::invalid);
  CHECK(db.prepare("SELECT * FROM missing").error().code == Code::invalid);
  REQUIRE(db.execute("CREATE TABLE t (i UNIQUE, p TEXT)"));
  REQUIRE(db.execute("INSERT INTO t VALUES (1, '')"));
  CHECK(db.execute("INSERT INTO t VALUES (1, '')").error().code == Code::rejected);
  auto wrong = *db.prepare("INSERT INTO t VALUES (?, '')");
  CHECK(wrong.bind(5, std::int64_t{1}).step().error().code == Code::invalid);

  auto other = *Database::open(folder / "a.sqlite");
  auto held = *Transaction::begin(other);
  auto const locked = Transaction::begin(db);
  REQUIRE_FALSE(locked);
  CHECK(locked.error().code == Code::busy);
  CHECK(locked.error().what.find("a.sqlite") != std::string::npos);

  CHECK(Database::open(folder / "none.sqlite", {.read_only = true}).error().code == Code::not_found);
  CHECK(Database::open(folder.path() / "no" / "folder.sqlite").error().code == Code::io);
  std::ofstream(folder / "text.sqlite") << std::string(4096, 'x');
  CHECK(Database::open(folder / "text.sqlite").error().code == Code::corrupt);
}

TEST_CASE("a database in a folder that is not there, or that is one, says so and what to do") {
  TempDir const folder;
  auto const why = [](std::filesystem::path const& file) {
    auto const opened = Database::open(file);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Code::io);
    return opened.error().what;
  };
  auto const nowhere = folder / "nofolder" / "a.sqlite";
  CHECK(why(nowhere) ==
        nowhere.string() + ": cannot open: there is no folder " + nowhere.parent_path().string() + "; make it first");
  CHECK(why(folder.path()) == folder.path().string() + ": cannot open: it is a folder; name a file in it");
  std::ofstream(folder / "plain") << "x";
  auto const plain = folder / "plain";
  CHECK(why(plain / "a.sqlite") == (plain / "a.sqlite").string() + ": cannot open: " + plain.string() +
                                       " is a file, where a folder is needed; move it away or name another folder");
}

TEST_CASE("a full disk is busy and says so") {
  TempDir const folder;
  auto db = *Database::open(folder / "a.sqlite");
  REQUIRE(db.execute("CREATE TABLE t (p TEXT); PRAGMA max_page_count=4"));
  auto insert = *db.prepare("INSERT INTO t VALUES (?)");
  auto const full = insert.bind(1, std::string(100'000, 'x')).run();
  REQUIRE_FALSE(full);
  CHECK(full.error().code == Code::busy);
  CHECK(full.error().what.find("free space") != std::string::npos);
}

TEST_CASE("a reader sees what the writer committed and cannot write") {
  TempDir const folder;
  auto db = *Database::open(folder / "a.sqlite");
  REQUIRE(db.execute("CREATE TABLE t (i); INSERT INTO t VALUES (5)"));
  auto reader = *Database::open(folder / "a.sqlite", {.read_only = true});
  CHECK(number(reader, "SELECT i FROM t") == 5);
  CHECK_FALSE(reader.execute("INSERT INTO t VALUES (6)"));
}

constexpr Migration kSteps[] = {{1, "CREATE TABLE a (x)"}, {2, "CREATE TABLE b (y); INSERT INTO b VALUES (1)"}};

TEST_CASE("migrations run once each, in order, from any version") {
  TempDir const folder;
  auto db = *Database::open(folder / "a.sqlite");
  REQUIRE(migrate(db, std::span(kSteps).first(1)));
  CHECK(number(db, "PRAGMA user_version") == 1);
  REQUIRE(migrate(db, kSteps));
  REQUIRE(migrate(db, kSteps));
  CHECK(number(db, "PRAGMA user_version") == 2);
  CHECK(number(db, "SELECT count(*) FROM b") == 1);
}

TEST_CASE("a failed migration changes nothing, and a newer file is refused") {
  TempDir const folder;
  auto db = *Database::open(folder / "a.sqlite");
  Migration const broken[] = {kSteps[0], {2, "CREATE TABLE b (y); NONSENSE"}};
  auto const failed = migrate(db, broken);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what.find("migration 2") != std::string::npos);
  CHECK(schema_of(db)->empty());
  REQUIRE(migrate(db, kSteps));
  CHECK(migrate(db, std::span(kSteps).first(1)).error().code == Code::unsupported);
}

TEST_CASE("the migrations of the outbox, the bundle store and the live store equal their schemas") {
  struct {
    std::span<Migration const> steps;
    char const* schema;
  } const all[] = {{kOutboxMigrations, kOutboxSchema},
                   {kBundleStoreMigrations, kBundleStoreSchema},
                   {kLiveStoreMigrations, kLiveStoreSchema}};
  for (auto const& one : all) {
    TempDir const folder;
    auto migrated = *Database::open(folder / "migrated.sqlite");
    auto fresh = *Database::open(folder / "fresh.sqlite");
    REQUIRE(migrate(migrated, one.steps));
    REQUIRE(fresh.execute(one.schema));
    CHECK_FALSE(schema_of(fresh)->empty());
    CHECK(*schema_of(migrated) == *schema_of(fresh));
    int expected = 0;
    for (auto const& step : one.steps) CHECK(step.number == ++expected);
  }
}

}  // namespace
}  // namespace tillcue::sync
