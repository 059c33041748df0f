#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "models/log_world.hpp"
#include "program_run.hpp"

using namespace tillcue::models::made;
using Json = nlohmann::json;

namespace {

std::string bytes_of(shop::Opened const& opened) {
  return {reinterpret_cast<char const*>(opened.bytes.data()), opened.bytes.size()};
}

/// A week's log, the bundle that made it, and another one.
struct Week {
  Folder folder;
  std::string log = folder.file("week.csv"), then = folder.file("then.bundle"), next = folder.file("next.bundle");
  Week() {
    LogWorld world(400);
    put_file(then, bytes_of(world.then));
    put_file(next, bytes_of(world.candidate));
    put_file(log, world.csv(4000, 9));
  }
};
Week const& week() {
  static Week const week;
  return week;
}

}  // namespace

TEST_CASE("evaluate says what a bundle would have earned on a week's log, as text, JSON and page") {
  auto const ask =
      "evaluate --decisions " + week().log + " --decided-by " + week().then + " --candidate " + week().next;
  auto const page = week().folder.file("log.html");
  auto const text = run(ask + " --html " + page);
  CHECK(text.code == 0);
  CHECK(tells(text, "candidate (doubly robust)"));
  CHECK(tells(text, "more accepted"));
  auto const html = get_file(page);
  CHECK(html.find("What would the candidate have earned?") != std::string::npos);
  CHECK(html.find("id=\"earned\"") != std::string::npos);
  auto const json = run(ask + " --json");
  REQUIRE(json.code == 0);
  auto const told = Json::parse(json.out)["off_policy"];
  CHECK(told["answer"] == "yes");
  CHECK(told["earned"]["accepted"]["lead"]["low"] > 0);
  CHECK(told["rows"]["all"] == 4000);
  // The log is of the running bundle where nothing else is said.
  auto const running = run("evaluate --decisions " + week().log + " --running " + week().then + " --candidate " +
                           week().next + " --json");
  CHECK(running.out == json.out);
}

TEST_CASE("evaluate puts what was foreseen and what would have been earned on one page") {
  auto const page = week().folder.file("both.html");
  auto const both =
      run("evaluate --transactions " + tillcue::models::made::shop().folder.file("transactions.csv") + " --decisions " +
          week().log + " --decided-by " + week().then + " --candidate " + week().next + " --html " + page + " --json");
  REQUIRE(both.code == 0);
  auto const json = Json::parse(both.out);
  CHECK(json.contains("model"));
  CHECK(json.contains("off_policy"));
  auto const html = get_file(page);
  CHECK(html.find("id=\"by-k\"") != std::string::npos);
  CHECK(html.find("id=\"earned\"") != std::string::npos);
}

TEST_CASE("evaluate says which options a log needs, and which bundles made it") {
  auto const none = run("evaluate");
  CHECK(none.code == 2);
  CHECK(tells(none, "give --transactions, --decisions or both"));
  auto const alone = run("evaluate --decisions " + week().log);
  CHECK(alone.code == 2);
  CHECK(tells(alone, "--decisions and --candidate go together"));
  auto const whose = run("evaluate --decisions " + week().log + " --candidate " + week().next);
  CHECK(whose.code == 2);
  CHECK(tells(whose, "say with --decided-by which bundles made the decisions"));
  auto const other =
      run("evaluate --decisions " + week().log + " --candidate " + week().next + " --decided-by " + week().next);
  CHECK(other.code == 3);
  CHECK(tells(other, "decided by other bundles (give those with --decided-by)"));
  auto const wrong = run("evaluate --decisions " + tillcue::models::made::shop().folder.file("transactions.csv") +
                         " --candidate " + week().next + " --decided-by " + week().then);
  CHECK(wrong.code == 3);
  CHECK(tells(wrong, "transactions.csv:1: header: column 'sale' is missing"));
}
