#include "line.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "serial_port.hpp"

namespace tillcue::pos {
namespace {

tl::unexpected<Error> failed(std::string const& where, std::string const& what = {}) {
  auto const reason = std::generic_category().message(errno);
  return fail(Code::io, where + ": " + (what.empty() ? "" : what + ": ") + reason);
}

/// Raw: no echo, no line editing, no newline touched.
bool make_raw(int fd) {
  termios mode{};
  if (::tcgetattr(fd, &mode) != 0) return false;
  ::cfmakeraw(&mode);
  return ::tcsetattr(fd, TCSANOW, &mode) == 0;
}

Result<Descriptor> open_fifo(LineAddress const& where) {
  if (::mkfifo(where.path.c_str(), 0660) != 0 && errno != EEXIST) return failed(where.path, "cannot make the FIFO");
  struct stat found {};
  if (::stat(where.path.c_str(), &found) != 0) return failed(where.path);
  if (!S_ISFIFO(found.st_mode)) return fail(Code::invalid, where.path + ": is there already and is no FIFO; move it");
  Descriptor line(::open(where.path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));  // its own writer: never at an end
  if (!line) return failed(where.path);
  return line;
}

Result<Descriptor> open_pty(LineAddress const& where) {
  Descriptor line(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, 128> name{};
  if (!line || ::grantpt(line.get()) != 0 || ::unlockpt(line.get()) != 0 ||
      ::ptsname_r(line.get(), name.data(), name.size()) != 0) {
    return failed(where.path, "cannot make a terminal");
  }
  // Without anyone at the other end reading fails, so one end is held open for good; it goes with the process.
  int const held = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (held < 0 || !make_raw(held)) return failed(name.data());
  struct stat found {};
  if (::lstat(where.path.c_str(), &found) == 0 && !S_ISLNK(found.st_mode)) {
    return fail(Code::invalid, where.path + ": is there already and is no link; move it");
  }
  ::unlink(where.path.c_str());
  if (::symlink(name.data(), where.path.c_str()) != 0) return failed(where.path, "cannot make the link");
  return line;
}

using Found = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Result<Found> resolve(LineAddress const& where, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  int const wrong = ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found);
  if (wrong != 0) return fail(Code::io, where.text() + ": " + ::gai_strerror(wrong));
  return Found(found, &::freeaddrinfo);
}

}  // namespace

void Descriptor::reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Result<Descriptor> open_line(LineAddress const& where) {
  switch (where.kind) {
    case LineKind::tcp:
      return fail(Code::invalid, where.text() + ": is a network address, not a device");
    case LineKind::fifo:
      return open_fifo(where);
    case LineKind::pty:
      return open_pty(where);
    default: {
      auto opened =
          open_device(where.path, where.kind == LineKind::serial ? std::optional(where.serial) : std::nullopt);
      if (!opened) return tl::unexpected(opened.error());
      return Descriptor(*opened);
    }
  }
}

Result<Descriptor> listen_on(LineAddress const& where) {
  auto found = resolve(where, AI_NUMERICHOST | AI_PASSIVE);
  if (!found) return fail(Code::invalid, where.text() + ": the host must be an address of this machine");
  auto const& at = **found;
  Descriptor line(::socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int const on = 1;
  ::setsockopt(line.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!line || ::bind(line.get(), at.ai_addr, at.ai_addrlen) != 0 || ::listen(line.get(), 8) != 0) {
    return failed(where.text());
  }
  return line;
}

Result<Descriptor> connect_to(LineAddress const& where) {
  auto found = resolve(where, 0);
  if (!found) return tl::unexpected(found.error());
  auto const& at = **found;
  Descriptor line(::socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int const on = 1;
  ::setsockopt(line.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!line || (::connect(line.get(), at.ai_addr, at.ai_addrlen) != 0 && errno != EINPROGRESS)) {
    return failed(where.text());
  }
  return line;
}

Result<void> connect_result(Descriptor const& line) {
  int wrong = 0;
  socklen_t size = sizeof wrong;
  if (::getsockopt(line.get(), SOL_SOCKET, SO_ERROR, &wrong, &size) != 0) wrong = errno;
  if (wrong == 0) return {};
  return fail(Code::io, std::generic_category().message(wrong));
}

Result<std::size_t> read_some(Descriptor const& line, std::span<std::byte> into) {
  for (;;) {
    auto const got = ::read(line.get(), into.data(), into.size());
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0) return fail(Code::io, "closed");
    if (errno == EAGAIN) return std::size_t{0};
    if (errno != EINTR) return fail(Code::io, std::generic_category().message(errno));
  }
}

Result<std::size_t> write_some(Descriptor const& line, std::span<std::byte const> bytes) {
  for (;;) {
    auto const put = ::write(line.get(), bytes.data(), bytes.size());
    if (put >= 0) return static_cast<std::size_t>(put);
    if (errno == EAGAIN) return std::size_t{0};
    if (errno != EINTR) return fail(Code::io, std::generic_category().message(errno));
  }
}

}  // namespace tillcue::pos
