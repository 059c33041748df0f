#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"
#include "tillcue/sync/bundle_store.hpp"
#include "tillcue/sync/crypto.hpp"
#include "tillcue/sync/mqtt_link.hpp"
#include "tillcue/sync/outbox.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::sync {

/// Steady time for waiting, wall time for expiry and reports.
struct Moment {
  std::chrono::steady_clock::time_point steady{};
  Timestamp wall{};
};

struct AgentOptions {
  std::string chain;
  TerminalId terminal;           ///< also the MQTT client id and user name
  std::string version;           ///< of the program, "1.2.3"
  std::string group{}, store{};  ///< whose words and releases it follows beside the chain's; empty: none
  std::size_t window = 4;        ///< pieces asked for at once; 1 would wait for delayed acknowledgements of TCP
  std::chrono::milliseconds piece_timeout{10'000};
  std::chrono::milliseconds ack_timeout{10'000};
  std::chrono::milliseconds retry_first{2'000};  ///< doubled after each failure, +-50 % jitter
  std::chrono::milliseconds retry_most{300'000};
  std::chrono::milliseconds state_every{60'000};
  std::chrono::milliseconds state_pause{5'000};       ///< at least between two states sent because the outbox drained
  std::chrono::milliseconds manifest_every{300'000};  ///< +-50 %: subscribed again, in case its delivery was lost
  std::chrono::milliseconds word_every{40'000};       ///< the same for stops and budgets: at most 60 s
  std::chrono::milliseconds held_pause{2'000};        ///< at least between two reports of what it holds
  std::uint64_t seed = 1;                             ///< of the jitter
};

struct AgentCallbacks {
  /// Runs a task on the agent's thread, later; called from the link's threads.
  std::function<void(std::function<void()>)> post;
  std::function<Moment()> clock;
  /// A new bundle is active (also after a repair). On the agent's thread.
  std::function<void(std::filesystem::path const& file, std::uint64_t release)> on_bundle;
  /// One line for the log, each refusal and failure with its reason. On the agent's thread.
  std::function<void(Error const&)> on_error;
  /// Further counters for the state document (hints, coupons...); may be empty.
  std::function<std::map<std::string, std::int64_t>()> counters;
  /// Runs work of seconds that touches files only, on any thread; empty: on the agent's own.
  std::function<void(std::function<void()>)> work{};
  /// Number of the word held of that kind and scope, also from before a restart; 0: none.
  std::function<std::uint64_t(WordKind kind, Scope const& scope)> held_number{};
  /// A newer word, its signature and expiry checked: to be applied at once and kept. An error refuses it, and HQ is
  /// told why. Empty: this terminal follows no words.
  std::function<Result<void>(Word const& word)> on_word{};
  /// What the terminal holds: words, config, budgets; the agent adds the rest.
  std::function<Held()> holding{};
};

/// For the screen and /metrics.
struct AgentStatus {
  bool connected = false;
  std::uint64_t release = 0;   ///< active
  std::uint64_t wanted = 0;    ///< newest valid manifest seen
  std::string phase = "idle";  ///< "idle", "listing", "fetching 34/171", "paused"
  std::uint64_t pending = 0;   ///< results
  std::string last_error;
  std::uint64_t connects = 0, manifests_refused = 0, pieces = 0, pieces_refused = 0, piece_timeouts = 0;
  std::uint64_t words = 0, words_refused = 0;
  std::uint64_t batches_sent = 0, batches_acknowledged = 0, acks_refused = 0, stray_messages = 0;
};

/// The terminal's end of sync: fetches what HQ wants run, sends what happened. Borrows link, outbox and store.
/// Threads  one, except that the link's callbacks only use `post`. Destroy it after link.stop() or with no task
/// running.
class TerminalAgent {
 public:
  TerminalAgent(MqttLink& link, Outbox& outbox, BundleStore& store, KeyRing keys, AgentOptions options,
                AgentCallbacks callbacks);
  ~TerminalAgent();
  TerminalAgent(TerminalAgent const&) = delete;
  TerminalAgent& operator=(TerminalAgent const&) = delete;

  /// Starts the link.
  void start();
  /// Says good-bye (retained state "offline") and stops the link; results stay in the outbox.
  void stop(std::chrono::milliseconds patience);
  /// Timeouts and retries; to be called at next_due() or later, more often does no harm.
  void tick();
  [[nodiscard]] std::chrono::steady_clock::time_point next_due() const;
  /// There are newly committed results: send them now if nothing is on its way.
  void results_committed();
  /// What Callbacks::holding says has changed: HQ is told soon.
  void holding_changed();
  [[nodiscard]] AgentStatus status() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Client id, user name, will and session for a terminal; the caller adds uri, password and TLS files.
Result<MqttOptions> terminal_mqtt_options(AgentOptions const& options, Timestamp now);

}  // namespace tillcue::sync
