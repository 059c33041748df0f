// The HTTP and WebSocket side of the cashier page, whole: real sessions on one end of a socket pair, the input on the
// other. What may never happen whatever comes: a page for a foreign host, a word to a foreign origin, an answer nobody
// gave in the grammar, a session that stays behind.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "net/host_check.hpp"
#include "screen/http_session.hpp"
#include "tillcue/pos/screen_theme.hpp"

using namespace tillcue;
using namespace tillcue::pos;

namespace {

constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

void check(bool holds) {
  if (!holds) std::abort();
}

std::string read_all(int socket) {
  std::string out;
  char part[4096];
  for (ssize_t got = ::recv(socket, part, sizeof part, MSG_DONTWAIT); got > 0;
       got = ::recv(socket, part, sizeof part, MSG_DONTWAIT)) {
    out.append(part, static_cast<std::size_t>(got));
  }
  return out;
}

std::string converse(boost::asio::io_context& io, int socket, std::string_view bytes) {
  // The session may have ended already.
  (void)::send(socket, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  std::string output;
  while (io.poll() > 0) output += read_all(socket);
  return output + read_all(socket);
}

void judge(std::string_view input, std::string_view output) {
  check(output.find("Access-Control-Allow-Origin") == std::string_view::npos);
  if (output.find(" 200 OK") != std::string_view::npos) {
    check(output.find("Content-Security-Policy") != std::string_view::npos);
  }
  if (output.find(" 101 ") != std::string_view::npos) check(input.find("://") != std::string_view::npos);
}

void serve(std::string_view input) {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  // One for all inputs: making its reactor anew took most of the time. Each input leaves it empty.
  static boost::asio::io_context io(1);
  io.restart();
  ScreenHub hub;
  hub.options.theme = ":root{}";
  hub.options.parents = {"http://pos.local"};
  hub.board.set("{\"type\":\"hints\",\"cards\":[]}\n");
  std::uint64_t answers = 0;
  hub.handlers.answer = [&](Answer const& answer) -> Result<void> {
    ++answers;
    check(!answer.sale.value.empty() && answer.sale.value.size() <= 64);
    return {};
  };
  TcpSocket socket(io);
  socket.assign(boost::asio::ip::tcp::v4(), ends[0]);
  auto session = std::make_shared<HttpSession>(std::move(socket), hub);
  hub.add(session);
  session->start();
  session.reset();
  // A WebSocket's client waits for the answer to its handshake before it sends a frame.
  auto const head = std::min(input.size(), input.find("\r\n\r\n"));
  auto const first = std::min(input.size(), head + 4);
  auto output = converse(io, ends[1], input.substr(0, first));
  output += converse(io, ends[1], input.substr(first));
  ::shutdown(ends[1], SHUT_WR);
  output += converse(io, ends[1], {});
  judge(input, output);
  check(answers == hub.counters.answers);
  hub.close_all();
  io.restart();
  io.run();
  ::close(ends[1]);
}

void check_names(std::string_view text) {
  auto const cut = text.find('\n');
  auto const host = text.substr(0, cut);
  auto const origin = cut == std::string_view::npos ? std::string_view{} : text.substr(cut + 1);
  if (host_allowed(host, {})) check(host.find("evil") == std::string_view::npos);
  if (same_origin(origin, host)) check(origin.size() == host.size() + 7);
}

void check_theme(std::string_view text) {
  auto const css = theme_css(text);
  if (!css) return;
  check(css->find("url(") == std::string::npos && css->find("</") == std::string::npos);
  check(css->find("@import") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size > kMostBytes) return 0;
  void const* const bytes = data;
  std::string_view const text(static_cast<char const*>(bytes), size);
  serve(text);
  check_names(text);
  check_theme(text);
  return 0;
}
