#include "tillcue/sync/hq_office.hpp"

#include <map>
#include <memory>
#include <random>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "hq_office_scene.hpp"
#include "tillcue/sync/hq_control.hpp"
#include "tillcue/sync/hq_key_words.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/hq_terminals.hpp"

namespace tillcue::sync::hq_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("keys are rotated: told by old and new, kept, said as signed; then serve must sign with a believed one") {
  Office office;
  auto const next = *SigningKey::generate();
  auto const change = [&] {
    auto db = *open_hq_reader(office.db);
    return KeysChange{"demo", *believed_keys(db, "demo"), {office.key, next}, 1'790'000'000};
  };
  auto const keys_said = [&] {
    std::string last;
    for (auto const& one : office.link.published) {
      if (one.topic == Topics("demo").word(TopicKind::keys, {})) last = one.payload;
    }
    return last;
  };
  CHECK(retire_key(change(), office.key.id()).error().code == Code::not_found);
  auto const rotation = *add_key(change(), office.key, next);
  CHECK(office.ask({{"do", "keys"}, {"envelope", "{}"}})["ok"] == false);
  auto const stranger = *SigningKey::generate();
  KeysChange forged{"demo", {}, {stranger}, 1'790'000'000};
  auto const refused = office.ask({{"do", "keys"}, {"envelope", *add_key(forged, stranger, next)}});
  CHECK(refused["code"] == "rejected");
  auto const taken = office.ask({{"do", "keys"}, {"envelope", rotation}});
  CHECK(taken["word"] == "keys all");
  CHECK(taken["number"] == 1);
  CHECK(keys_said() == rotation);
  CHECK(office.ask({{"do", "keys"}, {"envelope", rotation}})["code"] == "rejected");  // the same number again
  CHECK(change().before.believes(next.id()));
  CHECK(change().before.believes(office.key.id()));
  CHECK(add_key(change(), office.key, next).error().code == Code::rejected);
  // Serve would be left with a key nobody believes.
  auto const retirement = *retire_key(change(), office.key.id());
  auto const early = office.ask({{"do", "keys"}, {"envelope", retirement}});
  CHECK(early["error"].get<std::string>().find("start it with the new --key") != std::string::npos);
  auto const old = std::exchange(office.key, next);
  office.restart();
  auto manifest = small_manifest();
  manifest.minimum_version = "0.0.0";
  REQUIRE(office.inbox.note_release(manifest, office.now));
  office.link.published.clear();
  CHECK(office.ask({{"do", "keys"}, {"envelope", retirement}})["number"] == 2);
  CHECK(keys_said() == retirement);
  KeyRing only_old, only_new;
  only_old.pin(old.public_key());
  only_new.pin(next.public_key());
  CHECK(unseal(only_old, keys_said(), kMaxWord));
  CHECK(unseal(only_new, keys_said(), kMaxWord));
  // The manifest lies there under the new key.
  REQUIRE(office.link.published.size() == 2);
  CHECK(office.link.published.back().topic == Topics("demo").manifest());
  CHECK(decode_manifest(*unseal(only_new, office.link.published.back().payload))->release == 3);
  // Weeks later it is said as it was signed, though serve does not hold the old key.
  office.now += std::chrono::hours{24 * 40};
  office.link.published.clear();
  office.office->connected();
  CHECK(keys_said() == retirement);
  CHECK(retire_key(change(), next.id()).error().code == Code::rejected);
  HqOffice late{"demo", OfficeParts{office.inbox, office.link, old, [](auto, auto) {}, [&] { return office.now; }}};
  auto const opened = late.open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().what.find("sign with " + next.id()) != std::string::npos);
}

/// A terminal that applies the grants of its words and spends at random; its line loses and repeats.
struct Spender {
  std::string name;
  std::uint64_t word = 0;
  std::uint32_t grant = 0;
  std::int64_t share = 0, spent = 0;
  Epoch epoch{};  ///< none: of an older program
  std::uint64_t turn = 0;

  void hear(Office const& office) {
    auto const said = office.said("terminal:" + name);
    if (!said || said->number <= word) return;
    word = said->number;
    auto const live = Json::parse(said->content);
    auto const found = live.value("grants", Json::object());
    bool const ours = epoch == Epoch{} || live.value("epoch", std::string{}) == to_text(epoch);
    share = ours && found.contains("jam") ? found["jam"].value("amount", std::int64_t{0}) : 0;
    grant = ours && found.contains("jam") ? found["jam"].value("number", 0U) : 0;
  }
  void spend(std::int64_t cost) {
    if (spent + cost > share) return;
    spent += cost;
    ++turn;
  }
  [[nodiscard]] Held held() const {
    Held held;
    held.terminal = TerminalId{name};
    held.words["live terminal:" + name] = std::max<std::uint64_t>(word, 1);
    held.budgets["jam"] = {grant, {spent, spent}};
    held.epoch = epoch;
    held.turn = epoch == Epoch{} ? 0 : turn;
    return held;
  }
};

TEST_CASE("stop and resume become signed, numbered, retained words of their scope and outlast a restart") {
  Office o;
  auto const answer = o.ask({{"do", "stop"}, {"scope", "store:s-1"}, {"campaign", "jam"}});
  CHECK(answer["ok"] == true);
  CHECK(answer["word"] == "live store:s-1");
  CHECK(answer["number"] == 1);
  CHECK(o.said("store:s-1")->content == R"({"stop":["jam"]})");
  CHECK(o.link.published.back().retain);
  CHECK(o.ask({{"do", "stop"}, {"scope", "store:s-1"}})["number"] == 2);
  CHECK(o.ask({{"do", "stop"}, {"scope", "store:s-1"}})["number"] == 2);  // said already
  o.restart();
  CHECK(o.ask({{"do", "resume"}, {"scope", "store:s-1"}, {"campaign", "jam"}})["number"] == 3);
  CHECK(o.said("store:s-1")->content == R"({"stop_all":true})");
  CHECK(o.ask({{"do", "resume"}, {"scope", "store:s-1"}})["number"] == 4);
  CHECK(o.said("store:s-1")->content == "{}");
  auto const again = o.ask({{"do", "resume"}, {"scope", "store:s-1"}});
  CHECK(again["ok"] == false);
  CHECK(again["code"] == "not_found");
}

TEST_CASE("names are said with the live word of their scope, replaced, taken back, and never crowd out a stop") {
  Office o;
  auto const change = [&](Json set, Json unset = Json::array()) {
    return o.ask({{"do", "names"}, {"scope", "all"}, {"set", std::move(set)}, {"unset", std::move(unset)}});
  };
  auto const first = change({{"QX MYSTERY 77", "4711"}, {"COLA \"L\"", "4712", 129}});
  CHECK(first["word"] == "live all");
  CHECK(o.said("all")->content == R"({"names":[["COLA \"L\"","4712",129],["QX MYSTERY 77","4711"]]})");
  CHECK(change(Json::array({Json::array({"QX MYSTERY 77", "4713"})}))["number"] == 2);
  o.restart();
  CHECK(change(Json::array(), {"COLA \"L\""})["number"] == 3);
  CHECK(o.said("all")->content == R"({"names":[["QX MYSTERY 77","4713"]]})");
  CHECK(change(Json::array(), {"COLA"})["code"] == "not_found");
  for (auto const& wrong : {Json::array({"", "1"}), Json::array({"A", ""}), Json::array({"A"}), Json("A"),
                            Json::array({"A", "1", "2"}), Json::array({"A\n", "1"}), Json::array({"A", 1}),
                            Json::array({std::string(201, 'x'), "1"}), Json::array({"A", std::string(65, '1')})}) {
    CAPTURE(wrong.dump());
    CHECK(change(Json::array({wrong}))["code"] == "invalid");
  }
  auto many = Json::array();
  for (int n = 0; n < 1'000; ++n) many.push_back({std::string(40, 'x') + std::to_string(n), "4711"});
  auto const refused = change(many);
  CHECK(refused["code"] == "invalid");
  CHECK(refused["error"].get<std::string>().find("names export") != std::string::npos);
  many.erase(many.begin() + 600, many.end());
  CHECK(change(many)["ok"] == true);
  CHECK(o.ask({{"do", "stop"}, {"scope", "all"}})["ok"] == true);
  CHECK(o.said("all")->content.find("\"stop_all\":true") != std::string::npos);
}

TEST_CASE("every word is said again on connecting, and anew before it expires") {
  Office o;
  o.ask({{"do", "stop"}, {"scope", "all"}});
  o.ask({{"do", "stock"}, {"scope", "store:s-1"}, {"out", {"4711"}}, {"back", Json::array()}});
  o.link.published.clear();
  o.office->connected();
  CHECK(o.link.published.size() == 2);
  CHECK(o.said("store:s-1")->content == R"({"out_of_stock":["4711"]})");
  auto const first = *o.said("all");
  o.now = at(16 * 86'400);
  o.office->tick();
  CHECK(o.said("all")->number == first.number + 1);
  CHECK(o.said("all")->expires > first.expires);
  CHECK(o.said("all")->content == first.content);
}

TEST_CASE("who holds a word is told, by scope, with refusals") {
  Office o;
  for (auto const* name : {"till-1", "till-2", "till-3"}) o.online(name);
  auto const number = o.ask({{"do", "stop"}, {"scope", "store:s-1"}})["number"];
  auto const hears = [&](char const* name, char const* store, std::uint64_t held, char const* refused) {
    Held one;
    one.terminal = TerminalId{name};
    one.store = store;
    if (held > 0) one.words["live store:s-1"] = held;
    if (*refused != 0) one.refused["live store:s-1"] = refused;
    REQUIRE(o.office->heard(one));
  };
  hears("till-1", "s-1", 1, "");
  hears("till-2", "s-1", 0, "has expired");
  hears("till-3", "s-2", 0, "");
  auto const seen = o.ask({{"do", "holders"}, {"word", "live store:s-1"}, {"number", number}});
  CHECK(seen["online"] == 2);
  CHECK(seen["holding"] == 1);
  CHECK(seen["refused"][0]["why"] == "has expired");
}

TEST_CASE("a budget is shared out, spent to the end by whoever sells, and never exceeded, whatever the line does") {
  constexpr std::int64_t kTotal = 1'000;
  std::mt19937_64 random{7};
  Office o;
  std::vector<Spender> tills;
  for (int n = 0; n < 5; ++n) tills.push_back({"till-" + std::to_string(n)});
  for (auto const& till : tills) o.online(till.name);
  REQUIRE(o.ask({{"do", "budget set"}, {"name", "jam"}, {"amount", kTotal}})["ok"] == true);
  auto const spent = [&] {
    std::int64_t sum = 0;
    for (auto const& till : tills) sum += till.spent;
    return sum;
  };
  for (int round = 0; round < 4'000; ++round) {
    auto& till = tills[random() % 5];
    if (random() % 3 == 0) till.hear(o);
    // The last two sell nothing: what they have must come back for the others.
    if (till.name < "till-3" && till.spent + 7 <= till.share && random() % 4 == 0) till.spent += 7;
    if (random() % 3 == 0) REQUIRE(o.office->heard(till.held()));
    if (round == 2'000) o.restart();
    REQUIRE(spent() <= kTotal);
  }
  CHECK(spent() > kTotal * 9 / 10);
  auto const shown = o.ask({{"do", "show"}})["budgets"][0];
  CHECK(shown["amount"] == kTotal);
  CHECK(shown["issues"].is_null());
  CHECK(shown["spent_amount"].get<std::int64_t>() <= spent());
  CHECK(o.ask({{"do", "budget end"}, {"name", "jam"}})["ok"] == true);
  tills[0].hear(o);
  CHECK(tills[0].share == 0);
}

TEST_CASE("terminals that lose their disks, and head office that restarts, never spend more than there is") {
  constexpr std::int64_t kTotal = 5'000;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    std::mt19937_64 random{seed};
    Office o;
    std::uint64_t files = 0;
    std::vector<Spender> tills;
    std::vector<Held> late;
    for (int n = 0; n < 4; ++n) {
      tills.push_back({"till-" + std::to_string(n)});
      tills.back().epoch = Epoch{++files};
    }
    for (auto const& till : tills) o.online(till.name);
    REQUIRE(o.ask({{"do", "budget set"}, {"name", "jam"}, {"amount", kTotal}})["ok"] == true);
    CHECK_FALSE(o.said("terminal:till-0"));  // nobody has said what it counts in
    std::int64_t gone = 0;
    for (int round = 0; round < 1'500; ++round) {
      auto& till = tills[random() % tills.size()];
      if (random() % 3 == 0) till.hear(o);
      if (random() % 3 == 0) till.spend(11);
      if (random() % 20 == 0 && till.spent >= 11) till.spent -= 11, ++till.turn;  // given back
      if (random() % 3 == 0) {
        late.push_back(till.held());
        if (random() % 4 != 0) REQUIRE(o.office->heard(late.back()));
      }
      if (random() % 30 == 0) REQUIRE(o.office->heard(late[random() % late.size()]));
      if (random() % 100 == 0) {
        gone += till.spent;
        till = {till.name};
        till.epoch = Epoch{++files};
      }
      if (random() % 200 == 0) o.restart();
      auto sum = gone;
      for (auto const& one : tills) sum += one.spent;
      REQUIRE(sum <= kTotal);
    }
    CHECK(files > 6);
    CHECK(gone > 0);
    std::int64_t told = 0;
    for (auto& till : tills) {
      REQUIRE(o.office->heard(till.held()));
      told += till.spent;
    }
    auto const shown = o.ask({{"do", "show"}})["budgets"][0];
    CHECK(shown["spent_amount"].get<std::int64_t>() >= gone + told);
  }
}

TEST_CASE("an earlier file of a terminal is not believed, and a program that cannot read its file changes nothing") {
  Office o;
  Spender till{"till-1"};
  o.online(till.name);
  REQUIRE(o.ask({{"do", "budget set"}, {"name", "jam"}, {"amount", 1'000}})["ok"] == true);
  till.epoch = Epoch{1};
  REQUIRE(o.office->heard(till.held()));
  till.hear(o);
  CHECK(till.share > 0);
  Held blind;
  blind.terminal = TerminalId{till.name};
  REQUIRE(o.office->heard(blind));
  auto const account = [&] { return o.ask({{"do", "show"}})["budgets"][0]["terminals"][0]; };
  CHECK(account()["before_amount"] == 0);

  auto const before = till;
  till = {till.name};
  till.epoch = Epoch{2};
  till.hear(o);
  CHECK(till.share == 0);  // the word of before is not for it
  REQUIRE(o.office->heard(till.held()));
  till.hear(o);
  CHECK(till.share > 0);
  CHECK(account()["before_amount"] == before.share);
  auto const number = o.said("terminal:till-1")->number;
  for (int n = 0; n < 3; ++n) REQUIRE(o.office->heard(before.held()));
  CHECK(o.said("terminal:till-1")->number == number);
  CHECK(account()["before_amount"] == before.share);
  o.restart();
  REQUIRE(o.office->heard(before.held()));
  CHECK(account()["before_amount"] == before.share);
}

TEST_CASE(
    "of what a budget does not limit nothing but what was told is spent, however often a terminal is set up anew") {
  Office o;
  o.online("till-1");
  REQUIRE(o.ask({{"do", "budget set"}, {"name", "bar"}, {"issues", 400}})["ok"] == true);
  auto const budget = [&] { return o.ask({{"do", "show"}})["budgets"][0]; };
  auto const told = [&] { return Json::parse(o.said("terminal:till-1")->content); };
  auto const says = [&](std::uint64_t file, Allotment spent) {
    Held held;
    held.terminal = TerminalId{"till-1"};
    held.epoch = Epoch{file};
    held.turn = static_cast<std::uint64_t>(spent.issues);
    if (spent.issues > 0) held.budgets["bar"] = {told()["grants"]["bar"]["number"], spent};
    REQUIRE(o.office->heard(held));
  };
  for (std::uint64_t file = 1; file <= 3; ++file) {
    says(file, {});
    says(file, {250, 2});
    o.restart();
  }
  CHECK(budget()["spent_amount"] == 750);
  CHECK(budget()["terminals"][0]["before_amount"] == 500);
  CHECK(budget()["spent_issues"].get<int>() >= 100 + 75 + 2);  // the shares of the files that are gone
  CHECK(budget()["left_amount"].is_null());

  // Limited afterwards, it holds at once for who was given shares before.
  REQUIRE(o.ask({{"do", "budget set"}, {"name", "bar"}, {"issues", 400}, {"amount", 1'000}})["ok"] == true);
  CHECK(told()["grants"]["bar"]["amount"] == 250 + 250);  // behind what it has spent
  CHECK(budget()["left_amount"] == 0);
}

TEST_CASE("a database that holds such sums of before tells them no more") {
  test::TempDir folder;
  auto const file = folder / "hq.sqlite";
  {
    auto db = *Database::open(file);
    REQUIRE(migrate(db, hq_migrations().first(12)));
    REQUIRE(
        db.execute("INSERT INTO budgets VALUES('bar', 9223372036854775807, 400, 0, 0, 0, 0), ('tea', 5000, "
                   "9223372036854775807, 0, 0, 0, 0), ('now', 5000, 40, 0, 0, 0, 0);"
                   "INSERT INTO accounts VALUES('bar', 't', 1, 30, 3, 7, 2, 281474976710656, 100), ('tea', 't', 1, 30, "
                   "3, 7, 2, 1250, 281474976710656), ('now', 't', 1, 30, 3, 7, 2, 281474976710656, 10);"
                   "INSERT INTO grants VALUES('bar', 't', 1, 281474976710656, 100), ('tea', 't', 1, 1250, "
                   "281474976710656), ('now', 't', 1, 281474976710656, 10);"));
  }
  REQUIRE(Inbox::open(file));
  CHECK(ask_text(file, "SELECT before_minor || ' ' || before_issues FROM accounts ORDER BY name") ==
        "0 100|0 10|1250 0");
  CHECK(ask_text(file, "SELECT minor || ' ' || issues FROM grants ORDER BY name") == "0 100|0 10|1250 0");
}

TEST_CASE("two terminals of one name are told as long as they speak by turns, and one that was set up anew is not") {
  Office o;
  o.online("till-1");
  auto const speaks = [&](std::uint64_t file) {
    Held held;
    held.terminal = TerminalId{"till-1"};
    held.epoch = Epoch{file};
    REQUIRE(o.office->heard(held));
  };
  auto const told = [&] {
    auto db = *open_hq_reader(o.db);
    auto const fleet = read_fleet(db);
    return to_text(*fleet, o.now).find("TWO TERMINALS HAVE THIS NAME") != std::string::npos;
  };
  for (auto const file : {1, 1, 2, 2}) speaks(file);
  CHECK_FALSE(told());
  for (auto const file : {1, 2, 1}) speaks(file);
  CHECK(told());
  CHECK(ask_text(o.db, "SELECT kind || ' ' || times FROM alarms WHERE terminal = 'till-1'") == "name_twice 3");
  o.now = at(200);  // the copy is off; the one that stays speaks on
  speaks(1);
  CHECK(told());
  o.now = at(301);
  speaks(1);
  CHECK_FALSE(told());
}

TEST_CASE("requests that break a rule are answered with code and reason") {
  Office o;
  auto const refused = [&](std::string const& line, std::string_view code, std::string_view why) {
    auto const answer = Json::parse(o.office->request(line));
    CHECK(answer["ok"] == false);
    CHECK(answer["code"] == code);
    CHECK_MESSAGE(answer["error"].get<std::string>().find(why) != std::string::npos, answer.dump());
  };
  refused("{", "invalid", "not JSON");
  refused(R"({"do":"dance"})", "unsupported", "dance");
  refused(R"({"do":"stop","scope":"shop:1"})", "invalid", "group:NAME");
  refused(R"({"do":"stock","scope":"all","out":[""],"back":[]})", "invalid", "1 to 64");
  refused(R"({"do":"budget set","name":"jam"})", "invalid", "limit its amount");
  refused(R"({"do":"budget set","name":"jam","amount":-1})", "invalid", "\"amount\"");
  refused(R"({"do":"budget end","name":"jam"})", "not_found", "jam");
  refused(R"({"do":"holders","word":"live all"})", "invalid", "\"number\"");
  CHECK(o.link.published.empty());
}

TEST_CASE("the control socket answers its owner, refuses a second server and says when nobody is there") {
  test::TempDir folder;
  auto const file = folder / "hq.control";
  CHECK(ask_serve(file, "x").error().code == Code::not_found);
  {
    auto const control = HqControl::listen(file, [](std::string_view line) { return "got " + std::string{line}; });
    REQUIRE(control);
    CHECK(ask_serve(file, "hello").value_or("") == "got hello");
    CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::all) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK(HqControl::listen(file, [](auto) { return std::string{}; }).error().code == Code::rejected);
  }
  CHECK(ask_serve(file, "x").error().code == Code::not_found);
  CHECK(HqControl::listen(folder / std::string(120, 'x'), [](auto) { return std::string{}; }).error().code ==
        Code::invalid);
}

}  // namespace
}  // namespace tillcue::sync::hq_test
