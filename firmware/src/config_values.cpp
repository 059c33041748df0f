#include "config_values.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/ip/address.hpp>

#include "tillcue/sync/topics.hpp"

namespace tillcue::terminal {
namespace {

using Json = nlohmann::json;

bool is_origin(std::string_view text) {
  auto const scheme = text.rfind("https://", 0) == 0 ? std::size_t{8} : text.rfind("http://", 0) == 0 ? 7U : 0U;
  auto const fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  };
  return scheme > 0 && text.size() > scheme && std::all_of(text.begin() + static_cast<int>(scheme), text.end(), fine);
}

}  // namespace

Complaint read_text(Json const& value, std::string& out, std::size_t longest) {
  if (!value.is_string()) return "must be a text in quotes";
  out = value.get<std::string>();
  if (out.empty()) return "must not be empty";
  if (out.size() > longest) return "is longer than " + std::to_string(longest) + " bytes";
  return {};
}

Complaint read_name(Json const& value, std::string& out) {
  if (auto complaint = read_text(value, out, kMaxIdentifier)) return complaint;
  auto const fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  if (!std::all_of(out.begin(), out.end(), fine)) {
    return "may hold only letters, digits, '-', '_' and '.': it becomes part of an MQTT topic";
  }
  return {};
}

Complaint read_terminal(Json const& value, std::string& out) {
  if (auto complaint = read_name(value, out)) return complaint;
  if (sync::is_head_office_name(out))
    return "must not be hq or begin with hq-: head office is known to the broker by such names";
  return {};
}

Complaint read_address(Json const& value, Address& out) {
  std::string text;
  if (auto complaint = read_text(value, text)) return complaint;
  auto const colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return "must be HOST:PORT, such as \"127.0.0.1:7707\"";
  auto host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  unsigned port = 0;
  auto const* last = text.data() + text.size();
  auto const [end, bad] = std::from_chars(text.data() + colon + 1, last, port);
  if (bad != std::errc{} || end != last || port > 65535) return "must end in a port from 0 to 65535";
  out = {host, static_cast<std::uint16_t>(port)};
  auto const fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_:%").find(c) != std::string_view::npos;
  };
  if (host.empty() || !std::all_of(host.begin(), host.end(), fine)) {
    return "must name a host before its port: letters, digits, '.', '-' and '_', or an address";
  }
  return {};
}

Complaint read_peer(Json const& value, Address& out) {
  if (auto complaint = read_address(value, out)) return complaint;
  if (out.port == 0) return "must end in the port it listens at, from 1 to 65535; a printer's is 9100";
  return {};
}

Complaint read_listen(Json const& value, Address& out) {
  if (auto complaint = read_address(value, out)) return complaint;
  boost::system::error_code bad;
  auto const address = boost::asio::ip::make_address(out.host, bad);
  if (bad) return "must be an IP address, such as 127.0.0.1:7707";
  if (address.is_unspecified()) return "must name one address of this machine, not all of them";
  return {};
}

Complaint read_path(Json const& value, std::filesystem::path& out) {
  std::string text;
  if (auto complaint = read_text(value, text, 4096)) return complaint;
  if (text == "~" || text.starts_with("~/")) {
    return "begins with ~, which only a shell knows; write the folder out (\"/home/...\"), or \"./~\" for one of that "
           "name";
  }
  out = text;
  return {};
}

Complaint read_optional_path(Json const& value, std::optional<std::filesystem::path>& out) {
  std::filesystem::path path;
  if (auto complaint = read_path(value, path)) return complaint;
  out = path;
  return {};
}

Complaint read_choice(Json const& value, std::string& out, std::initializer_list<std::string_view> choices) {
  if (auto complaint = read_text(value, out)) return complaint;
  if (std::find(choices.begin(), choices.end(), out) != choices.end()) return {};
  std::string list;
  for (auto const choice : choices) list.append(list.empty() ? "" : ", ").append(choice);
  return "must be one of: " + list;
}

Complaint read_flag(Json const& value, bool& out) {
  if (!value.is_boolean()) return "must be true or false";
  out = value.get<bool>();
  return {};
}

Complaint read_code_page(Json const& value, int& out) {
  if (!value.is_number_integer() || value.get<std::int64_t>() < 0 || value.get<std::int64_t>() > 255) {
    return "must be a whole number from 0 to 255: what the POS sends behind ESC t";
  }
  out = value.get<int>();
  return {};
}

Complaint read_milliseconds(Json const& value, std::chrono::milliseconds& out) {
  if (!value.is_number_integer()) return "must be a whole number of milliseconds";
  auto const count = value.get<std::int64_t>();
  if (count < 1500 || count > 120'000) return "must be from 1500 to 120000 milliseconds";
  out = std::chrono::milliseconds(count);
  return {};
}

Complaint read_currency(Json const& value, Currency& out) {
  std::string text;
  if (auto complaint = read_text(value, text)) return complaint;
  auto currency = parse_currency(text);
  if (!currency) return currency.error().what;
  out = *currency;
  return {};
}

Complaint read_broker(Json const& value, std::string& out) {
  if (auto complaint = read_text(value, out)) return complaint;
  if (out.rfind("mqtt://", 0) == 0 || out.rfind("mqtts://", 0) == 0) return {};
  return "must begin with mqtt:// or mqtts://";
}

Complaint read_limits(Json const& value, sync::BrokerLimits& out) {
  std::string text;
  if (auto complaint = read_text(value, text)) return complaint;
  auto const limits = sync::read_broker_limits(text);
  if (!limits) return limits.error().what;
  if (!limits->retained || limits->max_payload < 61'440 || limits->filters < sync::kTerminalFilters)
    return "a broker must keep messages, take 61440 bytes and 20 subscriptions of a connection";
  out = *limits;
  return {};
}

Complaint read_key(Json const& value, std::string& out) {
  return read_choice(value, out, {"F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12"});
}

/// An origin as a browser writes it: what follows would never match, and a wildcard would match too much.
Complaint read_origins(Json const& value, std::vector<std::string>& out) {
  if (!value.is_array() || value.size() > 8) return "must be a list of at most 8 origins";
  for (auto const& entry : value) {
    if (auto complaint = read_text(entry, out.emplace_back())) return complaint;
    if (!is_origin(out.back()))
      return "must hold origins such as \"http://pos.local:8080\": no path, no *, small letters";
  }
  return {};
}

Complaint read_paths(Json const& value, std::vector<std::filesystem::path>& out) {
  if (!value.is_array() || value.empty()) return "must be a list with at least one key file";
  for (auto const& entry : value) {
    if (auto complaint = read_path(entry, out.emplace_back())) return complaint;
  }
  return {};
}

}  // namespace tillcue::terminal
