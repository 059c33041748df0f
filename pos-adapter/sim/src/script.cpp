#include "script.hpp"

#include <cstdio>
#include <iostream>

#include "tillcue/pos/protocol.hpp"

namespace tillcue::pos::sim {
namespace {

using namespace std::chrono_literals;
using Clock = LineSocket::Clock;

constexpr auto kPatience = 2000ms;

enum class Came : std::uint8_t { nothing, push, ok, refused };

/// Shows the next line that comes.
Result<Came> show_one(LineSocket& socket, std::ostream& out, Clock::time_point sent, Clock::time_point deadline) {
  auto const line = socket.line(deadline);
  if (!line) return tl::unexpected(line.error());
  if (!*line) return Came::nothing;
  char time[32];
  std::snprintf(time, sizeof time, "%8.2f ms", std::chrono::duration<double, std::milli>(Clock::now() - sent).count());
  out << "< " << time << "  " << **line << std::endl;
  auto const message = parse_from_terminal(**line);
  if (message && std::holds_alternative<Ok>(*message)) return Came::ok;
  if (message && std::holds_alternative<Refused>(*message)) return Came::refused;
  return Came::push;
}

}  // namespace

Result<unsigned> play_script(Address const& terminal, std::istream& in, std::ostream& out,
                             std::chrono::milliseconds wait) {
  auto socket = LineSocket::connect(terminal, kPatience);
  if (!socket) return tl::unexpected(socket.error());
  unsigned refused = 0;
  auto sent = Clock::now();
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    out << "> " << line << std::endl;
    sent = Clock::now();
    if (auto const done = socket->send(line + "\n", kPatience); !done) return tl::unexpected(done.error());
    for (;;) {
      auto const came = show_one(*socket, out, sent, sent + kPatience);
      if (!came) return tl::unexpected(came.error());
      if (*came == Came::nothing) return fail(Code::timeout, terminal.text() + ": no answer within 2 s");
      if (*came == Came::refused) ++refused;
      if (*came != Came::push) break;
    }
  }
  auto const deadline = Clock::now() + wait;
  for (;;) {
    auto const came = show_one(*socket, out, sent, deadline);
    if (!came) return tl::unexpected(came.error());
    if (*came == Came::nothing) return refused;
  }
}

}  // namespace tillcue::pos::sim
