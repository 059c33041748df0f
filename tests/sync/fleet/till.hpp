#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "counted_link.hpp"
#include "loop.hpp"
#include "tillcue/sync/terminal_agent.hpp"

namespace tillcue::sync::fleet {

/// What all tills have in common.
struct Shared {
  std::string broker;
  std::filesystem::path folder;
  KeyRing keys;
  Traffic& traffic;
  Cutter& cutter;
  Workers& workers;
  bool hurried = false;  ///< waits of milliseconds in the place of seconds
};

/// The sum of some tills.
struct Sum {
  std::uint64_t tills = 0, connected = 0, connects = 0, pieces = 0, pieces_refused = 0, piece_timeouts = 0;
  std::uint64_t batches = 0, pending = 0, promised = 0, errors = 0, unsold = 0;
  std::map<std::uint64_t, std::uint64_t> releases;  ///< how many run each
};

/// A terminal as tillcued has it: outbox, bundle store and agent on a disk and a connection of its own.
/// Threads  the loop's, but for the constructor.
class Till final : public Member {
 public:
  /// Throws std::runtime_error.
  Till(Shared const& shared, std::string name, std::uint64_t seed, Loop& loop);
  ~Till() override;

  void start();
  void stop();
  /// `count` results in groups, each committed like those of a second in a till.
  void sell(std::uint64_t count, std::uint64_t group);
  void add_to(Sum& sum) const;
  [[nodiscard]] std::string const& last_error() const { return last_error_; }

  void tick() override { agent_->tick(); }
  [[nodiscard]] Time next_due() const override { return agent_->next_due(); }

 private:
  void sell_more();
  void hurry(MqttOptions& mqtt);
  AgentCallbacks callbacks();

  Shared const& shared_;
  Loop& loop_;
  AgentOptions options_;
  std::optional<Outbox> outbox_;
  std::optional<BundleStore> store_;
  std::unique_ptr<CountedLink> link_;
  std::unique_ptr<TerminalAgent> agent_;
  std::uint64_t unsold_ = 0, group_ = 1, errors_ = 0;
  std::string last_error_;
};

/// A folder with `bundle` active as release 1, as a terminal has it that was set up with it.
void install(std::filesystem::path const& folder, std::filesystem::path const& bundle);
/// The same for another till: the bundle's file is linked, what is written later is its own.
void copy_store(std::filesystem::path const& from, std::filesystem::path const& to);

}  // namespace tillcue::sync::fleet
