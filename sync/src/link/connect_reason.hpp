#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "tillcue/sync/mqtt_link.hpp"

namespace tillcue::sync {

/// Why a broker could not be reached just now, and the mend where it is known. Paho says "Failure" to all of it, so
/// this looks for itself: name, connection, our own files, TLS; it says no word of MQTT, and nothing of what is in a
/// key. `host` without brackets. Asks `go_on` every 100 ms; false ends it early with empty words. SIGPIPE must be
/// ignored (Paho does that for the whole process). Threads  any; waits up to `patience` for the broker, and for the
/// name server as long as that takes.
std::string connect_reason(std::string const& host, std::string const& port, MqttOptions const& options,
                           std::chrono::milliseconds patience, std::function<bool()> const& go_on);

/// What an MQTT 5 broker's refusal asks for; empty where its own words say all.
std::string mend_of(int reason_code);
/// Of a connection that an MQTT 5 broker closed.
std::string closed_text(int reason_code);

/// Connections that end as soon as they stand, one after the other: that is what two clients of one name do to each
/// other, and not every broker says so (mosquitto 2.0.11 does not).
class ShortLives {
 public:
  explicit ShortLives(std::string client_id) : client_id_(std::move(client_id)) {}
  void begins() { since_ = std::chrono::steady_clock::now(); }
  /// `why` it ended, and from the third in a row on what may be behind it.
  std::string ends(std::string const& why);

 private:
  std::string client_id_;
  std::chrono::steady_clock::time_point since_{};
  unsigned in_a_row_ = 0;
};

}  // namespace tillcue::sync
