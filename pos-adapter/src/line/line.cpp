#include "line.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
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

namespace tillcue::pos {
namespace {

tl::unexpected<Error> failed(std::string const& where, std::string const& what = {}) {
  auto const reason = std::generic_category().message(errno);
  return fail(Code::io, where + ": " + (what.empty() ? "" : what + ": ") + reason);
}

speed_t speed_of(unsigned baud) {
  struct Row {
    unsigned baud;
    speed_t speed;
  };
  constexpr std::array<Row, 11> kRows{{{1200, B1200},
                                       {2400, B2400},
                                       {4800, B4800},
                                       {9600, B9600},
                                       {19200, B19200},
                                       {38400, B38400},
                                       {57600, B57600},
                                       {115200, B115200},
                                       {230400, B230400},
                                       {460800, B460800},
                                       {921600, B921600}}};
  for (auto const& row : kRows) {
    if (row.baud == baud) return row.speed;
  }
  return B9600;
}

/// Raw: no echo, no line editing, no newline or flow character touched unless asked.
bool make_raw(int fd, LineAddress const* serial) {
  termios mode{};
  if (::tcgetattr(fd, &mode) != 0) return false;
  ::cfmakeraw(&mode);
  mode.c_cflag |= CLOCAL | CREAD;
  if (serial != nullptr) {
    mode.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS);
    mode.c_cflag |= serial->bits == 7 ? CS7 : CS8;
    if (serial->parity != 'N') mode.c_cflag |= PARENB;
    if (serial->parity == 'O') mode.c_cflag |= PARODD;
    if (serial->stop_bits == 2) mode.c_cflag |= CSTOPB;
    if (serial->flow == FlowControl::rts_cts) mode.c_cflag |= CRTSCTS;
    if (serial->flow == FlowControl::xon_xoff) mode.c_iflag |= IXON | IXOFF;
    ::cfsetispeed(&mode, speed_of(serial->baud));
    ::cfsetospeed(&mode, speed_of(serial->baud));
  }
  return ::tcsetattr(fd, TCSANOW, &mode) == 0;
}

Result<Descriptor> open_path(LineAddress const& where) {
  Descriptor line(::open(where.path.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!line && errno == EACCES && where.kind == LineKind::device) {
    line.reset(::open(where.path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  }
  if (!line) return failed(where.path);
  bool const terminal = ::isatty(line.get()) != 0;
  if (where.kind == LineKind::serial && !terminal) {
    return fail(Code::invalid, where.path + ": is no serial port; use device:" + where.path);
  }
  if (terminal && !make_raw(line.get(), where.kind == LineKind::serial ? &where : nullptr)) return failed(where.path);
  return line;
}

Result<Descriptor> open_fifo(LineAddress const& where) {
  if (::mkfifo(where.path.c_str(), 0660) != 0 && errno != EEXIST) return failed(where.path, "cannot make the FIFO");
  struct stat found {};
  if (::stat(where.path.c_str(), &found) != 0) return failed(where.path);
  if (!S_ISFIFO(found.st_mode)) return fail(Code::invalid, where.path + ": is there already and is no FIFO; move it");
  return open_path(where);
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
  if (held < 0 || !make_raw(held, nullptr)) return failed(name.data());
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
    default:
      return open_path(where);
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
