#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "net/http_connection.hpp"
#include "net/loop.hpp"

namespace tillcue::pos {

/// The WebSocket a request asked for, of text messages and without compression. It is compiled here and nowhere else:
/// each kind of handler would be some 200 KB more of a terminal's program. One read and one write at a time; `done`
/// never runs inside the call. Whoever calls close() must be ready to be told of what it ended. Threads  the
/// io_context's.
class WebSocket {
 public:
  using Done = std::function<void(boost::system::error_code)>;
  struct Limits {
    std::size_t message;
    std::chrono::milliseconds handshake;
    std::chrono::milliseconds idle;
  };

  WebSocket(TcpSocket socket, HttpRequest request, Limits limits);

  [[nodiscard]] Executor executor() { return stream_.get_executor(); }
  void accept(Done done);

  /// Adds what comes next to the message begun.
  void read_some(Done done);
  [[nodiscard]] bool is_message_done() const noexcept { return stream_.is_message_done(); }
  [[nodiscard]] bool got_text() const noexcept { return stream_.got_text(); }
  [[nodiscard]] std::string_view message() const noexcept;
  void next_message() noexcept { incoming_.clear(); }

  /// One message. Borrows the text until `done`.
  void write(std::string_view text, Done done);
  /// Closes as the protocol has it: what was sent arrives. `done` says that it did or will not.
  void say_good_bye(Done done);
  void close();

 private:
  boost::beast::websocket::stream<TcpSocket, false> stream_;
  HttpRequest request_;
  boost::beast::flat_buffer incoming_;
};

}  // namespace tillcue::pos
