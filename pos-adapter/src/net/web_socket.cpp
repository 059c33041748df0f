#include "net/web_socket.hpp"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/websocket.hpp>

namespace tillcue::pos {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

/// Reading and writing have one kind of handler.
auto without_size(WebSocket::Done done) {
  return [done = std::move(done)](error_code problem, std::size_t) { done(problem); };
}

}  // namespace

WebSocket::WebSocket(TcpSocket socket, HttpRequest request, Limits limits)
    : stream_(std::move(socket)), request_(std::move(request)) {
  stream_.set_option(websocket::stream_base::timeout{limits.handshake, limits.idle, true});
  stream_.read_message_max(limits.message);
  stream_.text(true);
}

void WebSocket::accept(Done done) { stream_.async_accept(request_, std::move(done)); }

void WebSocket::read_some(Done done) { stream_.async_read_some(incoming_, 0, without_size(std::move(done))); }

std::string_view WebSocket::message() const noexcept {
  auto const bytes = incoming_.cdata();
  return {static_cast<char const*>(bytes.data()), bytes.size()};
}

void WebSocket::write(std::string_view text, Done done) {
  stream_.async_write(asio::buffer(text), without_size(std::move(done)));
}

void WebSocket::say_good_bye(Done done) { stream_.async_close(websocket::close_code::policy_error, std::move(done)); }

void WebSocket::close() {
  error_code ignored;
  auto& socket = beast::get_lowest_layer(stream_);
  socket.shutdown(asio::socket_base::shutdown_both, ignored);
  socket.close(ignored);
}

}  // namespace tillcue::pos
