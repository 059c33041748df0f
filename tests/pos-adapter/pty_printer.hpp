#pragma once

#include <array>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/write.hpp>
#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include "printer_script.hpp"

namespace tillcue::pos {

/// A printer at the other end of a serial line (a PTY), answering by a script.
class PtyPrinter : public PrinterScript {
 public:
  explicit PtyPrinter(boost::asio::io_context& io) : line_(io) {
    int master = -1;
    std::array<char, 128> name{};
    ::openpty(&master, &keep_, name.data(), nullptr, nullptr);
    path = name.data();
    ::fcntl(master, F_SETFL, O_NONBLOCK);
    line_.assign(master);
    answer = [this](std::string const& bytes) {
      boost::system::error_code ignored;
      boost::asio::write(line_, boost::asio::buffer(bytes), ignored);
    };
    hang_up = [this] {  // the cable is pulled
      boost::system::error_code ignored;
      line_.close(ignored);
      ::close(keep_);
      keep_ = -1;
    };
    read();
  }
  ~PtyPrinter() {
    if (keep_ >= 0) ::close(keep_);
  }
  PtyPrinter(PtyPrinter const&) = delete;
  PtyPrinter& operator=(PtyPrinter const&) = delete;

  void stop_reading() { reads_ = false; }
  [[nodiscard]] int port() const { return keep_; }

  std::string path;

 private:
  void read() {
    line_.async_read_some(boost::asio::buffer(buffer_), [this](boost::system::error_code failure, std::size_t n) {
      if (failure) return;
      take(std::span(buffer_).first(n));
      if (line_.is_open() && reads_) read();
    });
  }

  boost::asio::posix::stream_descriptor line_;
  std::array<std::byte, 4096> buffer_{};
  int keep_ = -1;  ///< our own hold on the port: the line stands while nobody prints
  bool reads_ = true;
};

}  // namespace tillcue::pos
