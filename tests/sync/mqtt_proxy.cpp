#include "mqtt_proxy.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/loopback_address.hpp"

namespace tillcue::sync::test {
namespace {

using Clock = std::chrono::steady_clock;
using tillcue::test::loopback;
constexpr std::chrono::milliseconds kHeld{50};     // a swapped packet waits so long for another
constexpr std::chrono::milliseconds kDoomed{200};  // a connection goes on so long after a loss, or before it is reset
constexpr int kTick = 10;

void make_ready(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  int const on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// Bytes of the packet at the front, 0 while it is not all here.
std::size_t packet_size(std::string_view stream) {
  std::size_t remaining = 0;
  for (std::size_t n = 1; n <= 4; ++n) {
    if (n >= stream.size()) return 0;
    auto const byte = static_cast<unsigned char>(stream[n]);
    remaining |= std::size_t{byte & 0x7FU} << 7U * (n - 1);
    if ((byte & 0x80U) == 0) return stream.size() >= 1 + n + remaining ? 1 + n + remaining : 0;
  }
  throw std::runtime_error("not a stream of MQTT packets");
}

}  // namespace

/// The two sockets of one client, and what is on its way each way.
struct MqttProxy::Pair {
  struct Way {
    int from = -1, to = -1;
    bool to_broker = false;
    std::string in, out;
    std::string held;
    Clock::time_point held_until{};
  };
  std::array<Way, 2> ways;
  bool over = false;
  std::optional<Clock::time_point> doomed{};
  bool reset = false;

  Pair(int client, int broker)
      : ways{Way{client, broker, true, {}, {}, {}, {}}, Way{broker, client, false, {}, {}, {}, {}}} {}
  ~Pair() {
    linger const at_once{1, 0};
    if (reset) ::setsockopt(ways[0].from, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    if (reset) ::setsockopt(ways[0].to, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(ways[0].from);
    ::close(ways[0].to);
  }

  /// False when the stream has ended.
  static bool take(Way& way) {
    std::array<char, 65'536> part;
    for (;;) {
      auto const got = ::recv(way.from, part.data(), part.size(), 0);
      if (got > 0) way.in.append(part.data(), static_cast<std::size_t>(got));
      if (got < 0) return errno == EAGAIN || errno == EINTR;
      if (got == 0) return false;
    }
  }
  static bool give(Way& way) {
    while (!way.out.empty()) {
      auto const put = ::send(way.to, way.out.data(), way.out.size(), MSG_NOSIGNAL);
      if (put < 0) return errno == EAGAIN || errno == EINTR;
      way.out.erase(0, static_cast<std::size_t>(put));
    }
    return true;
  }
  static void release(Way& way) {
    way.out += way.held;
    way.held.clear();
  }

  void apply(Fate fate, Way& way, std::string packet, Counts& counts);
  void pass_packets(Way& way, Script const& script, Counts& counts);
};

void MqttProxy::Pair::apply(Fate fate, Way& way, std::string packet, Counts& counts) {
  bool const publish = static_cast<unsigned char>(packet[0]) >> 4U == PassingPacket::kPublish;
  bool const once = publish && (packet[0] & 0x06) == 0x02;
  switch (fate) {
    case Fate::pass:
      way.out += packet;
      break;
    case Fate::drop:
      ++counts.dropped;
      doomed = doomed.value_or(Clock::now() + kDoomed);
      return;
    case Fate::twice:
      ++counts.doubled;
      way.out += packet;
      if (once) packet[0] = static_cast<char>(packet[0] | 0x08);
      way.out += packet;
      break;
    case Fate::swap:
      ++counts.swapped;
      release(way);
      way.held = std::move(packet);
      way.held_until = Clock::now() + kHeld;
      return;
    case Fate::reset_later:
      reset = true;
      doomed = doomed.value_or(Clock::now() + kDoomed);
      way.out += packet;
      break;
    case Fate::cut_before:
    case Fate::cut_inside:
    case Fate::cut_after:
      ++counts.cut;
      if (fate == Fate::cut_inside) way.out += packet.substr(0, packet.size() / 2);
      if (fate == Fate::cut_after) way.out += packet;
      over = true;
      return;
  }
  release(way);
}

void MqttProxy::Pair::pass_packets(Way& way, Script const& script, Counts& counts) {
  std::size_t at = 0;
  while (!over) {
    auto const rest = std::string_view(way.in).substr(at);
    auto const size = packet_size(rest);
    if (size == 0) break;
    auto const bytes = rest.substr(0, size);
    unsigned const head = static_cast<unsigned char>(bytes[0]);
    PassingPacket const packet{way.to_broker, head >> 4U, head >> 1U & 3U, bytes};
    ++counts.packets;
    apply(script(packet), way, std::string(bytes), counts);
    at += size;
  }
  way.in.erase(0, at);
  if (!way.held.empty() && Clock::now() >= way.held_until) release(way);
}

MqttProxy::MqttProxy(int broker_port, Script script) : broker_port_(broker_port), script_(std::move(script)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  bool const good = ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
                    ::listen(listener_, 64) == 0;
  if (!good) throw std::runtime_error("the proxy cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

MqttProxy::~MqttProxy() {
  over_ = true;
  thread_.join();
  ::close(listener_);
}

void MqttProxy::accept_one() {
  int const client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  int const broker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto const address = loopback(broker_port_);
  if (::connect(broker, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
    ::close(client);
    ::close(broker);
    return;
  }
  make_ready(client);
  make_ready(broker);
  ++counts_.connections;
  pairs_.push_back(std::make_unique<Pair>(client, broker));
}

void MqttProxy::run() {
  while (!over_) {
    std::vector<pollfd> watched{{listener_, POLLIN, 0}};
    for (auto const& pair : pairs_) {
      for (auto const& way : pair->ways) {
        watched.push_back({way.from, static_cast<short>(POLLIN), 0});
        if (!way.out.empty()) watched.push_back({way.to, POLLOUT, 0});
      }
    }
    ::poll(watched.data(), watched.size(), kTick);
    if ((watched[0].revents & POLLIN) != 0) accept_one();
    for (auto& pair : pairs_) {
      for (auto& way : pair->ways) {
        bool const open = Pair::take(way);
        pair->pass_packets(way, script_, counts_);
        pair->over = !Pair::give(way) || !open || pair->over;
      }
      if (pair->doomed && Clock::now() >= *pair->doomed) {
        ++counts_.cut;
        pair->over = true;
      }
    }
    pairs_.erase(std::remove_if(pairs_.begin(), pairs_.end(), [](auto const& pair) { return pair->over; }),
                 pairs_.end());
  }
}

}  // namespace tillcue::sync::test
