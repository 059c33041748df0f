#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tillcue/core/result.hpp"
#include "tillcue/pos/serial_settings.hpp"

// Byte-stream lines of the counter: what a POS writes to and what a printer or display hangs on. Both sides use them,
// the print proxy and the printer transports: a line is a non-blocking descriptor, so poll(2) and Asio's
// posix::stream_descriptor (through release()) serve it alike.
namespace tillcue::pos {

/// A file descriptor that is closed once.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~Descriptor() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

enum class LineKind : std::uint8_t { tcp, device, fifo, pty, serial };

/// Where a line is: "tcp:HOST:PORT", "device:/dev/usb/lp0", "fifo:PATH", "pty:PATH" (a terminal is made and PATH
/// becomes a link to it), "serial:/dev/ttyUSB0,9600,none|rts_cts|xon_xoff".
struct LineAddress {
  LineKind kind = LineKind::tcp;
  std::string host{};  ///< tcp; an address or a name
  std::uint16_t port = 0;
  std::string path{};
  SerialSettings serial{};

  [[nodiscard]] std::string text() const;
};

/// Errors  invalid: what is wrong, with the forms there are.
Result<LineAddress> parse_line_address(std::string_view text);

/// Opens a device, terminal or serial port for both directions, raw and non-blocking. A FIFO is made when it is not
/// there, is read from only and keeps no writer waiting; a pty's link replaces a link of that name only.
/// Errors  io (with path and reason), invalid (a TCP address: use listen_on or connect_to).
Result<Descriptor> open_line(LineAddress const& where);
/// Errors  io, invalid (the host must be an address).
Result<Descriptor> listen_on(LineAddress const& where);
/// Starts connecting: writable once connected, then ask connect_result(). Resolves names, which may wait for DNS.
/// Errors  io.
Result<Descriptor> connect_to(LineAddress const& where);
/// Errors  io: why connecting failed.
Result<void> connect_result(Descriptor const& line);

/// Bytes read, 0 when nothing is there now.
/// Errors  io: the line is gone (end of file included, its text is "closed").
Result<std::size_t> read_some(Descriptor const& line, std::span<std::byte> into);
/// Bytes written, 0 when nothing fits now.
/// Errors  io.
Result<std::size_t> write_some(Descriptor const& line, std::span<std::byte const> bytes);

}  // namespace tillcue::pos
