#include "remote_settings.hpp"

#include <nlohmann/json.hpp>

namespace tillcue::terminal {
namespace {

using Json = nlohmann::json;

/// Kinds and limits were checked when the document was read.
void put(Config& config, std::string_view name, Json const& value) {
  if (name == "learned_stock") config.learned_stock = value.get<bool>();
  if (name == "log_level") config.log_level = value.get<std::string>();
  if (name == "screen.hint_ms") config.hint_lifetime = std::chrono::milliseconds{value.get<std::int64_t>()};
  if (name == "customer_display.hints" && config.customer_display) {
    config.customer_display->hints = value.get<std::string>();
  }
  if (!config.printer) return;
  if (name == "printer.paper_mm") config.printer->paper_mm = value.get<unsigned>();
  if (name == "printer.paper_mm_day") config.printer->paper_mm_day = value.get<unsigned>();
  if (name == "printer.qr") config.printer->qr = value.get<bool>();
}

}  // namespace

Config with_settings(Config config, sync::Settings const& settings) {
  for (auto const& [name, text] : settings) put(config, name, Json::parse(std::string_view(text), nullptr, false));
  return config;
}

}  // namespace tillcue::terminal
