#include "line_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "web_frames.hpp"

namespace tillcue::pos::sim {
namespace {

constexpr std::size_t kLongestLine = std::size_t{64} * 1024;

using Clock = LineSocket::Clock;

/// Waits for the events; false when the time is over.
bool wait_for(int descriptor, short events, Clock::time_point deadline) {
  for (;;) {
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd one{descriptor, events, 0};
    int const ready = ::poll(&one, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

std::string reason(int number) { return std::generic_category().message(number); }

Result<void> finish_connecting(int descriptor, Address const& address, Clock::time_point deadline) {
  if (!wait_for(descriptor, POLLOUT, deadline)) return fail(Code::timeout, address.text() + ": no connection in time");
  int problem = 0;
  socklen_t size = sizeof problem;
  ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size);
  if (problem != 0) return fail(Code::io, address.text() + ": " + reason(problem) + "; is it running?");
  int const on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return {};
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  auto const colon = text.rfind(':');
  unsigned port = 0;
  auto const digits = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  auto const [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (colon == 0 || digits.empty() || error != std::errc{} || rest != digits.data() + digits.size() || port > 65535) {
    return fail(Code::invalid, "\"" + std::string(text) + "\" is not HOST:PORT, for example 127.0.0.1:7707");
  }
  return Address{std::string(text.substr(0, colon)), static_cast<std::uint16_t>(port)};
}

Result<Address> parse_terminal_address(std::string_view text) {
  constexpr std::string_view kUnix = "unix:", kWeb = "ws://";
  if (text.substr(0, kUnix.size()) == kUnix) {
    return Address{"", 0, Address::Kind::unix_socket, std::string(text.substr(kUnix.size()))};
  }
  if (text.substr(0, kWeb.size()) != kWeb) return parse_address(text);
  text.remove_prefix(kWeb.size());
  auto const slash = std::min(text.find('/'), text.size());
  auto address = parse_address(text.substr(0, slash));
  if (!address) return address;
  address->kind = Address::Kind::web;
  address->path = slash == text.size() ? "/pos" : std::string(text.substr(slash));
  return address;
}

namespace {

Result<int> connect_unix(Address const& address) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (address.path.empty() || address.path.size() >= sizeof where.sun_path) {
    return fail(Code::invalid, address.text() + ": the path of a Unix socket has 1 to 107 bytes");
  }
  address.path.copy(where.sun_path, sizeof where.sun_path - 1);
  int const descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  void const* const generic = &where;
  if (descriptor >= 0 && ::connect(descriptor, static_cast<sockaddr const*>(generic), sizeof where) == 0) {
    return descriptor;
  }
  auto const why = reason(errno);
  if (descriptor >= 0) ::close(descriptor);
  return fail(Code::io, address.text() + ": " + why + "; is it running?");
}

}  // namespace

Result<LineSocket> LineSocket::connect(Address const& address, std::chrono::milliseconds patience) {
  if (address.kind == Address::Kind::unix_socket) {
    auto const descriptor = connect_unix(address);
    if (!descriptor) return tl::unexpected(descriptor.error());
    return LineSocket(*descriptor, address.text());
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int const problem = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (problem != 0) return fail(Code::io, address.text() + ": " + ::gai_strerror(problem));
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> const owned(found, &::freeaddrinfo);
  int const descriptor = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return fail(Code::io, address.text() + ": " + reason(errno));
  LineSocket out(descriptor, address.text());
  if (::connect(descriptor, found->ai_addr, found->ai_addrlen) != 0 && errno != EINPROGRESS) {
    return fail(Code::io, address.text() + ": " + reason(errno) + "; is it running?");
  }
  if (auto const done = finish_connecting(descriptor, address, Clock::now() + patience); !done) {
    return tl::unexpected(done.error());
  }
  if (address.kind == Address::Kind::web) {
    if (auto const open = out.open_web(address, patience); !open) return tl::unexpected(open.error());
  }
  return out;
}

Result<void> LineSocket::open_web(Address const& address, std::chrono::milliseconds patience) {
  auto const deadline = Clock::now() + patience;
  if (auto const sent = send_bytes(WebFrames::request(address.text(), address.path), patience); !sent) return sent;
  for (;;) {
    auto const accepted = WebFrames::accepted(frames_);
    if (!accepted) return tl::unexpected(accepted.error().within(peer_));
    if (*accepted) break;
    if (!wait_for(descriptor_, POLLIN, deadline)) return fail(Code::timeout, peer_ + ": no WebSocket in time");
    std::array<char, 1024> block{};
    auto const got = ::recv(descriptor_, block.data(), block.size(), 0);
    if (got <= 0) return fail(Code::io, peer_ + ": closed the connection");
    frames_.append(block.data(), static_cast<std::size_t>(got));
  }
  web_ = true;
  return unwrap();
}

Result<void> LineSocket::unwrap() {
  std::string reply;
  auto const lines = WebFrames::unwrap(frames_, reply);
  if (!lines) return tl::unexpected(lines.error().within(peer_));
  held_ += *lines;
  return send_bytes(reply, std::chrono::seconds(1));
}

LineSocket::LineSocket(LineSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      peer_(std::move(other.peer_)),
      held_(std::move(other.held_)),
      web_(other.web_),
      frames_(std::move(other.frames_)) {}

LineSocket& LineSocket::operator=(LineSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(peer_, other.peer_);
  std::swap(held_, other.held_);
  std::swap(web_, other.web_);
  std::swap(frames_, other.frames_);
  return *this;
}

LineSocket::~LineSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> LineSocket::send(std::string_view bytes, std::chrono::milliseconds patience) {
  return web_ ? send_bytes(WebFrames::wrap(bytes), patience) : send_bytes(bytes, patience);
}

Result<void> LineSocket::send_bytes(std::string_view bytes, std::chrono::milliseconds patience) {
  auto const deadline = Clock::now() + patience;
  while (!bytes.empty()) {
    auto const sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
      if (!wait_for(descriptor_, POLLOUT, deadline)) return fail(Code::timeout, peer_ + ": takes nothing more");
    } else {
      return fail(Code::io, peer_ + ": " + reason(errno));
    }
  }
  return {};
}

std::optional<std::string> LineSocket::take_line() {
  auto const end = held_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  auto line = held_.substr(0, end);
  held_.erase(0, end + 1);
  return line;
}

Result<std::optional<std::string>> LineSocket::line(Clock::time_point deadline) {
  for (;;) {
    if (auto line = take_line()) return line;
    if (held_.size() > kLongestLine) return fail(Code::invalid, peer_ + ": sent a line over 64 KiB");
    if (!wait_for(descriptor_, POLLIN, deadline)) return std::optional<std::string>{};
    std::array<char, 4096> block{};
    auto const got = ::recv(descriptor_, block.data(), block.size(), 0);
    if (got > 0) (web_ ? frames_ : held_).append(block.data(), static_cast<std::size_t>(got));
    if (got > 0 && web_) {
      if (auto const unwrapped = unwrap(); !unwrapped) return tl::unexpected(unwrapped.error());
    }
    if (got == 0) return fail(Code::io, peer_ + ": closed the connection");
    if (got < 0 && errno != EAGAIN && errno != EINTR) return fail(Code::io, peer_ + ": " + reason(errno));
  }
}

void LineSocket::close_gently(std::chrono::milliseconds patience) {
  ::shutdown(descriptor_, SHUT_WR);
  auto const deadline = Clock::now() + patience;
  std::array<char, 512> block{};
  while (wait_for(descriptor_, POLLIN, deadline)) {
    auto const got = ::recv(descriptor_, block.data(), block.size(), 0);
    if (got <= 0 && !(got < 0 && errno == EINTR)) return;
  }
}

}  // namespace tillcue::pos::sim
