#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent_ports.hpp"
#include "backoff.hpp"

namespace tillcue::sync {

/// Brings the bundle of the newest manifest: subscribes to the exact topics of missing pieces, a window at a time
/// ("subscribe is the get"), unsubscribes on arrival. The flow is the table kFlow in fetcher.cpp.
/// Threads  the agent's.
class Fetcher {
 public:
  Fetcher(AgentPorts& ports, BundleStore& store);

  void on_connected();
  void on_lost();
  /// Whose manifests this terminal follows.
  [[nodiscard]] std::vector<std::string> scopes() const;
  void on_manifest(std::string_view scope, std::string_view payload);
  void on_piece(std::string_view topic, TopicParts const& parts, std::string_view payload);
  void tick();
  [[nodiscard]] SteadyTime next_due() const { return due_; }
  [[nodiscard]] std::string phase() const;

 private:
  enum class State { idle, offline, fetching, paused };
  enum class Event { staged, connected, lost, arrived, complete, failed, silence, retry, given_up };
  struct Step {
    State from;
    Event event;
    State to;
    void (Fetcher::*action)();
  };
  static Step const kFlow[];

  void happens(Event event);
  void ask();
  void ask_anew();
  void wait_longer();
  void call_hq();
  void forget();
  void rest();
  void activate();
  void nothing() {}

  [[nodiscard]] bool expired(Manifest const& manifest) const;
  Result<Manifest> accept(std::string_view scope, std::string_view payload) const;
  void take(TopicParts const& parts, std::string_view payload);
  void subscribe(std::string const& topic, std::uint32_t index);
  void unsubscribe_all();

  AgentPorts& ports_;
  BundleStore& store_;
  State state_ = State::offline;
  std::map<std::string, std::uint32_t, std::less<>> asked_;  ///< topic -> piece
  SteadyTime due_ = SteadyTime::max();
  Backoff backoff_;
};

}  // namespace tillcue::sync
