#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "tillcue/core/outcome.hpp"
#include "tillcue/firmware/config.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/sync/terminal_agent.hpp"

namespace tillcue::terminal {

/// The terminal's side of sync, put together: outbox, bundle store, MQTT link and agent. Outbox and store are the
/// terminal's own disk and come first; without keys or link (a wrong file) results are kept and the bundle in force
/// runs on, and connecting is tried again every kRetry.
/// Threads  the io_context's; `post` brings the link's callbacks there.
class Uplink {
 public:
  /// How long a result may wait in memory for company before it is written: bounds what a power cut can cost, and the
  /// wear of the flash.
  static constexpr std::chrono::milliseconds kGroup{1000};
  /// A group this large is written at once, so that a burst never meets the outbox's limit of what may wait.
  static constexpr std::size_t kGroupMost = 200;
  static constexpr std::chrono::seconds kRetry{30};
  /// A bundle with which the program has run for so long is trusted; see BundleStore::kMostStarts.
  static constexpr std::chrono::seconds kProof{60};

  struct Callbacks {
    std::function<void(std::function<void()>)> post;
    std::function<sync::Moment()> clock;
    std::function<void(std::filesystem::path const& file, std::uint64_t release)> on_bundle;
    std::function<std::map<std::string, std::int64_t>()> counters;
    std::function<std::uint64_t(std::string const& name)> held_number;  ///< by sync::held_name
    std::function<Result<void>(sync::Word const&)> on_word;
    std::function<sync::Held()> holding;
    std::function<std::string()> keys_word;  ///< content of the last one that was kept; empty: none
  };

  /// A damaged outbox is moved aside under a new name, never deleted, and a new one begun.
  /// Borrows config and log.  Errors  those of Outbox and BundleStore.
  static Result<std::unique_ptr<Uplink>> open(Config const& config, Log const& log, Callbacks callbacks);
  ~Uplink();

  /// Connects, or says in the log why not and tries again later.
  void start();
  /// Somebody asked the program to stop: that is no sign against the bundle.
  void ends_in_order();
  /// Commits, says good-bye, stops the link.
  void stop(std::chrono::milliseconds patience);

  /// Errors  see Outbox::append.
  Result<void> record(Outcome const& outcome);
  /// Something was spent of a budget: head office is told soon.
  void holding_changed() {
    if (agent_) agent_->holding_changed();
  }
  /// Commits when due, times out, retries.
  void tick();
  [[nodiscard]] std::chrono::steady_clock::time_point next_due() const;

  [[nodiscard]] std::optional<sync::BundleStore::Active> active() const { return store_.active(); }
  [[nodiscard]] sync::AgentStatus status() const { return agent_ ? agent_->status() : sync::AgentStatus{}; }
  /// Why there is no link at all; empty when there is one.
  [[nodiscard]] std::string const& trouble() const noexcept { return trouble_; }
  /// Why results wait in memory for the disk; empty: they do not.
  [[nodiscard]] std::string const& unkept() const noexcept { return failure_; }
  [[nodiscard]] std::uint64_t troubles() const noexcept { return troubles_; }
  [[nodiscard]] sync::Outbox const& outbox() const noexcept { return outbox_; }

 private:
  Uplink(Config const& config, Log const& log, Callbacks callbacks, sync::Outbox outbox, sync::BundleStore store);
  Result<void> connect();
  void commit();
  [[nodiscard]] std::map<std::string, std::int64_t> counters() const;
  void work(std::function<void()> task);

  Config const& config_;
  Log const& log_;
  Callbacks callbacks_;
  sync::Outbox outbox_;
  sync::BundleStore store_;
  std::chrono::steady_clock::time_point opened_;  ///< the bundle in force began
  std::uint64_t troubles_ = 0;
  std::thread worker_;
  std::unique_ptr<sync::MqttLink> link_;
  std::unique_ptr<sync::TerminalAgent> agent_;
  std::string trouble_;
  std::chrono::steady_clock::time_point retry_{};
  std::optional<std::chrono::steady_clock::time_point> commit_due_;
  std::string failure_;  ///< why the last commit did not get to the disk
};

}  // namespace tillcue::terminal
