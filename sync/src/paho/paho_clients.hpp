#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>

#include <mqtt/async_client.h>

namespace tillcue::sync {

/// The clients of one link: the one in use, and those before it until Paho's threads have surely left them.
/// Threads  any, Paho's among them; no lock is held where Paho is called.
class PahoClients {
 public:
  using Client = std::shared_ptr<mqtt::async_client>;

  explicit PahoClients(Client first) : client_(std::move(first)) {}
  ~PahoClients();
  PahoClients(PahoClients const&) = delete;
  PahoClients& operator=(PahoClients const&) = delete;

  [[nodiscard]] Client current() const;
  /// `fresh` is current from now on; the one before is let go in a while.
  void replace(Client fresh);

  /// One of these clients could not write a publish: Paho 1.3.12 frees topic and payload of it, keeps it all the same
  /// among what is to be sent again, and would read and free it once more, with the next connection or with the
  /// client. So neither is to come: current_is_broken() until it is replaced, and it is never let go. That costs a few
  /// kilobytes each time a connection breaks under a write.
  /// Source  found by the address sanitizer; MQTTAsync_processCommand and MQTTProtocol_storePublication.
  void broke(mqtt::iasync_client const* which);
  [[nodiscard]] bool current_is_broken() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Retired {
    Clock::time_point until;
    Client client;
  };
  [[nodiscard]] bool is_broken(Client const& client) const;
  void let_go(Client client);

  mutable std::mutex mutex_;  ///< guards all below
  std::deque<mqtt::iasync_client const*> broken_;
  std::deque<Retired> retired_;
  Client client_;
};

}  // namespace tillcue::sync
