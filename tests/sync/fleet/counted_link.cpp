#include "counted_link.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace tillcue::sync::fleet {
namespace {

constexpr int kHighest = 20'000;  // descriptors are given out from below
constexpr int kTries = 200'000;

bool leads_to(int fd, int port) {
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  return ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && peer.sin_family == AF_INET &&
         ntohs(peer.sin_port) == port;
}

}  // namespace

bool Cutter::heard() {
  auto const share = millionths_.load();
  if (share == 0) return false;
  std::lock_guard const lock(mutex_);
  return random_() % 1'000'000 < share && cut_one();
}

bool Cutter::cut_one() {
  for (int n = 0; n < kTries; ++n) {
    int const fd = static_cast<int>(3 + random_() % kHighest);
    if (leads_to(fd, port_)) return ::shutdown(fd, SHUT_RDWR) == 0;
  }
  return false;
}

void CountedLink::start(MqttEvents events) {
  events.on_message = [this, inner = std::move(events.on_message)](MqttMessage const& message) {
    ++traffic_.heard;
    traffic_.bytes_down += message.topic.size() + message.payload.size();
    if (cutter_.heard()) ++traffic_.cuts;
    inner(message);
  };
  inner_->start(std::move(events));
}

void CountedLink::publish(MqttPublish message, Done done) {
  ++traffic_.said;
  traffic_.bytes_up += message.topic.size() + message.payload.size();
  inner_->publish(std::move(message), std::move(done));
}

}  // namespace tillcue::sync::fleet
