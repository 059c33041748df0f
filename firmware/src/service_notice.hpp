#pragma once

#include <string_view>

namespace tillcue::terminal {

/// Tells systemd about us ("READY=1", "STOPPING=1", "WATCHDOG=1") over NOTIFY_SOCKET; nothing where there is none.
/// Source  sd_notify(3).
void notify_service(std::string_view state) noexcept;

}  // namespace tillcue::terminal
