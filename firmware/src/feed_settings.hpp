#pragma once

#include <functional>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "tillcue/firmware/config.hpp"

namespace tillcue::terminal {

// The feeds' part of the configuration. A reader answers with what is wrong, or nothing.

std::optional<std::string> read_tickets(nlohmann::json const& value, FeedsConfig& out);
std::optional<std::string> read_text_source(nlohmann::json const& value, FeedsConfig& out);
std::optional<std::string> read_marker(nlohmann::json const& value, std::string& out);
std::optional<std::string> read_text_table(nlohmann::json const& value, pos::TextFeedOptions& out);
std::optional<std::string> read_silence(nlohmann::json const& value, pos::TextFeedOptions& out);
std::optional<std::string> read_width(nlohmann::json const& value, FeedsConfig& out);
std::optional<std::string> read_templates(nlohmann::json const& value, std::vector<std::string>& out);

pos::OdooOptions& odoo_of(FeedsConfig& config);
pos::TextFeedOptions& text_of(FeedsConfig& config);
pos::TextLayout& layout_of(FeedsConfig& config);

/// What belongs together, once all is read.
void check_feeds(FeedsConfig const& feeds, std::function<void(std::string const&, std::string const&)> const& wrong);

}  // namespace tillcue::terminal
