#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "hq_scene.hpp"
#include "samples.hpp"
#include "tillcue/sync/hq_office.hpp"
#include "tillcue/sync/hq_terminals.hpp"

namespace tillcue::sync::hq_test {
namespace {

using Json = nlohmann::json;

/// An office with a fleet whose terminals say what the test makes them say.
struct Fleet {
  tillcue::test::TempDir folder;
  SigningKey key = *SigningKey::generate();
  KeyRing ring;
  RecordingLink link;
  Inbox inbox;
  Timestamp now = at(0);
  std::unique_ptr<HqOffice> office;
  std::map<std::string, TerminalState> tills;
  std::string bytes = test::content(100), old = test::content(100, 2);

  explicit Fleet(int count) : inbox(*Inbox::open(folder / "hq.sqlite")) {
    ring.pin(key.public_key());
    restart();
    REQUIRE(inbox.note_release(test::manifest_of(old, 7), now));
    for (int n = 0; n < count; ++n) says("till-" + std::to_string(n), 7);
  }
  void restart() {
    office =
        std::make_unique<HqOffice>("demo", OfficeParts{inbox, link, key, [](auto, auto) {}, [this] { return now; }});
    REQUIRE(office->open());
  }
  void says(std::string const& name, std::uint64_t release) {
    auto& state = tills[name];
    state.terminal = TerminalId{name};
    state.release = release;
    state.can = {"parcels", "stages"};
    state.counters["started"] = state.counters["started"] == 0 ? 5 : state.counters["started"];
    REQUIRE(inbox.note_state(state, false, now));
  }
  Json ask(Json const& request) { return Json::parse(office->request(request.dump())); }
  Json start(Json more = Json::object()) {
    auto manifest = test::manifest_of(bytes, 1);
    Json request{{"do", "rollout start"}, {"manifest", *encode_manifest(manifest)},
                 {"first", {"till-0"}},   {"shares", {1'000, 5'000, 10'000}},
                 {"soak", 600},           {"deadline", 3'600},
                 {"tolerance", 200}};
    request.update(more);
    return ask(request);
  }
  Json status() { return ask({{"do", "rollout status"}}); }
  /// Minutes pass; who is in the stage runs the release soon, except `ill`.
  void pass(int minutes, std::set<std::string> const& ill = {}) {
    for (int n = 0; n < minutes; ++n) {
      now += std::chrono::minutes{1};
      auto const next = manifest("next");
      for (auto& [name, state] : tills) {
        bool const in = next && next->stage && !next->stage->paused && next->stage->includes(next->release, name);
        bool const news = in && state.release != next->release;
        if (!ill.contains(name) && (news || n % 10 == 0 || minutes < 5)) says(name, in ? next->release : state.release);
      }
      office->tick();
    }
  }
  /// The last one said to that scope; nothing when it was cleared.
  std::optional<Manifest> manifest(std::string const& scope) const {
    for (auto one = link.published.rbegin(); one != link.published.rend(); ++one) {
      if (one->topic != Topics("demo").manifest(scope)) continue;
      if (one->payload.empty()) return std::nullopt;
      return *decode_manifest(*unseal(ring, one->payload));
    }
    return std::nullopt;
  }
};

TEST_CASE("a release goes to the canaries, then in shares, then to all, each stage after its soak time") {
  Fleet f(40);
  CHECK(f.start()["release"] == 8);
  CHECK(f.manifest("next")->stage->first == std::vector<std::string>{"till-0"});
  CHECK(f.manifest("next")->stage->share == 0);
  CHECK(f.start()["code"] == "rejected");  // one at a time
  f.pass(9);
  CHECK(f.status()["stage"] == 0);
  f.pass(2);
  CHECK(f.status()["stage"] == 1);
  f.restart();  // it goes on where it stood
  f.pass(12);
  CHECK(f.status()["share"] == 5'000);
  f.pass(12);
  CHECK(f.status()["share"] == 10'000);
  CHECK_FALSE(f.manifest("all"));
  f.pass(12);
  CHECK(f.status()["state"] == "done");
  CHECK(f.manifest("all")->release == 8);
  CHECK_FALSE(f.manifest("all")->stage);
  CHECK_FALSE(f.manifest("next"));
  CHECK(f.status()["healthy"] == 40);
}

TEST_CASE("silence past the deadline pauses, and nobody else begins until somebody resumes") {
  Fleet f(40);
  f.start();
  f.pass(59, {"till-0"});
  CHECK(f.status()["state"] == "running");
  CHECK(f.status()["waiting"] == 1);
  f.pass(3, {"till-0"});
  auto const seen = f.status();
  CHECK(seen["state"] == "paused");
  CHECK(seen["failed"]["till-0"] == "does not run it by the deadline");
  CHECK(f.manifest("next")->stage->paused);
  auto const revision = f.manifest("next")->stage->revision;
  CHECK(f.ask({{"do", "rollout resume"}})["ok"] == true);
  CHECK_FALSE(f.manifest("next")->stage->paused);
  CHECK(f.manifest("next")->stage->revision == revision + 1);
  f.pass(12);
  CHECK(f.status()["stage"] == 1);
}

TEST_CASE("refusals, restarts, errors and sales without decisions are failures, each told by its name") {
  auto const failure = [](auto spoil) {
    Fleet f(40);
    f.start();
    f.pass(1);
    spoil(f, f.tills["till-0"]);
    f.pass(2);
    auto const seen = f.status();
    CHECK(seen["state"] == "paused");
    return seen["failed"].value("till-0", "");
  };
  CHECK(failure([](Fleet& f, TerminalState& s) {
          s.counters["refused_release"] = 8;
          s.last_error = "self-test";
          s.release = 7;
          f.tills["till-0"].release = 7;
          REQUIRE(f.inbox.note_state(s, false, f.now));
          f.office->tick();
        }).find("refused it") == 0);
  CHECK(failure([](Fleet& f, TerminalState& s) {
          for (int n = 0; n < 5; ++n) {
            ++s.counters["started"];
            f.pass(1);
          }
        }).find("started ") == 0);
  CHECK(failure([](Fleet&, TerminalState& s) { s.counters["errors"] += 21; }) == "21 errors since");
  CHECK(failure([](Fleet&, TerminalState& s) { s.counters["sales"] += 20; }) == "sells and decides nothing");
}

TEST_CASE("a few failures of many are borne, and who was away for weeks is not waited for") {
  Fleet f(60);
  f.now += std::chrono::hours{24 * 8};
  for (auto& [name, state] : f.tills) {
    if (name != "till-59") f.says(name, 7);
  }
  f.start({{"first", Json::array()}, {"shares", {10'000}}});
  f.pass(62, {"till-58", "till-59"});
  auto const seen = f.status();
  CHECK(seen["state"] == "done");
  CHECK(seen["away"] == 1);
  CHECK(seen["failed"].size() == 1);
}

/// What a terminal told of its words says which store it is in.
void in_store(Fleet& f, std::string const& terminal, std::string const& store) {
  Held held;
  held.terminal = TerminalId{terminal};
  held.store = store;
  REQUIRE(f.office->heard(held));
}

void goes(Fleet& f, std::string const& name, bool good_bye) {
  auto state = f.tills[name];
  state.presence = Presence::offline;
  state.epoch = good_bye ? Epoch{7} : Epoch{};
  REQUIRE(f.inbox.note_state(state, false, f.now));
}

TEST_CASE("who was off before the stage, or said good-bye, or is dark with its whole store, does not pause it") {
  Fleet f(40);
  for (auto const* name : {"till-1", "till-2", "till-3"}) in_store(f, name, "north");
  goes(f, "till-1", false);  // before the stage: for days
  f.now += std::chrono::hours{24 * 3};
  for (auto& [name, state] : f.tills) {
    if (name != "till-1") f.says(name, 7);
  }
  f.start({{"first", {"till-2", "till-3"}}, {"shares", {10'000}}, {"tolerance", 0}, {"soak", 5'400}});
  f.pass(5, {"till-1"});
  goes(f, "till-2", true);
  goes(f, "till-3", false);  // no good-bye: the power is off in the store, also for till-1, which has it not
  f.pass(92, {"till-1", "till-2", "till-3"});
  CHECK(f.status()["stage"] == 1);
  f.pass(100, {"till-1", "till-2", "till-3"});
  auto const seen = f.status();
  CHECK(seen["state"] == "done");
  CHECK(seen["failed"].empty());
  CHECK(seen["away"] == 2);
  CHECK(seen["healthy"] == 38);
}

TEST_CASE("who falls silent alone in its store has failed") {
  Fleet f(4);
  for (auto const* name : {"till-0", "till-1"}) in_store(f, name, "north");
  f.start({{"tolerance", 0}, {"soak", 90'000}});
  f.pass(5);
  goes(f, "till-0", false);
  f.pass(65, {"till-0"});
  CHECK(f.status()["failed"]["till-0"] == "fell silent");
  CHECK(f.status()["state"] == "paused");
}

TEST_CASE("a late joiner has its time from when it comes, again when it was off for hours") {
  Fleet f(3);
  f.start({{"first", Json::array()}, {"shares", {10'000}}, {"tolerance", 0}, {"soak", 60}, {"deadline", 36'000}});
  f.pass(550, {"till-2"});
  goes(f, "till-2", true);
  f.says("late", 7);  // ten minutes before the deadline of the stage
  f.pass(60, {"till-2", "late"});
  CHECK(f.status()["state"] == "running");
  CHECK(f.status()["waiting"] == 1);
  f.says("till-2", 7);
  f.pass(30, {"till-2", "late"});
  CHECK(f.status()["waiting"] == 2);
  f.pass(30);
  CHECK(f.status()["state"] == "done");
  CHECK(f.status()["healthy"] == 4);
}

TEST_CASE("terminals that read no stages are told apart, waited for by nobody, and get it with everybody") {
  Fleet f(6);
  for (auto const* name : {"till-1", "till-2"}) {
    f.tills[name].can.clear();
    auto& state = f.tills[name];
    REQUIRE(f.inbox.note_state(state, false, f.now));
  }
  f.start({{"shares", {10'000}}, {"tolerance", 0}, {"soak", 60}});
  f.pass(3, {"till-1", "till-2"});
  f.pass(70, {"till-1", "till-2"});
  CHECK(f.status()["state"] == "done");
  CHECK(f.status()["older"] == 2);
  CHECK(f.status()["failed"].empty());
  CHECK(f.manifest("all")->release == 8);
}

TEST_CASE("the next stage waits for a canary to run it, also when all of them are off") {
  Fleet f(5);
  goes(f, "till-0", true);
  f.start();
  f.pass(100, {"till-0"});
  CHECK(f.status()["state"] == "running");
  CHECK(f.status()["stage"] == 0);
  CHECK(f.status()["away"] == 1);
  f.pass(12);
  CHECK(f.status()["stage"].get<int>() >= 1);
}

TEST_CASE("canaries nobody has heard of, or that read no stages, are named; without one that is left nothing begins") {
  Fleet f(4);
  f.tills["till-3"].can.clear();
  REQUIRE(f.inbox.note_state(f.tills["till-3"], false, f.now));
  auto const slip = f.start({{"first", {"till-99"}}});
  CHECK(slip["code"] == "rejected");
  CHECK(slip["error"] ==
        "rollout: none of the canaries can run it first: no terminal has ever called itself till-99; known terminals: "
        "till-0, till-1, till-2, till-3");
  CHECK(f.start({{"first", {"till-3"}}})["error"].get<std::string>().find("till-3: a program that reads no stages") !=
        std::string::npos);
  CHECK(f.start({{"first", {"till-3", "till-99"}}})["code"] == "rejected");
  CHECK_FALSE(f.status().contains("release"));
  CHECK_FALSE(f.manifest("next"));
  // Before the upload it is the same.
  auto const check = [&](Json first) {
    return f.ask({{"do", "rollout check"}, {"first", std::move(first)}, {"shares", {10'000}}});
  };
  CHECK(check({"till-99"})["code"] == "rejected");
  CHECK_FALSE(check({"till-1"}).contains("note"));
  CHECK_FALSE(check(Json::array()).contains("note"));
  CHECK_FALSE(f.status().contains("release"));
  auto const some = f.start({{"first", {"till-0", "till-99", "till-3"}}});
  CHECK(some["release"] == 8);
  CHECK(
      some["note"] ==
      "no terminal has ever called itself till-99; known terminals: till-0, till-1, till-2, till-3; till-3: a program "
      "that reads no stages, which gets the release with everybody");
  CHECK(check({"till-1"})["code"] == "rejected");  // one at a time
  f.pass(12);
  CHECK(f.status()["stage"].get<int>() >= 1);
}

TEST_CASE("a rollout of before whose canaries never came stays at them, over restarts, until somebody ends it") {
  Fleet f(4);
  f.start({{"soak", 0}});
  REQUIRE(f.inbox.together(
      [](Database& db) { return db.execute("UPDATE rollouts SET plan = replace(plan, 'till-0', 'till-99')"); }));
  f.restart();
  f.pass(60 * 24 * 2);
  auto const seen = f.status();
  CHECK(seen["state"] == "running");
  CHECK(seen["stage"] == 0);
  CHECK(seen["healthy"] == 0);
  CHECK(seen["unheard_of"] == Json{"till-99"});
  CHECK_FALSE(f.manifest("all"));
  CHECK(f.ask({{"do", "rollout stop"}})["ok"] == true);
  CHECK(f.start({{"soak", 0}})["release"] == 9);
}

TEST_CASE("terminals tells the rollout, and each terminal's place in it") {
  Fleet f(8);
  f.tills["till-3"].can.clear();
  REQUIRE(f.inbox.note_state(f.tills["till-3"], false, f.now));
  f.start({{"shares", {1, 10'000}}});
  f.pass(2, {"till-3"});
  auto reader = *open_hq_reader(f.folder / "hq.sqlite");
  auto const text = to_text(*read_fleet(reader), f.now);
  CHECK(text.find("rollout of release 8: running, the canaries") != std::string::npos);
  CHECK(text.find("rollout: in stage 2 of 2 (100 %); its turn comes later") != std::string::npos);
  CHECK(text.find("its program reads no stages") != std::string::npos);
  CHECK(text.find("release 7 for all ends in") == std::string::npos);
  auto const late = to_text(*read_fleet(reader), Timestamp{std::chrono::seconds{1'800'000'000 - 3 * 86'400}});
  CHECK(late.find("release 7 for all ends in 3 days") != std::string::npos);
}

TEST_CASE("pause, stop and back; back is the old content under a new number, for everybody") {
  Fleet f(10);
  CHECK(f.ask({{"do", "rollout pause"}})["code"] == "not_found");
  f.start();
  CHECK(f.ask({{"do", "rollout pause"}})["ok"] == true);
  CHECK(f.ask({{"do", "rollout pause"}})["code"] == "rejected");
  CHECK(f.ask({{"do", "rollout stop"}})["ok"] == true);
  CHECK_FALSE(f.manifest("next"));
  CHECK_FALSE(f.manifest("all"));
  auto const back = f.ask({{"do", "rollout back"}});
  CHECK(back["release"] == 9);
  CHECK(f.manifest("all")->release == 9);
  CHECK(f.manifest("all")->bundle == sha256(as_bytes(f.old)));
  CHECK(f.ask({{"do", "rollout back"}})["code"] == "rejected");
  CHECK(f.start()["release"] == 10);
  CHECK(f.start({{"shares", {5'000}}})["code"] == "invalid");
}

}  // namespace
}  // namespace tillcue::sync::hq_test
