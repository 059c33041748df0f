#include "remote_settings.hpp"

#include <doctest/doctest.h>

namespace tillcue::terminal {
namespace {

using sync::Setting;

constexpr std::string_view kFile =
    R"({"terminal": "t", "data_dir": "d", "store": {"id": "s", "name": "S", "chain": "c", "currency": "EUR"},
  "printer": {"address": "127.0.0.1:9100"}, "customer_display": {"address": "127.0.0.1:9101"}})";

Config of(std::string_view text) {
  auto config = parse_config(text, "t.json");
  REQUIRE_MESSAGE(config, config.error().what);
  return *config;
}

/// The same setting in the terminal's own file, taken or refused by the terminal's own reader.
bool file_takes(Setting const& setting, std::string const& value) {
  std::string text(kFile);
  auto const dot = setting.name.find('.');
  if (dot == std::string_view::npos) {
    text.insert(1, "\"" + std::string(setting.name) + "\": " + value + ", ");
  } else {
    auto const group = "\"" + std::string(setting.name.substr(0, dot)) + "\": {";
    auto const field = "\"" + std::string(setting.name.substr(dot + 1)) + "\": " + value;
    auto const at = text.find(group);
    if (at == std::string::npos) text.insert(1, group + field + "}, ");
    if (at != std::string::npos) text.insert(at + group.size(), field + ", ");
  }
  return parse_config(text, "t.json").has_value();
}

std::vector<std::string> values_of(Setting const& setting) {
  std::vector<std::string> values{"true", "false", "7.5", "-1", "null", "\"nonsense\"", "[]"};
  for (auto const number : {setting.least - 1, setting.least, setting.most, setting.most + 1}) {
    values.push_back(std::to_string(number));
  }
  for (auto const choice : setting.choices) values.push_back('"' + std::string(choice) + '"');
  return values;
}

TEST_CASE("head office takes and refuses for each setting exactly what the terminal's own file does") {
  for (auto const& setting : sync::settings()) {
    for (auto const& value : values_of(setting)) {
      CAPTURE(setting.name);
      CAPTURE(value);
      auto const document = "{\"" + std::string(setting.name) + "\": " + value + "}";
      CHECK(sync::read_settings(document, "document").has_value() == file_takes(setting, value));
    }
  }
}

TEST_CASE("every setting from afar takes the place of the file's, and what is taken out leaves the file's") {
  auto const file = of(kFile);
  auto const far = *sync::read_settings(
      R"({"customer_display.hints": "all", "learned_stock": false, "log_level": "error", "printer": {"paper_mm": 77,
          "paper_mm_day": 5000, "qr": true}, "screen.hint_ms": 4321})",
      "document");
  CHECK(far.size() == sync::settings().size());
  auto const now = with_settings(file, far);
  CHECK(now.customer_display->hints == "all");
  CHECK_FALSE(now.learned_stock);
  CHECK(now.log_level == "error");
  CHECK(now.printer->paper_mm == 77);
  CHECK(now.printer->paper_mm_day == 5000);
  CHECK(now.printer->qr);
  CHECK(now.hint_lifetime == std::chrono::milliseconds{4321});
  CHECK(with_settings(file, {}).hint_lifetime == file.hint_lifetime);
}

TEST_CASE("a chain's printer settings say nothing to a terminal without a printer") {
  auto file = of(kFile);
  file.printer.reset();
  file.customer_display.reset();
  auto const now =
      with_settings(file, *sync::read_settings(R"({"printer.qr": true, "customer_display.hints": "all"})", "d"));
  CHECK_FALSE(now.printer);
  CHECK_FALSE(now.customer_display);
}

}  // namespace
}  // namespace tillcue::terminal
