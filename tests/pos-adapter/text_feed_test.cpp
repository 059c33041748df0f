#include <doctest/doctest.h>

#include "feeds/text_tickets.hpp"
#include "pos-adapter/heard_sales.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using testing::as_heard;
using testing::HeardSales;

namespace {

TextFeedOptions simple() {
  TextFeedOptions options;
  options.layout.ignored = {"---{*}", "WELCOME {*}"};
  options.layout.cancelled = {"CANCELLED{*}"};
  options.layout.closed = {"CHANGE {amount}"};
  options.layout.total = {"TOTAL {*}{amount}", "TOTAL {amount}"};
  options.layout.removed = {"VOID {name} {amount}"};
  options.layout.item = {"{qty} x {name} {price} {amount}", "{name}\n{qty} x {price} {amount}", "{name} {amount}"};
  options.layout.total = {"TOTAL {amount}"};
  return options;
}

struct Scene {
  explicit Scene(TextFeedOptions options = simple())
      : tickets(TextTickets::make(std::move(options), {&follower, Currency{{'E', 'U', 'R'}, 2}, "e"}).value()) {}
  HeardSales heard;
  BasketFollower follower{"text", heard, as_heard};
  TextTickets tickets;
};

constexpr std::string_view kReceipt =
    "WELCOME TO THE SHOP\r\n--------------\r\nRitter Sport 100g      1.49\r\n3 x Coca-Cola 0.33L 1.20 3.60\r\n"
    "Bananas loose\r\n  0.385 x 1.79   0.69\r\nTOTAL   5.78\r\nCHANGE 4.22\r\n";

}  // namespace

TEST_CASE("a receipt's lines become items, its total the tender, its change the end") {
  Scene scene;
  scene.tickets.take(kReceipt);
  REQUIRE(scene.heard.sales.size() == 1);
  CHECK(scene.heard.last().text() ==
        "1:Ritter Sport 100g*1000@149, 2:Coca-Cola 0.33L*3000@120, 3:Bananas loose*385@179");
  CHECK(scene.heard.last().tenders == 1);
  CHECK(scene.heard.last().total == 578);
  CHECK(scene.heard.last().end == "finished");
  CHECK(scene.heard.senseless == 0);
}

TEST_CASE("however the bytes come in pieces, the sale is the same") {
  for (std::size_t size = 1; size < 40; size += 3) {
    Scene scene;
    for (std::size_t at = 0; at < kReceipt.size(); at += size) scene.tickets.take(kReceipt.substr(at, size));
    CHECK(scene.heard.last().sum() == 578);
    CHECK(scene.heard.last().end == "finished");
  }
}

TEST_CASE("voided lines leave, cancelled sales are void, and the next sale is another one") {
  Scene scene;
  scene.tickets.take("Tea 1.00\nMilk 0.90\nVOID Tea 1.00\nCANCELLED\nTea 1.00\nTOTAL 1.00\nCHANGE 0.00\n");
  REQUIRE(scene.heard.order.size() == 2);
  CHECK(scene.heard.sales[scene.heard.order[0]].text() == "2:Milk*1000@90");
  CHECK(scene.heard.sales[scene.heard.order[0]].end == "voided");
  CHECK(scene.heard.last().text() == "1:Tea*1000@100");
  CHECK(scene.heard.last().end == "finished");
}

TEST_CASE("start and end are bytes, and what is outside is not heard") {
  auto options = simple();
  options.start = *marker_bytes("0x1B40");
  options.end = *marker_bytes("0x1B69");
  options.line_end = *marker_bytes("0x0D0A");
  Scene scene(options);
  scene.tickets.take("Tea 1.00\r\n\x1B@Milk 0.90\r\nTOTAL 0.90\x1Bi Jam 2.00\r\n\x1B@Rye 3.00\r\n\x1Bi");
  REQUIRE(scene.heard.order.size() == 2);
  CHECK(scene.heard.sales[scene.heard.order[0]].text() == "1:Milk*1000@90");
  CHECK(scene.heard.sales[scene.heard.order[0]].end == "finished");
  CHECK(scene.heard.last().end == "voided");  // no total: not a sale that was paid
}

TEST_CASE("silence ends a line without its end and a receipt that has its total") {
  auto options = simple();
  options.layout.closed.clear();
  Scene scene(options);
  scene.tickets.take("Tea 1.00");
  CHECK(scene.heard.sales.empty());
  scene.tickets.quiet();
  CHECK(scene.heard.last().text() == "1:Tea*1000@100");
  scene.tickets.quiet();
  CHECK(scene.heard.last().end.empty());
  scene.tickets.take("\nTOTAL 1.00\n");
  CHECK(scene.heard.last().end.empty());
  scene.tickets.quiet();
  CHECK(scene.heard.last().end == "finished");
}

TEST_CASE("a code table is applied, and bytes that are no text are left out") {
  auto options = simple();
  options.code_table = CodeTable::cp866;
  Scene scene(options);
  scene.tickets.take("\x8C\xAE\xAB\xAE\xAA\xAE\x07 0.90\nTOTAL 0.90\n");
  CHECK(scene.heard.last().text() == "1:Молоко*1000@90");
}

TEST_CASE("an endless line is cut and its end is still seen; endless receipts are bounded") {
  Scene scene;
  scene.tickets.take(std::string(100'000, 'x') + "\nTea 1.00\n");
  CHECK(scene.heard.last().text() == "1:Tea*1000@100");
  for (int n = 0; n < 700; ++n) scene.tickets.take("Tea 1.00\n");
  CHECK(scene.heard.last().lines.size() == BasketFollower::kMostLines);
}

TEST_CASE("a card number is never an item") {
  Scene scene;
  scene.tickets.take("4111 1111 1111 1111 1.00\n");
  CHECK(scene.heard.sales.empty());
}

TEST_CASE("returned items are negative amounts") {
  Scene scene;
  scene.tickets.take("Bottle -0.25\n-2 x Crate 3.00 -6.00\n");
  CHECK(scene.heard.last().text() == "1:Bottle*-1000@25, 2:Crate*-2000@300");
}

TEST_CASE("a faulty layout is refused with the template and the mend") {
  auto const error = [](auto change) {
    auto options = simple();
    change(options);
    auto const faults = check(options);
    return faults.empty() ? std::string("accepted") : faults.front().field + ": " + faults.front().what;
  };
  CHECK(error([](auto& o) { o.layout.item = {"{nam} {amount}"}; }).find("{nam} is no field") != std::string::npos);
  CHECK(error([](auto& o) { o.layout.item = {"{name"}; }).find("not closed") != std::string::npos);
  CHECK(error([](auto& o) { o.layout.item = {"{name}{amount}"}; }).find("before {amount}") != std::string::npos);
  CHECK(error([](auto& o) { o.layout.item = {""}; }).find("is empty") != std::string::npos);
  CHECK(error([](auto& o) { o.layout.item.clear(); }).find("layout.item") == 0);
  CHECK(error([](auto& o) { o.line_end.clear(); }).find("line_end") == 0);
  CHECK(error([](auto& o) { o.start = std::string(33, 'x'); }).find("at most 32") != std::string::npos);
  CHECK(error([](auto& o) { o.layout.total.clear(), o.layout.closed.clear(); }).find("layout.total") == 0);
  auto options = simple();
  options.start = std::string(33, 'x');
  options.layout.item = {"{nam} {amount}", "{name} {amount}", "{name"};
  options.layout.closed = {""};
  std::string all;
  for (auto const& fault : check(options)) all += fault.field + ' ';
  CHECK(all == "start layout.closed layout.item layout.item ");
  CHECK_FALSE(marker_bytes("0x1B4"));
  CHECK_FALSE(marker_bytes("0xZZ"));
  CHECK(marker_bytes("0x0d0A") == "\r\n");
  CHECK(marker_bytes("**END**") == "**END**");
}

TEST_CASE("a template is tried in bounded time whatever the line holds") {
  auto const hard = LineTemplate::parse("{*} a {*} a {*} a {*} a {*} a {*} b").value();
  std::string line;
  for (int n = 0; n < 250; ++n) line += "a ";
  TemplateFields fields;
  CHECK_FALSE(hard.match(line, fields));
}
