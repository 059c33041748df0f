#include "script.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos::sim {
namespace {

using namespace std::chrono_literals;
using Clock = LineSocket::Clock;

constexpr auto kPatience = 2000ms;
constexpr auto kSettle = 25ms;  // for what a message causes to stand under it

enum class Came : std::uint8_t { nothing, push, ok, refused };

/// Lines from a descriptor, read only when there is something to read.
class Input {
 public:
  explicit Input(int descriptor) : descriptor_(descriptor) {}

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] bool ended() const noexcept { return ended_ && held_.empty(); }

  /// Why it could not be read to its end; empty: it could.
  [[nodiscard]] std::string const& trouble() const noexcept { return trouble_; }

  /// A line without its end; of the last one the end may be missing.
  std::optional<std::string> take() {
    auto const end = held_.find('\n');
    if (end == std::string::npos) {
      if (!ended_ || held_.empty()) return std::nullopt;
      return std::exchange(held_, {});
    }
    auto line = held_.substr(0, end);
    held_.erase(0, end + 1);
    return line;
  }

  void read() {
    std::array<char, 4096> block{};
    auto const got = ::read(descriptor_, block.data(), block.size());
    if (got > 0) held_.append(block.data(), static_cast<std::size_t>(got));
    bool const failed = got < 0 && errno != EINTR && errno != EAGAIN;
    if (failed) trouble_ = std::strerror(errno);
    ended_ = got == 0 || failed;
  }

 private:
  int descriptor_;
  std::string held_;
  bool ended_ = false;
  std::string trouble_;
};

class Play {
 public:
  Play(LineSocket socket, int input, std::ostream& out) : socket_(std::move(socket)), input_(input), out_(out) {}

  /// The next line to send; nothing at the input's end. Shows what comes meanwhile.
  Result<std::optional<std::string>> next() {
    for (;;) {
      if (auto line = input_.take()) return line;
      if (!input_.trouble().empty()) {
        return fail(Code::invalid, "cannot be read: " + input_.trouble() + "; name a file of JSON lines");
      }
      if (input_.ended()) return std::optional<std::string>{};
      std::array<pollfd, 2> two{{{input_.descriptor(), POLLIN, 0}, {socket_.descriptor(), POLLIN, 0}}};
      if (::poll(two.data(), two.size(), -1) < 0) continue;
      if (two[1].revents != 0) {
        if (auto const shown = listen_until(Clock::now()); !shown) return tl::unexpected(shown.error());
      }
      if (two[0].revents != 0) input_.read();
    }
  }

  /// Sends one line and shows what comes up to its answer, and a moment longer.
  Result<void> say(std::string const& line) {
    said_ = true;
    out_ << "> " << line << std::endl;
    sent_ = Clock::now();
    if (auto done = socket_.send(line + "\n", kPatience); !done) return done;
    for (;;) {
      auto const came = show_one(sent_ + kPatience);
      if (!came) return tl::unexpected(came.error());
      if (*came == Came::nothing) return fail(Code::timeout, socket_.peer() + ": no answer within 2 s");
      if (*came == Came::refused) ++refused_;
      if (*came != Came::push) return listen_until(Clock::now() + kSettle);
    }
  }

  Result<void> listen_until(Clock::time_point deadline) {
    for (;;) {
      auto const came = show_one(deadline);
      if (!came) return tl::unexpected(came.error());
      if (*came == Came::nothing) return {};
    }
  }

  [[nodiscard]] bool said() const noexcept { return said_; }
  [[nodiscard]] unsigned refused() const noexcept { return refused_; }

 private:
  Result<Came> show_one(Clock::time_point deadline) {
    auto const line = socket_.line(deadline);
    if (!line) return tl::unexpected(line.error());
    if (!*line) return Came::nothing;
    char time[32];
    auto const passed = std::chrono::duration<double, std::milli>(Clock::now() - sent_);
    std::snprintf(time, sizeof time, "%8.2f ms", passed.count());
    out_ << "< " << time << "  " << **line << std::endl;
    auto const message = parse_from_terminal(**line);
    if (message && std::holds_alternative<Ok>(*message)) return Came::ok;
    if (message && std::holds_alternative<Refused>(*message)) return Came::refused;
    return Came::push;
  }

  LineSocket socket_;
  Input input_;
  std::ostream& out_;
  Clock::time_point sent_ = Clock::now();
  unsigned refused_ = 0;
  bool said_ = false;
};

}  // namespace

Result<unsigned> play_script(Address const& terminal, int input, std::ostream& out, std::chrono::milliseconds wait) {
  auto socket = LineSocket::connect(terminal, kPatience);
  if (!socket) return tl::unexpected(socket.error());
  Play play(std::move(*socket), input, out);
  for (;;) {
    auto const line = play.next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) break;
    if ((*line)->empty() || (*line)->front() == '#') continue;
    if (auto const said = play.say(**line); !said) return tl::unexpected(said.error());
  }
  if (!play.said()) return fail(Code::invalid, "holds no line to send; write a JSON message a line");
  if (auto const heard = play.listen_until(Clock::now() + wait); !heard) return tl::unexpected(heard.error());
  return play.refused();
}

}  // namespace tillcue::pos::sim
