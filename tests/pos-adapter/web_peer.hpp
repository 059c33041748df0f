#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "pos-adapter/loopback.hpp"

namespace tillcue::pos::testing {

/// A browser's WebSocket on /ws, by hand (RFC 6455): no library that would share the server's mistakes.
class WebPeer {
 public:
  explicit WebPeer(std::uint16_t port, int receive_buffer = 0);

  void say(std::string_view text) { frame(0x1, text); }
  void say_binary(std::string_view bytes) { frame(0x2, bytes); }
  void raw(std::string_view bytes) { peer_.send(bytes); }
  /// The next text message; pings are answered meanwhile. Nothing once the connection ended.
  std::optional<std::string> message();
  /// True when the server ends the connection, with or without a close frame.
  bool ends() { return !message(); }

 private:
  void frame(unsigned opcode, std::string_view bytes);

  Peer peer_;
};

}  // namespace tillcue::pos::testing
