#include "display_settings.hpp"

namespace tillcue::terminal {
namespace {

std::string text_of(nlohmann::json const& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

std::optional<std::string> read_mode(nlohmann::json const& value, pos::DisplayProfile& out) {
  auto const mode = pos::find_display_mode(text_of(value));
  if (!mode) return mode.error().what;
  out.mode = *mode;
  return {};
}

std::optional<std::string> read_table(nlohmann::json const& value, pos::DisplayProfile& out) {
  auto const table = pos::find_code_table(text_of(value));
  if (!table) return table.error().what;
  out.table = *table;
  return {};
}

std::optional<std::string> read_select(nlohmann::json const& value, pos::DisplayProfile& out) {
  auto const hex = text_of(value);
  std::string bytes;
  for (std::size_t n = 0; n + 1 < hex.size() && digit(hex[n]) >= 0 && digit(hex[n + 1]) >= 0; n += 2) {
    bytes += static_cast<char>(digit(hex[n]) * 16 + digit(hex[n + 1]));
  }
  if (bytes.empty() || bytes.size() * 2 != hex.size() || bytes.size() > 16) {
    return "must be 1 to 16 bytes as hex digits, such as \"1B7411\": what the display's manual says selects the table";
  }
  out.select = bytes;
  return {};
}

std::optional<std::string> read_resting(nlohmann::json const& value, pos::DisplayText& out) {
  auto const fits = [](nlohmann::json const& line) { return line.is_string() && text_of(line).size() <= 80; };
  if (!value.is_array() || value.size() != 2 || !fits(value[0]) || !fits(value[1])) {
    return "must be two texts, such as [\"Welcome\", \"\"]; 20 characters of each are shown";
  }
  out = {text_of(value[0]), text_of(value[1])};
  return {};
}

std::optional<std::string> check_display(CustomerDisplayConfig const& display) {
  bool const network = !display.address.host.empty(), device = !display.device.empty();
  if (network == device) return "needs either address (network) or device (USB, serial)";
  if (display.serial && network) return "baud and flow belong to a serial device, not to an address";
  return {};
}

pos::CustomerDisplayOptions line_of(CustomerDisplayConfig const& display) {
  pos::CustomerDisplayOptions options;
  if (display.device.empty()) {
    options.where = pos::NetworkPrinter{display.address.host, display.address.port};
  } else {
    options.where = pos::DevicePrinter{display.device, display.serial};
  }
  options.profile = display.profile;
  options.resting = display.resting;
  return options;
}

}  // namespace tillcue::terminal
