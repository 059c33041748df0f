#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/loop.hpp"
#include "tillcue/core/result.hpp"

namespace tillcue::pos {

/// A TCP acceptor that goes on accepting until stopped; when the process has no descriptors left it waits and tries on.
/// Threads  the io_context's.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  using Socket = TcpSocket;

  /// Listens; nothing is accepted before start().
  /// Errors  invalid (host is not an address), io (in use, not permitted).
  static Result<std::shared_ptr<Listener>> open(boost::asio::io_context& io, std::string const& host,
                                                std::uint16_t port);

  explicit Listener(boost::asio::io_context& io) : acceptor_(io), pause_(io) {}

  /// Every accepted socket, with TCP_NODELAY set, goes to `take`.
  void start(std::function<void(Socket)> take);
  void stop();
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  Result<void> bind(boost::asio::ip::tcp::endpoint const& where);
  void accept();
  void accept_later();

  TcpAcceptor acceptor_;
  Timer pause_;
  std::function<void(Socket)> take_;
  std::uint16_t port_ = 0;
};

}  // namespace tillcue::pos
