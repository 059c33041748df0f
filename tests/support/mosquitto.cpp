#include "support/mosquitto.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/loopback_address.hpp"

namespace tillcue::test {
namespace {

constexpr char const* kProgram = "/usr/sbin/mosquitto";

int free_port() {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  bool const good = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!good) throw std::runtime_error("no free loopback port");
  return ntohs(address.sin_port);
}

bool answers(int port) {
  int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto const address = loopback(port);
  bool const good = ::connect(fd, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
  ::close(fd);
  return good;
}

}  // namespace

TempDir::TempDir() {
  auto name = (std::filesystem::temp_directory_path() / "tillcue-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

bool Mosquitto::available() { return ::access(kProgram, X_OK) == 0; }

Mosquitto::Mosquitto(std::string lines, bool own_listener) : port_(free_port()) {
  // It drops root for a user of its own, who must be able to enter the folder.
  std::filesystem::permissions(directory(), std::filesystem::perms::others_exec, std::filesystem::perm_options::add);
  auto const port = std::to_string(port_);
  for (auto at = lines.find("@PORT@"); at != std::string::npos; at = lines.find("@PORT@")) lines.replace(at, 6, port);
  std::ofstream config(directory_ / "mosquitto.conf");
  if (::geteuid() == 0) config << "user root\n";
  if (!own_listener) config << "listener " << port << " 127.0.0.1\nallow_anonymous true\n";
  config << "persistence false\nset_tcp_nodelay true\n" << lines << "\n";
  config.close();
  start();
}

Mosquitto::~Mosquitto() { kill(); }

std::string Mosquitto::uri(std::string const& scheme) const {
  return scheme + "://" + (scheme == "mqtts" ? "localhost:" : "127.0.0.1:") + std::to_string(port_);
}

void Mosquitto::start() {
  auto const config = (directory_ / "mosquitto.conf").string();
  auto const log = (directory_ / "mosquitto.log").string();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    int const out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execl(kProgram, kProgram, "-c", config.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (!answers(port_)) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("mosquitto does not answer; see " + log);
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

void Mosquitto::stop() { end(SIGTERM); }
void Mosquitto::kill() { end(SIGKILL); }

void Mosquitto::end(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace tillcue::test
