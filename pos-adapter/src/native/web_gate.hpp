#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "native/wire.hpp"
#include "net/http_connection.hpp"
#include "net/listener.hpp"
#include "tillcue/pos/native_server.hpp"

namespace tillcue::pos {

/// Where a WebSocket to /pos begins: only under our own name, and from pages only of the origins allowed.
/// Threads  the io_context's.
class WebGate final : public HttpHost {
 public:
  static constexpr std::size_t kMostWaiting = 16;  ///< requests not yet answered; the oldest makes room

  /// Errors  invalid (address), io (in use).
  static Result<std::unique_ptr<WebGate>> open(boost::asio::io_context& io, NativeWebOptions options);
  explicit WebGate(NativeWebOptions options) : options_(std::move(options)) {}
  ~WebGate() override { stop(); }

  void start(std::function<void(std::unique_ptr<Wire>)> take);
  void stop();
  [[nodiscard]] std::uint16_t port() const noexcept { return listener_->port(); }

 private:
  HttpResponse respond(HttpRequest const& request) override;
  std::optional<HttpResponse> upgrade(TcpSocket& socket, HttpRequest& request) override;
  void gone(HttpConnection const& connection) override;
  [[nodiscard]] bool allowed(HttpRequest const& request) const;

  NativeWebOptions options_;
  std::shared_ptr<Listener> listener_;
  std::vector<std::shared_ptr<HttpConnection>> waiting_;
  std::function<void(std::unique_ptr<Wire>)> take_;
};

}  // namespace tillcue::pos
