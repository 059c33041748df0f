#pragma once

#include <filesystem>
#include <string>

#include <sys/types.h>

namespace tillcue::test {

/// A folder that is gone when the test ends.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(TempDir const&) = delete;
  TempDir& operator=(TempDir const&) = delete;
  [[nodiscard]] std::filesystem::path const& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string const& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A real mosquitto on a free loopback port with a folder of its own; ends with the test, and with its process.
class Mosquitto {
 public:
  /// `lines` are added to its configuration; with `own_listener` they name the listener as well, at port().
  /// Throws std::runtime_error when it does not come up within 5 s.
  explicit Mosquitto(std::string lines = {}, bool own_listener = false);
  ~Mosquitto();
  Mosquitto(Mosquitto const&) = delete;
  Mosquitto& operator=(Mosquitto const&) = delete;

  /// False when the program is not installed: skip the test with a printed line.
  static bool available();
  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string uri(std::string const& scheme = "mqtt") const;
  [[nodiscard]] std::filesystem::path const& directory() const noexcept { return directory_.path(); }

  void start();
  /// SIGTERM; its memory is gone (no persistence unless configured).
  void stop();
  /// SIGKILL.
  void kill();

 private:
  void end(int signal);

  TempDir directory_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace tillcue::test
