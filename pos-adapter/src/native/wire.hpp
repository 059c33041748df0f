#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "net/http_connection.hpp"
#include "net/loop.hpp"

namespace tillcue::pos {

/// What a till's lines travel on. One read and one write at a time; none calls back inside the call, nor after close().
/// Threads  the io_context's.
class Wire {
 public:
  using Read = std::function<void(boost::system::error_code, std::string_view)>;
  using Written = std::function<void(boost::system::error_code)>;

  virtual ~Wire() = default;
  virtual Executor executor() = 0;
  /// The next bytes; they are valid during the call. At the end of the stream boost::asio::error::eof.
  virtual void read(Read done) = 0;
  /// Whole lines. Borrows them until `done`.
  virtual void write(std::string_view lines, Written done) = 0;
  /// Nothing more will be written.
  virtual void shut_sending() = 0;
  virtual void close() = 0;
};

/// Over TCP or a Unix socket.
std::unique_ptr<Wire> make_socket_wire(AnySocket socket);

/// Over a WebSocket that a request asked for: each message is one line or several, each line is sent as one message.
/// A message that is no text ends it.
std::unique_ptr<Wire> make_web_wire(TcpSocket socket, HttpRequest request);

}  // namespace tillcue::pos
