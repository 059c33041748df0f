#include "net/listener.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

namespace tillcue::pos {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

Result<std::shared_ptr<Listener>> Listener::open(asio::io_context& io, std::string const& host, std::uint16_t port) {
  error_code problem;
  auto const address = asio::ip::make_address(host, problem);
  if (problem)
    return fail(Code::invalid, "\"" + host + "\" is not an IP address: write 127.0.0.1 or [::1] without brackets");
  auto listener = std::make_shared<Listener>(io);
  auto bound = listener->bind({address, port});
  if (!bound) return tl::unexpected(bound.error().within("listening on " + host + ":" + std::to_string(port)));
  return listener;
}

Result<void> Listener::bind(tcp::endpoint const& where) {
  error_code problem;
  acceptor_.open(where.protocol(), problem);
  if (!problem) acceptor_.set_option(asio::socket_base::reuse_address(true), problem);
  if (!problem) acceptor_.bind(where, problem);
  if (!problem) acceptor_.listen(asio::socket_base::max_listen_connections, problem);
  if (problem) return fail(Code::io, problem.message());
  port_ = acceptor_.local_endpoint(problem).port();
  return {};
}

void Listener::start(std::function<void(Socket)> take) {
  take_ = std::move(take);
  accept();
}

void Listener::accept() {
  acceptor_.async_accept([self = shared_from_this()](error_code problem, Socket socket) {
    if (!self->acceptor_.is_open()) return;
    if (problem) return self->accept_later();
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    self->take_(std::move(socket));
    if (self->acceptor_.is_open()) self->accept();
  });
}

void Listener::accept_later() {
  pause_.expires_after(std::chrono::milliseconds(200));
  pause_.async_wait([self = shared_from_this()](error_code problem) {
    if (!problem && self->acceptor_.is_open()) self->accept();
  });
}

void Listener::stop() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

}  // namespace tillcue::pos
