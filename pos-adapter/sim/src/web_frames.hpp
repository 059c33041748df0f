#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tillcue/core/result.hpp"

namespace tillcue::pos::sim {

/// A WebSocket client's framing of JSON lines: a message a line. Pure.
/// Source  RFC 6455.
class WebFrames {
 public:
  /// The request to begin with.
  static std::string request(std::string_view host, std::string_view path);
  /// True once `received` holds the whole answer to it, which is then taken off.
  /// Errors  io (the server does not open a WebSocket; its status line is told).
  static Result<bool> accepted(std::string& received);

  /// Every line as a masked text message.
  static std::string wrap(std::string_view lines);
  /// The lines of whole messages, taken off `received`; pings go to `reply` as pongs.
  /// Errors  io (closed), invalid (a frame over 64 KiB, fragments).
  static Result<std::string> unwrap(std::string& received, std::string& reply);
};

}  // namespace tillcue::pos::sim
