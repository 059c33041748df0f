#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "program_run.hpp"

using namespace tillcue;
using namespace tillcue::models;
using made::run;
using made::shop;
using made::tells;
using Json = nlohmann::json;

namespace {

/// Baskets of two to four items on so many days of November, fifteen a day.
std::string sales(int days, int first = 1) {
  std::string rows = "basket_id,timestamp,sku,quantity,unit_price\n";
  auto const baskets = made::random_baskets(static_cast<std::size_t>(days) * 15, 20, 4);
  for (std::size_t n = 0; n < baskets.size(); ++n) {
    char date[32];
    std::snprintf(date, sizeof date, "2026-11-%02d", first + static_cast<int>(n / 15));
    for (auto const& sku : baskets[n]) rows += std::to_string(n) + ',' + date + "T09:00:00," + sku + ",1,2.00\n";
  }
  return rows;
}

std::string const kFuture = "x,2036-08-27T09:00:00,i0,1,2.00\nx,2036-08-27T09:00:00,i1,1,2.00\n";

}  // namespace

TEST_CASE("no command overwrites what it reads, under whatever name, and none begins to work for it") {
  made::Folder folder;
  auto const csv = folder.file("mine.csv"), items = folder.file("items.csv"), counts = folder.file("c");
  made::put_file(csv, sales(4));
  made::put_file(items, "sku,name\ni0,Zero\n");
  REQUIRE(run("count --transactions " + csv + " --out " + counts).code == 0);
  std::filesystem::create_symlink(csv, folder.file("link"));
  std::string const b = " " + shop().bundle;
  auto const before = made::get_file(csv), items_before = made::get_file(items), counts_before = made::get_file(counts);
  auto const bundle_before = made::get_file(shop().bundle);
  auto const read = " --transactions " + csv;
  for (auto const& words : {"count" + read + " --out " + csv, "count" + read + " --out " + folder.file("link"),
                            "count --merge " + counts + " --out " + counts, "build" + read + " --out " + csv,
                            "build" + read + " --items " + items + " --out " + items, "import " + csv + " --out " + csv,
                            "evaluate" + read + " --html " + csv, "evaluate" + read + " --json " + csv,
                            "evaluate" + read + " --running" + b + " --html" + b,
                            "train --uncalibrated --counts " + counts + " --out " + counts,
                            "train --counts " + counts + " --calibrate-on " + csv + " --out " + csv,
                            "pack" + b + " --out" + b, "unpack" + b + " --out" + b}) {
    auto const refused = run(words);
    CAPTURE(words);
    CHECK(refused.code == 3);
    CHECK(tells(refused, ": is also an input"));
  }
  CHECK(made::get_file(csv) == before);
  CHECK(made::get_file(items) == items_before);
  CHECK(made::get_file(counts) == counts_before);
  CHECK(made::get_file(shop().bundle) == bundle_before);
}

TEST_CASE("a mistyped --out costs nobody his work: only files of the kind written are replaced, and by any of it") {
  made::Folder folder;
  auto const csv = folder.file("mine.csv"), counts = folder.file("c"), notes = folder.file("notes"),
             out = folder.file("out");
  made::put_file(csv, sales(20));
  made::put_file(notes, "work of a week\n");
  std::string const b = " " + shop().bundle;
  auto const read = " --transactions " + csv;
  REQUIRE(run("count" + read + " --out " + counts).code == 0);
  REQUIRE(run("pack" + b + " --out " + folder.file("p")).code == 0);
  for (auto const& words : {std::string("count") + read, "import " + csv, "pack" + b, "unpack " + folder.file("p"),
                            "build --uncalibrated" + read, "train --uncalibrated --counts " + counts}) {
    CAPTURE(words);
    auto const refused = run(words + " --out " + notes);
    CHECK(refused.code == 3);
    CHECK(tells(refused, ": is there already and is no "));
    std::filesystem::remove(out);
    CHECK(run(words + " --out " + out).code == 0);
    CHECK(run(words + " --out " + out).code == 0);
  }
  CHECK(made::get_file(notes) == "work of a week\n");
}

TEST_CASE("a bundle may take the place of the one it is compared with") {
  made::Folder folder;
  std::filesystem::copy_file(shop().bundle, folder.file("b"));
  auto const built =
      run("build --transactions " + shop().folder.file("transactions.csv") + " --items " +
          shop().folder.file("items.csv") + " --campaigns " + shop().folder.file("campaigns.json") + " --replaces " +
          folder.file("b") + " --previous " + folder.file("b") + " --out " + folder.file("b"));
  CHECK_MESSAGE(built.code == 0, built.out);
}

TEST_CASE("sample replaces nothing but what is the same sample, unless it is told to") {
  made::Folder folder;
  auto const sample = "sample --days 2 --customers 20 --baskets-per-day 5 --out " + folder.path();
  REQUIRE(run(sample).code == 0);
  CHECK(run(sample).code == 0);
  made::put_file(folder.file("items.csv"), "sku,name\n1,My own\n");
  auto const sold = made::get_file(folder.file("transactions.csv"));
  auto const refused = run(sample + " --seed 9");
  CHECK(refused.code == 3);
  CHECK(tells(refused,
              "transactions.csv: is there already and is not this sample; choose another --out, or replace it "
              "with --force"));
  CHECK(made::get_file(folder.file("transactions.csv")) == sold);
  CHECK(tells(run(sample), "items.csv: is there already and is not this sample"));
  CHECK(run(sample + " --force").code == 0);
  CHECK(made::get_file(folder.file("items.csv")).size() > 1000);
  CHECK(tells(run("sample --days 1 --customers 20 --baskets-per-day 5 --out " + folder.file("one")), "in 1 day\n"));
}

TEST_CASE("output that is lost is exit code 1, whatever the command") {
  made::Folder folder;
  auto const& sold = shop().folder.file("transactions.csv");
  auto const read = " --transactions " + sold;
  auto const there = " --bundle " + shop().bundle;
  for (auto const& words :
       {"inspect" + there, "sets" + there, "inspect --json" + there, "diff " + shop().bundle + ' ' + shop().bundle,
        "cold-start" + read + " --items " + shop().folder.file("items.csv"), "evaluate --max-queries 100 --json" + read,
        std::string("campaign schema"), "count" + read + " --out " + folder.file("c"),
        "pack " + shop().bundle + " --out " + folder.file("p") + " --json", std::string("--help"),
        std::string("--version")}) {
    auto const lost = run(words + " > /dev/full");
    CAPTURE(words);
    CHECK(lost.code == 1);
    CHECK(tells(lost, "tillcue-models: standard output: cannot be written: "));
  }
  CHECK(run("inspect" + there + " > /dev/null").code == 0);
  CHECK(run("inspect --bundle none > /dev/full").code == 3);
}

TEST_CASE("a basket dated years ahead costs itself alone, in build, counts and day files") {
  made::Folder folder;
  auto const csv = folder.file("t.csv"), clean = folder.file("clean.csv");
  made::put_file(clean, sales(20));
  auto const rows = sales(20);
  made::put_file(csv, rows + kFuture);
  auto const lines = std::to_string(std::count(rows.begin(), rows.end(), '\n') + 1);
  auto const told = run("build --transactions " + csv + " --out " + folder.file("b"));
  CHECK(told.code == 0);
  CHECK(tells(told, csv + ':' + lines +
                        ": sold 2036-08-27, 9 years after all others: left out; if the date is right, "
                        "build --as-of 2036-08-27 takes it in"));
  CHECK(tells(told, " from 300 baskets of "));
  REQUIRE(run("build --transactions " + clean + " --out " + folder.file("b2")).code == 0);
  CHECK(made::get_file(folder.file("b")) == made::get_file(folder.file("b2")));
  CHECK(tells(run("build --transactions " + csv + " --as-of 2036-08-27 --uncalibrated --out " + folder.file("b")),
              " from 1 basket of "));

  auto const train = "train --uncalibrated --out " + folder.file("b") + " --counts ";
  for (auto const* const memory : {"", " --memory 4K"}) {
    auto const counted = run("count --transactions " + csv + " --out " + folder.file("c") + memory);
    CHECK(counted.code == 0);
    CHECK(tells(counted, csv + ": 1 basket of 2036-08-27, 9 years after all others: counted; train ends before it"));
  }
  CHECK(tells(run(train + folder.file("c")), "1 basket of 2036-08-27, 9 years after all others: not what ages are "));
  CHECK(Json::parse(run("inspect --json --bundle " + folder.file("b")).out)["data_to"] == "2026-11-20");
  auto const days = run("count --by-day --transactions " + csv + " --out-dir " + folder.file("days"));
  CHECK(tells(days, "2036-08-27.counts: 1 basket of 2036-08-27, 9 years after all others: counted"));
  auto const trained = run(train + folder.file("days") + "/*.counts");
  CHECK(tells(trained, "not what ages are counted from; if the date is right, give --as-of 2036-08-27"));
  CHECK(tells(trained, "recency: 1 basket after 2026-11-20 left out"));
  CHECK(Json::parse(run("inspect --json --bundle " + folder.file("b")).out)["data_to"] == "2026-11-20");
}

TEST_CASE("build and evaluate as of a day say what they left out, learned from and asked for") {
  made::Folder folder;
  auto const csv = folder.file("t.csv"), cut = folder.file("cut.csv");
  made::put_file(csv, sales(20));
  made::put_file(cut, sales(12));
  auto const build = [&](std::string const& file, std::string const& out) {
    return run("build --as-of 2026-11-12 --transactions " + file + " --out " + folder.file(out));
  };
  auto const whole = build(csv, "b");
  CHECK(whole.code == 0);
  CHECK(tells(whole, " rows after 2026-11-12 left out (--as-of)"));
  CHECK(tells(whole, " from 180 baskets of "));
  REQUIRE(build(cut, "b2").code == 0);
  CHECK(made::get_file(folder.file("b")) == made::get_file(folder.file("b2")));
  auto const read = " --transactions " + csv;
  auto const asked = run("evaluate --as-of 2026-11-12" + read);
  CHECK(tells(asked, "learned from 180 baskets (2026-11-01 to 2026-11-12), asked for "));
  CHECK(tells(asked, " of 120 other baskets (2026-11-13 to 2026-11-20)"));
  auto const windowed = run("evaluate --window 5" + read);
  CHECK(tells(windowed, "learned from 75 baskets (2026-11-12 to 2026-11-16), asked for "));
  CHECK(tells(windowed, "note: recency: 165 baskets before the window or of no weight left out"));
  auto const none = run("evaluate --as-of 2026-11-20" + read);
  CHECK(none.code == 3);
  CHECK(tells(none, "no basket after 2026-11-20 to ask for"));
  CHECK(run("evaluate --as-of 2026-11-12 --test-share 0.3" + read).code == 2);
}

TEST_CASE("train refuses to calibrate on what it counted, unless allowed") {
  made::Folder folder;
  made::put_file(folder.file("sep.csv"), sales(10));
  made::put_file(folder.file("oct.csv"), sales(10, 15));
  REQUIRE(run("count --transactions " + folder.file("sep.csv") + " --out " + folder.file("c")).code == 0);
  auto const train = "train --out " + folder.file("b") + " --counts " + folder.file("c") + " --calibrate-on ";
  auto const refused = run(train + folder.file("sep.csv"));
  CHECK(refused.code == 3);
  CHECK(tells(refused, "--calibrate-on asks for sales that were not counted"));
  CHECK(tells(refused, "the counts and " + folder.file("sep.csv") + ": the same baskets of 2026-11-01"));
  CHECK(run(train + folder.file("oct.csv")).code == 0);
  CHECK(run(train + folder.file("sep.csv") + " --allow-duplicates").code == 0);
}

TEST_CASE("what cannot be made to fit is told with the least that can") {
  made::Folder folder;
  auto const build = "build --transactions " + shop().folder.file("transactions.csv") + " --items " +
                     shop().folder.file("items.csv") + " --out " + folder.file("b") + " --max-bytes ";
  auto const refused = run(build + "1000");
  REQUIRE(refused.code == 3);
  CHECK(tells(refused, " at least, with hardly any weights left"));
  auto const word = std::string(" items take ");
  auto const at = refused.out.find(word) + word.size();
  std::string least;
  for (auto const c : refused.out.substr(at, refused.out.find(" byte", at) - at)) {
    if (c != ',') least += c;
  }
  CHECK(run(build + least).code == 0);
}

TEST_CASE("an import of nothing names its file") {
  made::Folder folder;
  made::put_file(folder.file("empty.jsonl"), "");
  auto const nothing = run("import " + folder.file("empty.jsonl") + " --out " + folder.file("t.csv"));
  CHECK(nothing.code == 3);
  CHECK(tells(nothing, "empty.jsonl: not one row; is this the right file?"));
  CHECK(!std::filesystem::exists(folder.file("t.csv")));
}
