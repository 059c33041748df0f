#include "tillcue/pos/native_server.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>

#include "native/native_session.hpp"
#include "native/web_gate.hpp"
#include "net/listener.hpp"
#include "net/unix_listener.hpp"

namespace tillcue::pos {

/// Shared, because a handler of the io_context may outlive the server's owner.
class NativeServer::Impl : public NativeHost, public std::enable_shared_from_this<Impl> {
 public:
  Impl(NativeOptions options, SaleEvents& events, std::shared_ptr<Listener> listener)
      : options_(std::move(options)), events_(&events), listener_(std::move(listener)) {}

  /// Errors  as NativeServer::listen.
  Result<void> open_more(boost::asio::io_context& io) {
    if (!options_.unix_path.empty()) {
      auto unix = UnixListener::open(io, options_.unix_path);
      if (!unix) return tl::unexpected(unix.error());
      unix_ = std::move(*unix);
    }
    if (options_.web) {
      auto web = WebGate::open(io, *options_.web);
      if (!web) return tl::unexpected(web.error());
      web_ = std::move(*web);
    }
    return {};
  }

  void start() {
    auto const take = [weak = weak_from_this()](auto socket) {
      if (auto const self = weak.lock()) self->take(make_socket_wire(std::move(socket)));
    };
    listener_->start(take);
    if (unix_) unix_->start(take);
    if (web_) web_->start([this](std::unique_ptr<Wire> wire) { this->take(std::move(wire)); });
  }

  void stop() {
    stopped_ = true;
    listener_->stop();
    if (unix_) unix_->stop();
    if (web_) web_->stop();
    // A session closed here does not call gone(): the list is ours to empty.
    for (auto const& session : sessions_) session->close();
    sessions_.clear();
    deferred_.clear();
    counters_.connections = 0;
  }

  void push(SaleId const* sale, std::string line) {
    if (line.size() > kMaxTerminalLine + 1) return;  // no till would read it; "no hint" is always legal
    Push one{sale != nullptr ? std::optional(*sale) : std::nullopt, std::move(line)};
    if (dispatching_) {
      deferred_.push_back(std::move(one));
    } else {
      deliver(one);
    }
  }

  Result<void> dispatch(Message const& message) override {
    dispatching_ = true;
    auto result = events_->on(message);
    dispatching_ = false;
    return result;
  }

  void answered() override {
    auto const ready = std::exchange(deferred_, {});
    for (auto const& one : ready) deliver(one);
  }

  void gone(NativeSession& session) override {
    auto const same = [&](auto const& held) { return held.get() == &session; };
    sessions_.erase(std::remove_if(sessions_.begin(), sessions_.end(), same), sessions_.end());
    counters_.connections = sessions_.size();
    if (!dispatching_) answered();  // a till dropped between message and answer must not keep others waiting
  }

  [[nodiscard]] NativeOptions const& options() const noexcept override { return options_; }
  [[nodiscard]] NativeCounters& counters() noexcept override { return counters_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return listener_->port(); }
  [[nodiscard]] std::uint16_t web_port() const noexcept { return web_ ? web_->port() : std::uint16_t{0}; }
  [[nodiscard]] bool hints_are_shown() const noexcept {
    return std::any_of(sessions_.begin(), sessions_.end(), [](auto const& one) { return one->shows_hints(); });
  }

 private:
  struct Push {
    std::optional<SaleId> sale;  ///< unset: to everyone
    std::string line;
  };

  void take(std::unique_ptr<Wire> wire) {
    if (stopped_) return;
    if (sessions_.size() >= options_.max_connections && !make_room()) return refuse(std::move(wire));
    ++counters_.accepted;
    sessions_.push_back(std::make_shared<NativeSession>(std::move(wire), *this));
    counters_.connections = sessions_.size();
    sessions_.back()->start();
  }

  bool make_room() {
    auto leaves = std::find_if(sessions_.begin(), sessions_.end(), [](auto const& one) { return !one->greeted(); });
    if (leaves == sessions_.end()) {
      leaves = std::min_element(sessions_.begin(), sessions_.end(),
                                [](auto const& a, auto const& b) { return a->heard() < b->heard(); });
      if (std::chrono::steady_clock::now() - (*leaves)->heard() < options_.replaceable) return false;
    }
    ++counters_.dropped_idle;
    (*leaves)->close();
    sessions_.erase(leaves);
    return true;
  }

  void refuse(std::unique_ptr<Wire> wire) {
    ++counters_.refused_full;
    // Its last word goes out before it is let go.
    auto const held = std::make_shared<std::pair<std::unique_ptr<Wire>, std::string>>(std::move(wire), "");
    held->second = encode_error({}, Error{Code::busy, "all " + std::to_string(options_.max_connections) +
                                                          " connections are in use: close one and try again"});
    held->first->write(held->second, [held](boost::system::error_code) { held->first->shut_sending(); });
  }

  void deliver(Push const& one) {
    auto const reached = sessions_;  // a slow till leaves the list while we walk
    for (auto const& session : reached) {
      if (!session->greeted() || (one.sale && !session->knows(*one.sale))) continue;
      ++counters_.pushes;
      session->send(one.line);
    }
  }

  NativeOptions options_;
  SaleEvents* events_;
  std::shared_ptr<Listener> listener_;
  std::shared_ptr<UnixListener> unix_;
  std::unique_ptr<WebGate> web_;
  std::vector<std::shared_ptr<NativeSession>> sessions_;
  std::vector<Push> deferred_;
  NativeCounters counters_;
  bool dispatching_ = false;
  bool stopped_ = false;
};

Result<std::unique_ptr<NativeServer>> NativeServer::listen(boost::asio::io_context& io, NativeOptions options,
                                                           SaleEvents& events) {
  auto listener = Listener::open(io, options.host, options.port);
  if (!listener) return tl::unexpected(listener.error().within("native protocol"));
  auto impl = std::make_shared<Impl>(std::move(options), events, std::move(*listener));
  if (auto const more = impl->open_more(io); !more) {
    impl->stop();
    return tl::unexpected(more.error().within("native protocol"));
  }
  impl->start();
  return std::unique_ptr<NativeServer>(new NativeServer(std::move(impl)));
}

NativeServer::NativeServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
NativeServer::~NativeServer() { impl_->stop(); }
std::uint16_t NativeServer::port() const noexcept { return impl_->port(); }
std::uint16_t NativeServer::web_port() const noexcept { return impl_->web_port(); }
NativeCounters const& NativeServer::counters() const noexcept { return impl_->counters(); }
bool NativeServer::hints_are_shown() const noexcept { return impl_->hints_are_shown(); }
void NativeServer::push(HintBoard const& board) { impl_->push(&board.sale, encode(board)); }
void NativeServer::push(CouponNotice const& coupon) { impl_->push(&coupon.sale, encode(coupon)); }
void NativeServer::push(Notice const& notice) { impl_->push(nullptr, encode(notice)); }
void NativeServer::stop() { impl_->stop(); }

}  // namespace tillcue::pos
