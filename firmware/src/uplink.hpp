#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tillcue/core/outcome.hpp"
#include "tillcue/firmware/config.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/sync/terminal_agent.hpp"

namespace tillcue::terminal {

/// The terminal's side of sync, put together: outbox, bundle store, MQTT link and agent.
/// Threads  the io_context's; `post` brings the link's callbacks there.
class Uplink {
 public:
  /// How long a result may wait in memory for company before it is written: bounds what a power cut can cost, and the
  /// wear of the flash.
  static constexpr std::chrono::milliseconds kGroup{1000};
  /// A group this large is written at once, so that a burst never meets the outbox's limit of what may wait.
  static constexpr std::size_t kGroupMost = 200;

  struct Callbacks {
    std::function<void(std::function<void()>)> post;
    std::function<sync::Moment()> clock;
    std::function<void(std::filesystem::path const& file, std::uint64_t release)> on_bundle;
    std::function<std::map<std::string, std::int64_t>()> counters;
  };

  /// A damaged outbox is moved aside under a new name, never deleted, and a new one begun.
  /// Errors  those of Outbox, BundleStore, KeyRing and the link.
  static Result<std::unique_ptr<Uplink>> open(Config const& config, Log const& log, Callbacks callbacks);
  ~Uplink();

  void start();
  /// Commits, says good-bye, stops the link.
  void stop(std::chrono::milliseconds patience);

  /// Errors  see Outbox::append.
  Result<void> record(Outcome const& outcome);
  /// Commits when due, times out, retries.
  void tick();
  [[nodiscard]] std::chrono::steady_clock::time_point next_due() const;

  [[nodiscard]] std::optional<sync::BundleStore::Active> active() const { return store_.active(); }
  [[nodiscard]] sync::AgentStatus status() const { return agent_->status(); }
  [[nodiscard]] sync::Outbox const& outbox() const noexcept { return outbox_; }

 private:
  Uplink(Log const& log, sync::Outbox outbox, sync::BundleStore store, std::unique_ptr<sync::MqttLink> link,
         std::function<sync::Moment()> clock);
  void commit();

  Log const& log_;
  sync::Outbox outbox_;
  sync::BundleStore store_;
  std::unique_ptr<sync::MqttLink> link_;
  std::unique_ptr<sync::TerminalAgent> agent_;
  std::function<sync::Moment()> clock_;
  std::optional<std::chrono::steady_clock::time_point> commit_due_;
  bool failing_ = false;  ///< the last commit did not get to the disk
};

}  // namespace tillcue::terminal
