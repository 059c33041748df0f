#include "serial_port.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace tillcue::pos {
namespace {

constexpr std::array<std::pair<unsigned, speed_t>, 8> kSpeeds{{{2400, B2400},
                                                               {4800, B4800},
                                                               {9600, B9600},
                                                               {19200, B19200},
                                                               {38400, B38400},
                                                               {57600, B57600},
                                                               {115200, B115200},
                                                               {230400, B230400}}};

speed_t const* speed_of(unsigned baud) noexcept {
  for (auto const& [number, speed] : kSpeeds) {
    if (number == baud) return &speed;
  }
  return nullptr;
}

std::string mend(int error) {
  if (error == ENOENT) return "; plug it in and check the path";
  if (error == EACCES) return "; the user of the terminal needs the group lp (USB) or dialout (serial)";
  if (error == EBUSY) return "; another program holds it";
  if (error == ENXIO) return "; nobody reads at its other end";
  return {};
}

tl::unexpected<Error> failed(std::string const& path, char const* what) {
  int const error = errno;
  return fail(Code::io, path + ": " + what + ": " + std::strerror(error) + mend(error));
}

Result<void> set(int port, std::string const& path, SerialSettings const& settings) {
  auto const* speed = speed_of(settings.baud);
  if (speed == nullptr) {
    return fail(Code::invalid, path + ": no line speed of " + std::to_string(settings.baud) +
                                   " baud; take 2400, 4800, 9600, 19200, 38400, 57600, 115200 or 230400");
  }
  termios line{};
  if (::tcgetattr(port, &line) != 0) return failed(path, "is no serial port");
  ::cfmakeraw(&line);
  line.c_cflag &= ~static_cast<tcflag_t>(HUPCL | CSTOPB | CRTSCTS);
  line.c_cflag |= CLOCAL | CREAD;
  if (settings.flow == SerialFlow::rts_cts) line.c_cflag |= CRTSCTS;
  if (settings.flow == SerialFlow::xon_xoff) line.c_iflag |= IXON;
  ::cfsetispeed(&line, *speed);
  ::cfsetospeed(&line, *speed);
  if (::tcsetattr(port, TCSANOW, &line) != 0) return failed(path, "cannot be set");
  return {};
}

}  // namespace

bool is_serial_speed(unsigned baud) noexcept { return speed_of(baud) != nullptr; }

Result<int> open_device(std::string const& path, std::optional<SerialSettings> const& serial) {
  struct stat what {};
  if (::stat(path.c_str(), &what) != 0) return failed(path, "cannot be opened");
  bool const fifo = S_ISFIFO(what.st_mode);
  if (!fifo && !S_ISCHR(what.st_mode))
    return fail(Code::invalid, path + ": is no device; name that of a printer, display or serial port");
  int const port = ::open(path.c_str(), (fifo ? O_WRONLY : O_RDWR) | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (port < 0) return failed(path, "cannot be opened");
  if (serial) {
    if (auto const fine = set(port, path, *serial); !fine) {
      ::close(port);
      return tl::unexpected(fine.error());
    }
  }
  return port;
}

}  // namespace tillcue::pos
