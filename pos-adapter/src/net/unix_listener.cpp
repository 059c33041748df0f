#include "net/unix_listener.hpp"

#include <boost/asio/io_context.hpp>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace tillcue::pos {

namespace asio = boost::asio;
using boost::system::error_code;

Result<std::shared_ptr<UnixListener>> UnixListener::open(asio::io_context& io, std::string const& path) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) {
    return fail(Code::invalid, path + ": the path of a Unix socket has 1 to 107 bytes; take a shorter one");
  }
  auto listener = std::make_shared<UnixListener>(io);
  if (auto const bound = listener->bind(io, path); !bound) return tl::unexpected(bound.error().within(path));
  return listener;
}

Result<void> UnixListener::bind(asio::io_context& io, std::string const& path) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0) {
    if (!S_ISSOCK(there.st_mode)) return fail(Code::io, "is there and no socket; choose another path");
    error_code nobody;
    Socket probe(io);
    probe.connect(asio::local::stream_protocol::endpoint(path), nobody);
    if (!nobody) return fail(Code::io, "another program listens there; end it or choose another path");
    ::unlink(path.c_str());
  }
  error_code problem;
  acceptor_.open(asio::local::stream_protocol(), problem);
  if (!problem) acceptor_.bind(asio::local::stream_protocol::endpoint(path), problem);
  if (!problem) acceptor_.listen(asio::socket_base::max_listen_connections, problem);
  if (problem) return fail(Code::io, problem.message());
  path_ = path;
  if (::chmod(path.c_str(), 0660) != 0) return fail(Code::io, "its rights cannot be set");
  return {};
}

void UnixListener::start(std::function<void(Socket)> take) {
  take_ = std::move(take);
  accept();
}

void UnixListener::accept() {
  acceptor_.async_accept([self = shared_from_this()](error_code problem, Socket socket) {
    if (!self->acceptor_.is_open()) return;
    if (!problem) {
      self->take_(std::move(socket));
      return self->accept();
    }
    // No descriptors left, most likely: a moment later there may be.
    self->pause_.expires_after(std::chrono::milliseconds(200));
    self->pause_.async_wait([self](error_code cancelled) {
      if (!cancelled && self->acceptor_.is_open()) self->accept();
    });
  });
}

void UnixListener::stop() {
  if (!acceptor_.is_open()) return;
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  ::unlink(path_.c_str());
}

}  // namespace tillcue::pos
