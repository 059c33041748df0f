#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "tillcue/core/outcome.hpp"
#include "tillcue/core/result.hpp"
#include "tillcue/pos/escpos.hpp"
#include "tillcue/pos/serial_settings.hpp"

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

/// Something that puts jobs on a receipt printer's paper.
/// Threads  the io_context's; make, use and destroy it there.
class ReceiptPrinter {
 public:
  using Done = std::function<void(Result<PrintProof>)>;

  virtual ~ReceiptPrinter() = default;

  /// Prints one job. Owns `job`. `done` is called exactly once, later, never inside this call. Never throws.
  /// From the first byte of the job on the result is a proof, never an error: the slip may be in the customer's hand.
  /// Trouble, a lost line, a timeout and cancel() are then `unconfirmed`, with a text that says so.
  /// Errors   of a job of which nothing was sent: busy (paper out, cover open, offline, too many jobs under way), io
  ///          (refused, line lost, not a printer's answers), timeout, rejected (cancelled).
  virtual void print(std::vector<std::byte> job, Done done) = 0;
  /// The customer whose paper a job belongs to that is ordered now; 0: whoever's paper comes.
  [[nodiscard]] virtual std::uint64_t customer() const noexcept { return 0; }
  /// As print(), of a job that took time to make. Errors  busy as well when that customer's paper is over.
  virtual void print_for(std::uint64_t customer, std::vector<std::byte> job, Done done) {
    (void)customer;
    print(std::move(job), std::move(done));
  }
  /// Drops what nothing was sent of yet, also a job that waits: `done` gets rejected. A job that is being sent ends as
  /// unconfirmed, one whose fate is known keeps it.
  virtual void cancel() = 0;
  [[nodiscard]] virtual bool idle() const noexcept = 0;
};

/// Port 9100 and the like.
struct NetworkPrinter {
  std::string host = "127.0.0.1";
  std::uint16_t port = 9100;
};

/// A device file: /dev/usb/lp0 (no settings of the line) or a serial port; a FIFO is written to only.
struct DevicePrinter {
  std::string path;
  std::optional<SerialSettings> serial{};
};

struct LinePrinterOptions {
  std::variant<NetworkPrinter, DevicePrinter> where = NetworkPrinter{};
  /// From print() to `done`, waiting included; a serial line gets the time its bytes take on top.
  std::chrono::milliseconds total{2000};
  std::chrono::milliseconds status_answer{300};  ///< after that a printer counts as one that never answers
  bool in_order_status = true;                   ///< ask GS r 1 behind the job; false for boards that print it as text
  /// Status is asked in: ESC/POS as below; Star by ESC ACK SOH and the ETB counter; Bematech not at all.
  Dialect language = Dialect::escpos;
  bool auto_status = false;  ///< switch GS a on for the job and off behind it: only where nobody else prints
};

/// A receipt printer at the end of a line of its own. It serves one client at a time, so the line is opened for a job
/// and closed behind it: open, ask for status (DLE EOT 1, 2, 4), send, ask again, close. Automatic status blocks
/// (ASB) that come meanwhile are understood as well.
/// One job prints and one may wait; both must be done within `total`, so that a coupon is never handed to a later
/// customer; a third is refused with busy. Errors start with host:port or the device's path.
class LinePrinter final : public ReceiptPrinter {
 public:
  /// Borrows `io`, which outlives it. Opens nothing yet.
  LinePrinter(boost::asio::io_context& io, LinePrinterOptions options);
  /// As cancel(), but `done` of a cancelled job is not called any more.
  ~LinePrinter() override;
  LinePrinter(LinePrinter const&) = delete;
  LinePrinter& operator=(LinePrinter const&) = delete;

  void print(std::vector<std::byte> job, Done done) override;
  void cancel() override;
  [[nodiscard]] bool idle() const noexcept override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tillcue::pos
