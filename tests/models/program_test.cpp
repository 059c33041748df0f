#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "program_run.hpp"

using namespace tillcue::models;
using made::run;
using made::shop;
using made::tells;
using Json = nlohmann::json;

TEST_CASE("every command explains itself with an example") {
  CHECK(run("--help").code == 0);
  CHECK(tells(run("--version"), TILLCUE_VERSION));
  for (auto const* const name : {"sample", "count", "train", "build", "evaluate", "diff", "inspect", "score",
                                 "cold-start", "sets", "replay", "pack", "unpack"}) {
    auto const help = run(std::string(name) + " --help");
    CHECK(help.code == 0);
    CHECK(tells(help, "Example"));
    CHECK(tells(help, std::string("tillcue-models ") + name));
  }
}

TEST_CASE("a wrong command line is exit code 2") {
  CHECK(run("").code == 2);
  auto const nonsense = run("nonsense");
  CHECK(nonsense.code == 2);
  CHECK(tells(nonsense, "not expected: nonsense"));
  CHECK(tells(run("build --transctions t"), "not expected: --transctions t"));  // and not what is missing for it
  CHECK(run("build --out x").code == 2);
  CHECK(run("count --out x").code == 2);
  CHECK(run("count --transactions a --merge b --out x").code == 2);
  CHECK(run("train --counts c --out x").code == 2);
  CHECK(run("score --bundle b --k 0").code == 2);
  CHECK(run("score --raw --bundle b --k 257").code == 2);
  CHECK(run("score --raw --bundle b --k 256").code == 3);  // only the bundle is missing
  CHECK(run("count --transactions t --out c --threads 1025").code == 2);
}

TEST_CASE("a fraction that is no number is a wrong command line") {
  for (auto const* const wrong :
       {"--bytes-per-item nan", "--bytes-per-item -nan", "--bytes-per-item inf", "--max-bad-rows nan"}) {
    auto const refused = run(std::string("build --transactions none.csv --out none ") + wrong);
    CHECK(refused.code == 2);
    CHECK(tells(refused, std::string(wrong).substr(0, std::string_view(wrong).find(' '))));
  }
}

TEST_CASE("a number of questions, lines, suggestions or a share that is none is told in our own words") {
  for (auto const* const wrong : {"-1", "0", "1000000001", "1.5", "many", "1e3", "99999999999999999999"}) {
    auto const refused = run(std::string("evaluate --transactions none.csv --max-queries ") + wrong);
    CHECK(refused.code == 2);
    CHECK(tells(refused, std::string("--max-queries: '") + wrong + "' is no whole number from 1 to 1000000000"));
  }
  CHECK(tells(run("evaluate --clip -1"), "--clip: '-1' is no number from 1 to 1000000"));
  CHECK(tells(run("evaluate --test-share half"), "--test-share: 'half' is no number from 0.01 to 0.9"));
  CHECK(tells(run("cold-start --transactions t --items i --max-queries -1"), "'-1' is no whole number from 1 to"));
  CHECK(tells(run("score --bundle b --k 257"), "--k: '257' is no whole number from 1 to 256"));
  CHECK(tells(run("diff a b --top -1"), "--top: '-1' is no whole number from 1 to 1000000"));
  CHECK(run("evaluate --transactions none.csv --max-queries 1").code == 3);  // only the file is missing
}

TEST_CASE("one basket, item or day file is told in the singular") {
  made::Folder folder;
  made::put_file(folder.file("t.csv"), "basket_id,timestamp,sku\n1,2026-11-01,a\n1,2026-11-01,b\n2,,c\n");
  made::put_file(folder.file("u.csv"), "basket_id,timestamp,sku\n1,2026-11-01,a\n");
  CHECK(tells(run("count --transactions " + folder.file("t.csv") + " --out " + folder.file("c")),
              "2 baskets, 3 items, 1 pair\n"));
  CHECK(tells(run("count --transactions " + folder.file("u.csv") + " --out " + folder.file("c")),
              "1 basket, 1 item, 0 pairs\n"));
  auto const days = run("count --by-day --transactions " + folder.file("t.csv") + " --out-dir " + folder.file("d"));
  CHECK(tells(days, "1 day file, 2026-11-01 to 2026-11-01, 1 basket\n"));
  CHECK(tells(days, "1 basket without a date is in no day file"));
}

TEST_CASE("a missing or refused input file is exit code 3 and is named") {
  made::Folder folder;
  auto const missing = run("build --transactions " + folder.file("none.csv") + " --out " + folder.file("b"));
  CHECK(missing.code == 3);
  CHECK(tells(missing, "none.csv: cannot open"));
  made::put_file(folder.file("t.csv"), "basket_id,sku\n1,a\n1,\n");
  auto const bad = run("build --transactions " + folder.file("t.csv") + " --out " + folder.file("b"));
  CHECK(bad.code == 3);
  CHECK(tells(bad, "t.csv:3: sku: is empty"));
  auto const tolerant = run("build --uncalibrated --max-bad-rows 50 --transactions " + folder.file("t.csv") +
                            " --out " + folder.file("b"));
  CHECK(tolerant.code == 0);
  CHECK(tells(tolerant, "1 of 2 rows was bad and left out; --max-bad-rows 0 would refuse them"));
  made::put_file(folder.file("c.json"), R"({"coupons":[{"id":"x","skus":["zz"]}]})");
  auto const campaigns = run("build --max-bad-rows 50 --transactions " + folder.file("t.csv") + " --campaigns " +
                             folder.file("c.json") + " --out " + folder.file("b"));
  CHECK(campaigns.code == 3);
  CHECK(tells(campaigns, "/coupons/0/skus/0: 'zz' is no SKU"));
  made::put_file(folder.file("junk"), "junk");
  CHECK(run("inspect --bundle " + folder.file("junk")).code == 3);
  CHECK(run("count --merge " + folder.file("junk") + " --out " + folder.file("c")).code == 3);
  CHECK(run("build --currency euro --transactions " + folder.file("t.csv") + " --out " + folder.file("b")).code == 3);
  CHECK(run("build --language EN --transactions " + folder.file("t.csv") + " --out " + folder.file("b")).code == 3);
}

TEST_CASE("a folder given for a file is said to be one, with exit code 3") {
  made::Folder folder;
  auto const rows = " --transactions " + folder.path(), there = " --bundle " + folder.path();
  for (auto const& words : {"build --out " + folder.file("b") + rows, "evaluate" + rows, "inspect" + there,
                            "score --k 3" + there, "pack --out " + folder.file("p") + ' ' + folder.path(),
                            "count --out " + folder.file("c") + " --merge " + folder.path()}) {
    auto const refused = run(words);
    CAPTURE(words);
    CHECK(refused.code == 3);
    CHECK(tells(refused, folder.path() + ": is a folder; name "));
  }
}

TEST_CASE("what could not be written is told before the work for it, with the mend") {
  made::Folder folder;
  auto const rows = " --transactions " + folder.file("none.csv");
  auto const nowhere = folder.file("none/b");
  for (auto const& words : {"build --out " + nowhere + rows, "count --out " + nowhere + rows,
                            "evaluate --html " + nowhere + rows, "evaluate --json " + nowhere + rows,
                            "train --uncalibrated --counts " + folder.file("none.counts") + " --out " + nowhere}) {
    auto const refused = run(words);
    CAPTURE(words);
    CHECK(refused.code == 1);
    CHECK(tells(refused, nowhere + ": cannot create: No such file or directory; make its folder first"));
  }
  CHECK(tells(run("build --out " + folder.path() + rows), folder.path() + ": is a folder; name the file to write"));
  made::put_file(folder.file("file"), "");
  auto const no_folder = run("count --by-day --out-dir " + folder.file("file/days") + rows);
  CHECK(no_folder.code == 1);
  CHECK(tells(no_folder,
              folder.file("file/days") + ": cannot make this folder: Not a directory; choose another --out-dir"));
}

TEST_CASE("a bundle nothing was measured for is refused, and written when rough probabilities are asked for") {
  made::Folder folder;
  std::string rows = "basket_id,sku\n";
  for (int n = 0; n < 900; ++n) rows += "the day," + std::to_string(n) + '\n';
  for (int n = 0; n < 200; ++n) rows += "the day,0\n";
  made::put_file(folder.file("t.csv"), rows);
  auto const build = "build --transactions " + folder.file("t.csv") + " --out " + folder.file("b");
  auto const refused = run(build);
  CHECK(refused.code == 3);
  CHECK(tells(refused, "t.csv:2: all 1100 rows are of one basket; is basket_id the number of a receipt"));
  CHECK(tells(refused, "nothing to measure probabilities on: 1 basket, and not one with two items"));
  CHECK(tells(refused, "--uncalibrated"));
  CHECK(!std::filesystem::exists(folder.file("b")));
  auto const rough = run(build + " --uncalibrated");
  CHECK(rough.code == 0);
  CHECK(tells(rough, "no baskets to calibrate on: the probabilities are rough"));
  REQUIRE(run("count --transactions " + folder.file("t.csv") + " --out " + folder.file("c")).code == 0);
  made::put_file(folder.file("other.csv"), "basket_id,sku\n1,x\n1,y\n");
  auto const train = "train --counts " + folder.file("c") + " --out " + folder.file("b") + " --calibrate-on ";
  CHECK(tells(run(train + folder.file("other.csv")), "--calibrate-on: not one basket with two items of the counts"));
}

TEST_CASE("items in every basket are told, three by name and the rest by number") {
  made::Folder folder;
  std::string rows = "basket_id,sku\n";
  for (int basket = 0; basket < 60; ++basket) {
    for (int n = 0; n < 6; ++n) rows += std::to_string(basket) + ",all" + std::to_string(n) + '\n';
    rows += std::to_string(basket) + ",own" + std::to_string(basket % 7) + '\n';
  }
  made::put_file(folder.file("t.csv"), rows);
  auto const built = run("build --transactions " + folder.file("t.csv") + " --out " + folder.file("b"));
  CHECK(built.code == 0);
  CHECK(tells(built, "'all2' is in 100.0 % of the baskets"));
  CHECK(built.out.find("'all3' is in") == std::string::npos);
  CHECK(tells(built, "3 items more are in nine of ten baskets: is basket_id the number of a receipt"));
  CHECK(tells(built, "questions to calibrate on: the probabilities are rough"));
}

TEST_CASE("items of a basket that was left out as too large are not said to be sold") {
  made::Folder folder;
  std::string rows = "basket_id,sku\n1,a\n1,b\n";
  for (int n = 0; n < 1200; ++n) rows += "large,no" + std::to_string(n) + '\n';
  made::put_file(folder.file("large.csv"), rows);
  made::put_file(folder.file("t.csv"), made::csv(made::random_baskets(300, 20, 3)));
  auto const large = folder.file("large.csv");
  auto const built =
      run("build --json --transactions " + large + ' ' + folder.file("t.csv") + " --out " + folder.file("b"),
          "exec 2>/dev/null");
  REQUIRE(built.code == 0);
  CHECK(Json::parse(built.out)["items"].get<int>() <= 22);
}

TEST_CASE("a place that cannot be written is exit code 1") {
  CHECK(run("count --transactions " + shop().folder.file("today.csv") + " --out " + shop().folder.file("no/c")).code ==
        1);
}

TEST_CASE("merging two counts files equals counting both, byte for byte") {
  auto const& folder = shop().folder;
  auto const a = folder.file("transactions.csv");
  auto const b = folder.file("today.csv");
  REQUIRE(run("count --transactions " + a + " --out " + folder.file("a.counts")).code == 0);
  REQUIRE(run("count --transactions " + b + " --out " + folder.file("b.counts")).code == 0);
  REQUIRE(run("count --transactions " + a + " " + b + " --out " + folder.file("both.counts")).code == 0);
  REQUIRE(run("count --merge " + folder.file("b.counts") + " " + folder.file("a.counts") + " --out " +
              folder.file("merged.counts"))
              .code == 0);
  CHECK(made::get_file(folder.file("merged.counts")) == made::get_file(folder.file("both.counts")));
}

TEST_CASE("train makes a bundle of counts") {
  auto const& folder = shop().folder;
  REQUIRE(run("count --transactions " + folder.file("transactions.csv") + " --out " + folder.file("t.counts")).code ==
          0);
  auto const trained = run("train --counts " + folder.file("t.counts") + " --calibrate-on " + folder.file("today.csv") +
                           " --items " + folder.file("items.csv") + " --out " + folder.file("trained"));
  CHECK_MESSAGE(trained.code == 0, trained.out);
  CHECK(tells(trained, "baskets_given"));
  CHECK(run("inspect --bundle " + folder.file("trained")).code == 0);
  auto const rough = run("train --counts " + folder.file("t.counts") + " --uncalibrated --out " + folder.file("rough"));
  CHECK(rough.code == 0);
  CHECK(tells(rough, "rough"));
}

TEST_CASE("inspect shows the bundle and the neighbours of an item by SKU") {
  auto const summary = run("inspect --json --bundle " + shop().bundle);
  REQUIRE(summary.code == 0);
  auto const facts = Json::parse(summary.out);
  CHECK(facts["campaigns"].size() == 5);
  CHECK(facts["data_from"] == "2026-08-23");
  CHECK(facts["currency"] == "EUR");
  CHECK(facts["baskets"].get<int>() > 500);
  auto const row = run("inspect --json --sku 1001 --bundle " + shop().bundle);
  REQUIRE(row.code == 0);
  auto const item = Json::parse(row.out);
  CHECK(item["name"].get<std::string>().find("Ground coffee") != std::string::npos);
  CHECK(item["neighbours"].size() > 3);
  CHECK(tells(run("inspect --sku 1001 --bundle " + shop().bundle), "Ground coffee"));
  auto const unknown = run("inspect --sku 9999 --bundle " + shop().bundle);
  CHECK(unknown.code == 3);
  CHECK(tells(unknown, "knows no item"));
}

TEST_CASE("inspect shows the last day of a campaign, and always and never where there is no limit") {
  made::Folder folder;
  made::put_file(folder.file("t.csv"), "basket_id,sku\n1,a\n1,b\n");
  made::put_file(folder.file("c.json"),
                 R"({"coupons":[{"id":"x","discount":{"percent":5},"starts":"2026-11-01","ends":"2026-11-30"},
                    {"id":"y","discount":{"percent":5},"ends":"2026-12-24T12:00:00"},
                    {"id":"z","discount":{"percent":5}}]})");
  auto const built = run("build --uncalibrated --transactions " + folder.file("t.csv") + " --campaigns " +
                         folder.file("c.json") + " --out " + folder.file("b"));
  REQUIRE_MESSAGE(built.code == 0, built.out);
  auto const facts = Json::parse(run("inspect --json --bundle " + folder.file("b")).out);
  auto const& campaigns = facts["campaigns"];
  CHECK(campaigns[0]["starts"] == "2026-11-01");
  CHECK(campaigns[0]["ends"] == "2026-11-30");
  CHECK(campaigns[1]["starts"] == "always");
  CHECK(campaigns[1]["ends"] == "2026-12-24");
  CHECK(campaigns[2]["ends"] == "never");
  CHECK(facts["data_from"] == "unknown");
  auto const text = run("inspect --bundle " + folder.file("b"));
  CHECK(tells(text, "(2026-11-01 to 2026-11-30, coupon"));
  CHECK(tells(text, "(always to never, coupon"));
}

TEST_CASE("score answers line by line in order, and says by exit code 4 that a line was no query") {
  auto const& folder = shop().folder;
  made::put_file(folder.file("q.jsonl"), "{\"basket\":[\"1001\"]}\nnonsense\n{\"basket\":[\"1002\",\"1003\"]}");
  auto const scored =
      run("score --raw --k 3 --bundle " + shop().bundle + " < " + folder.file("q.jsonl") + " 2>/dev/null");
  CHECK(scored.code == 4);
  std::vector<Json> lines;
  std::size_t begin = 0;
  for (auto end = scored.out.find('\n'); end != std::string::npos; end = scored.out.find('\n', begin)) {
    lines.push_back(Json::parse(scored.out.substr(begin, end - begin), nullptr, false));
    begin = end + 1;
  }
  // "2>&1" comes after our own redirection, so standard error is in the output as well.
  std::erase_if(lines, [](Json const& line) { return line.is_discarded(); });
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["suggestions"].size() == 3);
  CHECK(lines[1].contains("error"));
  CHECK(lines[2]["suggestions"].size() == 3);
  made::put_file(folder.file("good.jsonl"), "{\"basket\":[\"1001\"],\"stage\":\"tender\"}\n");
  auto const tender = run("score --bundle " + shop().bundle + " < " + folder.file("good.jsonl"));
  CHECK_MESSAGE(tender.code == 0, tender.out);
}

TEST_CASE("evaluate compares with popularity in text and JSON") {
  auto const transactions = shop().folder.file("transactions.csv");
  auto const json = run("evaluate --json --transactions " + transactions);
  REQUIRE_MESSAGE(json.code == 0, json.out);
  auto const result = Json::parse(json.out);
  CHECK(result["model"]["hr_5"].get<double>() > result["popularity"]["hr_5"].get<double>());
  CHECK(result["calibration"]["ece"].get<double>() < 0.1);
  CHECK(result["size"]["items"].get<int>() > 300);
  CHECK(tells(run("evaluate --transactions " + transactions), "popularity"));
}

TEST_CASE("build reports as JSON where a machine reads") {
  auto const built = run(
      "build --json --transactions " + shop().folder.file("today.csv") + " --out " + shop().folder.file("today.bundle"),
      "exec 2>/dev/null");
  REQUIRE(built.code == 0);
  CHECK(Json::parse(built.out)["bytes"].get<int>() > 1000);
}

TEST_CASE("sets: listed with names and numbers, also by inspect, and of one item") {
  made::Folder const folder;
  auto baskets = made::random_baskets(500, 20, 3);
  for (int n = 0; n < 40; ++n) baskets.push_back({"flour", "yeast", "sugar"});
  made::put_file(folder.file("t.csv"), made::csv(baskets));
  auto const bundle = folder.file("bundle");
  REQUIRE(run("build --transactions " + folder.file("t.csv") + " --out " + bundle).code == 0);
  auto const all = Json::parse(run("sets --bundle " + bundle + " --json").out);
  auto const mine = [](Json const& set) { return set["main"]["sku"] == "yeast"; };
  auto const found = std::find_if(all["sets"].begin(), all["sets"].end(), mine);
  REQUIRE(found != all["sets"].end());
  CHECK((*found)["extras"].size() == 2);
  CHECK((*found)["joint_lift"].get<double>() == doctest::Approx(540 / 40.0));
  CHECK((*found)["baskets"] == 40);
  CHECK((*found)["main_baskets"] == 40);
  auto const one = Json::parse(run("inspect --sets --json --bundle " + bundle + " --sku yeast").out);
  REQUIRE(one["sets"].size() == 1);
  CHECK(one["count"] == all["count"]);
  CHECK(tells(run("inspect --sets --bundle " + bundle), "yeast + flour + sugar"));
  CHECK(tells(run("sets --bundle " + bundle + " --sku flour"), "in the bundle, none with this main item"));
  auto const unknown = run("sets --bundle " + bundle + " --sku nothing");
  CHECK(unknown.code == 3);
  CHECK(tells(unknown, "'nothing'"));
}

TEST_CASE("cold-start: measures what is known of hidden items") {
  auto const files = "cold-start --transactions " + shop().folder.file("transactions.csv") + " --items " +
                     shop().folder.file("items.csv");
  auto const result = Json::parse(run(files + " --json --max-queries 2000").out);
  CHECK(result["hidden_items"].get<int>() > 10);
  CHECK(result["borrowed_rows"].get<int>() > 10);
  CHECK(result["hr_5"]["borrowing"]["only"].get<double>() > 0);
  CHECK(tells(run(files + " --max-queries 2000"), "borrowed rows"));
  CHECK(run("cold-start --transactions " + shop().folder.file("transactions.csv")).code == 2);
}
