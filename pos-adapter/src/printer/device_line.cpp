#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#include "line/serial_port.hpp"
#include "net/loop.hpp"
#include "printer_line.hpp"

namespace tillcue::pos {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kLook = 10ms;  ///< how often a serial port's queue is looked at

class DeviceLine final : public PrinterLine {
 public:
  DeviceLine(asio::io_context& io, DevicePrinter where) : io_(io), where_(std::move(where)), port_(io), timer_(io) {}

  void open(Opened done) override {
    auto port = open_device(where_.path, where_.serial);
    Failure failure;
    std::string why;
    if (port) {
      port_.assign(*port, failure);
    } else {
      failure = asio::error::not_found;
      why = port.error().what.substr(where_.path.size() + 2);  // the session names the path itself
    }
    struct stat what {};
    fifo_ = port && ::fstat(*port, &what) == 0 && S_ISFIFO(what.st_mode);
    asio::post(io_, [done = std::move(done), failure, why = std::move(why)] { done(failure, why); });
  }
  void read(std::span<std::byte> into, Moved done) override {
    if (fifo_) return;  // says nothing, ever
    port_.async_read_some(asio::buffer(into.data(), into.size()), std::move(done));
  }
  void write(std::span<std::byte const> bytes, Moved done) override {
    asio::async_write(port_, asio::buffer(bytes.data(), bytes.size()), std::move(done));
  }
  /// A USB printer has its bytes when it takes more; a serial port's are on the wire when its queue is empty.
  void finish(std::function<void()> done) override {
    port_.async_wait(FileStream::wait_write, [this, done = std::move(done)](Failure) { wait_for_queue(done); });
  }
  /// Closing a port with a full queue would wait for it, and print the rest for whoever is next.
  void close() override {
    if (queued() > 0) ::tcflush(port_.native_handle(), TCOFLUSH);
    Failure ignored;
    port_.close(ignored);
    timer_.cancel();
  }

 private:
  [[nodiscard]] int queued() {
    int bytes = 0;
    if (!port_.is_open() || ::ioctl(port_.native_handle(), TIOCOUTQ, &bytes) != 0) return 0;
    return bytes;
  }
  void wait_for_queue(std::function<void()> const& done) {
    if (queued() == 0) return done();
    timer_.expires_after(kLook);
    timer_.async_wait([this, done](Failure failure) {
      if (!failure) wait_for_queue(done);
    });
  }

  asio::io_context& io_;
  DevicePrinter where_;
  FileStream port_;
  Timer timer_;
  bool fifo_ = false;
};

}  // namespace

std::unique_ptr<PrinterLine> make_device_line(asio::io_context& io, DevicePrinter where) {
  return std::make_unique<DeviceLine>(io, std::move(where));
}

}  // namespace tillcue::pos
