#include "tillcue/models/import.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include "made.hpp"
#include "made_import.hpp"
#include "tillcue/models/import_csv.hpp"

using namespace tillcue;
using namespace tillcue::models;
using made::tells;

namespace {

std::string const kCsv =
    "basket_id,customer_id,timestamp,sku,quantity,unit_price\n"
    "///7,c,2026-11-20T08:26:00,a,2,1.50\n///7,c,2026-11-20T08:26:00,b,,\n///8,,2026-11-20T09:00:00,a,1,1.60\n";
std::string const kJsonl =
    R"({"basket_id":"///7","customer_id":"c","timestamp":"2026-11-20T08:26:00","lines":[{"sku":"a","quantity":2,"unit_price":1.50},{"sku":"b"}]})"
    "\n"
    R"({"basket_id":"///8","timestamp":"2026-11-20T09:00:00","sku":"a","quantity":1,"unit_price":1.60})"
    "\n";
std::string const kPoslog =
    "<POSLog><Transaction><TransactionID>7</TransactionID><BeginDateTime>2026-11-20T08:26:00</"
    "BeginDateTime><RetailTransaction>"
    "<LineItem><Sale><ItemID>a</ItemID><Quantity>2</Quantity><ActualSalesUnitPrice>1.50</ActualSalesUnitPrice></Sale></"
    "LineItem>"
    "<LineItem><Sale><ItemID>b</ItemID></Sale></LineItem><Customer><CustomerID>c</CustomerID></Customer></"
    "RetailTransaction></Transaction>"
    "<Transaction><TransactionID>8</TransactionID><BeginDateTime>2026-11-20T09:00:00</"
    "BeginDateTime><LineItem><Sale><ItemID>a</ItemID>"
    "<Quantity>1</Quantity><ActualSalesUnitPrice>1.60</ActualSalesUnitPrice></Sale></LineItem></Transaction></POSLog>";

void put_gzip(std::string const& path, std::string const& text) {
  auto const file = gzopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  REQUIRE(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) == static_cast<int>(text.size()));
  gzclose(file);
}

Dataset read_file_of(std::string const& path, ImportOptions const& options = {}) {
  TransactionReader reader({0, 1000});
  auto const added = add_sales(reader, path, options);
  REQUIRE_MESSAGE(added.has_value(), added.error().what);
  auto data = reader.finish();
  REQUIRE_MESSAGE(data.has_value(), data.error().what);
  return *data;
}

/// What counts of a data set: items, sets, times, prices; the ids differ by format.
void check_same(Dataset const& a, Dataset const& b) {
  CHECK(a.basket_items == b.basket_items);
  CHECK(a.begin == b.begin);
  CHECK(a.times == b.times);
  REQUIRE(a.items.size() == b.items.size());
  for (std::size_t n = 0; n < a.items.size(); ++n) {
    CHECK(a.items[n].sku == b.items[n].sku);
    CHECK(a.items[n].quantity_milli == b.items[n].quantity_milli);
    CHECK(a.items[n].prices == b.items[n].prices);
  }
}

}  // namespace

TEST_CASE("the same sales are the same baskets in every format, by ending, by content and by word, packed or not") {
  made::Folder folder;
  made::put_file(folder.file("t.csv"), kCsv);
  auto const csv = read_file_of(folder.file("t.csv"));
  CHECK(csv.baskets() == 2);
  for (auto const& [text, ending] :
       {std::pair{kJsonl, "jsonl"}, std::pair{kJsonl, "ndjson"}, std::pair{kPoslog, "xml"}}) {
    made::put_file(folder.file(std::string("t.") + ending), text);
    check_same(read_file_of(folder.file(std::string("t.") + ending)), csv);
    put_gzip(folder.file(std::string("t.") + ending + ".gz"), text);
    check_same(read_file_of(folder.file(std::string("t.") + ending + ".gz")), csv);
    made::put_file(folder.file("export"), "\n " + text);
    check_same(read_file_of(folder.file("export")), csv);
  }
  made::put_file(folder.file("export"), kCsv);
  check_same(read_file_of(folder.file("export")), csv);
  made::put_file(folder.file("lines.csv"), kJsonl);
  ImportOptions forced;
  forced.format = SalesFormat::jsonl;
  check_same(read_file_of(folder.file("lines.csv"), forced), csv);
  CHECK(parse_sales_format("poslog") == SalesFormat::poslog);
  CHECK(!parse_sales_format("xml"));
}

TEST_CASE("bad rows of every format count against the same limit") {
  made::Folder folder;
  made::put_file(folder.file("t.jsonl"), kJsonl + "{\"basket_id\":\"9\"}\n");
  TransactionReader reader({0.3, 1000});
  REQUIRE(add_sales(reader, folder.file("t.jsonl"), {}).has_value());
  CHECK(reader.bad().rows() == 4);
  CHECK(reader.bad().bad() == 1);
  CHECK(reader.finish().has_value());
  TransactionReader strict;
  REQUIRE(add_sales(strict, folder.file("t.jsonl"), {}).has_value());
  auto const refused = strict.finish();
  REQUIRE(!refused.has_value());
  CHECK(tells(refused.error().what, "1 of 4 rows is bad"));
  CHECK(tells(refused.error().what, "t.jsonl:3: sku: is empty"));
}

TEST_CASE("import writes what was understood as transactions.csv that reads back the same") {
  made::Folder folder;
  made::put_file(folder.file("t.jsonl"), kJsonl);
  made::put_file(folder.file("t.xml"), kPoslog);
  for (auto const* const name : {"t.jsonl", "t.xml"}) {
    BadRows bad;
    auto const done = import_csv({folder.file(name)}, {.bad_rows = 0}, folder.file("out.csv"), bad);
    REQUIRE_MESSAGE(done.has_value(), done.error().what);
    CHECK(done->rows == 3);
  }
  auto const written = made::get_file(folder.file("out.csv"));

  BadRows bad;
  REQUIRE(import_csv({folder.file("t.jsonl")}, {.bad_rows = 0}, folder.file("out.csv"), bad).has_value());
  CHECK(made::get_file(folder.file("out.csv")) == kCsv);
}

TEST_CASE("import keeps the ids of several files apart, quotes what needs it, and leaves the old file when it fails") {
  made::Folder folder;
  made::put_file(folder.file("a.jsonl"), "{\"basket_id\":\"1\",\"sku\":\"x,\\\"y\\\"\"}\n");
  made::put_file(folder.file("b.jsonl"), "{\"basket_id\":\"1\",\"sku\":\"z\",\"quantity\":-1}\n");
  BadRows bad;
  auto const done =
      import_csv({folder.file("a.jsonl"), folder.file("b.jsonl")}, {.bad_rows = 0}, folder.file("out.csv"), bad);
  REQUIRE(done.has_value());
  CHECK(done->returns == 1);
  auto const written = made::get_file(folder.file("out.csv"));
  CHECK(tells(written, "\n1:1,,,\"x,\"\"y\"\"\",,\n2:1,,,z,-1,\n"));
  made::put_file(folder.file("c.xml"), "<POSLog><Transaction>");
  BadRows worse;
  CHECK(!import_csv({folder.file("a.jsonl"), folder.file("c.xml")}, {.bad_rows = 0}, folder.file("out.csv"), worse)
             .has_value());
  made::put_file(folder.file("d.jsonl"), "{\"basket_id\":\"1\"}\n");
  CHECK(!import_csv({folder.file("d.jsonl")}, {.bad_rows = 0.5}, folder.file("out.csv"), worse).has_value());
  CHECK(made::get_file(folder.file("out.csv")) == written);
}
