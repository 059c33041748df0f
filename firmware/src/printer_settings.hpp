#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "tillcue/firmware/config.hpp"
#include "tillcue/pos/receipt_printer.hpp"

namespace tillcue::terminal {

// The printer's part of the configuration. A reader answers with what is wrong, or nothing.

std::optional<std::string> read_baud(nlohmann::json const& value, std::optional<pos::SerialSettings>& out);
std::optional<std::string> read_flow(nlohmann::json const& value, std::optional<pos::SerialSettings>& out);
/// A Unix socket's path, and the line's quiet in milliseconds.
std::optional<std::string> read_tap(nlohmann::json const& value, std::string& out);
std::optional<std::string> read_quiet(nlohmann::json const& value, std::chrono::milliseconds& out);
/// What fits together, once all is read. `proxied`: slips go through the till's own line.
std::optional<std::string> check_printer(PrinterConfig const& printer, bool proxied);

/// Where jobs go.
pos::LinePrinterOptions line_of(PrinterConfig const& printer);

}  // namespace tillcue::terminal
