#include "pos-adapter/loopback.hpp"

#include <cerrno>
#include <future>
#include <thread>

#include <arpa/inet.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace tillcue::pos::testing {

namespace asio = boost::asio;

struct LoopThread::Parts {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::thread thread{[this] { io.run(); }};
};

LoopThread::LoopThread() : parts_(std::make_unique<Parts>()) {}

LoopThread::~LoopThread() {
  parts_->work.reset();
  parts_->io.stop();
  parts_->thread.join();
}

asio::io_context& LoopThread::io() noexcept { return parts_->io; }

void LoopThread::run_there(std::function<void()> const& work) {
  std::promise<void> done;
  asio::post(parts_->io, [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

Peer::Peer(std::uint16_t port, int receive_buffer) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int const opened = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  timeval const patience{5, 0};
  ::setsockopt(opened, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(opened, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (receive_buffer > 0) ::setsockopt(opened, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  void const* const generic = &where;
  if (::connect(opened, static_cast<sockaddr const*>(generic), sizeof where) == 0) {
    socket_ = opened;
  } else {
    ::close(opened);
  }
}

Peer::~Peer() {
  if (socket_ >= 0) ::close(socket_);
}

bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Peer::fill() {
  char chunk[4096];
  auto const got = ::recv(socket_, chunk, sizeof chunk, 0);
  if (got <= 0) return false;
  held_.append(chunk, static_cast<std::size_t>(got));
  return true;
}

std::optional<std::string> Peer::line() {
  auto end = held_.find('\n');
  while (end == std::string::npos && fill()) end = held_.find('\n');
  if (end == std::string::npos) return {};
  auto text = held_.substr(0, end);
  held_.erase(0, end + 1);
  return text;
}

std::string Peer::bytes(std::size_t size) {
  while (held_.size() < size && fill()) {
  }
  auto text = held_.substr(0, size);
  held_.erase(0, text.size());
  return text;
}

std::string Peer::rest() {
  while (fill()) {
  }
  return std::exchange(held_, {});
}

bool Peer::at_end() {
  char one = 0;
  if (!held_.empty()) return false;
  auto const got = ::recv(socket_, &one, 1, 0);
  if (got > 0) held_.push_back(one);
  return got == 0 || (got < 0 && errno == ECONNRESET);
}

void Peer::shut_sending() { ::shutdown(socket_, SHUT_WR); }

}  // namespace tillcue::pos::testing
