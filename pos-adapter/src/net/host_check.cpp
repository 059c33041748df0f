#include "net/host_check.hpp"

#include <algorithm>
#include <array>

namespace tillcue::pos {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool port_digits(std::string_view port) noexcept {
  return !port.empty() && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The host without its port; empty when there is something else behind it.
std::string_view name_part(std::string_view host) noexcept {
  auto const bracket = host.find(']');
  auto const colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return host;
  return port_digits(host.substr(colon + 1)) ? host.substr(0, colon) : std::string_view{};
}

}  // namespace

bool host_allowed(std::string_view host, std::vector<std::string> const& extra) noexcept {
  constexpr std::array<std::string_view, 3> kLoopback{"127.0.0.1", "localhost", "[::1]"};
  auto const name = name_part(host);
  if (name.empty()) return false;
  auto const same = [&](std::string_view known) { return same_name(known, name); };
  return std::any_of(kLoopback.begin(), kLoopback.end(), same) || std::any_of(extra.begin(), extra.end(), same);
}

bool same_origin(std::string_view origin, std::string_view host) noexcept {
  constexpr std::string_view kScheme = "http://";
  return origin.size() > kScheme.size() && same_name(origin.substr(0, kScheme.size()), kScheme) &&
         same_name(origin.substr(kScheme.size()), host);
}

}  // namespace tillcue::pos
