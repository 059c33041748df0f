#include "tillcue/pos/native_server.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>

#include "native/native_session.hpp"
#include "net/listener.hpp"

namespace tillcue::pos {

/// Shared, because a handler of the io_context may outlive the server's owner.
class NativeServer::Impl : public NativeHost, public std::enable_shared_from_this<Impl> {
 public:
  Impl(NativeOptions options, SaleEvents& events, std::shared_ptr<Listener> listener)
      : options_(std::move(options)), events_(&events), listener_(std::move(listener)) {}

  void start() {
    listener_->start([weak = weak_from_this()](Listener::Socket socket) {
      if (auto const self = weak.lock()) self->take(std::move(socket));
    });
  }

  void stop() {
    stopped_ = true;
    listener_->stop();
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
  [[nodiscard]] bool hints_are_shown() const noexcept {
    return std::any_of(sessions_.begin(), sessions_.end(), [](auto const& one) { return one->shows_hints(); });
  }

 private:
  struct Push {
    std::optional<SaleId> sale;  ///< unset: to everyone
    std::string line;
  };

  void take(Listener::Socket socket) {
    if (stopped_) return;
    if (sessions_.size() >= options_.max_connections) return refuse(std::move(socket));
    ++counters_.accepted;
    sessions_.push_back(std::make_shared<NativeSession>(std::move(socket), *this));
    counters_.connections = sessions_.size();
    sessions_.back()->start();
  }

  void refuse(Listener::Socket socket) {
    ++counters_.refused_full;
    auto const line = encode_error({}, Error{Code::busy, "all " + std::to_string(options_.max_connections) +
                                                             " connections are in use: close one and try again"});
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(boost::asio::buffer(line), ignored);
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
  impl->start();
  return std::unique_ptr<NativeServer>(new NativeServer(std::move(impl)));
}

NativeServer::NativeServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
NativeServer::~NativeServer() { impl_->stop(); }
std::uint16_t NativeServer::port() const noexcept { return impl_->port(); }
NativeCounters const& NativeServer::counters() const noexcept { return impl_->counters(); }
bool NativeServer::hints_are_shown() const noexcept { return impl_->hints_are_shown(); }
void NativeServer::push(HintBoard const& board) { impl_->push(&board.sale, encode(board)); }
void NativeServer::push(CouponNotice const& coupon) { impl_->push(&coupon.sale, encode(coupon)); }
void NativeServer::push(Notice const& notice) { impl_->push(nullptr, encode(notice)); }
void NativeServer::stop() { impl_->stop(); }

}  // namespace tillcue::pos
