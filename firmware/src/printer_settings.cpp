#include "printer_settings.hpp"

#include "tillcue/pos/coupon.hpp"
#include "tillcue/pos/slip_painter.hpp"

namespace tillcue::terminal {
namespace {

pos::SerialSettings& serial(std::optional<pos::SerialSettings>& settings) {
  return settings ? *settings : settings.emplace();
}

}  // namespace

std::optional<std::string> read_baud(nlohmann::json const& value, std::optional<pos::SerialSettings>& out) {
  auto const baud = value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
  if (baud > 1'000'000 || !pos::is_serial_speed(static_cast<unsigned>(baud))) {
    return "must be one of: 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400";
  }
  serial(out).baud = static_cast<unsigned>(baud);
  return {};
}

std::optional<std::string> read_flow(nlohmann::json const& value, std::optional<pos::SerialSettings>& out) {
  auto const text = value.is_string() ? value.get<std::string>() : std::string();
  if (text == "none") {
    serial(out).flow = pos::SerialFlow::none;
  } else if (text == "rts_cts") {
    serial(out).flow = pos::SerialFlow::rts_cts;
  } else if (text == "xon_xoff") {
    serial(out).flow = pos::SerialFlow::xon_xoff;
  } else {
    return "must be one of: none, rts_cts, xon_xoff";
  }
  return {};
}

std::optional<std::string> read_language(nlohmann::json const& value, std::string& out) {
  std::string list;
  for (auto const language : pos::slip_languages()) {
    if (value.is_string() && value.get_ref<std::string const&>() == language) {
      out = language;
      return {};
    }
    list += (list.empty() ? "" : ", ") + std::string(language);
  }
  return "must be one of: " + list;
}

std::optional<std::string> read_profile(nlohmann::json const& value, PrinterConfig& out) {
  if (!value.is_string() && !value.is_object())
    return "must be the name of a profile, or one of your own in braces { }";
  out.profile = value.is_string() ? value.get<std::string>() : std::string();
  out.own_profile = value.is_object() ? value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) : "";
  auto const profile = profile_of(out);
  if (!profile) return profile.error().what;
  return {};
}

std::optional<std::string> read_painter(nlohmann::json const& value, PrinterConfig& out) {
  if (!value.is_string() || value.get_ref<std::string const&>().empty()) {
    return "must be auto, off, or the file of the painter's module";
  }
  out.painter = value.get<std::string>();
  return {};
}

std::optional<std::string> read_millimetres(nlohmann::json const& value, unsigned& out, unsigned least, unsigned most) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least || value.get<std::uint64_t>() > most) {
    return "must be a whole number of millimetres from " + std::to_string(least) + " to " + std::to_string(most);
  }
  out = value.get<unsigned>();
  return {};
}

Result<pos::PrinterProfile> profile_of(PrinterConfig const& printer) {
  return printer.own_profile.empty() ? pos::find_profile(printer.profile) : pos::parse_profile(printer.own_profile);
}

std::optional<std::filesystem::path> painter_of(PrinterConfig const& printer) {
  if (printer.painter == "off") return {};
  return printer.painter == "auto" ? pos::painter_beside_program() : std::filesystem::path(printer.painter);
}

std::optional<std::string> read_tap(nlohmann::json const& value, std::string& out) {
  if (!value.is_string() || value.get<std::string>().empty()) return "must be a path in quotes";
  out = value.get<std::string>();
  if (out.front() != '/') return "must be an absolute path: the --tap of tillcue-bypass";
  if (out.size() > 107) return "is longer than a socket's path may be (107 bytes)";
  return {};
}

std::optional<std::string> read_quiet(nlohmann::json const& value, std::chrono::milliseconds& out) {
  auto const count = value.is_number_integer() ? value.get<std::int64_t>() : -1;
  if (count < 20 || count > 1000) return "must be a whole number of milliseconds from 20 to 1000";
  out = std::chrono::milliseconds(count);
  return {};
}

std::optional<std::string> check_printer(PrinterConfig const& printer, bool proxied) {
  bool const network = !printer.address.host.empty(), device = !printer.device.empty();
  if (proxied && (network || device || printer.serial)) {
    return "with a proxy slips go through its bypass: leave out address, device, baud and flow";
  }
  if (proxied && printer.auto_status) return "auto_status is only for printers where nobody else prints";
  if (proxied) return {};
  if (network == device) return "needs either address (network) or device (USB, serial)";
  if (printer.serial && network) return "baud and flow belong to a serial device, not to an address";
  return {};
}

pos::LinePrinterOptions line_of(PrinterConfig const& printer) {
  pos::LinePrinterOptions options;
  if (printer.device.empty()) {
    options.where = pos::NetworkPrinter{printer.address.host, printer.address.port};
  } else {
    options.where = pos::DevicePrinter{printer.device, printer.serial};
  }
  options.auto_status = printer.auto_status;
  if (auto const profile = profile_of(printer)) options.language = profile->language;
  return options;
}

}  // namespace tillcue::terminal
