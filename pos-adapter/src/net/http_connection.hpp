#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/loop.hpp"

namespace tillcue::pos {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;
using HttpResponse = boost::beast::http::response<boost::beast::http::string_body>;

/// Who answers the requests of its connections.
class HttpHost {
 public:
  virtual ~HttpHost() = default;
  virtual HttpResponse respond(HttpRequest const& request) = 0;
  /// A request to become a WebSocket: takes the socket over, or leaves it and says why not.
  virtual std::optional<HttpResponse> upgrade(TcpSocket& socket, HttpRequest& request) = 0;
  /// What came is no request; the connection ends behind the answer.
  virtual HttpResponse unreadable(boost::beast::http::status status, std::string why);
  /// The last call for this connection: the host may go.
  virtual void gone(class HttpConnection const& connection) = 0;
};

/// One HTTP connection: requests one after another until it is silent, misbehaves or is taken over. A request must be
/// there, whole, within the time allowed.
/// Threads  the io_context's.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  struct Limits {
    std::uint64_t body = 1024;
    std::chrono::milliseconds time{10'000};
  };

  HttpConnection(TcpSocket socket, HttpHost& host, Limits limits)
      : socket_(std::move(socket)), limit_(socket_.get_executor()), host_(&host), limits_(limits) {}

  void start() { read(); }
  /// Ends at once and never calls the host again.
  void close();

 private:
  void read();
  void received(boost::system::error_code problem);
  void write(HttpResponse const& response);
  void linger();
  void leave();
  /// From now on, what is done must be done within the time allowed.
  void limit();

  TcpSocket socket_;
  Timer limit_;
  HttpHost* host_;
  Limits limits_;
  boost::beast::flat_buffer buffer_{std::size_t{32} * 1024};
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::string outgoing_;
  std::size_t drained_ = 0;
  bool closed_ = false;
};

inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

/// An answer with a text; the connection ends behind it when it is no success.
[[nodiscard]] HttpResponse http_text(boost::beast::http::status status, std::string_view type, std::string body);

/// True when the Host header is this machine's loopback or one of `extra`.
[[nodiscard]] bool host_is_ours(HttpRequest const& request, std::vector<std::string> const& extra);

/// The Origin header, empty without one; none when there are several.
[[nodiscard]] std::optional<std::string> origin_of(HttpRequest const& request);

}  // namespace tillcue::pos
