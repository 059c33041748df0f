#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "feeds/odoo_message.hpp"
#include "feeds/ticket_event.hpp"
#include "pos-adapter/heard_sales.hpp"
#include "pos-adapter/shared_samples.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using testing::as_heard;
using testing::HeardSales;

namespace {

Currency const kEuro{{'E', 'U', 'R'}, 2};

std::vector<std::string> lines_of(std::filesystem::path const& file) {
  std::vector<std::string> out;
  std::istringstream text(read_file(file));
  for (std::string line; std::getline(text, line);) out.push_back(line);
  REQUIRE_FALSE(out.empty());
  return out;
}

std::filesystem::path own(char const* name) {
  return std::filesystem::path(TILLCUE_SOURCE_DIR) / "tests" / "pos-adapter" / "feeds" / name;
}

struct Scene {
  HeardSales heard;
  BasketFollower follower{"feed", heard, as_heard};

  void tickets(std::vector<std::string> const& lines) {
    for (auto const& line : lines) {
      auto event = parse_ticket_event(line, kEuro);
      REQUIRE(event);
      obey(std::move(*event), follower);
    }
  }
  void odoo(std::vector<std::string> const& lines) {
    OdooOrders orders(follower, "e");
    for (auto const& line : lines) {
      auto shown = parse_odoo_display(line, kEuro);
      REQUIRE(shown);
      orders.show(std::move(*shown));
    }
  }
};

/// Whole captured session: what is in each ticket when it closes, from the log itself.
struct Closed {
  std::string ticket;
  std::size_t lines;
  std::int64_t total;
};

Closed closed_of(std::string const& json) {
  auto const event = nlohmann::json::parse(json);
  if (event["ev"] != "close") return {};
  return {event["ticket"], event["lines"].size(), std::llround(event["total"].get<double>() * 100)};
}

}  // namespace

TEST_CASE("an event script's session becomes sales, each item once") {
  Scene scene;
  scene.tickets(lines_of(own("unicenta_session.jsonl")));
  auto const& first = scene.heard.sales["feed-t-1"];
  CHECK(first.text() == "2:81aa*2000@255");
  CHECK(first.tenders == 1);
  CHECK(first.end == "finished");
  CHECK(first.total == 510);
  CHECK(scene.heard.sales["feed-t-2"].text() == "1:9f*385@179");
  CHECK(scene.heard.sales["feed-t-2"].end.empty());
  CHECK(scene.heard.sales.size() == 2);
  CHECK(scene.heard.senseless == 0);
}

TEST_CASE("the captured session of a real POS: seven sales, every line and every total") {
  auto const file = shared_folder() / "data" / "escpos" / "feeds" / "chromispos_session_events.log";
  if (skip_without(file, "captured event session")) return;
  Scene scene;
  std::vector<Closed> closed;
  std::vector<std::string> events;
  for (auto const& line : lines_of(file)) {
    events.push_back(line.substr(line.find(' ') + 1));
    if (auto one = closed_of(events.back()); !one.ticket.empty()) closed.push_back(one);
  }
  scene.tickets(events);
  CHECK(closed.size() == 7);
  CHECK(scene.heard.sales.size() == 7);
  CHECK(scene.heard.senseless == 0);
  for (auto const& one : closed) {
    auto const& sale = scene.heard.sales["feed-" + one.ticket];
    CHECK(sale.lines.size() == one.lines);
    CHECK(sale.sum() == one.total);
    CHECK(sale.total == one.total);
    CHECK(sale.end == "finished");
    CHECK(sale.tenders == 1);
  }
}

TEST_CASE("an Odoo display's orders become sales: paid ones finished, emptied ones void") {
  Scene scene;
  scene.odoo(lines_of(own("odoo_messages.jsonl")));
  REQUIRE(scene.heard.order.size() == 2);
  auto const& paid = scene.heard.sales[scene.heard.order[0]];
  CHECK(paid.text() == "1:Pen blue*2000@199, 2:Gouda*385@899");
  CHECK(paid.tenders == 1);
  CHECK(paid.end == "finished");
  CHECK(paid.total == 744);
  auto const& emptied = scene.heard.sales[scene.heard.order[1]];
  CHECK(emptied.end == "voided");
  CHECK(emptied.text() == "1:Notebook A5*1000@255");
  CHECK(scene.heard.senseless == 0);
}

TEST_CASE("the captured messages of a real Odoo: one item, one payment, one sale") {
  auto const file = shared_folder() / "data" / "escpos" / "feeds" / "odoo_customer_display_messages.jsonl";
  if (skip_without(file, "captured Odoo messages")) return;
  Scene scene;
  scene.odoo(lines_of(file));
  CHECK(scene.heard.sales.size() == 1);
  CHECK(scene.heard.last().text() == "1:Letter Tray*1000@297275");
  CHECK(scene.heard.last().end == "finished");
  CHECK(scene.heard.last().total == 297275);
  CHECK(scene.heard.last().tenders == 1);
  CHECK(scene.heard.senseless == 0);
}

TEST_CASE("what is no event is refused with the field's name") {
  auto const error = [](std::string_view json) {
    auto const event = parse_ticket_event(json, kEuro);
    return event ? std::string("accepted") : event.error().what;
  };
  CHECK(error("GET / HTTP/1.1") == "not one JSON object");
  CHECK(error("[]") == "not one JSON object");
  CHECK(error("{\"ev\":\"change\",\"lines\":[]}").find("\"ticket\"") != std::string::npos);
  CHECK(error("{\"ev\":\"change\",\"ticket\":\"t\"}").find("\"lines\"") != std::string::npos);
  CHECK(error("{\"ev\":\"change\",\"ticket\":\"t\",\"lines\":[1]}") == "a line is no object");
  CHECK(error("{\"ev\":\"change\",\"ticket\":\"t\",\"lines\":[{}]}") == "a line has neither code nor name");
  CHECK(error("{\"ev\":\"change\",\"ticket\":\"t\",\"lines\":[{\"name\":\"a\",\"qty\":1e300}]}") ==
        "qty is out of range");
  CHECK(error(std::string(kMaxTicketEvent + 1, ' ')) == "larger than 64 KiB");
  CHECK(error("{\"ev\":\"x\",\"ticket\":\"t\",\"lines\":[{\"name\":\"4111 1111 1111 1111\"}]}") ==
        "a line has neither code nor name");
}

TEST_CASE("what is no order is refused with the field's name") {
  auto const error = [](std::string_view json) {
    auto const shown = parse_odoo_display(json, kEuro);
    return shown ? std::string("accepted") : shown.error().what;
  };
  CHECK(error("{}").find("\"params\"") != std::string::npos);
  CHECK(error("{\"params\":{\"action\":\"set\"}}").find("\"data\"") != std::string::npos);
  CHECK(error("{\"params\":{\"action\":\"print\",\"data\":{}}}").find("\"print\"") != std::string::npos);
  CHECK(error("{\"params\":{\"action\":\"set\",\"data\":{}}}").find("\"lines\"") != std::string::npos);
  CHECK(error("{\"params\":{\"action\":\"set\",\"data\":{\"lines\":[{}]}}}").find("productName") != std::string::npos);
  CHECK(error(std::string(kMaxOdooBody + 1, ' ')) == "larger than 256 KiB");
}
