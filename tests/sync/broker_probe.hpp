#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tillcue/sync/mqtt_link.hpp"

namespace tillcue::sync::test {

/// Waits for a condition on what callbacks of a link's threads leave behind; fails after ten seconds.
class Patience {
 public:
  template <class Task>
  void note(Task task) {
    {
      std::lock_guard const lock(mutex_);
      task();
    }
    changed_.notify_all();
  }
  template <class Condition>
  [[nodiscard]] bool until(Condition condition, std::chrono::milliseconds most = std::chrono::seconds{10}) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, most, condition);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// A link to a real broker that remembers what happened to it.
struct Probe {
  struct Message {
    std::string topic, payload;
    bool retained = false;
  };
  Patience patience;
  std::vector<bool> connects;  ///< session present
  std::vector<std::string> losses;
  std::vector<Message> messages;
  std::function<void(MqttMessage const&)> in_callback;
  std::unique_ptr<MqttLink> link;  ///< last: its threads use the others

  explicit Probe(MqttOptions options) : link(std::move(*make_paho_link(std::move(options)))) {}
  ~Probe() { link.reset(); }

  void start() {
    MqttEvents events;
    events.on_connected = [this](bool session) { patience.note([&] { connects.push_back(session); }); };
    events.on_lost = [this](std::string const& why) { patience.note([&] { losses.push_back(why); }); };
    events.on_message = [this](MqttMessage const& message) {
      if (in_callback) in_callback(message);
      patience.note([&] {
        messages.push_back({std::string(message.topic), std::string(message.payload), message.retained});
      });
    };
    link->start(std::move(events));
  }
  [[nodiscard]] bool connected(std::size_t times = 1) {
    return patience.until([&] { return connects.size() >= times; });
  }
  [[nodiscard]] bool received(std::size_t count) {
    return patience.until([&] { return messages.size() >= count; });
  }
  /// The outcome of one request; an error of code timeout when none comes.
  template <class Request>
  Result<void> outcome(Request request) {
    auto result = std::make_shared<std::optional<Result<void>>>();
    request([this, result](Result<void> done) { patience.note([&] { *result = std::move(done); }); });
    if (!patience.until([&] { return result->has_value(); })) return fail(Code::timeout, "no Done came");
    return **result;
  }
  Result<void> publish(std::string topic, std::string payload, bool retain = false) {
    return outcome([&](auto done) { link->publish({std::move(topic), std::move(payload), retain}, done); });
  }
  Result<void> subscribe(std::string filter) {
    return outcome([&](auto done) { link->subscribe(std::move(filter), done); });
  }
};

inline MqttOptions options_for(std::string uri, std::string client) {
  MqttOptions options;
  options.uri = std::move(uri);
  options.client_id = std::move(client);
  options.backoff_first = std::chrono::milliseconds{50};
  options.backoff_most = std::chrono::milliseconds{200};
  return options;
}

/// Prints why and returns true when there is no broker to test against.
bool skip_without_broker(char const* test);

}  // namespace tillcue::sync::test
