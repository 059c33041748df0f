#include <algorithm>
#include <filesystem>

#include <doctest/doctest.h>

#include "made.hpp"
#include "program_run.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/counted_source.hpp"

using namespace tillcue::models;
using made::run;
using made::tells;

namespace {

/// Sales of `days` days from 2026-11-01 on.
std::string sales(int days, std::uint64_t seed = 1) {
  std::string text = "basket_id,timestamp,sku,quantity,unit_price\n";
  int n = 0;
  for (auto const& basket : made::random_baskets(static_cast<std::size_t>(days) * 30, 20, seed)) {
    auto const day = day_text(20'758 + n % days);
    for (auto const& sku : basket) text += std::to_string(n) + ',' + day + "T12:00:00," + sku + ",1,2.00\n";
    ++n;
  }
  return text;
}

std::size_t files_in(std::string const& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

}  // namespace

TEST_CASE("a POSLog is imported, counted and built from as it is") {
  made::Folder folder;
  auto const log = std::string(TILLCUE_SOURCE_DIR) + "/tests/fuzz/corpus/poslog/v6_prefixed.xml";
  auto const imported = run("import " + log + " --out " + folder.file("t.csv"));
  CHECK_MESSAGE(imported.code == 0, imported.out);
  CHECK(tells(imported, "t.csv: 2 rows, 0 returns"));
  CHECK(made::get_file(folder.file("t.csv")) ==
        "basket_id,customer_id,timestamp,sku,quantity,unit_price\n"
        "0117/4/2026-11-20/Q4T7,7700815,2026-11-20T08:26:11,61190,2,1.49\n"
        "0117/4/2026-11-20/Q4T7,7700815,2026-11-20T08:26:11,000061191,0.350,10.000000\n");
  CHECK(run("count --transactions " + log + " --out " + folder.file("a")).code == 0);
  CHECK(run("count --transactions " + folder.file("t.csv") + " --out " + folder.file("b")).code == 0);
  CHECK(made::get_file(folder.file("a")) == made::get_file(folder.file("b")));
  CHECK(run("build --uncalibrated --transactions " + log + " --out " + folder.file("bundle")).code == 0);
  auto const wrong = run("count --format csv --transactions " + log + " --out " + folder.file("a"));
  CHECK(wrong.code == 3);
  CHECK(run("count --format xml --transactions " + log + " --out " + folder.file("a")).code == 2);
  auto const choice = run("count --poslog-sku gtin --transactions " + log + " --out " + folder.file("a"));
  CHECK(choice.code == 2);
  CHECK(tells(choice, "--poslog-sku: 'gtin' is none of item, pos-item"));
  CHECK(run("import --help").code == 0);
}

TEST_CASE("day files: made, added up, weighed, and a second count of the same day changes nothing") {
  made::Folder folder;
  made::put_file(folder.file("t.csv"), sales(8));
  auto const days = "count --by-day --out-dir " + folder.file("days") + " --transactions ";
  auto const made_days = run(days + folder.file("t.csv"));
  CHECK(tells(made_days, "days: 8 day files, 2026-11-01 to 2026-11-08, 240 baskets"));
  CHECK(run(days + folder.file("t.csv")).code == 0);
  CHECK(files_in(folder.file("days")) == 8);
  CHECK(run("count --merge " + folder.file("days") + "/*.counts --out " + folder.file("merged")).code == 0);
  CHECK(run("count --transactions " + folder.file("t.csv") + " --out " + folder.file("whole")).code == 0);
  CHECK(made::get_file(folder.file("merged")) == made::get_file(folder.file("whole")));
  auto const train = "train --uncalibrated --min-baskets 1 --out " + folder.file("b") + " --counts ";
  auto const recent = run(train + folder.file("days") + "/*.counts --half-life 2 --window 4");
  CHECK_MESSAGE(recent.code == 0, recent.out);
  CHECK(tells(recent, "recency: 120 baskets before the window"));
  auto const coarse = run(train + folder.file("whole") + " --half-life 2");
  CHECK(tells(coarse, "whole holds 2026-11-01 to 2026-11-08, weighed as one"));
  CHECK(run(train + folder.file("whole") + " --as-of 2026-11-31").code == 2);
  // Without a word day files are weighed as build weighs rows; one file of all days cannot be, and says so.
  auto const usual = run(train + folder.file("days") + "/*.counts");
  CHECK(tells(usual, "(weighed, half-life 180 days, of 240 read)"));
  auto const built = run("build --uncalibrated --min-baskets 1 --transactions " + folder.file("t.csv") + " --out " +
                         folder.file("built"));
  CHECK_MESSAGE(built.code == 0, built.out);
  for (auto const* const name : {"b", "built"}) {
    CHECK(tells(run("inspect --bundle " + folder.file(name)), "(weighed, half-life 180 days, of 240 read)"));
  }
  auto const told = run("diff " + folder.file("b") + ' ' + folder.file("built"));
  CHECK(tells(told, "  these are       weighed, half-life 180 days\n"));
  CHECK(tells(told, "baskets read      240 -> 240\n"));
  auto const alike = run(train + folder.file("whole"));
  CHECK(tells(alike, "recency: all baskets count alike: " + folder.file("whole") + " holds several days in one"));
  CHECK(tells(alike, "from 240 baskets;"));
  CHECK(run("inspect --bundle " + folder.file("b")).out.find("weighed") == std::string::npos);
  made::put_file(folder.file("other.csv"), sales(1, 2));
  auto const other = run(days + folder.file("other.csv"));
  CHECK(other.code == 3);
  CHECK(tells(other, "2026-11-01.counts: is there already and holds other sales"));
  CHECK(run(days + folder.file("other.csv") + " --replace").code == 0);
}

TEST_CASE("the same sales twice are refused with both names, in transactions and in counts, unless allowed") {
  made::Folder folder;
  made::put_file(folder.file("a.csv"), sales(3));
  made::put_file(folder.file("b.csv"), sales(3));
  made::put_file(folder.file("store2.csv"), sales(3, 9));
  auto const build = "build --out " + folder.file("bundle") + " --transactions " + folder.file("a.csv") + ' ';
  auto const twice = run(build + folder.file("b.csv"));
  CHECK(twice.code == 3);
  CHECK(tells(twice, "the same sales are there twice; give each file once"));
  CHECK(tells(twice, "a.csv and " + folder.file("b.csv") + ": the same baskets of 2026-11-01"));
  CHECK(run(build + folder.file("b.csv") + " --allow-duplicates").code == 0);
  CHECK(run(build + folder.file("store2.csv")).code == 0);
  for (auto const* const name : {"a", "b", "store2"}) {
    REQUIRE(run("count --transactions " + folder.file(name) + ".csv --out " + folder.file(name)).code == 0);
  }
  auto const merge = "count --out " + folder.file("sum") + " --merge " + folder.file("a") + ' ';
  auto const merged = run(merge + folder.file("b"));
  CHECK(merged.code == 3);
  CHECK(tells(merged, folder.file("a") + " and " + folder.file("b") + ": the same baskets of 2026-11-01"));
  CHECK(!std::filesystem::exists(folder.file("sum")));
  REQUIRE(run(merge + folder.file("store2")).code == 0);
  auto const again = run("train --uncalibrated --out " + folder.file("bundle") + " --counts " + folder.file("sum") +
                         ' ' + folder.file("b"));
  CHECK(again.code == 3);
  CHECK(tells(again, folder.file("sum") + " and " + folder.file("b")));
}

TEST_CASE("import refuses the same sales twice: behind it their ids differ") {
  made::Folder folder;
  made::put_file(folder.file("a.csv"), sales(3));
  made::put_file(folder.file("b.csv"), sales(3) + "x,2026-11-03T12:00:00,,1,\n");
  auto const import = "import " + folder.file("a.csv") + ' ' + folder.file("b.csv") + " --out " + folder.file("t.csv");
  auto const twice = run(import);
  CHECK(twice.code == 3);
  CHECK(tells(twice, "a.csv and " + folder.file("b.csv") + ": the same baskets of 2026-11-01"));
  CHECK(!std::filesystem::exists(folder.file("t.csv")));
  auto const allowed = run(import + " --allow-duplicates");
  CHECK(allowed.code == 0);
  CHECK(tells(allowed, "b.csv:"));
  made::put_file(folder.file("b.csv"), sales(3, 9));
  CHECK(run(import).code == 0);
}

TEST_CASE("days that stand in one file twice are told with the first line and how many, in every command") {
  made::Folder folder;
  auto const month = sales(20);
  auto const rows = month.substr(month.find('\n') + 1);
  std::string two_days;
  for (std::size_t at = 0; at < rows.size(); at = rows.find('\n', at) + 1) {
    auto const row = rows.substr(at, rows.find('\n', at) + 1 - at);
    if (row.find("2026-11-03") != std::string::npos || row.find("2026-11-07") != std::string::npos) two_days += row;
  }
  made::put_file(folder.file("t.csv"), month + two_days);
  auto const lines = std::count(month.begin(), month.end(), '\n');
  auto const again = folder.file("t.csv") + ':' + std::to_string(lines + 1) +
                     ": sales of 2026-11-03 and 1 other day stand there again from here on, ";
  std::string note;
  for (auto const* const command : {"count --transactions ", "import "}) {
    auto const out = folder.file(std::string(command).substr(0, 5));
    auto const told = run(command + folder.file("t.csv") + " --out " + out);
    CHECK_MESSAGE(told.code == 0, told.out);
    CHECK(tells(told, again));
    auto const at = told.out.find(again);
    note = told.out.substr(at, told.out.find('\n', at) - at);
  }
  auto const shares = run("count --memory 4K --transactions " + folder.file("t.csv") + " --out " + folder.file("out"));
  CHECK(tells(shares, " shares)"));
  CHECK(tells(shares, note));  // the whole file's numbers, not those of a share
  made::put_file(folder.file("once.csv"), month);
  auto const once = run("count --transactions " + folder.file("once.csv") + " --out " + folder.file("other"));
  CHECK(once.out.find("again") == std::string::npos);
  CHECK(tells(once, "600 baskets"));
}

TEST_CASE("a size of memory that is none is told with what is one") {
  made::Folder folder;
  made::put_file(folder.file("t.csv"), sales(3));
  auto const count = "count --transactions " + folder.file("t.csv") + " --out " + folder.file("c") + " --memory ";
  for (auto const* const wrong : {"lots", "-1", "4XB", "1.5G", "\"\"", "99999999999T", "MB", "4GBs"}) {
    auto const refused = run(count + wrong);
    CHECK(refused.code == 2);
    CHECK(tells(refused, "is no size; write bytes, or a whole number with K, M, G or T, like 512MB or 4GB"));
    CHECK(refused.out.find('{') == std::string::npos);
  }
  CHECK(
      tells(run(count + "5"), "--memory: '5' is too little to count in: 4K at least, or 0 for half of the machine's"));
  for (auto const* const right : {"0", "1048576", "1024k", "2MiB", "\"1 GB\"", "1gb"})
    CHECK(run(count + right).code == 0);
}

TEST_CASE("a window is of whole days, and what is no number or date is named") {
  made::Folder folder;
  made::put_file(folder.file("t.csv"), sales(3));
  auto const build = "build --out " + folder.file("b") + " --transactions " + folder.file("t.csv") + ' ';
  auto const half = run(build + "--window 0.5");
  CHECK(half.code == 2);
  CHECK(tells(half, "--window: is a number of whole days"));
  CHECK(tells(run(build + "--half-life soon"), "--half-life: 'soon' is no number of days from 0 to 36500"));
  CHECK(tells(run(build + "--as-of 1.11.2026"), "--as-of: '1.11.2026' is no date like 2026-11-20"));
}

TEST_CASE("half-life and window need dates, and say so") {
  made::Folder folder;
  made::put_file(folder.file("t.csv"), "basket_id,timestamp,sku\n1,7,a\n1,7,b\n2,8,a\n");
  for (auto const* const option : {"--half-life 60", "--window 90", "--as-of 2026-11-20"}) {
    auto const refused =
        run("build --out " + folder.file("b") + " --transactions " + folder.file("t.csv") + ' ' + option);
    CHECK(refused.code == 3);
    CHECK(tells(refused, "has no dates, which half-life, window and as-of need"));
  }
  auto const days = run("count --by-day --out-dir " + folder.file("d") + " --transactions " + folder.file("t.csv"));
  CHECK(days.code == 3);
  CHECK(tells(days, "have no dates to count by day"));
}

TEST_CASE("what the items file lacks is told; its faults name file, line, field and mend") {
  made::Folder folder;
  made::put_file(folder.file("t.csv"), "basket_id,sku\n1,a\n1,b\n2,c\n");
  auto const build = [&](std::string const& items) {
    made::put_file(folder.file("i.csv"), items);
    return run("build --out " + folder.file("b") + " --transactions " + folder.file("t.csv") + " --items " +
               folder.file("i.csv"));
  };
  auto const lacking = build("sku,name\na,Ale\n");
  CHECK(lacking.code == 0);
  CHECK(tells(lacking, "i.csv: 2 of 3 sold SKUs have no row and are named by their SKU: 'b', 'c'"));
  CHECK(tells(lacking, "i.csv: has no prices (column 'price' is missing or empty)"));
  CHECK(tells(build("sku,name,price\na,Ale,1\na,Ale,1\n"), "i.csv:3: sku: 'a' is there twice; keep one"));
  CHECK(tells(build("sku,name,price\na,Ale,\"1.299,00\"\n"),
              "i.csv:2: price: '1.299,00' is not a number like 2.55; use a point, no currency: write 1299.00"));
  CHECK(tells(build("sku,name,price\na,Ale,\"€ 3,50\"\n"),
              "i.csv:2: price: '€ 3,50' is not a number like 2.55; use a point, no currency: write 3.50"));
  CHECK(tells(build("sku,name,price\na,Ale,\"3,50\"\n"), "use a point, no currency: write 3.50"));
  CHECK(tells(build("sku,name,price\na,Ale,\"1,299\"\n"),
              "i.csv:2: price: '1,299' is not a number like 2.55; use a point, no currency;"));
  CHECK(
      tells(build("sku,name,price\na,Ale,-1\n"), "i.csv:2: price: '-1' is below 0; write what one costs, or nothing"));
}

TEST_CASE("a full disk while writing leaves the old file, whatever is written") {
  made::Folder folder;
  made::put_file(folder.file("t.csv"), sales(10));
  // A limit on file sizes is a full disk to the writer; the signal that comes with it is not.
  std::string const full = "trap '' XFSZ; ulimit -f 1";
  for (auto const& [command, kind] : {std::pair{"build --transactions ", kBundleFile},
                                      {"count --transactions ", kCountsFile},
                                      {"import ", kSalesFile}}) {
    auto const old = std::string(kind.begins) + "old";
    made::put_file(folder.file("out"), old);
    auto const result = run(command + folder.file("t.csv") + " --out " + folder.file("out"), full);
    CHECK(result.code == 1);
    CHECK(tells(result, "out: cannot write: File too large; make room or write elsewhere"));
    CHECK(made::get_file(folder.file("out")) == old);
    CHECK(files_in(folder.path()) == 2);
  }
}
