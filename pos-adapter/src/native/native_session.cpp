#include "native/native_session.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/error.hpp>

namespace tillcue::pos {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kSalesRemembered = 32;
constexpr std::size_t kMaxDrain = std::size_t{1024} * 1024;
constexpr std::chrono::seconds kDrainTime{2};

Result<void> spoken_version(Hello const& hello) {
  if (hello.protocol == kProtocolVersion) return {};
  return fail(Code::unsupported,
              "protocol version " + std::to_string(hello.protocol) +
                  " is not spoken here: say hello with \"protocol\":" + std::to_string(kProtocolVersion));
}

}  // namespace

NativeSession::NativeSession(std::unique_ptr<Wire> wire, NativeHost& host)
    : wire_(std::move(wire)), host_(&host), silence_(wire_->executor()), heard_(Clock::now()) {}

void NativeSession::start() {
  watch();
  read();
}

bool NativeSession::knows(SaleId const& sale) const noexcept {
  return std::find(sales_.begin(), sales_.end(), sale) != sales_.end();
}

void NativeSession::read() {
  wire_->read([self = shared_from_this()](error_code problem, std::string_view bytes) {
    if (self->phase_ == Phase::closed) return;
    if (problem == asio::error::eof) {
      self->at_end_ = true;
      // A till may close its side behind its last line; the answers still go out.
      return self->written();
    }
    if (problem) return self->leave();
    self->heard_ = Clock::now();
    self->take(bytes);
    if (self->phase_ != Phase::closed) self->read();
  });
}

void NativeSession::take(std::string_view bytes) {
  if (phase_ == Phase::draining) {
    drained_ += bytes.size();
    if (drained_ > kMaxDrain) leave();
    return;
  }
  lines_.append(bytes);
  std::string_view line;
  while (phase_ == Phase::open) {
    auto const next = lines_.next(line);
    if (next == LineSplitter::Next::more) return;
    if (next == LineSplitter::Next::oversized) return refuse_oversized();
    if (!line.empty()) obey(line);
  }
}

void NativeSession::obey(std::string_view line) {
  auto const request = parse_request(line);
  auto const done = request ? answer(request->message) : Result<void>(tl::unexpected(request.error()));
  auto const id = request ? request->id : id_of(line);
  if (phase_ != Phase::open) return;
  if (done) {
    ++host_->counters().answered_ok;
    note(request->message);
    send(encode_ok(id));
  } else {
    ++host_->counters().answered_error;
    send(encode_error(id, done.error()));
    // A browser's request is header lines first: whoever cannot say hello must not have its later lines obeyed.
    if (!request && !greeted_) {
      ++host_->counters().dropped_unreadable;
      drain();
    }
  }
  if (phase_ == Phase::open) host_->answered();
}

Result<void> NativeSession::answer(Message const& message) {
  if (auto const* hello = std::get_if<Hello>(&message)) {
    if (auto known = spoken_version(*hello); !known) return known;
  } else if (!greeted_ && !std::holds_alternative<Ping>(message)) {
    return fail(Code::rejected, "say hello first: {\"type\":\"hello\",\"protocol\":1,\"till\":\"...\"}");
  }
  return host_->dispatch(message);
}

void NativeSession::note(Message const& message) {
  if (auto const* hello = std::get_if<Hello>(&message)) {
    greeted_ = true;
    shows_hints_ = hello->hints;
  }
  auto const* sale = sale_of(message);
  if (sale == nullptr || knows(*sale)) return;
  sales_.push_back(*sale);
  if (sales_.size() > kSalesRemembered) sales_.pop_front();
}

void NativeSession::refuse_oversized() {
  ++host_->counters().dropped_oversized;
  ++host_->counters().answered_error;
  send(encode_error({}, Error{Code::invalid, "line has more than " + std::to_string(kMaxRequestLine) +
                                                 " bytes: the connection ends here, send shorter lines"}));
  drain();
}

/// After the last word: reads the rest away for a moment, since closing on unread bytes would reset the line and lose
/// the error.
void NativeSession::drain() {
  if (phase_ != Phase::open) return;
  phase_ = Phase::draining;
  silence_.expires_after(kDrainTime);
  watch();
  written();
}

void NativeSession::send(std::string_view line) {
  if (phase_ != Phase::open) return;
  if (queued_.size() + writing_.size() + line.size() > host_->options().max_queue_bytes) {
    ++host_->counters().dropped_slow;
    return leave();
  }
  queued_ += line;
  if (writing_.empty()) write();
}

void NativeSession::write() {
  writing_.swap(queued_);
  wire_->write(writing_, [self = shared_from_this()](error_code problem) {
    if (self->phase_ == Phase::closed) return;
    self->writing_.clear();
    if (problem) return self->leave();
    self->written();
  });
}

void NativeSession::written() {
  if (!writing_.empty()) return;
  if (!queued_.empty()) return write();
  if (at_end_) return leave();
  if (phase_ == Phase::draining) wire_->shut_sending();
}

void NativeSession::watch() {
  if (phase_ == Phase::open) silence_.expires_at(heard_ + host_->options().idle);
  silence_.async_wait([self = shared_from_this()](error_code problem) {
    if (problem || self->phase_ == Phase::closed) return;
    if (self->phase_ == Phase::draining) return self->leave();
    if (Clock::now() < self->heard_ + self->host_->options().idle) return self->watch();
    ++self->host_->counters().dropped_idle;
    self->leave();
  });
}

void NativeSession::leave() {
  if (phase_ == Phase::closed) return;
  close();
  host_->gone(*this);
}

void NativeSession::close() {
  phase_ = Phase::closed;
  wire_->close();
  silence_.cancel();
}

}  // namespace tillcue::pos
