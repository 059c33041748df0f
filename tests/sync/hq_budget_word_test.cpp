#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "hq_office_scene.hpp"
#include "tillcue/sync/hq_known.hpp"
#include "tillcue/sync/hq_store.hpp"

namespace tillcue::sync::hq_test {
namespace {

/// What a terminal says of the budget "jam": the grant it counts on, and what it has spent.
Held spends(std::string const& terminal, std::uint32_t grant, std::int64_t minor, std::int64_t issues) {
  Held held;
  held.terminal = TerminalId{terminal};
  held.budgets["jam"] = {grant, {minor, issues}};
  return held;
}

Json budget(Office& o) { return o.ask({{"do", "show"}})["budgets"][0]; }

Json set(Office& o, Json change) {
  change["do"] = "budget set";
  change["name"] = "jam";
  return o.ask(change);
}

/// A bundle's budget in a release for `scope`.
Json bring(Office& o, Json amount, Json issues, std::string const& scope = "all", std::string const& currency = "EUR") {
  Json request{{"do", "budget set"}, {"name", "jam"}, {"currency", currency}, {"scope", scope}};
  if (!amount.is_null()) request["amount"] = amount;
  if (!issues.is_null()) request["issues"] = issues;
  return o.ask(request);
}

std::pair<Json, Json> totals(Office& o) {
  auto const now = budget(o);
  return {now["amount"], now["issues"]};
}

std::string note(Json const& answer) {
  CHECK(answer["ok"] == true);
  return answer.value("note", "");
}

bool says(std::string const& text, std::string const& what) { return text.find(what) != std::string::npos; }

/// The share that the last word to it gives.
Json share(Office const& o, std::string const& terminal) {
  return Json::parse(o.said("terminal:" + terminal)->content)["grants"]["jam"];
}

TEST_CASE("a budget made smaller than what is spent stops at once: what is not spent is called back, and it is told") {
  Office o;
  for (auto const* terminal : {"A", "B"}) o.online(terminal);
  REQUIRE(bring(o, 8'000, 80)["ok"] == true);
  for (auto const* terminal : {"A", "B"}) REQUIRE(o.office->heard(spends(terminal, 0, 0, 0)));
  auto const first = share(o, "A");
  REQUIRE(o.office->heard(spends("A", first["number"], 900, 9)));
  auto const more = share(o, "A");
  CHECK(more["amount"] > 900);
  auto const answer = note(set(o, {{"amount", 100}, {"issues", 5}}));
  CHECK(says(answer, "more than that is spent already: amount 900, issues 9"));
  CHECK(says(answer, "did not spend of shares beyond it is called back"));
  auto const a = share(o, "A"), b = share(o, "B");
  CHECK(a["number"] > more["number"]);
  CHECK(a["amount"] == 900);
  CHECK(a["issues"] == 9);
  CHECK(b["amount"].get<int>() == 0);
  // Both have heard it: nothing goes out again, over a restart too.
  o.restart();
  REQUIRE(o.office->heard(spends("A", a["number"], 900, 9)));
  REQUIRE(o.office->heard(spends("B", b["number"], 0, 0)));
  CHECK(share(o, "A") == a);
  CHECK(share(o, "B") == b);
  CHECK(budget(o)["left_amount"] == 0);
}

TEST_CASE("a budget made smaller than what is given out leaves everybody part of the rest") {
  Office o;
  for (auto const* terminal : {"A", "B"}) o.online(terminal);
  REQUIRE(set(o, {{"amount", 8'000}})["ok"] == true);
  for (auto const* terminal : {"A", "B"}) REQUIRE(o.office->heard(spends(terminal, 0, 0, 0)));
  CHECK(share(o, "A")["amount"].get<int>() + share(o, "B")["amount"].get<int>() > 1'000);
  auto const answer = note(set(o, {{"amount", 1'000}}));
  CHECK(says(answer, "called back"));
  CHECK_FALSE(says(answer, "spent already"));
  CHECK(share(o, "A")["amount"] == 500);
  CHECK(share(o, "B")["amount"] == 500);
  CHECK(note(set(o, {{"amount", 1'001}})).empty());
}

TEST_CASE("a limit that is lifted reaches a till whose share is used up, by head office's word or a release") {
  for (bool const by_release : {false, true}) {
    CAPTURE(by_release);
    Office o;
    for (auto const* terminal : {"A", "B"}) o.online(terminal);
    REQUIRE(bring(o, 100, 1'000)["ok"] == true);
    for (auto const* terminal : {"A", "B"}) REQUIRE(o.office->heard(spends(terminal, 0, 0, 0)));
    // Nothing is left to give of the money, plenty of the offers.
    for (int n = 0; n < 20; ++n) {
      for (auto const* terminal : {"A", "B"}) {
        auto const now = share(o, terminal);
        REQUIRE(o.office->heard(spends(terminal, now["number"], now["amount"], 1)));
      }
    }
    auto const used_up = share(o, "A");
    REQUIRE(o.office->heard(spends("A", used_up["number"], used_up["amount"], 1)));
    REQUIRE(used_up == share(o, "A"));
    REQUIRE(used_up["amount"] < 100);
    auto const done = by_release ? bring(o, nullptr, 1'000) : set(o, {{"no_limit", {"amount"}}});
    CHECK(done["ok"] == true);
    for (auto const* terminal : {"A", "B"}) CHECK_FALSE(share(o, terminal).contains("amount"));
    CHECK(share(o, "A")["number"] == used_up["number"]);
  }
}

TEST_CASE("a limit that is newly set reaches tills that have spent nothing and tills that are offline") {
  Office o;
  for (auto const* terminal : {"A", "B"}) {
    o.online(terminal);
    REQUIRE(o.office->heard(spends(terminal, 0, 0, 0)));
  }
  REQUIRE(set(o, {{"issues", 1'000}})["ok"] == true);
  CHECK_FALSE(share(o, "B").contains("amount"));
  TerminalState gone;
  gone.terminal = TerminalId{"B"};
  gone.presence = Presence::offline;
  REQUIRE(o.inbox.note_state(gone, false, o.now));
  CHECK(note(set(o, {{"amount", 100}})).empty());
  for (auto const* terminal : {"A", "B"}) CHECK(share(o, terminal).contains("amount"));
  CHECK(share(o, "B")["amount"] == 0);
}

TEST_CASE("what is not given of a budget stays; a limit is lifted by its own word, never the last one") {
  Office o;
  REQUIRE(set(o, {{"amount", 4'000}, {"issues", 50}})["ok"] == true);
  REQUIRE(set(o, {{"amount", 100}})["ok"] == true);
  CHECK(totals(o) == std::pair<Json, Json>{100, 50});
  REQUIRE(set(o, {{"issues", 7}})["ok"] == true);
  CHECK(totals(o) == std::pair<Json, Json>{100, 7});
  REQUIRE(set(o, {{"no_limit", {"issues"}}})["ok"] == true);
  CHECK(totals(o) == std::pair<Json, Json>{100, nullptr});
  auto const nothing = set(o, {{"no_limit", {"amount"}}});
  CHECK(nothing["code"] == "invalid");
  CHECK(says(nothing["error"], "budget end"));
  CHECK(set(o, {{"no_limit", {"money"}}})["ok"] == false);
  CHECK(set(o, {{"as_in_file", {"amount"}}})["code"] == "not_found");  // no bundle brought it
  CHECK(totals(o) == std::pair<Json, Json>{100, nullptr});
}

TEST_CASE("head office's word stands over releases until the campaigns file itself says otherwise than before") {
  Office o;
  CHECK(note(bring(o, 4'000, 50)).empty());
  REQUIRE(set(o, {{"amount", 100}})["ok"] == true);
  auto const again = note(bring(o, 4'000, 50));
  CHECK(says(again, "budget jam stays at amount 100, issues 50, as head office said it"));
  CHECK(says(again, "--amount file --issues file"));
  CHECK(totals(o) == std::pair<Json, Json>{100, 50});
  o.restart();
  CHECK(budget(o)["file_amount"] == 4'000);
  // The other figure is news; this one is not.
  auto const issues = note(bring(o, 4'000, 60));
  CHECK(says(issues, "amount 100, issues 50 before, amount 100, issues 60 now"));
  CHECK(totals(o) == std::pair<Json, Json>{100, 60});
  CHECK(says(note(bring(o, 5'000, 60)), "amount 5000, issues 60 now"));
  CHECK(totals(o) == std::pair<Json, Json>{5'000, 60});
  REQUIRE(set(o, {{"amount", 100}, {"no_limit", {"issues"}}})["ok"] == true);
  CHECK(says(note(bring(o, 5'000, 60)), "issues none"));
  REQUIRE(set(o, {{"as_in_file", {"amount", "issues"}}})["ok"] == true);
  CHECK(totals(o) == std::pair<Json, Json>{5'000, 60});
  CHECK(note(bring(o, 5'000, 60)).empty());
}

TEST_CASE("a release for part of the chain does not change a budget that the chain's brought, and says so") {
  Office o;
  REQUIRE(bring(o, 4'000, 50)["ok"] == true);
  auto const told = note(bring(o, 40'000, 50, "terminal:till-3"));
  CHECK(says(told, "budget jam stays at amount 4000, issues 50, of the release for the chain"));
  CHECK(says(told, "one for terminal:till-3 does not change it"));
  CHECK(note(bring(o, 4'000, 50, "store:s-1")).empty());
  CHECK(totals(o) == std::pair<Json, Json>{4'000, 50});
  CHECK(budget(o)["file_amount"] == 4'000);
}

TEST_CASE("a budget is of one currency: another's bundle is refused, and what its tills spend is not added") {
  Office o;
  REQUIRE(bring(o, 4'000, 50)["ok"] == true);
  auto const other = bring(o, 40'000, 50, "terminal:till-3", "USD");
  CHECK(other["code"] == "rejected");
  CHECK(says(other["error"], "budget jam is money in EUR (release for all), this bundle's is in USD"));
  CHECK(says(other["error"], "give the campaign another id"));
  auto db = *open_hq_reader(o.db);  // as publish asks, before it uploads
  CHECK(check_budget_currency(db, {{"jam", {}, {}}}, "USD").error().code == Code::rejected);
  CHECK(check_budget_currency(db, {{"jam", {}, {}}}, "EUR"));
  CHECK(check_budget_currency(db, {{"tea", {}, {}}}, "USD"));

  // It was published without --db, and the till spends under the name all the same.
  auto manifest = small_manifest();
  manifest.scope = "terminal:till-3";
  manifest.minimum_version = "0.0.0";
  REQUIRE(o.inbox.note_release(manifest, o.now));
  REQUIRE(o.ask({{"do", "campaigns"},
                 {"names", Json::array()},
                 {"bundle", manifest.bundle.hex()},
                 {"currency", "USD"}})["ok"] == true);
  TerminalState state;
  state.terminal = TerminalId{"till-3"};
  state.release = manifest.release;
  REQUIRE(o.inbox.note_state(state, false, o.now));
  o.online("till-1");
  REQUIRE(o.office->heard(spends("till-1", 0, 204, 2)));
  REQUIRE(o.office->heard(spends("till-3", 0, 180, 1)));
  CHECK(budget(o)["spent_amount"] == 204);
  CHECK(budget(o)["terminals"].size() == 1);
  o.restart();
  REQUIRE(set(o, {{"amount", 5'000}})["ok"] == true);
  CHECK(budget(o)["terminals"].size() == 1);
}

TEST_CASE("budgets of a database of before stay what they were, and take the next campaigns file's figures") {
  test::TempDir folder;
  auto const file = folder / "hq.sqlite";
  {
    auto db = *Database::open(file);
    REQUIRE(migrate(db, hq_migrations().first(14)));
    REQUIRE(
        db.execute("INSERT INTO budgets VALUES('jam', 5000, 9223372036854775807, 0, 0, 0, 0);"
                   "INSERT INTO accounts VALUES('jam', 't', 1, 30, 3, 7, 1, 0, 0);"
                   "INSERT INTO grants VALUES('jam', 't', 1, 1250, 0);"));
  }
  REQUIRE(Inbox::open(file));
  CHECK(ask_text(file, "SELECT minor || ' ' || currency || scope || file_minor || ' ' || file_issues FROM budgets") ==
        "5000 -1 -1");
  CHECK(ask(file, "SELECT count(*) FROM grants") == 1);
  Office o;
  o.office.reset();
  auto db = *Database::open(o.db);
  REQUIRE(
      db.execute("INSERT INTO budgets(name, minor, issues, free_minor, free_issues, terminals, since) VALUES('jam', "
                 "5000, 9223372036854775807, 0, 0, 0, 0)"));
  o.restart();
  CHECK_FALSE(budget(o).contains("file_amount"));
  CHECK(says(note(bring(o, 4'000, nullptr)), "amount 5000, issues none before, amount 4000, issues none now"));
}

}  // namespace
}  // namespace tillcue::sync::hq_test
