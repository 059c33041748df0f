#include "virtual_printer.hpp"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tillcue::pos::sim {
namespace {

constexpr int kIdleMs = 10'000;
constexpr std::size_t kSlowBytes = 64;
constexpr int kSlowMs = 50;

enum class Ready : std::uint8_t { socket, stop, time_over };

Ready wait(int socket, int stop, int milliseconds) {
  for (;;) {
    std::array<pollfd, 2> both{{{socket, POLLIN, 0}, {stop, POLLIN, 0}}};
    int const ready = ::poll(both.data(), both.size(), milliseconds);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Ready::time_over;
    return both[1].revents != 0 ? Ready::stop : Ready::socket;
  }
}

/// The answer to DLE EOT n in the state the fault stands for.
std::uint8_t status(PrinterFault fault, unsigned n) {
  bool const paper = fault == PrinterFault::paper, cover = fault == PrinterFault::cover;
  if (n == 1) return paper || cover ? 0x1E : 0x16;
  if (n == 2) return paper ? 0x32 : cover ? 0x16 : 0x12;
  return n == 4 && paper ? 0x7E : 0x12;
}

}  // namespace

Result<PrinterFault> parse_fault(std::string_view name) {
  if (name == "none") return PrinterFault::none;
  if (name == "paper") return PrinterFault::paper;
  if (name == "cover") return PrinterFault::cover;
  if (name == "silent") return PrinterFault::silent;
  if (name == "slow") return PrinterFault::slow;
  return fail(Code::invalid, "no fault \"" + std::string(name) + "\"; take one of none, paper, cover, silent, slow");
}

Result<VirtualPrinter> VirtualPrinter::listen(Address const& address, PrinterFault fault, OnJob on_job) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(address.port);
  if (::inet_pton(AF_INET, address.host.c_str(), &where.sin_addr) != 1) {
    return fail(Code::invalid, address.text() + ": the host must be an IPv4 address");
  }
  int const listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  VirtualPrinter printer(listener, address.port, fault, std::move(on_job));
  int const on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  socklen_t size = sizeof where;
  void* const raw = &where;
  if (::bind(listener, static_cast<sockaddr*>(raw), size) != 0 || ::listen(listener, 8) != 0) {
    return fail(Code::io, address.text() + ": " + std::generic_category().message(errno));
  }
  ::getsockname(listener, static_cast<sockaddr*>(raw), &size);
  printer.port_ = ntohs(where.sin_port);
  return printer;
}

VirtualPrinter::VirtualPrinter(VirtualPrinter&& other) noexcept
    : listener_(std::exchange(other.listener_, -1)),
      port_(other.port_),
      fault_(other.fault_),
      on_job_(std::move(other.on_job_)) {}

VirtualPrinter::~VirtualPrinter() {
  if (listener_ >= 0) ::close(listener_);
}

void VirtualPrinter::run(int stop) {
  while (wait(listener_, stop, -1) == Ready::socket) {
    int const client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    bool const goes_on = serve(client, stop);
    ::close(client);
    if (printable_ && prints()) on_job_(job_);
    if (!goes_on) return;
  }
}

bool VirtualPrinter::serve(int client, int stop) {
  job_.clear();
  printable_ = false;
  Tokenizer tokenizer;
  auto const sink = [&](Token const& token) { take(token, client); };
  bool const slow = fault_ == PrinterFault::slow;
  std::array<std::byte, 4096> block{};
  for (;;) {
    auto const ready = wait(client, stop, kIdleMs);
    if (ready != Ready::socket) return ready != Ready::stop;
    if (slow && wait(stop, stop, kSlowMs) != Ready::time_over) return false;
    auto const got = ::recv(client, block.data(), slow ? kSlowBytes : block.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    auto const bytes = std::span(block).first(static_cast<std::size_t>(got));
    if (job_.size() + bytes.size() <= kMaxJob) job_.insert(job_.end(), bytes.begin(), bytes.end());
    tokenizer.feed(bytes, sink);
  }
  tokenizer.finish(sink);
  return true;
}

void VirtualPrinter::take(Token const& token, int client) {
  if (token.is('\x10', '\x04')) return answer(client, status(fault_, token.byte(2)));
  if (token.is('\x1D', 'r') || token.is('\x1D', 'I')) {
    if (prints()) answer(client, 0);  // in its queue: a stopped printer does not get there
    return;
  }
  printable_ = true;
}

void VirtualPrinter::answer(int client, std::uint8_t byte) const {
  if (fault_ != PrinterFault::silent) (void)::send(client, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace tillcue::pos::sim
