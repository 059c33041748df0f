#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "tillcue/sync/terminal_agent.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {

using SteadyTime = std::chrono::steady_clock::time_point;

/// What an error is about: it is over when that works again.
enum class Concern { other, connection, manifest, results, words };

/// What fetcher and uploader share: the way out, the time, and where to say what went wrong. Owned by the agent.
struct AgentPorts {
  MqttLink& link;
  AgentOptions options;
  AgentCallbacks callbacks;
  Topics topics;
  KeyRing keys;
  AgentStatus status;
  bool keys_changed = false;  ///< others are believed: what was refused may be asked for again
  Concern last_concern = Concern::other;
  std::function<void()> changed{};  ///< what runs here, or why not, is another since a moment that no message brought
  std::weak_ptr<void> alive;        ///< gone when the agent is

  [[nodiscard]] SteadyTime now() const { return callbacks.clock().steady; }
  void report(Error const& error, Concern concern = Concern::other) {
    status.last_error = error.what;
    last_concern = concern;
    if (callbacks.on_error) callbacks.on_error(error);
  }
  void over(Concern concern) {
    if (last_concern == concern) status.last_error.clear();
  }
  /// A Done that runs `then` on the agent's thread, if the agent still lives.
  MqttLink::Done on_thread(std::function<void(Result<void>)> then) {
    return [post = callbacks.post, life = alive, then = std::move(then)](Result<void> result) {
      post([life, then, result = std::move(result)] {
        if (auto const held = life.lock()) then(result);
      });
    };
  }
};

/// A link's events for a State with connected, lost and arrived: on the link's threads, so each copies what it needs
/// and hops over, and comes to nothing when the State is gone.
template <class State>
MqttEvents events_to(std::weak_ptr<State> life, std::function<void(std::function<void()>)> post) {
  auto const hop = [post = std::move(post), life = std::move(life)](auto task) {
    post([life, task = std::move(task)] {
      if (auto const state = life.lock()) task(*state);
    });
  };
  MqttEvents events;
  events.on_connected = [hop](bool) { hop([](State& state) { state.connected(); }); };
  events.on_lost = [hop](std::string const& why) { hop([why](State& state) { state.lost(why); }); };
  events.on_message = [hop](MqttMessage const& message) {
    hop([topic = std::string(message.topic), payload = std::string(message.payload)](State& state) {
      state.arrived(topic, payload);
    });
  };
  return events;
}

}  // namespace tillcue::sync
