#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "tillcue/sync/terminal_agent.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {

using SteadyTime = std::chrono::steady_clock::time_point;

/// What fetcher and uploader share: the way out, the time, and where to say what went wrong. Owned by the agent.
struct AgentPorts {
  MqttLink& link;
  AgentOptions options;
  AgentCallbacks callbacks;
  Topics topics;
  KeyRing keys;
  AgentStatus status;
  std::weak_ptr<void> alive;  ///< gone when the agent is

  [[nodiscard]] SteadyTime now() const { return callbacks.clock().steady; }
  void report(Error const& error) {
    status.last_error = error.what;
    if (callbacks.on_error) callbacks.on_error(error);
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

}  // namespace tillcue::sync
