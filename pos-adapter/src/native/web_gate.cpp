#include "native/web_gate.hpp"

#include <algorithm>
#include <utility>

#include "net/loop.hpp"

namespace tillcue::pos {

namespace http = boost::beast::http;

Result<std::unique_ptr<WebGate>> WebGate::open(boost::asio::io_context& io, NativeWebOptions options) {
  auto listener = Listener::open(io, options.host, options.port);
  if (!listener) return tl::unexpected(listener.error());
  auto gate = std::make_unique<WebGate>(std::move(options));
  gate->listener_ = std::move(*listener);
  return gate;
}

void WebGate::start(std::function<void(std::unique_ptr<Wire>)> take) {
  take_ = std::move(take);
  listener_->start([this](Listener::Socket socket) {
    while (waiting_.size() >= kMostWaiting) {
      waiting_.front()->close();
      waiting_.erase(waiting_.begin());
    }
    waiting_.push_back(std::make_shared<HttpConnection>(std::move(socket), *this, HttpConnection::Limits{}));
    waiting_.back()->start();
  });
}

void WebGate::stop() {
  if (listener_) listener_->stop();
  for (auto const& one : std::exchange(waiting_, {})) one->close();
}

bool WebGate::allowed(HttpRequest const& request) const {
  auto const origin = origin_of(request);
  if (!host_is_ours(request, {options_.host}) || !origin) return false;
  // A program sends no origin; every page does.
  return origin->empty() ||
         std::find(options_.origins.begin(), options_.origins.end(), *origin) != options_.origins.end();
}

HttpResponse WebGate::respond(HttpRequest const& request) {
  if (request.target() != "/pos")
    return http_text(http::status::not_found, kPlainText, "tills open a WebSocket at /pos\n");
  if (!allowed(request)) {
    return http_text(http::status::forbidden, kPlainText, "this name or page may not: see pos.origins\n");
  }
  return http_text(http::status::upgrade_required, kPlainText, "open a WebSocket here\n");
}

std::optional<HttpResponse> WebGate::upgrade(TcpSocket& socket, HttpRequest& request) {
  if (request.target() != "/pos" || !allowed(request)) return respond(request);
  take_(make_web_wire(std::move(socket), std::move(request)));
  return {};
}

void WebGate::gone(HttpConnection const& connection) {
  std::erase_if(waiting_, [&](auto const& one) { return one.get() == &connection; });
}

}  // namespace tillcue::pos
