#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tillcue/core/result.hpp"
#include "tillcue/sync/broker_limits.hpp"

namespace tillcue::sync {

struct MqttTls {
  std::filesystem::path ca;           ///< PEM; empty = the system's
  std::filesystem::path certificate;  ///< PEM of this client; empty = none
  std::filesystem::path key;
  bool verify_host = true;
};

struct MqttWill {
  std::string topic, payload;
  bool retain = true;  ///< sent with QoS 1
};

struct MqttOptions {
  std::string uri;        ///< "mqtt://host:port" or "mqtts://host:port"
  std::string client_id;  ///< of a terminal: its TerminalId
  std::string user, password;
  bool clean_start = false;
  std::chrono::seconds session_expiry{7 * 24 * 3600};
  std::chrono::seconds keep_alive{30};
  std::chrono::seconds connect_timeout{10};
  std::chrono::milliseconds backoff_first{500};  ///< doubled after each failure, +-50 % jitter
  std::chrono::milliseconds backoff_most{60'000};
  std::size_t offline_messages = 64;  ///< publishes kept while there is no connection; the next is answered `busy`
  BrokerLimits limits{};
  std::optional<MqttWill> will;
  std::optional<MqttTls> tls;  ///< implied defaults for mqtts://
};

/// One message as it arrived; the views hold during the callback only.
struct MqttMessage {
  std::string_view topic, payload;
  bool retained = false;
  bool duplicate = false;
};

struct MqttPublish {
  std::string topic, payload;
  bool retain = false;  ///< always QoS 1
};

/// What a link tells its owner.
/// Threads  on_message on one thread of the link, the others and every Done on another: the two can overlap. All may
/// call the link (subscribe, publish, ...) but must never wait for a Done, and must not be called with a lock held that
/// the owner also holds around calls of the link. Paho has one receiving thread for all links of a process: a callback
/// that takes long delays them all.
struct MqttEvents {
  /// After each connect. `session_present` false: the broker forgot our subscriptions: subscribe again.
  std::function<void(bool session_present)> on_connected;
  /// The connection broke or an attempt failed; the link goes on trying by itself. "host:port: why; the mend".
  std::function<void(std::string const& why)> on_lost;
  /// May come before on_connected of the same connection: a kept session delivers at once, on the other thread.
  /// PUBACK goes out after this returns: commit inside it and the broker keeps what was not committed.
  std::function<void(MqttMessage const&)> on_message;
};

/// An MQTT 5 connection that keeps itself up. Declared for its two consumers, the terminal agent and HQ.
/// Threads  callable from any; never blocks the caller (stop excepted).
class MqttLink {
 public:
  /// Runs exactly once, on the link's thread; inside the call only when the link is not running.
  /// Errors  busy (offline buffer full, 10,000 waiting for the broker's window, stopped), io (connection lost before
  /// the broker answered: it may have arrived),
  ///         rejected (reason code of the broker: not authorised, quota...; larger than it takes, or to be kept where
  ///         it keeps nothing: not even sent).
  using Done = std::function<void(Result<void>)>;

  virtual ~MqttLink() = default;
  virtual void start(MqttEvents events) = 0;
  /// Disconnects (no will is sent) and returns when no callback runs any more. Not from within a callback.
  virtual void stop(std::chrono::milliseconds patience) = 0;
  [[nodiscard]] virtual bool connected() const = 0;
  /// QoS 1. Retained messages are sent again on every subscribe: "subscribe is the get".  Errors  io when offline.
  virtual void subscribe(std::string filter, Done done) = 0;
  /// QoS 0, for what its reader asks for again when it does not come: a PUBACK nobody answers would hold the next small
  /// packet back for a delayed TCP acknowledgement (40 ms a time; Paho does not set TCP_NODELAY).
  virtual void subscribe_at_most_once(std::string filter, Done done) { subscribe(std::move(filter), std::move(done)); }
  virtual void unsubscribe(std::string filter, Done done) = 0;
  /// QoS 1; Done(ok) is the broker's PUBACK, which is not durability.
  virtual void publish(MqttPublish message, Done done) = 0;
};

/// The Paho implementation.  Errors  invalid (uri, client id, TLS files missing).
Result<std::unique_ptr<MqttLink>> make_paho_link(MqttOptions options);

}  // namespace tillcue::sync
