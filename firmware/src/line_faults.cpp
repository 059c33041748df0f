#include "line_faults.hpp"

#include <cerrno>
#include <cstring>
#include <optional>

#include <boost/asio/ip/udp.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "listening_places.hpp"
#include "printer_settings.hpp"

namespace tillcue::terminal {
namespace {

namespace fs = std::filesystem;

constexpr char const* kGroups = "; the daemon's user needs the group lp (USB) or dialout (serial)";

class Look {
 public:
  explicit Look(LineReport& report) : report_(report) {}

  /// A printer, a display, a serial port: plugged in at any time.
  void device(std::string const& setting, std::string const& path, int rights) {
    auto const kind = kind_of(setting, path, "is not there yet; it is tried until it is plugged in");
    if (!kind) return;
    if (*kind != S_IFCHR && *kind != S_IFIFO) {
      return fault(setting, path, "is no device; name that of a printer, display or serial port");
    }
    may(setting, path, rights, kGroups);
  }

  /// What a till writes as it goes.
  void text(std::string const& setting, std::string const& path) {
    auto const kind = kind_of(setting, path, "is not there yet; it is read from when the till begins it");
    if (!kind) return;
    if (*kind == S_IFDIR) return fault(setting, path, "is a folder; name the file that the till writes");
    may(setting, path, R_OK, "; give it to the daemon's user to read");
  }

  /// A socket of another program's, which may come later.
  void tap(std::string const& setting, std::string const& path) {
    auto const kind = kind_of(setting, path, "is not there yet; start the tillcue-bypass whose --tap it is");
    if (kind && *kind != S_IFSOCK) fault(setting, path, "is no socket; name the --tap of a tillcue-bypass");
  }

  /// A socket of our own: made at start in a folder that is there, in place of an old one only.
  void own_socket(std::string const& setting, fs::path const& path) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) == 0 && !S_ISSOCK(there.st_mode)) {
      return fault(setting, path.string(), "is there and no socket; choose another path, or move it away");
    }
    auto const folder = path.parent_path();
    if (::stat(folder.c_str(), &there) != 0 || !S_ISDIR(there.st_mode)) {
      return fault(setting, folder.string(), "is no folder; make it, or choose another path");
    }
    may(setting, folder.string(), W_OK | X_OK, "; the daemon's user must be able to make the socket there");
  }

  void module(std::string const& setting, fs::path const& path) {
    auto const kind = kind_of(setting, path.string(), {});
    if (!kind) return;
    if (*kind != S_IFREG) return fault(setting, path.string(), "is no module; name the painter's, auto or off");
    may(setting, path.string(), R_OK, "; give it to the daemon's user to read");
  }

  void listening(ListeningPlace const& place) {
    boost::system::error_code bad;
    boost::asio::ip::udp::endpoint const where(boost::asio::ip::make_address(place.host, bad), 0);
    if (bad) return;
    // A port of nobody's, of datagrams, bound for a moment: nobody can reach it.
    int const probe = ::socket(where.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool const elsewhere =
        probe >= 0 && ::bind(probe, where.data(), static_cast<socklen_t>(where.size())) != 0 && errno == EADDRNOTAVAIL;
    if (probe >= 0) ::close(probe);
    if (elsewhere) {
      fault(std::string(place.field), place.host,
            "is no address of this machine; name one of its own (ip address), or 127.0.0.1");
    }
  }

 private:
  /// What kind of file is there; none when that is told already. Without `absent` a file that is not there is a fault.
  std::optional<mode_t> kind_of(std::string const& setting, std::string const& path, std::string const& absent) {
    struct stat there {};
    if (::stat(path.c_str(), &there) == 0) return there.st_mode & S_IFMT;
    if (errno == ENOENT && !absent.empty()) {
      report_.notes.push_back(setting + ": " + path + ": " + absent);
    } else {
      fault(setting, path, std::string("cannot be looked at: ") + std::strerror(errno) + "; check the path");
    }
    return {};
  }
  void may(std::string const& setting, std::string const& path, int rights, std::string const& mend) {
    if (::faccessat(AT_FDCWD, path.c_str(), rights, AT_EACCESS) == 0) return;
    fault(setting, path, std::string("may not be used: ") + std::strerror(errno) + mend);
  }
  void fault(std::string const& setting, std::string const& place, std::string const& what) {
    report_.faults.push_back(setting + ": " + place + ": " + what);
  }

  LineReport& report_;
};

}  // namespace

LineReport look_at_lines(Config const& config) {
  using Kind = pos::FeedSource::Kind;
  LineReport report;
  Look look(report);
  for (auto const& place : listening_places(config)) look.listening(place);
  if (!config.pos_unix.empty()) look.own_socket("pos.unix", config.pos_unix);
  if (auto const& printer = config.printer) {
    if (!printer->device.empty()) look.device("printer.device", printer->device, W_OK);
    auto const painter = painter_of(*printer);
    if (painter && printer->painter != "auto") look.module("printer.painter", *painter);
  }
  if (auto const& display = config.customer_display; display && !display->device.empty()) {
    look.device("customer_display.device", display->device, W_OK);
  }
  if (config.proxy) look.tap("proxy.tap", config.proxy->tap);
  if (config.display) look.tap("display.tap", config.display->tap);
  if (config.feeds.text && config.feeds.text->source) {
    auto const& source = *config.feeds.text->source;
    if (source.kind == Kind::serial) look.device("feeds.text.source", source.path, R_OK);
    if (source.kind == Kind::file) look.text("feeds.text.source", source.path);
  }
  return report;
}

}  // namespace tillcue::terminal
