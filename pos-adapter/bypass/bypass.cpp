#include "bypass.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace tillcue::pos {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostForPrinter = std::size_t{64} * 1024;
constexpr std::size_t kMostForPos = std::size_t{16} * 1024;
constexpr std::chrono::milliseconds kConnect = 3s, kReopen = 250ms, kFarewell = 3s, kHandOver = 300ms, kIdleLine = 5s,
                                    kQuiet = 1s;

std::array<std::byte, 16 * 1024> block;  // one loop in a process reads into it

}  // namespace

void ByteQueue::drop(std::size_t count) {
  head_ += count;
  if (head_ == bytes_.size()) return clear();
  if (head_ > 64 * 1024) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void ByteQueue::clear() {
  bytes_.clear();
  head_ = 0;
}

/// The instance only has to differ from that of the bypass before.
Bypass::Bypass(BypassOptions options, Say say)
    : options_(std::move(options)),
      say_(std::move(say)),
      backlog_(options_.language),
      instance_(static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count()) | 1U),
      tokens_(options_.language),
      state_(options_.language) {
  if (options_.language != Dialect::escpos) options_.ask_status = false;  // its questions would be printed
}

Result<Bypass> Bypass::open(BypassOptions options, Say say) {
  Bypass bypass(std::move(options), std::move(say));
  if (auto const lines = bypass.open_lines(); !lines) return tl::unexpected(lines.error());
  if (auto const tap = bypass.open_tap(); !tap) return tl::unexpected(tap.error());
  return bypass;
}

Result<void> Bypass::open_lines() {
  if (options_.listener) {
    listener_ = std::move(options_.listener);
  } else {
    auto line = options_.pos.kind == LineKind::tcp ? listen_on(options_.pos) : open_line(options_.pos);
    if (!line) return tl::unexpected(line.error());
    (options_.pos.kind == LineKind::tcp ? listener_ : pos_) = std::move(*line);
  }
  if (options_.printer.kind != LineKind::tcp) reach_printer();
  return {};
}

/// A socket of a bypass that was killed is taken away; one that answers is somebody else's.
Result<void> Bypass::open_tap() {
  if (options_.tap.empty()) return {};
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (options_.tap.size() >= sizeof where.sun_path) {
    return fail(Code::invalid, options_.tap + ": longer than a socket's path may be (107 bytes)");
  }
  std::memcpy(where.sun_path, options_.tap.c_str(), options_.tap.size() + 1);
  void* const raw = &where;
  auto* const address = static_cast<sockaddr*>(raw);
  struct stat found {};
  if (::lstat(options_.tap.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode)) return fail(Code::invalid, options_.tap + ": is there already and is no socket");
    Descriptor const probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), address, sizeof where) == 0) {
      return fail(Code::busy, options_.tap + ": another bypass serves it");
    }
    ::unlink(options_.tap.c_str());
  }
  tap_listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  auto const mask = ::umask(0117);  // owner and group: whoever may connect may print
  bool const bound = ::bind(tap_listener_.get(), address, sizeof where) == 0;
  ::umask(mask);
  if (!bound || ::listen(tap_listener_.get(), 2) != 0) {
    return fail(Code::io, options_.tap + ": " + std::strerror(errno));
  }
  return {};
}

std::uint16_t Bypass::port() const {
  sockaddr_storage where{};
  socklen_t size = sizeof where;
  void* const raw = &where;
  if (!listener_ || ::getsockname(listener_.get(), static_cast<sockaddr*>(raw), &size) != 0) return 0;
  return ntohs(where.ss_family == AF_INET6 ? static_cast<sockaddr_in6*>(raw)->sin6_port
                                           : static_cast<sockaddr_in*>(raw)->sin_port);
}

bool Bypass::reads_pos() const {
  return pos_ && !pos_done_ && to_printer_.size() < kMostForPrinter && held_.size() < kMostForPrinter;
}

/// One POS at a time, as a printer; the next may come while the last one's line is only kept for a slip.
bool Bypass::takes_clients() const {
  if (!listener_) return false;
  if (closing_) return Clock::now() - closing_since_ >= kHandOver;
  return !pos_ || (pos_done_ && to_printer_.empty());
}

/// Of a network printer, which others may want: no POS that ends jobs holds it, and nothing is under way.
bool Bypass::line_is_idle() const {
  bool const held = listener_ && pos_;
  return printer_ready() && options_.printer.kind == LineKind::tcp && !closing_ && !held && to_printer_.empty() &&
         !slip_;
}

void Bypass::run(int stop) {
  bool stopping = false;
  while (!stopping) {
    auto const wait = std::chrono::ceil<std::chrono::milliseconds>(next_due() - Clock::now());
    turn(static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, 60'000)), stop, stopping);
    tick();
  }
  release_cut();
  auto const deadline = Clock::now() + 1s;
  while (!to_printer_.empty() && printer_ready() && Clock::now() < deadline) {
    pollfd line{printer_.get(), POLLOUT, 0};
    if (::poll(&line, 1, 100) > 0) write_printer();
  }
  if (!options_.tap.empty()) ::unlink(options_.tap.c_str());
}

void Bypass::turn(int timeout_ms, int stop, bool& stopping) {
  enum : std::size_t { kStop, kListener, kPos, kPrinter, kParting, kTapListener, kTap, kCount };
  auto const events = [](bool in, bool out) { return static_cast<short>((in ? POLLIN : 0) | (out ? POLLOUT : 0)); };
  bool const reading = printer_reads_ && to_pos_.size() < kMostForPos && Clock::now() >= quiet_reads_until_;
  std::array<pollfd, kCount> lines{};
  lines[kStop] = {stop, POLLIN, 0};
  lines[kListener] = {takes_clients() ? listener_.get() : -1, POLLIN, 0};
  lines[kPos] = {pos_.get(), events(reads_pos(), !to_pos_.empty()), 0};
  if (!reads_pos() && !pos_done_ && to_pos_.empty()) lines[kPos].fd = -1;  // it waits, and a hang-up can too
  lines[kPrinter] = {printer_.get(), events(!connecting_ && reading, connecting_ || !to_printer_.empty()), 0};
  if (lines[kPrinter].events == 0) lines[kPrinter].fd = -1;
  lines[kParting] = {parting_.get(), POLLIN, 0};
  lines[kTapListener] = {tap_listener_.get(), POLLIN, 0};
  lines[kTap] = {tap_.get(), events(true, !to_tap_.empty()), 0};
  if (::poll(lines.data(), lines.size(), timeout_ms) <= 0) return;
  auto const came = [&](std::size_t which, int what) {
    return lines[which].fd >= 0 && (lines[which].revents & what) != 0;
  };
  constexpr int kIn = POLLIN | POLLHUP | POLLERR, kGone = POLLHUP | POLLERR | POLLNVAL;
  if (came(kPos, kIn) && reads_pos()) read_pos();
  if (came(kPos, POLLOUT)) write_pos();
  if (came(kPos, kGone) && pos_done_) pos_.reset();
  if (came(kPrinter, POLLOUT | POLLERR) && connecting_) printer_connected();
  if (came(kPrinter, POLLOUT) && printer_ready()) write_printer();
  if (came(kPrinter, kIn) && printer_ready()) read_printer();
  if (came(kParting, kIn) && !read_some(parting_, block)) parting_.reset();
  if (came(kListener, POLLIN)) accept_pos();
  if (came(kTapListener, POLLIN)) accept_tap();
  if (came(kTap, POLLIN | kGone)) read_tap();
  if (came(kTap, POLLOUT)) write_tap();
  stopping = came(kStop, POLLIN | kGone);
}

Bypass::Clock::time_point Bypass::next_due() const {
  auto due = Clock::now() + 60s;
  auto const by = [&](bool when, Clock::time_point at) {
    if (when) due = std::min(due, at);
  };
  by(connecting_, connect_deadline_);
  by(pos_done_ && !closing_, linger_until_);
  by(closing_, std::min(close_deadline_,
                        closing_since_ + kHandOver > Clock::now() ? closing_since_ + kHandOver : close_deadline_));
  by(!printer_ && (options_.printer.kind != LineKind::tcp || !to_printer_.empty()), reopen_at_);
  by(!pos_ && !listener_, reopen_pos_at_);
  due = std::min({due, pos_troubles_.next_due(), printer_troubles_.next_due()});
  by(static_cast<bool>(parting_), parting_deadline_);
  by(slip_.has_value(), slip_ ? slip_->deadline : due);
  by(!held_.empty(), hold_until_);
  by(quiet_reads_until_ > Clock::now(), quiet_reads_until_);
  by(line_is_idle(), last_byte_ + kIdleLine);
  return due;
}

void Bypass::tick() {
  auto const now = Clock::now();
  if (connecting_ && now >= connect_deadline_) lose_printer("no connection in time");
  if (!printer_ && !connecting_ && now >= reopen_at_) {
    if (options_.printer.kind != LineKind::tcp || (!to_printer_.empty() && !listener_)) reach_printer();
  }
  if (!pos_ && !listener_ && now >= reopen_pos_at_) reopen_pos();
  if (printer_troubles_.is_back(now)) say_(options_.printer.text() + ": is back");
  if (pos_troubles_.is_back(now)) say_(options_.pos.text() + ": is back");
  if (!held_.empty() && now >= hold_until_) release_cut();
  if (slip_ && now >= slip_->deadline) {
    if (slip_->stage == Stage::asking) {
      judge();
    } else {
      end_slip(SlipFate::unconfirmed, slip_->stage == Stage::sending
                                          ? "took the slip too slowly; part of it may come out"
                                          : "sent; no confirmation in time");
    }
  }
  if (line_is_idle() && now >= last_byte_ + kIdleLine) close_gently();
  bool const finished = pos_done_ && !closing_ && to_printer_.empty() && held_.empty() && !slip_;
  if (finished && (now >= linger_until_ || !tap_)) close_gently();
  if (closing_ && now >= close_deadline_) lose_printer("");
  if (parting_ && now >= parting_deadline_) parting_.reset();
}

// ---- the POS's side

void Bypass::accept_pos() {
  Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!client) return;
  int const on = 1;
  ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (closing_) {
    // Its answers are still read: closed over unread ones, the line is reset, and a printer may drop what it has not
    // printed yet.
    parting_ = std::move(printer_);
    parting_deadline_ = close_deadline_;
    closing_ = false;
  }
  pos_ = std::move(client);
  pos_done_ = false;
  to_pos_.clear();
  // A client that went away inside a command leaves nothing behind for the next one.
  tokens_.finish([this](Token const& token) { note(token); });
  tell(TapKind::job_begun, TapAt{taken_, {}});
  if (!printer_) reach_printer();
}

void Bypass::read_pos() {
  auto const got = read_some(pos_, block);
  if (!got) {
    if (listener_) return pos_ended();
    tell_trouble(pos_troubles_, options_.pos.text() + ": " + got.error().what);
    pos_.reset();
    return reopen_pos();
  }
  if (*got == 0) return;
  auto const bytes = std::span(block).first(*got);
  last_byte_ = Clock::now();
  if (!printer_ && !connecting_) reach_printer();
  if (options_.same_paper.count() > 0 && tap_) return forward_gated(bytes);
  forward(bytes);
}

/// Of a POS that writes to a device or a terminal, which may be unplugged too.
void Bypass::reopen_pos() {
  reopen_pos_at_ = Clock::now() + kReopen;
  auto again = open_line(options_.pos);
  if (!again) return tell_trouble(pos_troubles_, again.error().what);
  pos_ = std::move(*again);
  if (options_.pos.kind == LineKind::serial) pos_troubles_.opened(Clock::now());
}

void Bypass::forward(std::span<std::byte const> bytes) {
  if (slip_ && slip_->stage == Stage::asking) end_slip(SlipFate::refused, "the POS went on printing");
  queue_printer(bytes);  // first of all, on its way to the printer
  keep(bytes);
  auto const at = taken_;
  taken_ += bytes.size();
  tokens_.feed(bytes, [this](Token const& token) { note(token); });
  tell(TapKind::from_pos, TapAt{at, bytes});
}

void Bypass::keep(std::span<std::byte const> bytes) {
  auto const now = Clock::now();
  if (now - std::exchange(last_from_pos_, now) > kQuiet) backlog_.end();
  if (!options_.tap.empty()) backlog_.add(bytes, state_);
}

void Bypass::note(Token const& token) {
  state_.take(token);
  replies_.asked(token, Asker::pos, Clock::now());
  if (token.kind == TokenKind::text) text_since_cut_ = true;
}

/// Same paper: everything goes on at once but a cut, and the bytes that may become one.
void Bypass::forward_gated(std::span<std::byte const> bytes) {
  auto const at = taken_;
  keep(bytes);
  taken_ += bytes.size();
  std::vector<std::byte> pass;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    held_.push_back(bytes[n]);
    if (cut_held_at_) continue;
    bool cut = false;
    std::uint64_t length = 0;
    tokens_.feed(bytes.subspan(n, 1), [&](Token const& token) {
      // A cut whose first bytes have gone on already cannot be held any more.
      bool const worth_it = token.is_cut() && text_since_cut_ && held_.size() >= token.length;
      note(token);
      if (token.is_cut()) text_since_cut_ = false;
      if (worth_it) {
        cut = true;
        length = token.length;
      }
    });
    if (cut) {
      cut_held_at_ = at + n + 1 - length;
      hold_until_ = Clock::now() + options_.same_paper;
      continue;
    }
    auto const pending = tokens_.pending();
    auto const first = pending.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(pending[0]);
    auto const second = pending.size() < 2 ? '\0' : std::to_integer<char>(pending[1]);
    bool const star_cut = options_.language == Dialect::star && second == 'd';
    bool const may_be_cut = (first == 0x1B && (pending.size() == 1 || star_cut)) ||
                            (first == 0x1D && (pending.size() == 1 || second == 'V'));
    if (may_be_cut) {
      hold_until_ = Clock::now() + options_.same_paper;
      continue;
    }
    pass.insert(pass.end(), held_.begin(), held_.end());
    held_.clear();
  }
  if (slip_ && slip_->stage == Stage::asking && !cut_held_at_) end_slip(SlipFate::refused, "the POS went on printing");
  if (!pass.empty()) queue_printer(pass);
  tell(TapKind::from_pos, TapAt{at, bytes});
  if (cut_held_at_) tell(TapKind::cut_held, TapAt{*cut_held_at_, {}});
}

/// The cut goes on its way, and what came behind it is looked at now.
void Bypass::release_cut() {
  if (held_.empty()) return;
  auto const held = std::exchange(held_, {});
  auto const cut_at = std::exchange(cut_held_at_, {});
  queue_printer(held);
  if (!cut_at) return;  // bytes that might have become a cut: they are in the tokenizer already
  // The cut's own token has been read; the rest has not.
  Tokenizer cut(options_.language);
  std::uint64_t cut_length = 0;
  for (std::size_t n = 0; n < held.size() && cut_length == 0; ++n) {
    cut.feed(std::span(held).subspan(n, 1), [&](Token const& token) { cut_length = token.length; });
  }
  tokens_.feed(std::span(held).subspan(static_cast<std::size_t>(cut_length)),
               [this](Token const& token) { note(token); });
}

void Bypass::pos_ended() {
  pos_done_ = true;
  backlog_.end();
  linger_until_ = Clock::now() + (tap_ ? options_.linger : 0ms);
  tell(TapKind::job_ended, TapAt{taken_, {}});
  if (!printer_ && !connecting_ && to_printer_.empty()) pos_.reset();
}

/// The POS must learn that its bytes did not arrive, as it would from the printer itself.
void Bypass::abort_pos() {
  pos_done_ = false;
  if (!listener_ || !pos_) return;
  linger const hard{1, 0};
  ::setsockopt(pos_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  pos_.reset();
  to_pos_.clear();
  backlog_.end();
  tell(TapKind::job_ended, TapAt{taken_, {}});
}

void Bypass::write_pos() {
  auto const put = write_some(pos_, to_pos_.front());
  to_pos_.drop(put ? *put : to_pos_.size());
}

// ---- the printer's side

void Bypass::reach_printer() {
  closing_ = false;
  bool const network = options_.printer.kind == LineKind::tcp;
  auto line = network ? connect_to(options_.printer) : open_line(options_.printer);
  if (!line) {
    tell_trouble(printer_troubles_, line.error().what);
    return lose_printer("");
  }
  printer_ = std::move(*line);
  connecting_ = network;
  if (!network) printer_troubles_.opened(Clock::now());
  connect_deadline_ = Clock::now() + kConnect;
  auto const flags = ::fcntl(printer_.get(), F_GETFL);
  printer_reads_ = (flags & O_ACCMODE) != O_WRONLY;
  replies_.forget();
  last_byte_ = Clock::now();
}

void Bypass::printer_connected() {
  if (auto const result = connect_result(printer_); !result) return lose_printer(result.error().what);
  connecting_ = false;
  printer_troubles_.opened(Clock::now());
  write_printer();
  if (slip_ && slip_->stage == Stage::asking) ask_printer();
}

void Bypass::queue_printer(std::span<std::byte const> bytes) {
  to_printer_.add(bytes);
  queued_ += bytes.size();
  if (printer_ready()) write_printer();
}

void Bypass::write_printer() {
  while (!to_printer_.empty()) {
    auto const put = write_some(printer_, to_printer_.front());
    if (!put) return lose_printer(put.error().what);
    if (*put == 0) return;
    to_printer_.drop(*put);
    written_ += *put;
  }
  if (slip_ && slip_->stage == Stage::sending && written_ >= slip_->sent_at) {
    slip_->stage = Stage::proving;
    slip_->deadline = Clock::now() + 1500ms;
    if (!options_.ask_status || printer_silent_) end_slip(SlipFate::unconfirmed, "sent; the printer answers no status");
  }
}

void Bypass::read_printer() {
  auto const got = read_some(printer_, block);
  if (!got) {
    // Some USB drivers say "end of file" for "nothing to say".
    if (options_.printer.kind == LineKind::device && got.error().what == "closed") {
      quiet_reads_until_ = Clock::now() + 100ms;
      return;
    }
    return lose_printer(closing_ ? "" : got.error().what);
  }
  auto split = replies_.take(std::span(block).first(*got), Clock::now());
  if (pos_ && options_.pos.kind != LineKind::fifo && !split.to_pos.empty()) {
    to_pos_.add(split.to_pos);
    write_pos();
  }
  if (!split.pushed.empty()) tell(TapKind::pushed, std::span<std::byte const>(split.pushed));
  if (!split.real_time.empty()) patience_.answered();
  if (!slip_) return;
  auto& answers = slip_->answers;
  answers.insert(answers.end(), split.real_time.begin(), split.real_time.end());
  if (slip_->stage == Stage::asking && answers.size() >= 3) return judge();
  if (slip_->stage == Stage::proving && !split.in_order.empty()) {
    slip_->near_end = slip_->near_end || (split.in_order.front() & 0x0CU) != 0;
    end_slip(SlipFate::printed, slip_->near_end ? "printed; paper is near its end" : "printed");
  }
}

void Bypass::tell_trouble(LineTroubles& troubles, std::string const& what) {
  if (troubles.fails(what, Clock::now())) say_(what);
}

void Bypass::lose_printer(std::string const& why) {
  if (!why.empty()) tell_trouble(printer_troubles_, options_.printer.text() + ": " + why);
  printer_.reset();
  connecting_ = closing_ = false;
  replies_.forget();
  reopen_at_ = Clock::now() + kReopen;
  if (slip_) {
    auto const fate = slip_->stage == Stage::asking ? SlipFate::refused : SlipFate::unconfirmed;
    end_slip(fate, "the printer's line was lost" + (why.empty() ? "" : " (" + why + ")"));
  }
  if (!listener_) return;  // a device comes back: what waits for it waits
  bool const all_out = to_printer_.empty();
  to_printer_.clear();
  written_ = queued_;
  if (!pos_done_ || !all_out) return abort_pos();
  pos_.reset();
  pos_done_ = false;
}

/// Half-closes and lets the printer hang up, as the POS did.
void Bypass::close_gently() {
  if (options_.printer.kind != LineKind::tcp || !printer_ready()) {
    pos_.reset();
    pos_done_ = false;
    return;
  }
  ::shutdown(printer_.get(), SHUT_WR);
  closing_ = true;
  closing_since_ = Clock::now();
  close_deadline_ = closing_since_ + kFarewell;
}

}  // namespace tillcue::pos
