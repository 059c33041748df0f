#pragma once

#include <chrono>
#include <memory>

#include "tillcue/sync/terminal_agent.hpp"

namespace tillcue::sync {

/// Hears head office's words and says which are held: what is left of an agent on a terminal whose disk takes neither
/// results nor bundles, so that a stop is heard all the same. Borrows the link.
/// Of the callbacks post, clock, on_error, held_number, on_word and holding are called.
/// Threads  one, except that the link's callbacks only use `post`. Destroy it after link.stop() or with no task
/// running.
class WordListener {
 public:
  WordListener(MqttLink& link, KeyRing keys, AgentOptions const& options, AgentCallbacks callbacks);
  ~WordListener();
  WordListener(WordListener const&) = delete;
  WordListener& operator=(WordListener const&) = delete;

  /// Starts the link.
  void start();
  void stop(std::chrono::milliseconds patience);
  void tick();
  [[nodiscard]] std::chrono::steady_clock::time_point next_due() const;
  void holding_changed();
  [[nodiscard]] bool connected() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tillcue::sync
