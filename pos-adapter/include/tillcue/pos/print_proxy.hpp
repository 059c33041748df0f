#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tillcue/pos/printer_profile.hpp"
#include "tillcue/pos/receipt.hpp"
#include "tillcue/pos/receipt_printer.hpp"

namespace boost::asio {
class io_context;
}

namespace tillcue::pos {

struct PrintProxyOptions {
  std::string tap;  ///< socket of a running tillcue-bypass
  PrinterProfile profile{};
  ReceiptLayout layout{};
  /// The line must have been quiet for so long behind a cut (and a drawer kick) before the slip is printed.
  std::chrono::milliseconds quiet{100};
  /// How long a slip that was ordered without its receipt waits for one (a till that also speaks itself).
  std::chrono::milliseconds wait_for_receipt{5000};
  /// How long the bypass may take to say what became of a slip; the next one waits for that.
  std::chrono::milliseconds fate{4000};
  /// Slips may be ordered a little after the receipt was told: its line is kept for them.
  bool late_orders = false;
  /// Slips come before the cut, on the same paper; the bypass must hold it (--same-paper).
  bool same_paper = false;
};

struct PrintProxyHandlers {
  /// A slip of the POS was read; called when the line is quiet behind it. A print() inside this call is printed at
  /// once. What was printed while nobody listened is told as soon as it is read, each slip once, as `late`.
  std::function<void(Receipt const&)> slip;
  /// Bytes for a customer display behind the printer (ESC = 2), or all bytes where the line is a display's.
  std::function<void(std::span<std::byte const>)> display{};
  /// Every slip that ended, whatever it is: as it was laid out, its bytes without pictures, and as the layout in use
  /// read it.
  std::function<void(std::vector<std::string> const& lines, std::span<std::byte const> bytes, Receipt const&)> lines{};
  /// What an automatic status of the printer says; an empty trouble: it is well.
  std::function<void(std::string const& trouble, bool paper_near_end)> status{};
  std::function<void(bool connected)> connected{};
  std::function<void(std::string const& what)> trouble{};
};

/// Counted since start.
struct PrintProxyCounters {
  std::uint64_t connects = 0, bytes = 0, slips = 0, sales = 0, copies = 0, late = 0, printed = 0, refused = 0;
};

/// The daemon's end of the print proxy: listens to what a POS prints, over the tap of tillcue-bypass, and puts slips
/// behind its receipts. Connects again whenever the bypass comes back.
/// As a ReceiptPrinter: a job is printed behind the receipt that just came, else behind the next one; two may wait. One
/// of a customer() is printed behind that receipt (and what else it got: a copy, a card slip) or not at all.
/// Its `print` errors are busy (the POS went on printing, the next receipt came, paper out, ...), timeout (no receipt
/// came), io (no bypass). Threads  the io_context's.
class PrintProxy final : public ReceiptPrinter {
 public:
  /// Borrows `io`. Connects at once, in the background.
  PrintProxy(boost::asio::io_context& io, PrintProxyOptions options, PrintProxyHandlers handlers);
  ~PrintProxy() override;
  PrintProxy(PrintProxy const&) = delete;
  PrintProxy& operator=(PrintProxy const&) = delete;

  void print(std::vector<std::byte> job, Done done) override;
  [[nodiscard]] std::uint64_t customer() const noexcept override;
  void print_for(std::uint64_t customer, std::vector<std::byte> job, Done done) override;
  void cancel() override;
  [[nodiscard]] bool idle() const noexcept override;

  /// Reads receipts by this layout from now on.
  void use(ReceiptLayout layout);
  [[nodiscard]] bool connected() const noexcept;
  [[nodiscard]] PrintProxyCounters const& counters() const noexcept;
  /// Hangs up; nothing is called afterwards.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace tillcue::pos
