#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "tillcue/core/result.hpp"

namespace tillcue::sync {

/// The most subscriptions a terminal has at once: manifests and words of its scopes, keys, acknowledgements, pieces.
inline constexpr std::size_t kTerminalFilters = 20;

/// What a broker allows one client. What the broker itself says on connecting holds as well; the smaller counts.
struct BrokerLimits {
  std::string_view name = "mosquitto";
  std::size_t max_payload = 2'000'000;                 ///< bytes of a message, retained ones included
  bool retained = true;                                ///< Tillcue cannot do without
  std::size_t max_retained = 0;                        ///< messages that may lie there; 0: as many as there is room for
  std::size_t in_flight = 16;                          ///< publishes without their acknowledgement
  std::size_t filters = 1'000;                         ///< subscriptions of one connection; at least kTerminalFilters
  std::size_t client_id = 64;                          ///< bytes
  std::chrono::seconds keep_alive{65'535};             ///< the longest
  std::chrono::seconds session_expiry{7 * 24 * 3600};  ///< the longest
};

/// mosquitto, aws-iot-core, azure-event-grid, emqx, hivemq.
std::span<BrokerLimits const> broker_presets() noexcept;
/// "emqx", or with changes: "emqx,max_payload=65536,in_flight=4". The names are the fields above; times in seconds.
/// Errors  invalid, naming what is wrong and what there is.
Result<BrokerLimits> read_broker_limits(std::string_view text);

}  // namespace tillcue::sync
