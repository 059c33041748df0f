#pragma once

#include <array>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "printer_script.hpp"

namespace tillcue::pos {

/// A network printer on the test's own io_context that answers by a script. One client at a time, as a real one.
class ScriptedPrinter : public PrinterScript {
 public:
  using tcp = boost::asio::ip::tcp;

  explicit ScriptedPrinter(boost::asio::io_context& io)
      : acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}), socket_(io) {
    answer = [this](std::string const& bytes) {
      boost::system::error_code ignored;
      boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
    };
    hang_up = [this] {
      boost::system::error_code ignored;
      socket_.close(ignored);
    };
    accept();
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  std::string greeting;  ///< sent on connect
  bool reads = true;
  unsigned clients = 0;

 private:
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code failure, tcp::socket socket) {
      if (failure) return;
      ++clients;
      socket_ = std::move(socket);
      line_began();
      if (!greeting.empty()) answer(greeting);
      if (reads) read();
    });
  }

  void read() {
    socket_.async_read_some(boost::asio::buffer(buffer_), [this](boost::system::error_code failure, std::size_t n) {
      if (failure) {
        line_ended();
        hang_up();
        return accept();
      }
      take(std::span(buffer_).first(n));
      if (socket_.is_open()) read();
    });
  }

  tcp::acceptor acceptor_;
  tcp::socket socket_;
  std::array<std::byte, 4096> buffer_{};
};

}  // namespace tillcue::pos
