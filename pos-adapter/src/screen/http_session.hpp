#pragma once

#include <memory>
#include <optional>

#include "net/http_connection.hpp"
#include "screen/screen_hub.hpp"

namespace tillcue::pos {

/// One HTTP connection of the screen server, until it becomes a WebSocket, is silent or misbehaves.
/// Threads  the io_context's.
class HttpSession final : public ScreenConnection, public HttpHost {
 public:
  HttpSession(TcpSocket socket, ScreenHub& hub);
  ~HttpSession() override { close(); }

  void start() { connection_->start(); }
  void close() override { connection_->close(); }

 private:
  HttpResponse respond(HttpRequest const& request) override;
  std::optional<HttpResponse> upgrade(TcpSocket& socket, HttpRequest& request) override;
  HttpResponse unreadable(boost::beast::http::status status, std::string why) override;
  void gone(HttpConnection const& connection) override;

  ScreenHub* hub_;
  std::shared_ptr<HttpConnection> connection_;
};

}  // namespace tillcue::pos
