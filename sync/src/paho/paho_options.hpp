#pragma once

#include <string>

#include <mqtt/connect_options.h>

#include "tillcue/sync/mqtt_link.hpp"

namespace tillcue::sync {

/// "mqtt://host:port" as Paho writes it.  Errors  invalid.
Result<std::string> paho_uri(std::string const& uri);

/// Checks what can be checked before connecting: client id, TLS files.  Errors  invalid.
Result<void> check_options(MqttOptions const& options);

/// Fresh options for one attempt. To be moved, never copied: Paho C++ 1.2.0 loses the MQTT 5 properties (the session
/// expiry) when connect_options are copied.
mqtt::connect_options connect_options_for(MqttOptions const& options);

}  // namespace tillcue::sync
