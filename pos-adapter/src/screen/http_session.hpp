#pragma once

#include <memory>
#include <optional>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "screen/screen_hub.hpp"
#include "screen/screen_response.hpp"

namespace tillcue::pos {

/// One HTTP connection: requests one after another, until it becomes a WebSocket, is silent or misbehaves.
/// Threads  the io_context's.
class HttpSession : public ScreenConnection, public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(boost::asio::ip::tcp::socket socket, ScreenHub& hub) : stream_(std::move(socket)), hub_(&hub) {}

  void start() { read(); }
  void close() override;

 private:
  void read();
  void received(boost::system::error_code problem);
  void upgrade(ScreenRequest request);
  void write(ScreenResponse response);
  void linger();
  void leave();

  boost::beast::tcp_stream stream_;
  ScreenHub* hub_;
  boost::beast::flat_buffer buffer_{std::size_t{32} * 1024};
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  ScreenResponse response_;
  std::size_t drained_ = 0;
  bool closed_ = false;
};

}  // namespace tillcue::pos
