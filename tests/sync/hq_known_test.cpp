#include "tillcue/sync/hq_known.hpp"

#include "hq_office_scene.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync::hq_test {
namespace {

TEST_CASE("a stop of a campaign that no published bundle has is done, with a note of those there are") {
  Office o;
  auto const stop = [&](std::string const& campaign) {
    return o.ask({{"do", "stop"}, {"scope", "all"}, {"campaign", campaign}});
  };
  CHECK_FALSE(stop("jam").contains("note"));  // none is known yet
  CHECK(o.ask({{"do", "campaigns"}, {"names", {"jam", "spring"}}})["ok"] == true);
  CHECK_FALSE(stop("spring").contains("note"));
  auto const slip = stop("sprig");
  CHECK(slip["ok"] == true);
  CHECK(slip["note"] == R"(no published bundle has a campaign "sprig"; they have: jam, spring)");
  CHECK(o.said("all")->content == R"({"stop":["jam","sprig","spring"]})");
  o.now = at(60);
  auto many = Json::array();
  for (char c = 'a'; c <= 'h'; ++c) many.push_back(std::string(1, c));
  CHECK(o.ask({{"do", "campaigns"}, {"names", many}})["ok"] == true);
  o.restart();
  CHECK(stop("x")["note"] == R"(no published bundle has a campaign "x"; they have: a, b, c, d, e, f, g, h, ...)");
  CHECK_FALSE(o.ask({{"do", "resume"}, {"scope", "all"}, {"campaign", "sprig"}}).contains("note"));
  CHECK(o.ask({{"do", "campaigns"}, {"names", {7}}})["ok"] == false);
}

TEST_CASE(
    "what no published bundle has is out of stock, or a name's item, with a note; so is what is back and was not out") {
  Office o;
  auto const stock = [&](Json out, Json back) {
    return o.ask({{"do", "stock"}, {"scope", "all"}, {"out", std::move(out)}, {"back", std::move(back)}});
  };
  auto const none = Json::array();
  CHECK_FALSE(stock({"jam"}, none).contains("note"));  // none is known yet
  // Of the second any card's number could be made: what is published is not looked at again.
  CHECK(o.ask({{"do", "items"}, {"skus", {"jam", "4111111111111111", "tea"}}})["ok"] == true);
  CHECK(o.ask({{"do", "items"}, {"skus", {"milk", "tea"}}})["ok"] == true);
  CHECK_FALSE(stock({"tea", "milk"}, none).contains("note"));
  o.restart();
  auto const slip = stock({"jam", "mlk", "te"}, none);
  CHECK(slip["ok"] == true);
  CHECK(slip["note"] == "no published bundle has an item mlk, te");
  CHECK(o.said("all")->content == R"({"out_of_stock":["jam","milk","mlk","te","tea"]})");
  CHECK_FALSE(stock(none, {"mlk", "te", "jam"}).contains("note"));
  CHECK(stock(none, {"jam", "tea"})["note"] == "not said to be out of stock for all before: jam");
  CHECK(stock({"mlk"}, {"jam"})["note"] ==
        "no published bundle has an item mlk; not said to be out of stock for all before: jam");
  auto const name = [&](char const* sku) {
    auto set = Json::array({Json::array({"COLA", sku})});
    return o.ask({{"do", "names"}, {"scope", "all"}, {"set", std::move(set)}, {"unset", Json::array()}});
  };
  CHECK_FALSE(name("tea").contains("note"));
  CHECK(name("tee")["note"] == "no published bundle has an item tee");
}

TEST_CASE("a terminal that will not come again is forgotten, and no old word of the broker's brings it back") {
  Office o;
  o.in_store("till-1", "s-1");
  o.in_store("till-9", "s-1");
  auto const forget = [&](char const* name) { return o.ask({{"do", "forget"}, {"terminal", name}}); };
  auto const known = [&] { return ask_text(o.db, "SELECT terminal FROM terminals ORDER BY terminal"); };
  CHECK(forget("till-2")["code"] == "not_found");
  auto const refused = forget("till-9");
  CHECK(refused["code"] == "rejected");
  CHECK(refused["error"] ==
        "till-9: is connected, and spoke 0 s ago; switch it off first, or wait for 5 minutes of silence");
  o.now = at(301);  // online still, by what the broker has of it
  CHECK(forget("till-9")["ok"] == true);
  CHECK(known() == "till-1");
  auto const word = o.ask({{"do", "stop"}, {"scope", "all"}});
  CHECK(o.ask({{"do", "holders"}, {"word", word["word"]}, {"number", word["number"]}})["online"] == 1);

  TerminalState state;
  state.terminal = TerminalId{"till-9"};
  Held held;
  held.terminal = state.terminal;
  o.restart();
  REQUIRE(o.inbox.note_state(state, true, o.now));
  REQUIRE(o.office->heard(held, true));
  state.presence = Presence::offline;  // its will, at last
  REQUIRE(o.inbox.note_state(state, false, o.now));
  CHECK(known() == "till-1");
  CHECK(ask_text(o.db, "SELECT terminal FROM held") == "till-1");
  state.presence = Presence::online;
  REQUIRE(o.inbox.note_state(state, false, o.now));
  REQUIRE(o.inbox.note_state(state, true, o.now));
  CHECK(known() == "till-1|till-9");
}

TEST_CASE("a word for a place where no terminal ever was is said, with a note of the places there are") {
  Office o;
  auto const note = [](Json const& answer) {
    CHECK(answer["ok"] == true);
    return answer.value("note", "");
  };
  auto const stop = [&](char const* scope) { return note(o.ask({{"do", "stop"}, {"scope", scope}})); };
  CHECK(stop("store:s-1").empty());  // set up before its tills come: nobody is known
  o.online("till-1");
  CHECK(stop("store:s-2") == "no terminal has ever said it is in store:s-2, nor in any store");
  o.in_store("till-1", "store-1");
  o.in_store("till-2", "store-2");
  CHECK(stop("all").empty());
  CHECK(stop("store:store-1").empty());
  CHECK(stop("terminal:till-2").empty());
  CHECK(stop("terminal:till-99") == "no terminal has ever called itself till-99; known terminals: till-1, till-2");
  auto const nowhere = "no terminal has ever said it is in store:nostore; known stores: store-1, store-2";
  CHECK(stop("store:nostore") == nowhere);
  CHECK(o.said("store:nostore")->content == R"({"stop_all":true})");
  auto const none = Json::array();
  CHECK(note(o.ask(
            {{"do", "config"}, {"scope", "store:nostore"}, {"set", {{"screen.hint_ms", 9000}}}, {"unset", none}})) ==
        nowhere);
  auto const name = Json::array({Json::array({"COLA", "tea"})});
  CHECK(note(o.ask({{"do", "names"}, {"scope", "store:nostore"}, {"set", name}, {"unset", none}})) == nowhere);
  CHECK(o.ask({{"do", "items"}, {"skus", {"tea"}}})["ok"] == true);
  CHECK(note(o.ask({{"do", "stock"}, {"scope", "group:north"}, {"out", {"te"}}, {"back", none}})) ==
        "no published bundle has an item te; no terminal has ever said it is in group:north, nor in any group");
}

TEST_CASE("a budget of a campaign that no published bundle has is shared out, with a note; partners are in no list") {
  Office o;
  auto const note = [&](char const* name) {
    auto const answer = o.ask({{"do", "budget set"}, {"name", name}, {"amount", 1000}});
    CHECK(answer["ok"] == true);
    return answer.value("note", "");
  };
  CHECK(note("jam").empty());
  CHECK(o.ask({{"do", "campaigns"}, {"names", {"jam", "spring"}}})["ok"] == true);
  CHECK(note("spring").empty());
  CHECK(note("partner:dairy").empty());
  CHECK(note("nosuch") == "no published bundle has a campaign \"nosuch\"; they have: jam, spring");
  CHECK(o.ask({{"do", "budget end"}, {"name", "nosuch"}})["ok"] == true);
  CHECK(o.ask({{"do", "budget end"}, {"name", "nosuch"}})["code"] == "not_found");
}

TEST_CASE("whoever has something said while the broker is away is told since when") {
  Office o;
  o.link.up = false;
  o.now = at(5);
  auto const stop = [&] { return o.ask({{"do", "stop"}, {"scope", "all"}}); };
  CHECK(stop()["no_broker_since"] == unix_seconds(at(0)));  // never there since the office was opened
  o.link.up = true;
  o.office->connected();
  CHECK_FALSE(stop().contains("no_broker_since"));
  o.link.up = false;
  for (int n = 10; n < 13; ++n) {  // every attempt that fails
    o.now = at(n);
    o.office->lost();
  }
  CHECK(stop()["no_broker_since"] == unix_seconds(at(10)));
  CHECK(o.ask({{"do", "holders"}, {"word", "live all"}, {"number", 1}})["no_broker_since"] == unix_seconds(at(10)));
}

}  // namespace
}  // namespace tillcue::sync::hq_test
