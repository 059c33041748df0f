#include <set>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "program_run.hpp"

using namespace tillcue::models::made;
using Json = nlohmann::json;

namespace {

std::string file(std::string const& name, std::string const& text) {
  auto const path = shop().folder.file(name);
  put_file(path, text);
  return path;
}
std::string items() { return " --items " + shop().folder.file("items.csv"); }
/// While the example's and the sample's campaigns run.
std::string const kThen = " --at 2026-11-25T12:00";
std::string example() { return std::string(TILLCUE_SOURCE_DIR) + "/models/campaigns.example.json"; }

}  // namespace

TEST_CASE("campaign check takes the example and the sample's own files, and shows what the law catches") {
  auto const checked = run("campaign check " + example() + items() + kThen);
  CHECK(checked.code == 0);
  CHECK(tells(checked, "10 campaigns, 0 errors"));
  CHECK(tells(checked, "alcohol (Alcoholic drinks): 6 items"));
  CHECK(tells(checked, "(category: Beer & wine)"));
  CHECK(run("campaign check " + shop().folder.file("campaigns.json") + items() + kThen).code == 0);
  CHECK(run("campaign check " + shop().folder.file("campaigns.ru.json") + " --items " +
            shop().folder.file("items.ru.csv") + kThen)
            .code == 0);
  CHECK(run("campaign check " + shop().folder.file("campaigns.json") + " --bundle " + shop().bundle).code == 0);
}

TEST_CASE("campaign check tells faults by line, cross checks by severity, and ends with 3 on errors") {
  auto const broken = run("campaign check " + file("broken.json", "{\n\"policy\": {\n\"oops\": 1}}") + items());
  CHECK(broken.code == 3);
  CHECK(tells(broken, "broken.json:3: /policy/oops: is no field known here"));
  auto const late = file("late.json", "{\"coupons\": [{\"id\": \"x\", \"ends\": \"2020-01-01\"}]}");
  auto const dated = run("campaign check " + late + items() + " --transactions " + shop().folder.file("today.csv"));
  CHECK(dated.code == 3);
  CHECK(tells(dated, "late.json:1: error: /coupons/0: ended on 2020-01-01"));
  // Without data the dates are looked at as of today, and the day is said.
  auto const now = run("campaign check " + late + items());
  CHECK(now.code == 3);
  CHECK(tells(now, "ended on 2020-01-01, before today ("));
  auto const then = run("campaign check " + late + items() + " --at 2019-12-31T10:00");
  CHECK(then.code == 0);
  CHECK(tells(then, "0 errors, 0 warnings, dates as of 2019-12-31 (the day of --at)"));
  CHECK(run("campaign check " + late + items() + " --at yesterday").code == 3);
  auto const json = run("campaign check --json " + late + " --bundle " + shop().bundle);
  CHECK(json.code == 3);
  auto const facts = Json::parse(json.out);
  CHECK(facts["findings"][0]["severity"] == "error");
  CHECK(facts["findings"][0]["line"] == 1);
  CHECK(facts["legal"].size() == 8);
  CHECK(run("campaign check " + late).code == 2);
  CHECK(run("campaign check nowhere.json" + items()).code == 3);
  auto const nothing = run("campaign");
  CHECK(nothing.code == 2);
  CHECK(tells(nothing, "a command is missing; tillcue-models campaign --help lists them"));
}

TEST_CASE("campaign explain shows what is offered and what stopped everything else") {
  auto const asked =
      "campaign explain " + example() + " --bundle " + shop().bundle + items() + " --basket 1001 --stage scan";
  auto const text = run(asked);
  CHECK(text.code == 0);
  CHECK(tells(text, "Campaigns not made"));
  CHECK(tells(text, "three-yoghurts: nothing in the basket triggers it (trigger)"));
  CHECK(tells(text, "cheese-week: it is tried at tender only, and this is scan"));
  auto const json = run(asked + " --json");
  REQUIRE(json.code == 0);
  auto const facts = Json::parse(json.out);
  CHECK(facts["stage"] == "scan");
  std::set<std::string> told;
  for (auto const& entry : facts["not_made"]) {
    if (entry.contains("campaign")) told.insert(entry["campaign"].get<std::string>());
  }
  for (auto const& offer : facts["offers"]) {
    if (offer.contains("campaign")) told.insert(offer["campaign"].get<std::string>());
  }
  CHECK(told.size() == 10);  // each campaign of the file
  auto const alone = run("campaign explain " + example() + items() + " --basket '1001*2@5.00' --at 2026-11-25T08:00");
  CHECK(alone.code == 0);
  CHECK(tells(alone, "without a bundle nothing is learned"));
  CHECK(run("campaign explain " + example() + items() + " --basket '1001*'").code == 3);
  CHECK(run("campaign explain " + example() + items() + " --basket 1001 --stage lunch").code == 2);
}

TEST_CASE("a campaign's own words are said") {
  auto const own = file("own.json", R"({"policy":{"large_upgrade_percent":0},"campaigns":[
    {"id":"filters","type":"suggestion","trigger":{"skus":["1001"]},"offer":{"skus":["1444"]},"probability":1},
    {"id":"big","type":"upgrade","trigger":{"skus":["1001"]},"offer":{"skus":["1002"]},"probability":1,
     "script":{"en":"The big {item} instead?","ru":"Большую пачку «{item}»?"}}]})");
  auto const asked = "campaign explain " + own + " --bundle " + shop().bundle + " --basket 1001 --stage scan";
  CHECK(tells(run(asked), "The big Kettle Lane Ground coffee 500 g instead?"));
  CHECK(tells(run(asked + " --speak ru"), "Большую пачку"));
}

TEST_CASE("campaign schema prints the file of the source tree") {
  auto const printed = run("campaign schema");
  CHECK(printed.code == 0);
  CHECK(printed.out == get_file(std::string(TILLCUE_SOURCE_DIR) + "/models/campaigns.schema.json"));
}

TEST_CASE("build tells what the law caught, and inspect and score know ladders and campaigns") {
  auto const folder = shop().folder.path();
  auto const rules = file("freely.json", R"({"policy":{"large_upgrade_percent":0}})");
  auto const bundle = folder + "/again";
  auto const built = run("build --transactions " + folder + "/transactions.csv" + items() + " --campaigns " + rules +
                         " --out " + bundle);
  CHECK(built.code == 0);
  CHECK(tells(built, "legal pack alcohol: 6 items are never offered"));
  auto const row = run("inspect --json --sku 1001 --bundle " + bundle);
  auto const ladder = Json::parse(row.out)["ladder"];
  REQUIRE(!ladder.empty());
  CHECK(ladder[0]["larger"] == "1002");
  CHECK(!ladder[0].contains("better"));
  CHECK(ladder[0]["size_percent"] == 200);
  auto const read = run("inspect --sku 1001 --bundle " + bundle);
  CHECK(tells(read, "larger or better versions\n  larger   1002"));
  CHECK(!tells(read, "  better   1002"));
  auto const query = file("q.jsonl", "{\"basket\":[\"1001\"],\"stage\":\"scan\"}\n");
  auto const said = run("score --bundle " + bundle + " < " + query);
  auto const answer = Json::parse(said.out);
  REQUIRE(!answer["suggestions"].empty());
  CHECK(answer["suggestions"][0].value("type", "") == "upgrade");
  CHECK(answer["suggestions"][0]["sku"] == "1002");
  CHECK(answer["suggestions"][0]["reason"]["code"] == "upgrade");
  CHECK(tells(run("diff " + shop().bundle + " " + bundle), "large_upgrade_percent"));
}
