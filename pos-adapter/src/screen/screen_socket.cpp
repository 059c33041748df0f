#include "screen/screen_socket.hpp"

#include <deque>
#include <utility>

#include "net/loop.hpp"
#include "net/web_socket.hpp"

namespace tillcue::pos {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kMaxMessage = std::size_t{4} * 1024;
constexpr std::size_t kMaxReplies = 16;

/// One cashier screen. Threads  the io_context's.
class ScreenSocket : public ScreenConnection, public std::enable_shared_from_this<ScreenSocket> {
 public:
  ScreenSocket(TcpSocket socket, HttpRequest request, ScreenHub& hub)
      : socket_(std::move(socket), std::move(request),
                {kMaxMessage, hub.options.request_timeout, hub.options.socket_idle}),
        limit_(socket_.executor()),
        hub_(&hub) {}

  void start() {
    ++hub_->counters.screens;
    socket_.accept([self = shared_from_this()](error_code problem) {
      if (self->closed_) return;
      if (problem) return self->leave();
      self->accepted_ = true;
      self->read();
      self->refresh();
    });
  }

  [[nodiscard]] bool is_screen() const noexcept override { return true; }

  void close() override {
    closed_ = true;
    limit_.cancel();
    socket_.close();
  }

  void refresh() override {
    if (!accepted_ || writing_ || obeying_ || closed_ || !next()) return;
    writing_ = true;
    socket_.write(outgoing_, [self = shared_from_this()](error_code problem) {
      self->writing_ = false;
      if (self->closed_) return;
      if (problem) return self->leave();
      self->refresh();
    });
  }

 private:
  /// In pieces, because one that is begun must end in time: pings alone let a message drip for days.
  void read() {
    socket_.read_some([self = shared_from_this()](error_code problem) {
      if (self->closed_) return;
      if (problem) return self->leave();
      if (self->socket_.is_message_done()) {
        self->limit_.cancel();
        self->late_ = false;
        self->take();
        self->socket_.next_message();
      } else if (!std::exchange(self->late_, true)) {
        self->wait_for_rest();
      }
      if (!self->closed_) self->read();
    });
  }

  void wait_for_rest() {
    limit_.expires_after(hub_->options.request_timeout);
    limit_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled && self->late_) self->leave();
    });
  }

  void take() {
    auto const request = socket_.got_text() ? parse_request(socket_.message()) : not_text();
    obeying_ = true;  // the answer changes the board, and the reply is to be read before that
    auto const done = request ? obey(request->message) : Result<void>(tl::unexpected(request.error()));
    obeying_ = false;
    if (closed_) return;  // the handler stopped the server
    auto const id = request ? request->id : std::nullopt;
    if (replies_.size() == kMaxReplies) return leave();
    replies_.push_back(done ? encode_ok(id) : encode_error(id, done.error()));
    refresh();
  }

  static Result<Request> not_text() { return fail(Code::invalid, "a screen sends text messages"); }

  Result<void> obey(Message const& message) {
    auto const* answer = std::get_if<Answer>(&message);
    if (answer == nullptr) return fail(Code::unsupported, "a screen may send accept and decline");
    ++hub_->counters.answers;
    if (!hub_->handlers.answer) return fail(Code::rejected, "this terminal takes no answers from the screen");
    return hub_->handlers.answer(*answer);
  }

  /// What this screen has not seen yet goes to outgoing_: replies, then status and board in their newest state.
  bool next() {
    if (replies_.empty()) return newer(hub_->status, status_seen_) || newer(hub_->board, board_seen_);
    outgoing_ = std::move(replies_.front());
    replies_.pop_front();
    return true;
  }

  bool newer(Versioned const& state, std::uint64_t& seen) {
    if (state.version == seen) return false;
    seen = state.version;
    outgoing_ = state.line;
    return true;
  }

  void leave() {
    if (closed_) return;
    close();
    --hub_->counters.screens;
    hub_->remove(*this);
  }

  WebSocket socket_;
  Timer limit_;
  ScreenHub* hub_;
  std::string outgoing_;
  std::deque<std::string> replies_;
  std::uint64_t status_seen_ = 0;
  std::uint64_t board_seen_ = 0;
  bool late_ = false;  ///< a message is begun and not ended
  bool accepted_ = false;
  bool writing_ = false;
  bool obeying_ = false;
  bool closed_ = false;
};

}  // namespace

void open_screen_socket(TcpSocket socket, HttpRequest request, ScreenHub& hub) {
  auto screen = std::make_shared<ScreenSocket>(std::move(socket), std::move(request), hub);
  hub.add(screen);
  screen->start();
}

}  // namespace tillcue::pos
