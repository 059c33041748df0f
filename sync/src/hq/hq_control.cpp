#include "tillcue/sync/hq_control.hpp"

#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tillcue/core/descriptor.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMaxLine = std::size_t{1} << 20U;
constexpr std::chrono::seconds kPatience{5};  // with a client that does not finish its line

Error system_error(std::filesystem::path const& file) {
  return {Code::io, file.string() + ": " + std::strerror(errno)};
}

Result<sockaddr_un> address_of(std::filesystem::path const& file) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  auto const text = file.string();
  if (text.size() >= sizeof address.sun_path) {
    return fail(Code::invalid, text + ": too long for a socket (107 bytes); name a shorter one with --control");
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  return address;
}

/// Nothing when nobody listens there.
Result<Descriptor> connect_to(std::filesystem::path const& file) {
  auto const address = address_of(file);
  if (!address) return tl::unexpected{address.error()};
  Descriptor fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (fd.get() < 0) return tl::unexpected{system_error(file)};
  if (::connect(fd.get(), reinterpret_cast<sockaddr const*>(&*address), sizeof *address) == 0) return fd;
  if (errno == ENOENT || errno == ECONNREFUSED) {
    return fail(Code::not_found,
                file.string() + ": no `tillcue-hq serve` answers there; start it, or name its --control");
  }
  return tl::unexpected{system_error(file)};
}

bool ready(int fd, short what, std::chrono::milliseconds patience) {
  pollfd one{fd, what, 0};
  return ::poll(&one, 1, static_cast<int>(patience.count())) > 0;
}

Result<void> send_line(int fd, std::string line, std::chrono::milliseconds patience) {
  line += '\n';
  for (std::size_t sent = 0; sent < line.size();) {
    if (!ready(fd, POLLOUT, patience)) return fail(Code::timeout, "nobody reads at the other end");
    auto const count = ::send(fd, line.data() + sent, line.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return fail(Code::io, std::strerror(errno));
    if (count > 0) sent += static_cast<std::size_t>(count);
  }
  return {};
}

Result<std::string> read_line(int fd, std::chrono::milliseconds patience, std::size_t most) {
  std::string line;
  char buffer[4096];
  for (;;) {
    if (!ready(fd, POLLIN, patience)) return fail(Code::timeout, "no answer came in time");
    auto const count = ::recv(fd, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(Code::io, std::strerror(errno));
    if (count == 0) return fail(Code::io, "the other end closed before its line was whole");
    line.append(buffer, static_cast<std::size_t>(count));
    auto const end = line.find('\n');
    if (end != std::string::npos) return line.substr(0, end);
    if (line.size() > most) return fail(Code::invalid, "a line of more than 1 MiB");
  }
}

}  // namespace

struct HqControl::State {
  std::filesystem::path file;
  Descriptor listening, ending;
  std::function<std::string(std::string_view)> answer;
  std::thread thread{};

  void run() const {
    for (;;) {
      pollfd both[] = {{listening.get(), POLLIN, 0}, {ending.get(), POLLIN, 0}};
      if (::poll(both, 2, -1) < 0 && errno != EINTR) return;
      if (both[1].revents != 0) return;
      Descriptor const client{::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC)};
      if (client.get() < 0) continue;
      auto const line = read_line(client.get(), kPatience, kMaxLine);
      if (line) (void)send_line(client.get(), answer(*line), kPatience);
    }
  }
};

HqControl::HqControl(std::unique_ptr<State> state) : state_(std::move(state)) {}

HqControl::~HqControl() {
  std::uint64_t const one = 1;
  (void)!::write(state_->ending.get(), &one, sizeof one);
  state_->thread.join();
  ::unlink(state_->file.c_str());
}

Result<std::unique_ptr<HqControl>> HqControl::listen(std::filesystem::path const& file,
                                                     std::function<std::string(std::string_view)> answer) {
  auto const address = address_of(file);
  if (!address) return tl::unexpected{address.error()};
  if (connect_to(file)) return fail(Code::rejected, file.string() + ": another tillcue-hq serve answers there");
  ::unlink(file.c_str());
  auto state = std::make_unique<State>();
  state->file = file;
  state->listening = Descriptor{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  state->ending = Descriptor{::eventfd(0, EFD_CLOEXEC)};
  state->answer = std::move(answer);
  int const fd = state->listening.get();
  if (fd < 0 || state->ending.get() < 0) return tl::unexpected{system_error(file)};
  auto const before = ::umask(0177);
  bool const bound = ::bind(fd, reinterpret_cast<sockaddr const*>(&*address), sizeof *address) == 0;
  ::umask(before);
  if (!bound || ::listen(fd, 16) != 0) return tl::unexpected{system_error(file)};
  state->thread = std::thread{[&own = *state] { own.run(); }};
  return std::unique_ptr<HqControl>{new HqControl{std::move(state)}};
}

Result<std::string> ask_serve(std::filesystem::path const& file, std::string_view line,
                              std::chrono::milliseconds patience) {
  auto const fd = connect_to(file);
  if (!fd) return tl::unexpected{fd.error()};
  if (auto done = send_line(fd->get(), std::string{line}, patience); !done) return tl::unexpected{done.error()};
  return read_line(fd->get(), patience, 16 * kMaxLine);
}

std::filesystem::path control_file(std::filesystem::path const& database) { return database.string() + ".control"; }

}  // namespace tillcue::sync
