#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tillcue/firmware/config.hpp"

namespace tillcue::terminal {

/// What is wrong with a setting's value, as it goes on after the setting's name; nothing when it is fine.
using Complaint = std::optional<std::string>;

// Each reads one value of the configuration into `out`. What is complained about leaves `out` in any state.

Complaint read_text(nlohmann::json const& value, std::string& out, std::size_t longest = 256);
/// Names that become part of an MQTT topic and of a client id.
Complaint read_name(nlohmann::json const& value, std::string& out);
Complaint read_terminal(nlohmann::json const& value, std::string& out);
Complaint read_address(nlohmann::json const& value, Address& out);
/// Where somebody else listens.
Complaint read_peer(nlohmann::json const& value, Address& out);
/// Where we listen: an address of this machine, not a name that may mean another one tomorrow.
Complaint read_listen(nlohmann::json const& value, Address& out);
Complaint read_path(nlohmann::json const& value, std::filesystem::path& out);
Complaint read_optional_path(nlohmann::json const& value, std::optional<std::filesystem::path>& out);
Complaint read_choice(nlohmann::json const& value, std::string& out, std::initializer_list<std::string_view> choices);
Complaint read_flag(nlohmann::json const& value, bool& out);
Complaint read_code_page(nlohmann::json const& value, int& out);
Complaint read_milliseconds(nlohmann::json const& value, std::chrono::milliseconds& out);
Complaint read_currency(nlohmann::json const& value, Currency& out);
Complaint read_broker(nlohmann::json const& value, std::string& out);
Complaint read_limits(nlohmann::json const& value, sync::BrokerLimits& out);
Complaint read_key(nlohmann::json const& value, std::string& out);
Complaint read_origins(nlohmann::json const& value, std::vector<std::string>& out);
Complaint read_paths(nlohmann::json const& value, std::vector<std::filesystem::path>& out);

}  // namespace tillcue::terminal
