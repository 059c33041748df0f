#pragma once

#include <optional>
#include <string_view>

#include "agent_ports.hpp"
#include "backoff.hpp"

namespace tillcue::sync {

/// Sends the outbox, one batch on its way at a time; a batch is done when HQ's signed acknowledgement covers it, not
/// when the broker has it. Silence: the same batch again, later and later.
/// Threads  the agent's.
class Uploader {
 public:
  Uploader(AgentPorts& ports, Outbox& outbox);

  void on_connected();
  void on_lost();
  void on_ack(std::string_view payload);
  /// There may be something to send.
  void nudge();
  void tick();
  [[nodiscard]] SteadyTime next_due() const { return due_; }

 private:
  enum class State { offline, idle, sent, paused };
  enum class Event { connected, lost, results, acknowledged, failed, silence, retry };
  struct Step {
    State from;
    Event event;
    State to;
    void (Uploader::*action)();
  };
  static Step const kFlow[];

  void happens(Event event);
  void send();
  void wait_longer();
  void rest();
  Result<Ack> accept(std::string_view payload) const;

  AgentPorts& ports_;
  Outbox& outbox_;
  State state_ = State::offline;
  std::uint64_t first_ = 0, last_ = 0;  ///< of the batch on its way
  std::uint64_t attempt_ = 0;           ///< tells a late Done from the current one
  SteadyTime due_ = SteadyTime::max();
  Backoff backoff_;
};

}  // namespace tillcue::sync
