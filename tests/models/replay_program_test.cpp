#include <string>

#include <doctest/doctest.h>

#include "program_run.hpp"

using namespace tillcue::models::made;

namespace {

std::string const kGolden = std::string(TILLCUE_SOURCE_DIR) + "/tests/golden/";
std::string const kRules = "replay --bundle " + kGolden + "bundle-v1-rules.tcb";

}  // namespace

TEST_CASE("replay decides a till's day again from its log alone") {
  auto const same = run(kRules + " --quiet < " + shop().folder.file("records"),
                        "cut -d' ' -f1 " + kGolden + "day-v1.txt > " + shop().folder.file("records"));
  CHECK(same.code == 0);
  CHECK(tells(same, "432 the same, 0 different, 0 no records"));
  // An event or export row holds the record as "replay".
  auto const rows = run(kRules + " --json < " + shop().folder.file("rows"),
                        "sed 's/\\(.*\\)/{\"sale\":\"x\",\"replay\":\"\\1\"}/' " + shop().folder.file("records") +
                            " > " + shop().folder.file("rows"));
  CHECK(rows.code == 0);
  CHECK(tells(rows, "\"same\":true"));
  // What head office exports ends with it; silent decisions have none.
  auto const table = run(kRules + " --quiet < " + shop().folder.file("table"),
                         "(echo sale,item,replay; echo s,,; sed 's/^/s,\"a, b\",/' " + shop().folder.file("records") +
                             ") > " + shop().folder.file("table"));
  CHECK(table.code == 0);
  CHECK(tells(table, "432 the same, 0 different, 0 no records"));
}

TEST_CASE("replay says what another file is, and which it wants") {
  auto const sales =
      run(kRules + " < " + shop().folder.file("sales"),
          "printf 'basket_id,customer_id,timestamp,sku,quantity,unit_price,holdout\\n1,,,a,1,1,0\\n' > " +
              shop().folder.file("sales"));
  CHECK(sales.code == 3);
  CHECK(tells(sales,
              "standard input is sales (transactions.csv); give what the tills decided: "
              "tillcue-hq export --db DB --decisions --out FILE"));
  auto const items = run(kRules + " < " + shop().folder.file("items.csv"));
  CHECK(items.code == 3);
  CHECK(tells(items, "standard input is a table without the column replay"));
  auto const packed = run(kRules + " < " + shop().folder.file("packed"),
                          "gzip -c " + shop().folder.file("items.csv") + " > " + shop().folder.file("packed"));
  CHECK(packed.code == 3);
  CHECK(tells(packed, "standard input is gzip; unpack it"));
}

TEST_CASE("replay names what is no record, and what was decided with another bundle") {
  auto const bad = run(kRules + " < " + shop().folder.file("bad"),
                       "printf '%s\\n' 'no record!' '{\"a\":1}' '{' > " + shop().folder.file("bad"));
  CHECK(bad.code == 4);
  CHECK(tells(bad, "line 1 replay record: is not base64url text"));
  CHECK(tells(bad, "line 2 has no \"replay\""));
  CHECK(tells(bad, "line 3 is no JSON"));
  auto const other = run("replay --bundle " + shop().bundle + " < " + shop().folder.file("records"));
  CHECK(other.code == 4);
  CHECK(tells(other, "was decided with another bundle; give that release"));
}
