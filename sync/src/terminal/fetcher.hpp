#pragma once

#include <algorithm>
#include <cstdint>
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
  [[nodiscard]] SteadyTime next_due() const { return std::min(due_, begin_); }
  [[nodiscard]] std::string phase() const;

 private:
  enum class State { idle, offline, fetching, opening, paused };
  enum class Event { staged, connected, lost, arrived, complete, opened, spoilt, failed, silence, retry, given_up };
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
  void open();
  void opened(std::uint64_t job, Result<void> const& outcome);
  void activate();
  void nothing() {}

  [[nodiscard]] bool expired(Manifest const& manifest) const;
  [[nodiscard]] bool may_begin(Manifest const& manifest, std::string_view payload);
  [[nodiscard]] bool runs(Manifest const& manifest) const;
  void cleared(std::string_view scope);
  void take(Manifest const& manifest);
  Result<Manifest> accept(std::string_view scope, std::string_view payload) const;
  void take_piece(TopicParts const& parts, std::string_view payload);
  void subscribe(std::string const& topic, std::uint32_t index);
  void unsubscribe_all();

  AgentPorts& ports_;
  BundleStore& store_;
  State state_ = State::offline;
  std::map<std::string, std::uint32_t, std::less<>> asked_;  ///< topic -> piece
  SteadyTime due_ = SteadyTime::max();
  SteadyTime begin_ = SteadyTime::max();  ///< when a staged release is begun
  std::string waiting_;                   ///< its manifest, as it came
  std::string staged_scope_;
  std::uint64_t revision_ = 0;  ///< of the newest stage heard of
  std::uint64_t staged_release_ = 0;
  std::uint64_t job_ = 0;  ///< opening a parcel; tells a late end from the current one
  bool opening_ = false;
  Backoff backoff_;
};

}  // namespace tillcue::sync
