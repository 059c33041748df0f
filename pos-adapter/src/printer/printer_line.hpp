#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include "tillcue/pos/receipt_printer.hpp"

namespace tillcue::pos {

/// The bytes to and from one printer: TCP, or a device file. Opened once, closed once.
/// Threads  the io_context's. A handler is never called inside the call it was given to, and after close() at most
///          with an error.
class PrinterLine {
 public:
  using Failure = boost::system::error_code;
  using Opened = std::function<void(Failure, std::string why)>;  ///< `why` is empty, or says more than the code
  using Moved = std::function<void(Failure, std::size_t)>;

  virtual ~PrinterLine() = default;

  virtual void open(Opened done) = 0;
  /// Some bytes; at least one. Borrows the buffer until then.
  virtual void read(std::span<std::byte> into, Moved done) = 0;
  /// All bytes. Borrows them until then.
  virtual void write(std::span<std::byte const> bytes, Moved done) = 0;
  /// Nothing more is written. `done` when what was written has left us; a peer that hangs up tells it to the reader.
  virtual void finish(std::function<void()> done) = 0;
  /// Drops what has not left yet.
  virtual void close() = 0;
};

/// Of a printer that takes over its bytes at once: what is still under way when it hangs up is not lost.
std::unique_ptr<PrinterLine> make_tcp_line(boost::asio::io_context& io, NetworkPrinter where);
std::unique_ptr<PrinterLine> make_device_line(boost::asio::io_context& io, DevicePrinter where);

}  // namespace tillcue::pos
