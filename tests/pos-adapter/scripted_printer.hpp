#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "tillcue/pos/escpos.hpp"

namespace tillcue::pos {

/// A printer on the test's own io_context that answers by a script. One client at a time, as a real one.
class ScriptedPrinter {
 public:
  using tcp = boost::asio::ip::tcp;

  explicit ScriptedPrinter(boost::asio::io_context& io)
      : acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}), socket_(io) {
    accept();
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  /// Answers to DLE EOT n; a missing n is not answered.
  std::map<unsigned, std::uint8_t> real_time{{1, 0x16}, {2, 0x12}, {4, 0x12}};
  std::optional<std::uint8_t> in_order = 0x00;  ///< answer to GS r 1
  std::string behind_status;                    ///< sent in one packet with the answer to DLE EOT 4
  std::string greeting;                         ///< sent on connect
  bool reads = true;
  bool hangs_up_at_job = false;
  std::function<void(ScriptedPrinter&)> at_job;  ///< when the first byte of a job is there

  std::string job;  ///< all that came, without status questions
  unsigned clients = 0;

 private:
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code failure, tcp::socket socket) {
      if (failure) return;
      ++clients;
      socket_ = std::move(socket);
      tokenizer_ = {};
      if (!greeting.empty()) answer(greeting);
      if (reads) read();
    });
  }

  void read() {
    socket_.async_read_some(boost::asio::buffer(buffer_), [this](boost::system::error_code failure, std::size_t n) {
      auto const sink = [this](Token const& token) { take(token); };
      if (failure) {
        tokenizer_.finish(sink);
        boost::system::error_code ignored;
        socket_.close(ignored);
        return accept();
      }
      tokenizer_.feed(std::span(buffer_).first(n), sink);
      if (socket_.is_open()) read();
    });
  }

  void take(Token const& token) {
    if (token.is('\x10', '\x04')) {
      auto const found = real_time.find(token.byte(2));
      if (found == real_time.end()) return;
      answer(static_cast<char>(found->second) + (token.byte(2) == 4 ? behind_status : std::string()));
      return;
    }
    if (token.is('\x1D', 'r')) {
      if (in_order) answer({static_cast<char>(*in_order)});
      return;
    }
    if (job.empty() && at_job) at_job(*this);
    job.append(reinterpret_cast<char const*>(token.bytes.data()), token.bytes.size());
    if (hangs_up_at_job) {
      boost::system::error_code ignored;
      socket_.close(ignored);
    }
  }

  void answer(std::string const& bytes) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
  }

  tcp::acceptor acceptor_;
  tcp::socket socket_;
  Tokenizer tokenizer_;
  std::array<std::byte, 4096> buffer_{};
};

}  // namespace tillcue::pos
