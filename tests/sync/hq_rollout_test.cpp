#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "hq_scene.hpp"
#include "samples.hpp"
#include "tillcue/sync/hq_office.hpp"

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
