#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/loop.hpp"
#include "tillcue/core/result.hpp"

namespace tillcue::pos {

/// A Unix socket that goes on accepting until stopped. Its file is made for owner and group, and removed at the end;
/// one that nobody listens on any more is replaced. Threads  the io_context's.
class UnixListener : public std::enable_shared_from_this<UnixListener> {
 public:
  using Socket = UnixSocket;

  /// Errors  invalid (path empty or too long), io (somebody listens there, something else is there, not permitted).
  static Result<std::shared_ptr<UnixListener>> open(boost::asio::io_context& io, std::string const& path);

  explicit UnixListener(boost::asio::io_context& io) : acceptor_(io), pause_(io) {}

  void start(std::function<void(Socket)> take);
  void stop();

 private:
  Result<void> bind(boost::asio::io_context& io, std::string const& path);
  void accept();

  UnixAcceptor acceptor_;
  Timer pause_;
  std::function<void(Socket)> take_;
  std::string path_;
};

}  // namespace tillcue::pos
