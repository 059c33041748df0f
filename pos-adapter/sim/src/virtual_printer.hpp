#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "line_socket.hpp"
#include "tillcue/pos/escpos.hpp"
#include "tillcue/pos/printer_profile.hpp"

namespace tillcue::pos::sim {

/// How the printer misbehaves.
enum class PrinterFault : std::uint8_t {
  none,
  paper,   ///< out of paper: says so and prints nothing
  cover,   ///< cover open: says so and prints nothing
  silent,  ///< prints, but answers no status
  slow,    ///< takes 64 bytes every 50 ms
};

/// Errors  invalid, listing the names there are.
Result<PrinterFault> parse_fault(std::string_view name);

/// An ESC/POS printer behind TCP for trying things out: one client at a time, as a real one; answers status requests;
/// hands each job on.
/// Threads  run() on one; everything else before it.
class VirtualPrinter {
 public:
  using OnJob = std::function<void(std::vector<std::byte> const& job)>;
  static constexpr std::size_t kMaxJob = std::size_t{8} << 20U;

  /// Listens at once; port 0 takes any free one.  Errors  io (address in use, not permitted), naming the address.
  static Result<VirtualPrinter> listen(Address const& address, PrinterFault fault, OnJob on_job);
  VirtualPrinter(VirtualPrinter&& other) noexcept;
  VirtualPrinter& operator=(VirtualPrinter&&) = delete;
  ~VirtualPrinter();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Serves until `stop` (a file descriptor) is readable. A client that says nothing for 10 s is dropped.
  void run(int stop);

 private:
  VirtualPrinter(int listener, std::uint16_t port, PrinterFault fault, OnJob on_job)
      : listener_(listener), port_(port), fault_(fault), on_job_(std::move(on_job)) {}
  /// False when it was told to stop.
  bool serve(int client, int stop);
  void take(Token const& token, int client);
  void answer(int client, std::uint8_t byte) const;
  [[nodiscard]] bool prints() const noexcept { return fault_ != PrinterFault::paper && fault_ != PrinterFault::cover; }

  int listener_ = -1;
  std::uint16_t port_ = 0;
  PrinterFault fault_ = PrinterFault::none;
  OnJob on_job_;
  std::vector<std::byte> job_;
  bool printable_ = false;  ///< the job holds more than status requests
};

}  // namespace tillcue::pos::sim
