#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "tillcue/firmware/config.hpp"

namespace tillcue::terminal {

// The customer display's part of the configuration. A reader answers with what is wrong, or nothing.

std::optional<std::string> read_mode(nlohmann::json const& value, pos::DisplayProfile& out);
std::optional<std::string> read_table(nlohmann::json const& value, pos::DisplayProfile& out);
/// Hex digits, two a byte.
std::optional<std::string> read_select(nlohmann::json const& value, pos::DisplayProfile& out);
std::optional<std::string> read_resting(nlohmann::json const& value, pos::DisplayText& out);
/// What fits together, once all is read.
std::optional<std::string> check_display(CustomerDisplayConfig const& display);

pos::CustomerDisplayOptions line_of(CustomerDisplayConfig const& display);

}  // namespace tillcue::terminal
