#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "line_socket.hpp"
#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos::sim {

/// The till's end of the native protocol: asks, waits for the answer, hands pushes on.
/// Threads  one.
class TerminalClient {
 public:
  using OnPush = std::function<void(FromTerminal const&)>;

  /// Errors  as LineSocket::connect.
  static Result<TerminalClient> connect(Address const& address, OnPush on_push);

  /// Sends the message and waits for its answer (2 s). The refusal, when the terminal refused; none when it said ok.
  /// Errors  io, timeout (the terminal is gone or does not answer), invalid (it speaks something else).
  Result<std::optional<Refused>> ask(Message message);
  /// Hands on pushes for so long.
  /// Errors  io, invalid.
  Result<void> listen(std::chrono::milliseconds for_so_long);

 private:
  TerminalClient(LineSocket socket, OnPush on_push) : socket_(std::move(socket)), on_push_(std::move(on_push)) {}
  /// One line into `out`; false when none came in time. Lines of an unknown type are skipped, as PROTOCOL.md asks.
  Result<bool> receive(LineSocket::Clock::time_point deadline, FromTerminal& out);

  LineSocket socket_;
  OnPush on_push_;
  std::uint64_t next_id_ = 1;
};

}  // namespace tillcue::pos::sim
