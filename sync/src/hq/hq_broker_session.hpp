#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tillcue/sync/mqtt_link.hpp"

namespace tillcue::sync {

/// A command's conversation with the broker: each step waits for its answer. For programs that do one thing and end.
/// Threads  one (the caller's); callbacks of the link are collected behind a lock.
class BrokerSession {
 public:
  using Milliseconds = std::chrono::milliseconds;

  struct Message {
    std::string topic, payload;
    bool retained = false;
  };

  /// Borrows the link, which was not started yet.
  explicit BrokerSession(MqttLink& link);
  BrokerSession(BrokerSession const&) = delete;
  BrokerSession& operator=(BrokerSession const&) = delete;
  /// Stops the link.
  ~BrokerSession();

  /// Errors  timeout, with the link's last word on why.
  Result<void> connect(Milliseconds patience);
  /// How many there were: when it grows, the broker may have forgotten the subscriptions.
  [[nodiscard]] std::uint64_t connections() const;
  /// Errors  timeout, and those of MqttLink.
  /// QoS 0: what is read here is retained, or repeated when it does not come.
  Result<void> subscribe(std::string const& filter, Milliseconds patience);
  Result<void> unsubscribe(std::string const& filter, Milliseconds patience);

  /// Publishes `count` messages, at most `window` unanswered at a time, each PUBACK awaited and its reason checked.
  /// Errors  those of MqttLink, timeout (no answer within `patience`); `make(n)` names what was being sent.
  Result<void> publish_all(std::size_t count, std::size_t window, std::function<Result<MqttPublish>(std::size_t)> make,
                           Milliseconds patience);
  Result<void> publish(MqttPublish message, Milliseconds patience);

  /// The next message within `patience`.
  std::optional<Message> next(Milliseconds patience);
  /// Every message until none came for `quiet`, at most `limit`.
  std::vector<Message> drain(Milliseconds quiet, std::size_t limit);

 private:
  /// Shared with callbacks that may come after the session is gone.
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool connected = false;
    std::uint64_t connections = 0;
    std::string last_trouble;
    std::deque<Message> arrived;
    std::deque<Result<void>> answers;
  };
  Result<void> await_answer(Milliseconds patience);
  MqttLink::Done answer();

  MqttLink& link_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace tillcue::sync
