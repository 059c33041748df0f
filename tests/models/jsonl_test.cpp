#include <doctest/doctest.h>

#include "made_import.hpp"

using namespace tillcue;
using namespace tillcue::models;
using made::read_as;
using made::Rows;
using made::tells;

namespace {

Rows read(std::string const& text, std::size_t step = 0) { return read_as(SalesFormat::jsonl, text, step); }

/// The complaint about the only bad row.
std::string complaint(std::string const& text) {
  auto const rows = read(text);
  REQUIRE(rows.complaints.size() == 1);
  return rows.complaints[0];
}

}  // namespace

TEST_CASE("a sale a line: its lines share basket, customer and time; numbers keep their text") {
  auto const rows = read(
      R"({"basket_id":17,"customer_id":"c1","timestamp":"2026-11-20T08:26:00","lines":[)"
      R"({"sku":"a","quantity":2,"unit_price":2.50},{"sku":4711,"quantity":0.350,"unit_price":"1.10"},{"sku":"c"}]})"
      "\n");
  CHECK(rows.complaints.empty());
  CHECK(rows.rows == std::vector<std::string>{"17|c1|2026-11-20T08:26:00|a|2|2.50",
                                              "17|c1|2026-11-20T08:26:00|4711|0.350|1.10",
                                              "17|c1|2026-11-20T08:26:00|c||"});
}

TEST_CASE("a row a line has the names of the CSV columns; the sale's fields may stand behind its lines") {
  auto const rows = read(
      "\xEF\xBB\xBF{\"basket_id\":\"1\",\"sku\":\"a\",\"quantity\":null}\r\n\n"
      "{\"lines\":[{\"sku\":\"b\"}],\"basket_id\":\"2\"}");
  CHECK(rows.complaints.empty());
  CHECK(rows.rows == std::vector<std::string>{"1|||a||", "2|||b||"});
}

TEST_CASE("a file that is one list of objects is told to be, with what makes lines of it") {
  for (auto const* const text :
       {"[{\"basket_id\":\"1\",\"sku\":\"a\"}]", "\n[\n  {\"basket_id\":\"1\",\"sku\":\"a\"}\n]\n"}) {
    auto const rows = read(text);
    CHECK(rows.rows.empty());
    CHECK(tells(rows.error, ": is one JSON list; write one object a line, like jq -c '.[]' does"));
  }
}

TEST_CASE("unknown fields are passed over, whatever they hold") {
  auto const rows = read(R"({"basket_id":"1","till":{"sku":"no","lines":[{"sku":"no"}]},"tags":["sku",["x"]],"lines":[)"
                         R"({"sku":"a","parts":[{"sku":"no"}],"more":{"quantity":9}}],"ok":true})");
  CHECK(rows.complaints.empty());
  CHECK(rows.rows == std::vector<std::string>{"1|||a||"});
}

TEST_CASE("however the bytes arrive, the rows are the same") {
  std::string const text =
      "{\"basket_id\":\"1\",\"lines\":[{\"sku\":\"a\"},{\"sku\":5}]}\nnonsense\n{\"basket_id\":2,\"sku\":\"x\"}\n";
  auto const whole = read(text);
  for (std::size_t step = 1; step < 40; ++step) {
    CHECK(read(text, step).rows == whole.rows);
    CHECK(read(text, step).complaints == whole.complaints);
  }
}

TEST_CASE("every fault is told by file, line and field, and costs its own row only") {
  auto const rows = read(
      "{\"basket_id\":\"1\",\"lines\":[{\"sku\":\"a\"},{\"sku\":\"b\",\"quantity\":\"2,5\"},{\"sku\":\"\"},{\"sku\":"
      "\"d\"}]}\n");
  CHECK(rows.rows == std::vector<std::string>{"1|||a||", "1|||d||"});
  REQUIRE(rows.complaints.size() == 2);
  CHECK(tells(rows.complaints[0], "sales.jsonl:1: lines[1].quantity: '2,5' is not a number like 2 or 0.350"));
  CHECK(tells(rows.complaints[0], "write 2.5"));
  CHECK(tells(rows.complaints[1], "sales.jsonl:1: lines[2].sku: is empty"));
  CHECK(tells(complaint("{\"basket_id\":\"1\",\"sku\":\"a\"}\n{\"basket_id\":1,\"sku\"\n"),
              "sales.jsonl:2: is no JSON from byte"));
  CHECK(tells(complaint("[1,2]\n"), "is no object; write {\"basket_id\":...}"));
  CHECK(tells(complaint("{\"basket_id\":\"1\",\"sku\":[\"a\"]}\n"), "sku: is a list; write a text or a number"));
  CHECK(tells(complaint("{\"basket_id\":\"1\",\"sku\":\"a\",\"sku\":\"b\"}\n"), "sku: is there twice"));
  CHECK(tells(complaint("{\"basket_id\":\"1\",\"lines\":{}}\n"), "lines: is no list"));
  CHECK(tells(complaint("{\"basket_id\":\"1\",\"lines\":[7]}\n"), "lines[0].is no object; write an object"));
  CHECK(tells(complaint("{\"basket_id\":\"1\",\"lines\":[],\"lines\":[]}\n"), "lines: is there twice"));
  CHECK(tells(complaint("{\"basket_id\":true,\"lines\":[{\"sku\":\"a\"}]}\n"), "basket_id: is true or false"));
  CHECK(tells(complaint("{\"sku\":\"a\"}\n"), "basket_id: is empty"));
  CHECK(tells(complaint("{\"basket_id\":\"1\",\"sku\":\"a\",\"unit_price\":\"€ 3,50\"}\n"),
              "unit_price: '€ 3,50' is not a number"));
  CHECK(tells(complaint("{\"basket_id\":\"1\",\"sku\":\"a\\u0001\"}\n"), "sku: not clean UTF-8"));
}

TEST_CASE("a line too long or nested too deep is refused and the next one read") {
  auto const deep = std::string(40, '[') + std::string(40, ']');
  auto const rows = read("{\"x\":\"" + std::string(5U << 20U, 'y') + "\"}\n{\"basket_id\":\"1\",\"x\":" + deep +
                         ",\"sku\":\"a\"}\n{\"basket_id\":\"2\",\"sku\":\"b\"}\n");
  CHECK(rows.rows == std::vector<std::string>{"2|||b||"});
  REQUIRE(rows.complaints.size() == 2);
  CHECK(tells(rows.complaints[0], "sales.jsonl:1: is longer than 4194304 bytes"));
  CHECK(tells(rows.complaints[1], "sales.jsonl:2: is nested deeper than 32"));
}
