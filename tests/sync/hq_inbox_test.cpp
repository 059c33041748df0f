#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "hq_scene.hpp"

using namespace tillcue;
using namespace tillcue::sync;
using namespace tillcue::sync::hq_test;

namespace {

struct Store {
  test::TempDir folder;
  std::filesystem::path db = folder / "hq.sqlite";
  Inbox inbox = *Inbox::open(db);

  Stored store(Batch const& batch) {
    auto stored = inbox.store(batch, at(100));
    REQUIRE_MESSAGE(stored, (stored ? "" : stored.error().what));
    return *stored;
  }
};

using AckRange = Ack::Range;

}  // namespace

TEST_CASE("a batch is stored and acknowledged through its last number") {
  Store hq;
  auto const stored = hq.store(plain_batch("T1", 1, 5));
  CHECK(stored.added == 5);
  CHECK(stored.duplicates == 0);
  CHECK(stored.ack.terminal.value == "T1");
  CHECK(stored.ack.epoch == kEpoch);
  CHECK(stored.ack.through == 5);
  CHECK(stored.ack.also.empty());
  CHECK(ask(hq.db, "SELECT count(*) FROM inbox") == 5);
  CHECK(ask(hq.db, "SELECT count(*) FROM answers") == 5);
}

TEST_CASE("the same batch a second time changes nothing and gets the same acknowledgement") {
  Store hq;
  hq.store(plain_batch("T1", 1, 5));
  auto const again = hq.store(plain_batch("T1", 1, 5));
  CHECK(again.added == 0);
  CHECK(again.duplicates == 5);
  CHECK(again.changed == 0);
  CHECK(again.ack.through == 5);
  CHECK(ask(hq.db, "SELECT count(*) FROM inbox") == 5);
  CHECK(ask(hq.db, "SELECT count(*) FROM answers") == 5);
  CHECK(ask(hq.db, "SELECT count(*) FROM alarms") == 0);
}

TEST_CASE("a batch that overlaps what is stored adds the new numbers only") {
  Store hq;
  hq.store(plain_batch("T1", 1, 5));
  auto const stored = hq.store(plain_batch("T1", 4, 5));
  CHECK(stored.added == 3);
  CHECK(stored.duplicates == 2);
  CHECK(stored.ack.through == 8);
}

TEST_CASE("the same number with other content keeps the first and raises an alarm once per number") {
  Store hq;
  hq.store(batch("T1", 1, {answer("S1", 1, Response::accepted, true)}));
  auto const other = batch("T1", 1, {answer("S1", 1, Response::declined, false)});
  CHECK(hq.store(other).changed == 1);
  auto const again = hq.store(other);
  CHECK(again.changed == 1);
  CHECK(again.ack.through == 1);
  CHECK(ask_text(hq.db, "SELECT response FROM answers") == "accepted");
  CHECK(ask(hq.db, "SELECT count(*) FROM alarms WHERE kind = 'changed_content' AND terminal = 'T1' AND seq = 1") == 1);
  CHECK(ask(hq.db, "SELECT times FROM alarms") == 2);
  CHECK(ask_text(hq.db, "SELECT body FROM alarms") == other.events[0]);
}

TEST_CASE("batches out of order are all kept and the mark rises only over what is complete") {
  Store hq;
  auto ack = hq.store(plain_batch("T1", 11, 5)).ack;
  CHECK(ack.through == 0);
  CHECK(ack.also == std::vector{AckRange{11, 15}});
  ack = hq.store(plain_batch("T1", 21, 5)).ack;
  CHECK(ack.through == 0);
  CHECK(ack.also == std::vector{AckRange{11, 15}, AckRange{21, 25}});
  ack = hq.store(plain_batch("T1", 1, 10)).ack;
  CHECK(ack.through == 15);
  CHECK(ack.also == std::vector{AckRange{21, 25}});
  ack = hq.store(plain_batch("T1", 16, 5)).ack;
  CHECK(ack.through == 25);
  CHECK(ack.also.empty());
  CHECK(ask(hq.db, "SELECT count(*) FROM ranges") == 1);
}

TEST_CASE("one batch can close several gaps at once") {
  Store hq;
  for (std::uint64_t const first : {2, 5, 8}) hq.store(plain_batch("T1", first, 1));
  auto const ack = hq.store(plain_batch("T1", 1, 10)).ack;
  CHECK(ack.through == 10);
  CHECK(ack.also.empty());
  CHECK(ask(hq.db, "SELECT count(*) FROM inbox") == 10);
}

TEST_CASE("with more gaps than an acknowledgement can name, the batch that just came is named all the same") {
  Store hq;
  for (std::uint64_t n = 1; n <= kMaxAckRanges + 20; ++n) hq.store(plain_batch("T1", 10 * n, 2));
  auto const last = (kMaxAckRanges + 20) * 10;
  auto const ack = hq.store(plain_batch("T1", last, 2)).ack;
  CHECK(ack.through == 0);
  REQUIRE(ack.also.size() == kMaxAckRanges);
  CHECK(ack.also.front() == AckRange{10, 11});
  CHECK(ack.also.back() == AckRange{last, last + 1});
  CHECK(encode_ack(ack));
}

TEST_CASE("terminals and epochs are numbered apart") {
  Store hq;
  hq.store(plain_batch("T1", 1, 3));
  CHECK(hq.store(plain_batch("T2", 1, 2)).ack.through == 2);
  CHECK(hq.store(plain_batch("T1", 1, 1, Epoch{99})).added == 1);
  CHECK(ask(hq.db, "SELECT count(*) FROM inbox") == 6);
  CHECK(ask(hq.db, "SELECT count(*) FROM streams") == 3);
  CHECK(ask(hq.db, "SELECT count(*) FROM alarms") == 0);
}

TEST_CASE("an event of a newer terminal is stored as it is, acknowledged and reported") {
  Store hq;
  auto mixed = plain_batch("T1", 1, 3);
  mixed.events[1] = R"({"at":1790000000000,"t":"telepathy"})";
  auto const stored = hq.store(mixed);
  CHECK(stored.added == 3);
  CHECK(stored.unread == 1);
  CHECK(stored.ack.through == 3);
  CHECK(ask(hq.db, "SELECT count(*) FROM answers") == 2);
  CHECK(ask_text(hq.db, "SELECT body FROM inbox WHERE seq = 2") == mixed.events[1]);
  CHECK(ask(hq.db, "SELECT count(*) FROM alarms WHERE kind = 'unreadable_event' AND seq = 2") == 1);
  CHECK(hq.store(mixed).duplicates == 3);
}

TEST_CASE("a decision with words of a newer terminal is taken apart with those words") {
  Store hq;
  auto newer = batch("T1", 1, {decision("S1", 1, "jam", 250'000)});
  auto json = nlohmann::json::parse(newer.events[0]);
  json["why"] = "weather";
  json["type"] = "loan";
  newer.events[0] = json.dump();
  CHECK(hq.store(newer).unread == 0);
  CHECK(ask_text(hq.db, "SELECT item || ' ' || reason || ' ' || type || ' ' || silence FROM decisions") ==
        "jam weather loan none");
}

TEST_CASE("type, exploration and release have their columns; the replay record stays with the event") {
  Store hq;
  auto made = decision("S1", 1, "jam");
  auto& what = std::get<DecisionMade>(made.what);
  what.type = OfferType::upgrade;
  what.reason = ReasonCode::upgrade;
  what.explored = true;
  what.replay = "AbC-_";
  auto done = closed("S1", Arm::treated, 499);
  std::get<SaleClosed>(done.what).release = 7;
  std::get<SaleClosed>(done.what).decided = false;
  hq.store(batch("T1", 1, {made, done}));
  CHECK(ask_text(hq.db, "SELECT type || ' ' || reason || ' ' || explored FROM decisions") == "upgrade upgrade 1");
  CHECK(ask_text(hq.db, "SELECT json_extract(body, '$.replay') FROM inbox WHERE seq = 1") == "AbC-_");
  CHECK(ask_text(hq.db, "SELECT release || ' ' || decided FROM sales") == "7 0");
}

TEST_CASE("a database of the version before gets the new columns, its old coupons their type") {
  test::TempDir folder;
  auto const file = folder / "hq.sqlite";
  {
    auto db = *Database::open(file);
    REQUIRE(migrate(db, hq_migrations().first(2)));
    REQUIRE(db.execute(
        "INSERT INTO streams(id, terminal, epoch) VALUES(1, 'T1', 5);"
        "INSERT INTO inbox VALUES(1, 1, 1, x'00', 0, '{}'), (2, 1, 2, x'01', 0, '{}'), (3, 1, 3, x'02', 0, '{}');"
        "INSERT INTO decisions VALUES(1, 1, 'S', 1, 1, 0, 'scan', 'treated', 'none', '[]', 'jam', 0, 0,"
        "'popular', '', '', 1, 0), (2, 1, 'S', 2, 2, 0, 'tender', 'treated', 'none', '[]', 'jam', 0, 0,"
        "'popular', '', '', 1, 0);"
        "INSERT INTO sales VALUES(3, 1, 'S', 0, 0, 'finished', 'treated', '', 100, 'EUR', 2, 1, 1, 0, 0);"));
  }
  REQUIRE(Inbox::open(file));
  CHECK(ask_text(file, "SELECT type FROM decisions ORDER BY event") == "suggestion|coupon");
  CHECK(ask_text(file, "SELECT decided || ' ' || release FROM sales") == "1 0");
}

TEST_CASE("every kind of result is taken apart into its table") {
  Store hq;
  hq.store(batch("T1", 1,
                 {decision("S1", 1, "jam", 250'000), answer("S1", 1, Response::accepted, true),
                  coupon("S1", PrintFate::dropped, "printer: paper out"), closed("S1", Arm::treated, 499, 1, 1)}));
  CHECK(ask_text(hq.db,
                 "SELECT item || ' ' || probability || ' ' || stage || ' ' || reason || ' ' || cause || ' ' || "
                 "eligible || ' ' || release FROM decisions") ==
        R"(jam 250000 scan bought_together bread ["jam","other"] 3)");
  CHECK(ask_text(hq.db, "SELECT sale || ' ' || response || ' ' || bought FROM answers") == "S1 accepted 1");
  CHECK(ask_text(hq.db, "SELECT serial || ' ' || fate || ' ' || why || ' ' || discount || ' ' || value FROM coupons") ==
        "S-S1 dropped printer: paper out percent 20");
  CHECK(ask_text(hq.db, "SELECT ending || ' ' || arm || ' ' || total || ' ' || currency || ' ' || hints FROM sales") ==
        "finished treated 499 EUR 1");
  CHECK(ask_text(hq.db, "SELECT sku || ' ' || quantity || ' ' || unit_price FROM sale_lines") == "bread 1000 499");
}

TEST_CASE("what was stored is there after the file is opened again") {
  test::TempDir folder;
  auto const db = folder / "hq.sqlite";
  { REQUIRE(Inbox::open(db)->store(plain_batch("T1", 1, 5), at(1))); }
  auto again = *Inbox::open(db);
  auto const stored = again.store(plain_batch("T1", 3, 5), at(2));
  REQUIRE(stored);
  CHECK(stored->added == 2);
  CHECK(stored->ack.through == 7);
}

TEST_CASE("while another process holds the file, a batch is refused as busy and nothing of it is stored") {
  test::TempDir folder;
  auto const db = folder / "hq.sqlite";
  auto inbox = *Inbox::open(db, std::chrono::milliseconds{10});
  {
    auto intruder = *Database::open(db);
    auto const lock = Transaction::begin(intruder);
    REQUIRE(lock);
    auto const stored = inbox.store(plain_batch("T1", 1, 5), at(1));
    REQUIRE_FALSE(stored);
    CHECK(stored.error().code == Code::busy);
  }
  CHECK(ask(db, "SELECT count(*) FROM inbox") == 0);
  CHECK(inbox.store(plain_batch("T1", 1, 5), at(1))->added == 5);
}

TEST_CASE("a file that is no database, and one of a newer program, are refused with the mend") {
  test::TempDir folder;
  auto const text = folder / "text.sqlite";
  { REQUIRE(Database::open(text)->execute("CREATE TABLE other(x)")); }
  auto const reader = open_hq_reader(text);
  REQUIRE_FALSE(reader);
  CHECK(reader.error().code == Code::unsupported);
  CHECK(reader.error().what.find("not a database of tillcue-hq") != std::string::npos);

  auto const newer = folder / "newer.sqlite";
  {
    REQUIRE(Inbox::open(newer));
    REQUIRE(Database::open(newer)->execute("PRAGMA user_version = 99"));
  }
  CHECK(open_hq_reader(newer).error().what.find("newer than this program") != std::string::npos);
  CHECK(Inbox::open(newer).error().code == Code::unsupported);
  CHECK(open_hq_reader(folder / "absent").error().code == Code::not_found);
}
