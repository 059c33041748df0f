#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tillcue/core/outcome.hpp"
#include "tillcue/core/result.hpp"

namespace boost::asio {
class io_context;
}

namespace tillcue::pos {

/// What is known about a job after it was sent.
struct PrintProof {
  PrintFate fate = PrintFate::unconfirmed;  ///< printed: the printer said so behind the job; else unconfirmed
  bool paper_near_end = false;
  std::string text;  ///< one line for the log; why, when unconfirmed
};

struct TcpPrinterOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 9100;
  std::chrono::milliseconds total{2000};         ///< from print() to `done`, waiting included
  std::chrono::milliseconds status_answer{300};  ///< after that a printer counts as one that never answers
  bool in_order_status = true;                   ///< ask GS r 1 behind the job; false for boards that print it as text
};

/// A receipt printer behind TCP (port 9100 and the like). It serves one client at a time, so the connection is made
/// for a job and closed behind it.
/// Threads  the io_context's; make, use and destroy it there.
class TcpPrinter {
 public:
  using Done = std::function<void(Result<PrintProof>)>;

  /// Borrows `io`, which outlives it. Connects nothing yet.
  TcpPrinter(boost::asio::io_context& io, TcpPrinterOptions options);
  /// As cancel(), but `done` of a cancelled job is not called any more.
  ~TcpPrinter();
  TcpPrinter(TcpPrinter const&) = delete;
  TcpPrinter& operator=(TcpPrinter const&) = delete;

  /// Prints one job: connect, ask for status (DLE EOT 1, 2, 4), send, ask again, close. Owns `job`.
  /// One job prints and one may wait; both must be done within `total`, so that a coupon is never handed to a later
  /// customer. `done` is called exactly once, later, never inside this call. Never throws.
  /// From the first byte of the job on the result is a proof, never an error: the slip may be in the customer's hand.
  /// Trouble, a lost line, a timeout and cancel() are then `unconfirmed`, with a text that says so.
  /// Errors   of a job of which nothing was sent: busy (paper out, cover open, offline, two jobs under way), io
  ///          (refused, line lost, not a printer's answers), timeout, rejected (cancelled). The text starts with
  ///          host:port.
  void print(std::vector<std::byte> job, Done done);
  /// Drops what nothing was sent of yet, also the job that waits: `done` gets rejected. A job that is being sent ends
  /// as unconfirmed, one whose fate is known keeps it.
  void cancel();
  [[nodiscard]] bool idle() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tillcue::pos
