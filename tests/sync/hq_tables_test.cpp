#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include "hq_scene.hpp"
#include "tillcue/sync/hq_export.hpp"
#include "tillcue/sync/hq_keys.hpp"
#include "tillcue/sync/hq_open_names.hpp"
#include "tillcue/sync/hq_terminals.hpp"
#include "tillcue/sync/hq_time.hpp"

using namespace tillcue;
using namespace tillcue::sync;
using namespace tillcue::sync::hq_test;

namespace {

std::string content(std::filesystem::path const& file) {
  std::string text;
  auto* const in = gzopen(file.c_str(), "rb");
  for (int c = gzgetc(in); c >= 0; c = gzgetc(in)) text += static_cast<char>(c);
  gzclose(in);
  return text;
}

std::string raw(std::filesystem::path const& file) {
  std::ostringstream out;
  out << std::ifstream{file, std::ios::binary}.rdbuf();
  return out.str();
}

Outcome weighed_sale() {
  SaleClosed sale;
  sale.sale = SaleId{"7,1"};
  sale.begun = at(0);
  sale.arm = Arm::holdout;
  sale.customer = "ab12";
  sale.total = {1'034, kEuro};
  sale.lines = {{Sku{"apples \"red\""}, {1'250}, {199, kEuro}}, {Sku{"bread"}, {-2'000}, {250, kEuro}}};
  return {at(60), sale};
}

constexpr auto kHeader = "basket_id,customer_id,timestamp,sku,quantity,unit_price,holdout\n";

}  // namespace

TEST_CASE("finished sales are exported as transactions with exact quantities and prices, in order of time") {
  Hq hq;
  hq.receive(batch(
      "T1", 1, {closed("A", Arm::treated, 250), weighed_sale(), closed("V", Arm::treated, 1, 0, 0, SaleEnd::voided)}));
  auto db = *open_hq_reader(hq.db);
  auto const file = hq.folder / "out.csv";
  auto const done = export_transactions(db, file);
  REQUIRE(done);
  CHECK(done->sales == 2);
  CHECK(done->rows == 3);
  CHECK(raw(file) == std::string{kHeader} +
                         "\"T1/7,1/1790000000\",ab12,2026-09-21T14:13:20Z,\"apples \"\"red\"\"\",1.25,1.99,1\n"
                         "\"T1/7,1/1790000000\",ab12,2026-09-21T14:13:20Z,bread,-2,2.50,1\n"
                         "T1/A/1790000005,,2026-09-21T14:13:25Z,bread,1,2.50,0\n");
  CHECK_FALSE(std::filesystem::exists(hq.folder / "out.csv.part"));
}

TEST_CASE("decisions are exported with what became of them and what replays them") {
  Hq hq;
  auto made = decision("A", 1, "jam", 250'000);
  auto& what = std::get<DecisionMade>(made.what);
  what.type = OfferType::upgrade;
  what.reason = ReasonCode::upgrade;
  what.explored = true;
  what.propensity_ppm = 50'000;
  what.campaign = "spring, early";
  what.replay = "AbC-_";
  hq.receive(batch("T1", 1, {made, answer("A", 1, Response::accepted, true), decision("B", 1, "tea")}));
  auto db = *open_hq_reader(hq.db);
  auto const file = hq.folder / "decisions.csv";
  auto const count = export_decisions(db, file);
  REQUIRE(count);
  CHECK(*count == 2);
  CHECK(raw(file) ==
        "terminal,sale,timestamp,number,stage,arm,silence,type,reason,item,trigger,campaign,probability_ppm,"
        "propensity_ppm,explored,release,eligible,offer,response,bought,replay\n"
        "T1,A,2026-09-21T14:13:30Z,1,scan,treated,none,upgrade,upgrade,jam,bread,\"spring, early\",250000,50000,1,3,"
        "\"[\"\"jam\"\",\"\"other\"\"]\",1,accepted,1,AbC-_\n"
        "T1,B,2026-09-21T14:13:30Z,1,scan,treated,none,suggestion,bought_together,tea,bread,,100000,1000000,0,3,"
        "\"[\"\"tea\"\",\"\"other\"\"]\",1,,,\n");
}

TEST_CASE("an export whose name ends in .gz is compressed and holds the same") {
  Hq hq;
  hq.receive(batch("T1", 1, {closed("A", Arm::treated, 250)}));
  auto db = *open_hq_reader(hq.db);
  REQUIRE(export_transactions(db, hq.folder / "out.csv"));
  REQUIRE(export_transactions(db, hq.folder / "out.csv.gz"));
  CHECK(raw(hq.folder / "out.csv.gz").starts_with("\x1f\x8b"));
  CHECK(content(hq.folder / "out.csv.gz") == raw(hq.folder / "out.csv"));
}

TEST_CASE("an export that cannot be written says so and leaves nothing behind; one without sales is a header") {
  Hq hq;
  auto db = *open_hq_reader(hq.db);
  auto const nowhere = export_transactions(db, hq.folder / "absent" / "out.csv");
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == Code::io);
  CHECK(nowhere.error().what.find("cannot be created") != std::string::npos);
  REQUIRE(export_transactions(db, hq.folder / "empty.csv"));
  CHECK(raw(hq.folder / "empty.csv") == kHeader);
}

TEST_CASE("an export takes the place of an export of its kind, and of nothing else that is there") {
  Hq hq;
  hq.receive(batch("T1", 1, {closed("A", Arm::treated, 250)}));
  auto db = *open_hq_reader(hq.db);
  auto const refused = [](auto const& done) {
    return !done && done.error().code == Code::rejected && done.error().what.find("move it away") != std::string::npos;
  };
  auto const file = hq.folder / "t.csv";
  REQUIRE(export_transactions(db, file));
  CHECK(export_transactions(db, file)->sales == 1);
  CHECK(refused(export_decisions(db, file)));
  CHECK(refused(export_names(db, file.string(), "all")));
  CHECK(raw(file).starts_with(kHeader));
  // Somebody's history, with the columns that the builder reads; and what is no text at all.
  auto const history = hq.folder / "history.csv";
  std::ofstream{history}
      << "basket_id,customer_id,timestamp,sku,quantity,unit_price\n1,,2026-01-01T00:00:00Z,tea,1,2.00\n";
  auto const before = raw(history);
  CHECK(refused(export_transactions(db, history)));
  CHECK(raw(history) == before);
  CHECK(refused(export_transactions(db, hq.db)));
  CHECK(refused(export_transactions(db, hq.folder.path())));
  std::ofstream{hq.folder / "empty"};
  CHECK(export_transactions(db, hq.folder / "empty"));
  auto const packed = hq.folder / "t.csv.gz";
  REQUIRE(export_transactions(db, packed));
  CHECK(export_transactions(db, packed));
  CHECK_FALSE(std::filesystem::exists(hq.folder / "history.csv.part"));
}

TEST_CASE("an export can begin at a date") {
  Hq hq;
  hq.receive(batch("T1", 1, {closed("A", Arm::treated, 250), weighed_sale()}));
  auto db = *open_hq_reader(hq.db);
  CHECK(export_transactions(db, hq.folder / "out.csv", {at(50)})->sales == 1);
}

TEST_CASE("the terminals page shows presence, lag, pending results and the last error in 80 columns") {
  Fleet fleet;
  fleet.newest_release = 9;
  TerminalRow row;
  row.terminal = "till-1";
  row.online = true;
  row.release = 7;
  row.pending = 12'345;
  row.phase = "fetching 3/171";
  row.last_error = "chunk 5 " + std::string(200, 'x');
  row.version = "0.1.0";
  row.dropped = 3;
  row.counters = R"({"sales":12,"hints":5})";
  row.last_seen = at(0).time_since_epoch().count();
  fleet.terminals.push_back(row);
  auto const text = to_text(fleet, at(90));
  CHECK(text.find("1 terminal, 1 online; newest release 9") != std::string::npos);
  CHECK(text.find("till-1                online          7    2   12,345  90 s ago") != std::string::npos);
  CHECK(text.find("hints 5, sales 12") != std::string::npos);
  CHECK(text.find("lost 3 results") != std::string::npos);
  auto const json = nlohmann::json::parse(to_json(fleet));
  CHECK(json["terminals"][0]["lag"] == 2);
  CHECK(json["terminals"][0]["counters"]["sales"] == 12);
  CHECK(to_text(Fleet{}, at(0)).find("No terminal has spoken yet") != std::string::npos);
  // Online by what the broker kept of it: said before HQ listened.
  fleet.terminals[0].last_seen = 0;
  fleet.terminals[0].state_at = at(30).time_since_epoch().count();
  CHECK(to_text(fleet, at(90)).find("12,345  60 s ago") != std::string::npos);
  fleet.terminals[0].online = false;
  CHECK(to_text(fleet, at(90)).find("12,345  never") != std::string::npos);
}

TEST_CASE("what a terminal says of itself cannot steer the operator's console") {
  Fleet fleet;
  TerminalRow row;
  row.terminal = "till-1";
  row.phase = "fetching \x1b[2J";
  row.last_error =
      "gone\r\nall well \x1b]0;title\x07 \xc2\x9b"
      "2J \x7f Stra\xc3\x9f"
      "e";
  row.version = "\x1b[31m1.0";
  fleet.terminals.push_back(row);
  auto const text = to_text(fleet, at(90));
  for (char const c : text) CHECK((c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)));
  CHECK(text.find("\xc2\x9b") == std::string::npos);
  CHECK(text.find("\r") == std::string::npos);
  CHECK(text.find("gone??all well") != std::string::npos);
  CHECK(text.find("Stra\xc3\x9f"
                  "e") != std::string::npos);
}

TEST_CASE("a key pair is made once, private to its owner, and never overwritten") {
  test::TempDir folder;
  auto const keys = folder / "keys";
  auto const made = init_key(keys, "hq");
  REQUIRE(made);
  CHECK(std::filesystem::status(made->private_file).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  auto const before = raw(made->private_file);
  auto const again = init_key(keys, "hq");
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Code::rejected);
  CHECK(raw(made->private_file) == before);
  CHECK(SigningKey::load(made->private_file)->id() == made->id);
  CHECK(PublicKey::load(made->public_file)->id() == made->id);

  std::filesystem::remove(made->private_file);
  CHECK(init_key(keys, "hq").error().code == Code::rejected);
  CHECK(init_key(keys, "../escape").error().code == Code::invalid);
}

TEST_CASE("keys are listed with their ids; a damaged one is named") {
  test::TempDir folder;
  auto const first = *init_key(folder / "keys", "b");
  auto const second = *init_key(folder / "keys", "a");
  auto const keys = list_keys(folder / "keys");
  REQUIRE(keys);
  REQUIRE(keys->size() == 2);
  CHECK(keys->at(0).id == second.id);
  CHECK(keys->at(1).id == first.id);
  std::ofstream{folder / "keys" / "c.pub.pem"} << "nonsense";
  CHECK(list_keys(folder / "keys").error().what.find("c.pub.pem") != std::string::npos);
  CHECK(list_keys(folder / "absent").error().code == Code::not_found);
}

TEST_CASE("times are read as dates, moments or ages, and refused with the right forms") {
  auto const now = at(0);
  CHECK(to_iso(now) == "2026-09-21T14:13:20Z");
  CHECK(to_minute(now) == "2026-09-21 14:13");
  CHECK(*parse_since("2026-09-21T14:13:20", at(9)) == now);
  CHECK(*parse_since("2026-09-21T14:13:20Z", at(9)) == now);
  CHECK(to_iso(*parse_since("2026-09-21", now)) == "2026-09-21T00:00:00Z");
  CHECK(*parse_since("7d", now) == now - std::chrono::days{7});
  CHECK(*parse_since("24h", now) == now - std::chrono::hours{24});
  CHECK(*parse_since("30m", now) == now - std::chrono::minutes{30});
  for (auto const* const bad : {"", "7", "d", "7y", "-3d", "2026-02-30", "2026-13-01", "2026-9-21", "yesterday",
                                "2026-09-21T25:00:00", "2026-09-21T10:00", "2026-09-21x10:00:00"}) {
    CAPTURE(bad);
    auto const refused = parse_since(bad, now);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("2026-11-21T08:00:00") != std::string::npos);
  }
}

namespace {

Outcome named_sale(std::string const& sale, std::string const& sku, std::int64_t price, std::int64_t second) {
  SaleClosed done;
  done.sale = SaleId{sale};
  done.begun = at(second - 5);
  done.total = {price, kEuro};
  done.lines = {{Sku{sku}, {1'000}, {price, kEuro}}};
  return {at(second), done};
}

}  // namespace

TEST_CASE("open names are told with their sales, the most frequent first, until they are assigned") {
  Hq hq;
  hq.receive(batch("T1", 1,
                   {named_sale("1", "name:QX MYSTERY", 125, 10), named_sale("2", "name:QX MYSTERY", 150, 20),
                    named_sale("3", "name:RARE", 99, 30), named_sale("4", "4711", 99, 40)}));
  hq.receive(batch("T2", 1, {named_sale("1", "name:QX MYSTERY", 125, 50)}));
  auto db = *open_hq_reader(hq.db);
  auto const names = *open_names(db);
  REQUIRE(names.size() == 2);
  CHECK(names[0].text == "QX MYSTERY");
  CHECK(names[0].lines == 3);
  CHECK(names[0].least == 125);
  CHECK(names[0].most == 150);
  CHECK(names[0].last == at(50));
  CHECK(names[0].told_by == std::vector<std::string>{"T1", "T2"});
  CHECK(names[0].currency == kEuro);
  CHECK(open_names(db, {.since = at(25), .most = 9})->front().lines == 1);
  CHECK(open_names(db, {.since = {}, .most = 1})->size() == 1);
  CHECK(*currency_of_sales(db) == kEuro);
  CHECK(to_text(names[0], {}) == "QX MYSTERY\n    3 times at 1.25 to 1.50 EUR; last 2026-09-21 14:14 UTC; T1, T2\n");
  auto const assign = [&](std::string const& text, std::string const& price, std::int64_t since) {
    auto writer = *Database::open(hq.db);
    auto put = *writer.prepare("INSERT INTO names VALUES('all', ?1, ?2, '4711', ?3)");
    put.bind(1, text).bind(2, price).bind(3, since);
    REQUIRE(put.run());
  };
  auto const second = [](Timestamp time) { return time.time_since_epoch().count() / 1000; };
  assign("qx mystery", "125", second(at(60)));
  CHECK(open_names(db)->front().lines == 1);  // those at 1.50
  assign("RARE", "", second(at(0)) - 100);
  CHECK(open_names(db)->size() == 2);  // told still, long after it was assigned
  assign("rare", "", second(at(0)));
  CHECK(open_names(db)->size() == 1);

  auto const file = (hq.folder / "names.csv").string();
  CHECK(*export_names(db, file, "all") == 3);
  CHECK(raw(file) == "text,sku,price\nRARE,4711,\nqx mystery,4711,1.25\nrare,4711,\n");
  auto const read = *read_names_file(file);
  REQUIRE(read.size() == 3);
  CHECK(read[1].text == "qx mystery");
  CHECK(read[1].price == "1.25");
  CHECK(read[1].where == file + ":3");
}

TEST_CASE("what is asked daily does not read every line ever sold") {
  Hq hq;
  auto db = *open_hq_reader(hq.db);
  auto plan = *db.prepare("EXPLAIN QUERY PLAN SELECT sku FROM sale_lines l WHERE l.sku >= 'name:' AND l.sku < 'name;'");
  REQUIRE(*plan.step());
  CHECK(std::string{plan.text(3)}.find("sale_lines_open") != std::string::npos);
}

TEST_CASE("a faulty file of names is told with file and line") {
  test::TempDir const folder;
  auto const file = (folder / "names.csv").string();
  auto const error = [&](std::string_view text) {
    std::ofstream(file, std::ios::binary) << text;
    auto const read = read_names_file(file);
    return read ? std::string("accepted") : read.error().what.substr(file.size());
  };
  CHECK(error("name,sku\n") == ":1: the first line must name the columns: text,sku[,price]");
  CHECK(error("") == ":1: the first line must name the columns: text,sku[,price]");
  CHECK(error("text,sku\nfine,1\nalone\n") == ":3: has 1 columns, too few");
  CHECK(error("text,sku\n\"open,1\n") == ":2: a quoted field has no end");
  CHECK(read_names_file(file + ".absent").error().code == Code::not_found);
}

TEST_CASE("the nearest items of a name share its letters, and the price heard decides between equals") {
  NearItems items;
  items.add({"1", "Jumbo bag pink polkadot", 195});
  items.add({"2", "Jumbo bag red retrospot", 195});
  items.add({"3", "Jumbo storage bag suki", 208});
  items.add({"4", "Молоко топлёное 4 %", 99});
  items.add({"5", "Café au lait", 250});
  items.add({"6", "Jumbo bag pink polkadot", 295});
  auto const first = [&](std::string_view heard, std::int64_t price = 0) {
    auto const near = items.nearest(heard, price, price, 3);
    return near.empty() ? std::string{} : near.front().sku;
  };
  CHECK(first("JUMBO BAG PINK", 195) == "1");
  CHECK(first("JUMBO BAG PINK", 295) == "6");
  CHECK(first("JMB BAG RED RET") == "2");
  CHECK(first("МОЛОКО ТОПЛ") == "4");
  CHECK(first("cafe lait") == "5");
  CHECK(first("zzzz").empty());
  CHECK(first("").empty());
  CHECK(first("\xff\xfe\xc3").empty());
  CHECK(items.nearest("jumbo bag", 0, 0, 2).size() == 2);
  CHECK(items.nearest("Jumbo storage bag suki", 0, 0, 1).front().likeness == doctest::Approx(1));
  CHECK(items.find("4")->name == "Молоко топлёное 4 %");
  CHECK(items.find("7") == nullptr);
}
