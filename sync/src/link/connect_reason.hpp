#pragma once

#include <chrono>
#include <functional>
#include <string>

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

}  // namespace tillcue::sync
