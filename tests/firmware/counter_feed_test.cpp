#include "counter_feed.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "proxy/slip_collector.hpp"

using namespace tillcue;
using namespace tillcue::terminal;

namespace {

/// Keeps what it is told, as a checkout would.
struct Told final : pos::SaleEvents {
  std::vector<std::string> log;
  std::map<std::uint32_t, pos::PutLine> lines;
  std::vector<std::map<std::uint32_t, pos::PutLine>> at_subtotal, at_finish;

  Result<void> on(pos::Message const& message) override {
    if (std::holds_alternative<pos::Begin>(message)) {
      log.emplace_back("begin");
      lines.clear();
    }
    if (auto const* put = std::get_if<pos::PutLine>(&message)) {
      lines[static_cast<std::uint32_t>(put->line)] = *put;
      log.push_back((put->verb == pos::PutLine::Verb::add ? "add " : "change ") + put->sku.value + " " +
                    std::to_string(put->quantity.milli / 1000));
    }
    if (auto const* gone = std::get_if<pos::RemoveLine>(&message)) {
      log.push_back("remove " + lines[static_cast<std::uint32_t>(gone->line)].sku.value);
      lines.erase(static_cast<std::uint32_t>(gone->line));
    }
    if (std::holds_alternative<pos::Subtotal>(message)) {
      log.emplace_back("subtotal");
      at_subtotal.push_back(lines);
    }
    if (std::holds_alternative<pos::Tender>(message)) log.emplace_back("tender");
    if (std::holds_alternative<pos::Void>(message)) log.emplace_back("void");
    if (auto const* finish = std::get_if<pos::Finish>(&message)) {
      log.push_back("finish " + std::to_string(finish->total_minor.value_or(0)));
      at_finish.push_back(lines);
    }
    return {};
  }
};

/// A counter with a printer's and a display's line, nothing else.
struct Till {
  explicit Till(bool receipts = true) : receipts_(receipts) {}
  bool receipts_;
  Told told;
  Timestamp now{std::chrono::milliseconds{1'700'000'000'000}};
  CounterFeed feed{told, [this] { return now; },
                   [](pos::HeardName const& heard) -> std::optional<Sku> {
                     for (auto const* known : {"Milk 1L", "Bread white", "Eggs 10"}) {
                       if (std::string(known).rfind(heard.text, 0) == 0) return Sku(known);
                     }
                     return {};
                   },
                   receipts_};
  pos::DisplayScreen screen{pos::find_profile("epson-tm-t88").value()};
  pos::DisplayReader reader{2};
  pos::SlipCollector paper{pos::find_profile("epson-tm-t88").value(), {}};

  void shows(std::string const& bytes) {
    auto const frame = [this](pos::DisplayFrame const& whole) {
      reader.take(whole, [this](pos::DisplayEvent const& event) { feed.display(event); });
    };
    screen.feed(std::as_bytes(std::span(bytes)), frame);
  }
  void prints(std::string const& bytes) {
    paper.feed(std::as_bytes(std::span(bytes)),
               {[this](pos::Receipt const& receipt) {
                  feed.slip(receipt);
                  if (receipt.kind == pos::SlipKind::sale) reader.sale_over();
                },
                [this](std::span<std::byte const> display) {
                  shows({reinterpret_cast<char const*>(display.data()), display.size()});
                }});
  }
  [[nodiscard]] std::string log() const {
    std::string out;
    for (auto const& line : told.log) out += line + ";";
    return out;
  }
};

std::string padded(std::string text) {
  text.resize(20, ' ');
  return text;
}
std::string epson(std::string const& upper, std::string const& lower) {
  return "\x1B=\x02\x0C\x0B" + padded(upper) + padded(lower);
}
std::string cd5220(std::string const& upper, std::string const& lower) {
  return "\x1BQA" + padded(upper) + "\r\x1BQB" + padded(lower) + "\r";
}

}  // namespace

TEST_CASE("a receipt alone is a whole sale: items, subtotal, tender, close") {
  Till till;
  till.prints("Milk 1L   2 x 1.00     2.00\nSomething else   0.50\nTOTAL    2.50\nCash\n\x1DV\x42");
  till.prints(std::string("\0", 1));
  CHECK(till.log() == "begin;add Milk 1L 2;add name:Something else 1;subtotal;tender;finish 250;");
  CHECK(till.feed.counters().unnamed == 1);
}

TEST_CASE("in both display modes items are live, identical frames are items, a blank frame takes the last one back") {
  for (auto* frame : {&epson, &cd5220}) {
    Till till;
    for (int n = 0; n < 40; ++n) till.shows(frame("Welcome to our shop", std::string(n % 20, ' ') + "*"));
    CHECK(till.log().empty());
    till.shows(frame("Milk 1L          x1", "$1.00          $1.00"));
    till.shows(frame("Milk 1L          x1", "$1.00          $1.00"));
    till.shows(frame("Eggs 10          x3", "$2.00          $6.00"));
    till.shows(frame("", ""));
    till.shows(frame("Total:         $2.00", "Thank you"));
    till.shows(frame("Cash          $10.00", "Change         $8.00"));
    till.shows(frame("Total:         $2.00", "Thank you"));
    CHECK(till.log() == "begin;add Milk 1L 1;add Milk 1L 1;add Eggs 10 3;remove Eggs 10;subtotal;");
    for (int n = 0; n < 15; ++n) till.shows(frame("Welcome to our shop", std::to_string(n)));
    CHECK(till.told.log.back() == "void");  // given up
  }
}

TEST_CASE("without receipts a sale ends when the display says it is paid, and the next item is the next customer's") {
  for (auto const& [upper, lower] : {std::pair{"Cash          $10.00", "Change         $7.00"},
                                     std::pair{"Card           $3.00", ""}, std::pair{"Thank you", "Goodbye"}}) {
    Till till(false);
    for (int customer = 0; customer < 2; ++customer) {
      till.shows(epson("Welcome to our shop", ""));
      till.shows(epson("Milk 1L", "1.00"));
      till.shows(epson("Eggs 10", "2.00"));
      till.shows(epson("TOTAL", "3.00"));
      till.shows(epson(upper, lower));
      till.shows(epson("Thank you", "Goodbye"));
    }
    auto const sale = std::string("begin;add Milk 1L 1;add Eggs 10 1;subtotal;tender;finish 300;");
    CHECK(till.log() == sale + sale);
    CHECK(till.feed.counters().doubtful == 0);
  }
}

TEST_CASE("without receipts items that do not make the total are a doubtful sale, a part paid is no end") {
  Till till(false);
  till.shows(epson("Milk 1L", "1.00"));
  till.shows(epson("TOTAL", "1.10"));
  till.shows(epson("Cash           $0.50", ""));
  CHECK(till.log() == "begin;add Milk 1L 1;subtotal;");
  till.shows(epson("Card           $1.10", ""));
  CHECK(till.told.log.back() == "finish 110");
  CHECK(till.feed.counters().doubtful == 1);
}

TEST_CASE("with receipts a paid sale waits for its own, and the next customer's item does not join it") {
  Till till;
  till.shows(epson("Milk 1L", "1.00"));
  till.shows(epson("TOTAL", "1.00"));
  till.shows(epson("Cash           $2.00", "Change         $1.00"));
  CHECK(till.log() == "begin;add Milk 1L 1;subtotal;");
  till.shows(epson("Eggs 10", "2.00"));
  CHECK(till.log() == "begin;add Milk 1L 1;subtotal;void;begin;add Eggs 10 1;");
  till.prints("Eggs 10      2.00\nTOTAL   2.00\n\x1Bi");
  CHECK(till.told.log.back() == "finish 200");
}

TEST_CASE("the receipt is right: what the display showed otherwise is changed, removed and added") {
  Till till;
  till.shows(epson("Milk 1L          x1", "$0.90          $0.90"));
  till.shows(epson("Bread whi        x1", "$1.80          $1.80"));
  till.shows(epson("Eggs 10          x1", "$1.80          $1.80"));
  till.told.log.clear();
  till.prints("Milk 1L   2 x 1.00    2.00\nBread white    2.00\nSalt       0.30\nTOTAL   4.30\n\x1Bi");
  CHECK(till.log() ==
        "change Milk 1L 2;change Bread white 1;remove Eggs 10;add name:Salt 1;subtotal;tender;finish 430;");
  CHECK(till.feed.counters().reconciled == 1);
}

TEST_CASE("a display behind the printer (ESC = 2) is heard apart from the paper") {
  Till till;
  till.prints("\x1B=\x01SHOP\n" + epson("Milk 1L          x1", "$1.00          $1.00") + "\x1B=\x01Milk 1L     1.00\n");
  CHECK(till.log() == "begin;add Milk 1L 1;");
  till.prints("\x1B=\x01TOTAL    1.00\n\x1Bi");
  CHECK(till.told.log.back() == "finish 100");
}

TEST_CASE("reports and copies make no sale and leave the open one open") {
  Till till;
  till.shows(epson("Milk 1L          x1", "$1.00          $1.00"));
  till.prints("Z REPORT\nMilk    1.00\nTOTAL   1.00\n\x1Bi");
  CHECK(till.log() == "begin;add Milk 1L 1;");
}

TEST_CASE("a captured POS is followed as its own event log says") {
  char const* const set = std::getenv("TILLCUE_SHARED");
  auto const shared =
      set != nullptr ? std::filesystem::path(set) : std::filesystem::path(TILLCUE_SOURCE_DIR) / ".." / "shared";
  auto const feeds = shared / "data" / "escpos" / "feeds";
  if (!std::filesystem::exists(feeds)) {
    std::printf("skipped: a captured POS (no feeds; set TILLCUE_SHARED)\n");
    return;
  }
  // What the POS itself said at each total and each close: names and counts.
  using Basket = std::vector<std::pair<std::string, std::int64_t>>;
  std::vector<Basket> totals;
  double first = 0;
  std::ifstream events(feeds / "chromispos_session_events.log");
  for (std::string line; std::getline(events, line);) {
    if (first == 0) first = std::stod(line);
    auto const event = nlohmann::json::parse(line.substr(line.find('{')));
    if (event.at("ev") != "total") continue;
    Basket basket;
    for (auto const& item : event.at("lines")) {
      basket.emplace_back(item.at("name").get<std::string>(), std::llround(item.at("qty").get<double>() * 1000));
    }
    totals.push_back(basket);
  }
  Till till;
  std::ifstream chunks(feeds / "chromispos_session_chunks.jsonl");
  for (std::string line; std::getline(chunks, line);) {
    auto const chunk = nlohmann::json::parse(line);
    if (chunk.at("t").get<double>() < first) continue;
    auto const hex = chunk.at("hex").get<std::string>();
    std::string bytes;
    for (std::size_t n = 0; n + 1 < hex.size(); n += 2) {
      bytes += static_cast<char>(std::stoi(hex.substr(n, 2), nullptr, 16));
    }
    if (chunk.at("ch") == "display") till.shows(bytes);
    if (chunk.at("ch") == "printer") till.prints(bytes);
  }
  CAPTURE(till.log());
  REQUIRE(totals.size() == 7);
  REQUIRE(till.told.at_subtotal.size() == totals.size());
  REQUIRE(till.told.at_finish.size() == totals.size());
  for (auto const* seen : {&till.told.at_subtotal, &till.told.at_finish}) {
    for (std::size_t sale = 0; sale < totals.size(); ++sale) {
      CAPTURE(sale);
      auto expected = totals[sale];
      REQUIRE((*seen)[sale].size() == expected.size());
      for (auto const& [number, put] : (*seen)[sale]) {
        auto const found = std::find_if(expected.begin(), expected.end(), [&](auto const& item) {
          return item.second == put.quantity.milli && item.first.rfind(put.name, 0) == 0;
        });
        CAPTURE(put.name);
        CHECK(found != expected.end());
        if (found != expected.end()) expected.erase(found);
      }
    }
  }
}
