#pragma once

#include <memory>

#include "tillcue/sync/word_listener.hpp"
#include "uplink.hpp"

namespace tillcue::terminal {

/// A terminal's link to head office while its data folder takes nothing: words are heard and held in memory. Results
/// wait in memory as well, and no bundle comes: whether one lasts is written down before it runs.
/// Threads  as Uplink.
class WordLine {
 public:
  /// Borrows config and log; of the callbacks those that words need.  Errors  keys, certificates.
  static Result<std::unique_ptr<WordLine>> open(Config const& config, Log const& log,
                                                Uplink::Callbacks const& callbacks);
  ~WordLine();

  void tick() { listener_->tick(); }
  [[nodiscard]] std::chrono::steady_clock::time_point next_due() const { return listener_->next_due(); }
  void holding_changed() { listener_->holding_changed(); }
  [[nodiscard]] bool connected() const { return listener_->connected(); }

 private:
  WordLine() = default;
  std::unique_ptr<sync::MqttLink> link_;
  std::unique_ptr<sync::WordListener> listener_;
};

}  // namespace tillcue::terminal
