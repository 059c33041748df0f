#include "display_desk.hpp"

#include <doctest/doctest.h>

#include "counter.hpp"
#include "display_settings.hpp"

namespace tillcue::terminal {
namespace {

/// Butter is offered beside bread by a campaign that speaks where it says.
BundleSource with_campaign(std::uint8_t channels) {
  auto source = small_store();
  auto butter = campaign("butter-now", OfferType::suggestion, Stage::scan, 4);
  butter.channels = channels;
  butter.headline = "-20 %";
  butter.discount = DiscountKind::percent;
  butter.value = 20;
  butter.probability_ppm = 300'000;
  source.rows[3].clear();  // nothing learned speaks instead
  source.campaigns.push_back(butter);
  return source;
}

pos::HintBoard board_of(std::uint8_t channels) {
  Counter counter(with_campaign(channels));
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  return counter.boards.empty() ? pos::HintBoard{} : counter.boards.back();
}

Result<Config> with_display(std::string const& display) {
  return parse_config(R"({"terminal": "t", "data_dir": "d",
  "store": {"id": "s", "name": "S", "chain": "c", "currency": "EUR"},
  "customer_display": )" + display +
                          "}",
                      "t.json");
}

bool refused(std::string const& display, std::string const& part) {
  auto const config = with_display(display);
  INFO((config ? "accepted" : config.error().what));
  return !config && config.error().what.find(part) != std::string::npos;
}

TEST_CASE(
    "a campaign's hint carries its channels; what is for the customer's display only stays off the cashier's page") {
  auto const display_only = board_of(mask_of(Channel::display));
  REQUIRE_FALSE(display_only.cards.empty());
  CHECK(display_only.cards.front().channels == mask_of(Channel::display));
  CHECK(for_cashier(display_only).cards.empty());
  CHECK(for_cashier(display_only).sale == display_only.sale);
  auto const both = board_of(0xFF);
  REQUIRE_FALSE(both.cards.empty());
  CHECK(for_cashier(both) == both);
}

TEST_CASE("a learned hint is for the cashier to say, not for the display") {
  Counter counter;
  REQUIRE(counter.begin());
  REQUIRE(counter.add(1, "bread"));
  REQUIRE_FALSE(counter.cards().empty());
  CHECK(counter.cards().front().channels == mask_of(Channel::screen));
}

TEST_CASE("the customer's display is set up whole") {
  auto const config = with_display(
      R"({"device": "/dev/ttyS1", "baud": 19200, "mode": "cd5220", "code_table": "cp866", "select": "1B6352",
          "resting": ["Welcome", "Corner Shop"], "hints": "all"})");
  REQUIRE_MESSAGE(config, config.error().what);
  auto const line = line_of(*config->customer_display);
  CHECK(std::get<pos::DevicePrinter>(line.where).path == "/dev/ttyS1");
  CHECK(std::get<pos::DevicePrinter>(line.where).serial->baud == 19200);
  CHECK(line.profile.mode == pos::DisplayMode::cd5220);
  CHECK(line.profile.table == pos::CodeTable::cp866);
  CHECK(line.profile.select ==
        "\x1B"
        "cR");
  CHECK(line.resting == pos::DisplayText{"Welcome", "Corner Shop"});
  CHECK(config->customer_display->hints == "all");
}

TEST_CASE("each fault of the display's settings is told with its line and mend") {
  CHECK(refused("{}", "t.json:3: customer_display: needs either address"));
  CHECK(refused(R"({"address": "127.0.0.1:1", "device": "/dev/ttyS1"})", "customer_display: needs either address"));
  CHECK(refused(R"({"address": "127.0.0.1:1", "baud": 9600})", "belong to a serial device"));
  CHECK(refused(R"({"device": "/x", "mode": "aedex"})", "customer_display.mode: must be one of: epson, cd5220, utc"));
  CHECK(refused(R"({"device": "/x", "code_table": "utf8"})", "customer_display.code_table: must be one of: cp437"));
  for (auto const* hex : {R"("")", R"("1B7")", R"("zz")", "27", R"("00112233445566778899AABBCCDDEEFF00")"}) {
    CHECK(refused(R"({"device": "/x", "select": )" + std::string(hex) + "}",
                  "customer_display.select: must be 1 to 16 bytes"));
  }
  CHECK(refused(R"({"device": "/x", "resting": ["one"]})", "customer_display.resting: must be two texts"));
  CHECK(refused(R"({"device": "/x", "hints": "some"})", "customer_display.hints: must be one of: campaigns, all"));
}

}  // namespace
}  // namespace tillcue::terminal
