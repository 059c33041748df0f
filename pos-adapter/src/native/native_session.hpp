#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "native/wire.hpp"
#include "net/loop.hpp"
#include "protocol/line_splitter.hpp"
#include "tillcue/pos/native_server.hpp"

namespace tillcue::pos {

/// What a connection needs of the server that holds it.
class NativeHost {
 public:
  virtual ~NativeHost() = default;
  virtual Result<void> dispatch(Message const& message) = 0;
  /// After the answer has been queued: what the message caused may follow.
  virtual void answered() = 0;
  virtual void gone(class NativeSession& session) = 0;
  [[nodiscard]] virtual NativeOptions const& options() const noexcept = 0;
  [[nodiscard]] virtual NativeCounters& counters() noexcept = 0;
};

/// One till's connection: reads lines, has them answered, writes, and ends when the till is silent, slow or oversized.
/// Threads  the io_context's.
class NativeSession : public std::enable_shared_from_this<NativeSession> {
 public:
  NativeSession(std::unique_ptr<Wire> wire, NativeHost& host);

  void start();
  /// Queues one line; drops the connection when the till leaves too much unread.
  void send(std::string_view line);
  /// Ends at once. The host is not called any more.
  void close();

  [[nodiscard]] bool greeted() const noexcept { return greeted_; }
  /// False before hello, and when it said that the till shows none.
  [[nodiscard]] bool shows_hints() const noexcept { return shows_hints_; }
  [[nodiscard]] std::chrono::steady_clock::time_point heard() const noexcept { return heard_; }
  [[nodiscard]] bool knows(SaleId const& sale) const noexcept;

 private:
  enum class Phase { open, draining, closed };

  void read();
  void take(std::string_view bytes);
  void obey(std::string_view line);
  Result<void> answer(Message const& message);
  void note(Message const& message);
  void refuse_oversized();
  void drain();
  void write();
  void written();
  void watch();
  void leave();

  std::unique_ptr<Wire> wire_;
  NativeHost* host_;
  Timer silence_;
  std::chrono::steady_clock::time_point heard_;
  LineSplitter lines_{kMaxRequestLine};
  std::string queued_;
  std::string writing_;
  std::deque<SaleId> sales_;
  std::size_t drained_ = 0;
  Phase phase_ = Phase::open;
  bool greeted_ = false;
  bool shows_hints_ = false;
  bool at_end_ = false;  ///< the till has closed its side
};

}  // namespace tillcue::pos
