#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tillcue::pos {

/// True when a Host header names this machine's loopback or one of `extra`, with any or no port.
/// A page of another site that made its own name point to 127.0.0.1 (DNS rebinding) still sends its own name here.
[[nodiscard]] bool host_allowed(std::string_view host, std::vector<std::string> const& extra) noexcept;

/// True when an Origin header is the page that `host` (already allowed) serves.
[[nodiscard]] bool same_origin(std::string_view origin, std::string_view host) noexcept;

}  // namespace tillcue::pos
