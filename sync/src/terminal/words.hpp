#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent_ports.hpp"
#include "backoff.hpp"

namespace tillcue::sync {

/// Takes HQ's words (live, config, keys): checks signature, address, order and expiry, hands them to the program, and
/// tells HQ what is held. Threads  the agent's.
class Words {
 public:
  explicit Words(AgentPorts& ports);

  /// What must be subscribed to; empty when the program takes no words.
  [[nodiscard]] std::vector<std::string> filters() const;
  void on_connected();
  void on_lost();
  void on_word(TopicParts const& topic, std::string_view payload);
  /// HQ is to hear what is held, soon.
  void changed();
  void tick();
  [[nodiscard]] SteadyTime next_due() const { return due_; }

 private:
  [[nodiscard]] bool follows(Scope const& scope) const;
  [[nodiscard]] Result<Word> accept(TopicParts const& topic, std::string_view payload) const;
  Result<void> take(Word const& word);
  Result<void> believe(Word const& word);
  void tell();

  AgentPorts& ports_;
  std::map<std::string, std::string> refused_;  ///< held_name -> why
  SteadyTime due_ = SteadyTime::max();
  SteadyTime told_at_{};
  std::uint64_t attempt_ = 0;
  Backoff backoff_;
};

}  // namespace tillcue::sync
