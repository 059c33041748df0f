#include "screen/http_session.hpp"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "screen/screen_socket.hpp"

namespace tillcue::pos {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::uint32_t kMaxHeader = std::uint32_t{8} * 1024;
constexpr std::uint64_t kMaxBody = 1024;
constexpr std::size_t kMaxDrain = std::size_t{256} * 1024;

bool is_syntax(error_code problem) {
  return problem.category() == http::make_error_code(http::error::bad_method).category() &&
         problem != http::error::end_of_stream && problem != http::error::partial_message;
}

ScreenResponse syntax_answer(error_code problem) {
  if (problem == http::error::header_limit || problem == http::error::buffer_overflow) {
    return refuse_syntax(http::status::request_header_fields_too_large, "the request's header is larger than 8 KiB");
  }
  if (problem == http::error::body_limit) {
    return refuse_syntax(http::status::payload_too_large, "the request's body is larger than 1 KiB");
  }
  return refuse_syntax(http::status::bad_request, "not an HTTP/1.1 request: " + problem.message());
}

}  // namespace

void HttpSession::read() {
  parser_.emplace();
  parser_->header_limit(kMaxHeader);
  parser_->body_limit(kMaxBody);
  stream_.expires_after(hub_->options.request_timeout);
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code problem, std::size_t) {
    if (!self->closed_) self->received(problem);
  });
}

void HttpSession::received(error_code problem) {
  if (is_syntax(problem)) {
    ++hub_->counters.refused;
    return write(syntax_answer(problem));
  }
  if (problem) return leave();
  ++hub_->counters.requests;
  auto request = parser_->release();
  if (beast::websocket::is_upgrade(request)) return upgrade(std::move(request));
  write(respond(request, *hub_));
}

void HttpSession::upgrade(ScreenRequest request) {
  if (auto refused = refuse_upgrade(request, *hub_)) return write(std::move(*refused));
  auto const alive = shared_from_this();
  auto& hub = *hub_;
  closed_ = true;
  hub.remove(*this);
  open_screen_socket(stream_.release_socket(), std::move(request), hub);
}

void HttpSession::write(ScreenResponse response) {
  response_ = std::move(response);
  stream_.expires_after(hub_->options.request_timeout);
  http::async_write(stream_, response_, [self = shared_from_this()](error_code problem, std::size_t) {
    if (self->closed_) return;
    if (problem) return self->leave();
    if (self->response_.keep_alive()) return self->read();
    error_code ignored;
    self->stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    self->linger();
  });
}

/// Reads the rest away: closing on unread bytes would reset the connection and lose the answer.
void HttpSession::linger() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code problem, std::size_t size) {
    if (self->closed_) return;
    self->drained_ += size;
    if (problem || self->drained_ > kMaxDrain) return self->leave();
    self->linger();
  });
}

void HttpSession::leave() {
  if (closed_) return;
  close();
  hub_->remove(*this);
}

void HttpSession::close() {
  closed_ = true;
  stream_.close();
}

}  // namespace tillcue::pos
