#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "tillcue/firmware/config.hpp"
#include "tillcue/firmware/log.hpp"

namespace boost::asio {
class io_context;
}

namespace tillcue::terminal {

/// One terminal, put together: POS protocol, checkout, cashier screen, printer, outbox and sync on one io_context.
/// Fail-open: a missing or damaged bundle, an absent HQ, a dead printer or a full disk is reported on the screen, in
/// the log and in /metrics, and the POS is answered all the same.
/// Threads  the io_context's; the MQTT client brings threads of its own that only post here.
class Daemon {
 public:
  /// Listens. Borrows all until destruction.
  /// Errors  io (an address is taken), invalid (address, secret), not_found (printer profile).
  static Result<std::unique_ptr<Daemon>> start(boost::asio::io_context& io, Config const& config, Log const& log);
  ~Daemon();
  Daemon(Daemon const&) = delete;
  Daemon& operator=(Daemon const&) = delete;

  [[nodiscard]] std::uint16_t pos_port() const noexcept;
  [[nodiscard]] std::uint16_t screen_port() const noexcept;

  /// Stops listening, drops what prints, writes what is recorded, says good-bye to HQ; within a second. `done` runs
  /// once all of that has happened, on the io_context.
  void stop(std::function<void()> done);

 private:
  class Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tillcue::terminal
