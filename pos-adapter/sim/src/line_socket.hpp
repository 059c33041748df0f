#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tillcue/core/result.hpp"

namespace tillcue::pos::sim {

struct Address {
  enum class Kind : std::uint8_t { tcp, unix_socket, web };

  std::string host;
  std::uint16_t port = 0;
  Kind kind = Kind::tcp;
  std::string path{};  ///< of a Unix socket, or of a WebSocket's request
  [[nodiscard]] std::string text() const {
    return kind == Kind::unix_socket ? "unix:" + path : host + ":" + std::to_string(port);
  }
};

/// "127.0.0.1:7707".  Errors  invalid, saying what is wrong.
Result<Address> parse_address(std::string_view text);
/// The same, "unix:/run/tillcue/pos.sock" or "ws://127.0.0.1:7708/pos".  Errors  invalid, saying what is wrong.
Result<Address> parse_terminal_address(std::string_view text);

/// A blocking connection over TCP, a Unix socket or WebSocket that never waits beyond a deadline.
/// Threads  one.
class LineSocket {
 public:
  using Clock = std::chrono::steady_clock;

  /// Errors  io (not resolved, refused), timeout.
  static Result<LineSocket> connect(Address const& address, std::chrono::milliseconds patience);
  LineSocket(LineSocket&& other) noexcept;
  LineSocket& operator=(LineSocket&& other) noexcept;
  ~LineSocket();

  /// Errors  io (the other side is gone), timeout.
  Result<void> send(std::string_view bytes, std::chrono::milliseconds patience);
  /// The next line without its end; nothing when none came in time.
  /// Errors  io (closed by the other side), invalid (a line over 64 KiB).
  Result<std::optional<std::string>> line(Clock::time_point deadline);
  /// Says that nothing more will be sent, and waits until the other side closes too or the time is over.
  void close_gently(std::chrono::milliseconds patience);
  [[nodiscard]] std::string const& peer() const noexcept { return peer_; }
  /// To poll for lines together with something else; what was read already is not seen there: ask line() first.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  LineSocket(int descriptor, std::string peer) : descriptor_(descriptor), peer_(std::move(peer)) {}
  Result<void> open_web(Address const& address, std::chrono::milliseconds patience);
  Result<void> send_bytes(std::string_view bytes, std::chrono::milliseconds patience);
  std::optional<std::string> take_line();
  Result<void> unwrap();

  int descriptor_ = -1;
  std::string peer_;
  std::string held_;
  bool web_ = false;
  std::string frames_;  ///< of a WebSocket, not yet whole
};

}  // namespace tillcue::pos::sim
