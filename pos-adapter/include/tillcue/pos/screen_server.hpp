#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/pos/hint_board.hpp"
#include "tillcue/pos/protocol.hpp"

namespace boost::asio {
class io_context;
}

namespace tillcue::pos {

struct ScreenOptions {
  std::string host = "127.0.0.1";  ///< an address, not a name
  std::uint16_t port = 0;          ///< 0: any free one, see port()
  /// Host header names served besides 127.0.0.1, [::1] and localhost. Any other is refused (DNS rebinding).
  std::vector<std::string> extra_hosts{};
  /// Pages that may hold this one in a frame, as origins ("http://pos.local:8080"); any other is refused by the
  /// browser.
  std::vector<std::string> parents{};
  std::string accept_key = "F8";  ///< as KeyboardEvent.key names it
  std::string decline_key = "F9";
  std::string theme{};  ///< a style sheet of theme_css(); empty: the built-in one
  /// A newcomer beyond these takes the place of the oldest connection that is no screen; screens are never pushed out.
  std::size_t max_connections = 32;
  /// For one whole request, a keep-alive pause, and one WebSocket message from its first byte to its last.
  std::chrono::milliseconds request_timeout{10'000};
  std::chrono::milliseconds socket_idle{20'000};  ///< a WebSocket that answers no ping for so long is closed
};

/// What the screen asks of its owner. All run on the io_context's thread; none may block. Unset ones have a default.
struct ScreenHandlers {
  std::function<Result<void>(Answer const&)> answer;  ///< F8/F9; an error's text is shown to the cashier
  std::function<std::string()> metrics;               ///< Prometheus text format 0.0.4 for /metrics
  std::function<Result<void>()> health;               ///< an error turns /healthz into 503 with its text
};

/// Counted since start, except the open ones.
struct ScreenCounters {
  std::uint64_t connections = 0;  ///< open now, screens included
  std::uint64_t screens = 0;      ///< open now
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;       ///< wrong host, origin, method, path or syntax
  std::uint64_t refused_full = 0;  ///< turned away, or pushed out by a newcomer, because all places were taken
  std::uint64_t answers = 0;       ///< accept and decline received
};

/// The cashier page and its live feed: GET / /cashier.css /cashier.js /theme.css /healthz /metrics, WebSocket /ws.
/// A screen that connects gets the current state at once; a slow one skips to the newest state.
/// Threads  the io_context's, all of it.
class ScreenServer {
 public:
  /// Listens at once. Borrows `io` until destruction.
  /// Errors  invalid (host is not an address), io (address in use, not permitted).
  static Result<std::unique_ptr<ScreenServer>> listen(boost::asio::io_context& io, ScreenOptions options,
                                                      ScreenHandlers handlers);
  ~ScreenServer();
  ScreenServer(ScreenServer const&) = delete;
  ScreenServer& operator=(ScreenServer const&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] ScreenCounters const& counters() const noexcept;

  /// Replaces what every screen shows. Showing the same again costs nothing.
  void show(HintBoard const& board);
  void show(TerminalStatus const& status);

  /// Closes the listener and every connection. Calling it again does nothing.
  void stop();

 private:
  class Impl;
  explicit ScreenServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace tillcue::pos
