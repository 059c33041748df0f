#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/pos/protocol.hpp"

namespace boost::asio {
class io_context;
}

namespace tillcue::pos {

/// Who hears what the tills say.
class SaleEvents {
 public:
  virtual ~SaleEvents() = default;
  /// One message, read and within limits. The result is the answer the till gets: ok, or the error's code and text.
  /// Borrows `message` until return. May call push() and stop(): what it pushes follows the answer.
  /// Threads  the io_context's.  Must not block: the till waits for it.
  virtual Result<void> on(Message const& message) = 0;
};

/// The same lines over a WebSocket at ws://host:port/pos.
struct NativeWebOptions {
  std::string host = "127.0.0.1";      ///< an address, not a name
  std::uint16_t port = 0;              ///< 0: any free one, see web_port()
  std::vector<std::string> origins{};  ///< pages that may ("http://pos.shop"); programs, which have none, always may
};

struct NativeOptions {
  std::string host = "127.0.0.1";  ///< an address, not a name
  std::uint16_t port = 0;          ///< 0: any free one, see port()
  std::size_t max_connections = 16;
  std::size_t max_queue_bytes =
      std::size_t{256} * 1024;              ///< unsent bytes after which a till that does not read is dropped
  std::chrono::milliseconds idle{300'000};  ///< silence after which a connection is closed
  /// When all connections are taken, a newcomer replaces the oldest that has not said hello, else the one that has been
  /// silent for longest, if for at least so long: half-open ones must not keep a till out.
  std::chrono::milliseconds replaceable{30'000};
  std::string unix_path{};  ///< also on this Unix socket; empty: on none
  std::optional<NativeWebOptions> web{};
};

/// Counted since start, except `connections`.
struct NativeCounters {
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t accepted = 0;
  std::uint64_t refused_full = 0;
  std::uint64_t answered_ok = 0;
  std::uint64_t answered_error = 0;
  std::uint64_t pushes = 0;  ///< lines pushed, one per till reached
  std::uint64_t dropped_slow = 0;
  std::uint64_t dropped_idle = 0;
  std::uint64_t dropped_oversized = 0;
  std::uint64_t dropped_unreadable = 0;  ///< what came first was not this protocol
};

/// The native protocol (pos-adapter/PROTOCOL.md) over TCP, a Unix socket and WebSocket: many tills, one answer per
/// line, pushes. A broken line is answered with an error and the connection lives; a line over the limit ends it, and
/// so does a broken one before `hello`. Threads  the io_context's, all of it.
class NativeServer {
 public:
  /// Listens at once. Borrows both until destruction.
  /// Errors  invalid (host is not an address), io (address in use, not permitted).
  static Result<std::unique_ptr<NativeServer>> listen(boost::asio::io_context& io, NativeOptions options,
                                                      SaleEvents& events);
  ~NativeServer();
  NativeServer(NativeServer const&) = delete;
  NativeServer& operator=(NativeServer const&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] std::uint16_t web_port() const noexcept;  ///< 0 without a WebSocket
  [[nodiscard]] NativeCounters const& counters() const noexcept;

  /// True when a connected till shows hints itself (its hello did not say otherwise).
  [[nodiscard]] bool hints_are_shown() const noexcept;

  /// To the connected tills that named that sale (any message with it that was answered ok; the last 32 count).
  void push(HintBoard const& board);
  void push(CouponNotice const& coupon);
  /// To every till that said hello.
  void push(Notice const& notice);

  /// Closes the listener and every connection. Calling it again does nothing.
  void stop();

 private:
  class Impl;
  explicit NativeServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace tillcue::pos
