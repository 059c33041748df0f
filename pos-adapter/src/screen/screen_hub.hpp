#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tillcue/pos/screen_server.hpp"

namespace tillcue::pos {

/// One open connection of the screen server, HTTP or WebSocket.
class ScreenConnection {
 public:
  virtual ~ScreenConnection() = default;
  /// Ends at once and never calls the hub again.
  virtual void close() = 0;
  /// The hub's state is newer.
  virtual void refresh() {}
  /// True for a cashier's screen: it keeps its place.
  [[nodiscard]] virtual bool is_screen() const noexcept { return false; }
};

/// A JSON line and how often it changed: whoever sent an older number has something to send.
struct Versioned {
  std::string line;
  std::uint64_t version = 0;

  void set(std::string next);
};

/// What all connections share. Threads  the io_context's.
struct ScreenHub {
  ScreenOptions options;
  ScreenHandlers handlers;
  ScreenCounters counters;
  Versioned board;
  Versioned status;
  std::vector<std::shared_ptr<ScreenConnection>> open;

  void add(std::shared_ptr<ScreenConnection> connection);
  void remove(ScreenConnection const& connection);
  /// Ends the oldest connection that is no screen; false when there is none.
  bool push_out();
  void refresh_all();
  void close_all();
};

}  // namespace tillcue::pos
