#include "tillcue/pos/screen_server.hpp"

#include <utility>

#include "net/listener.hpp"
#include "screen/http_session.hpp"
#include "screen/screen_json.hpp"
#include "tillcue/pos/screen_theme.hpp"

namespace tillcue::pos {

/// Shared, because a handler of the io_context may outlive the server's owner.
class ScreenServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(ScreenOptions options, ScreenHandlers handlers, std::shared_ptr<Listener> listener)
      : listener_(std::move(listener)) {
    hub.options = std::move(options);
    if (hub.options.theme.empty()) hub.options.theme = theme_css().value();
    hub.handlers = std::move(handlers);
  }

  void start() {
    listener_->start([weak = weak_from_this()](Listener::Socket socket) {
      if (auto const self = weak.lock()) self->take(std::move(socket));
    });
  }

  void stop() {
    stopped_ = true;
    listener_->stop();
    hub.close_all();
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return listener_->port(); }

  ScreenHub hub;

 private:
  void take(Listener::Socket socket) {
    if (stopped_) return;
    if (hub.open.size() >= hub.options.max_connections) {
      // Half-open requests must not keep a cashier's page out. Closed without a word: who was real comes back.
      ++hub.counters.refused_full;
      if (!hub.push_out()) return;
    }
    auto session = std::make_shared<HttpSession>(std::move(socket), hub);
    hub.add(session);
    session->start();
  }

  std::shared_ptr<Listener> listener_;
  bool stopped_ = false;
};

Result<std::unique_ptr<ScreenServer>> ScreenServer::listen(boost::asio::io_context& io, ScreenOptions options,
                                                           ScreenHandlers handlers) {
  auto listener = Listener::open(io, options.host, options.port);
  if (!listener) return tl::unexpected(listener.error().within("cashier screen"));
  auto impl = std::make_shared<Impl>(std::move(options), std::move(handlers), std::move(*listener));
  impl->start();
  return std::unique_ptr<ScreenServer>(new ScreenServer(std::move(impl)));
}

ScreenServer::ScreenServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
ScreenServer::~ScreenServer() { impl_->stop(); }
std::uint16_t ScreenServer::port() const noexcept { return impl_->port(); }
ScreenCounters const& ScreenServer::counters() const noexcept { return impl_->hub.counters; }

void ScreenServer::show(HintBoard const& board) {
  impl_->hub.board.set(screen_line(board));
  impl_->hub.refresh_all();
}

void ScreenServer::show(TerminalStatus const& status) {
  impl_->hub.status.set(screen_line(status, impl_->hub.options));
  impl_->hub.refresh_all();
}

void ScreenServer::stop() { impl_->stop(); }

}  // namespace tillcue::pos
