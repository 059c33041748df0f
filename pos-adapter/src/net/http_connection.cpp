#include "net/http_connection.hpp"

#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "net/host_check.hpp"

namespace tillcue::pos {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::uint32_t kMaxHeader = std::uint32_t{8} * 1024;
constexpr std::size_t kMaxDrain = std::size_t{512} * 1024;

bool is_syntax(error_code problem) {
  return problem.category() == http::make_error_code(http::error::bad_method).category() &&
         problem != http::error::end_of_stream && problem != http::error::partial_message;
}

http::status status_of(error_code problem) {
  if (problem == http::error::header_limit || problem == http::error::buffer_overflow) {
    return http::status::request_header_fields_too_large;
  }
  return problem == http::error::body_limit ? http::status::payload_too_large : http::status::bad_request;
}

std::string why(error_code problem, std::uint64_t body) {
  switch (status_of(problem)) {
    case http::status::request_header_fields_too_large:
      return "the request's header is larger than " + std::to_string(kMaxHeader / 1024) + " KiB";
    case http::status::payload_too_large:
      return "the request's body is larger than " + std::to_string(body / 1024) + " KiB";
    default:
      return "not an HTTP/1.1 request: " + problem.message();
  }
}

void append(std::string& out, beast::string_view text) { out.append(text.data(), text.size()); }

/// The bytes of an answer. Beast's own writing is made for bodies that come in pieces, and is 50 KB of program.
std::string bytes_of(HttpResponse const& response) {
  std::string out = "HTTP/1.1 " + std::to_string(response.result_int()) + " ";
  append(out, response.reason());
  for (auto const& field : response) {
    append(out += "\r\n", field.name_string());
    append(out += ": ", field.value());
  }
  return out += "\r\n\r\n" + response.body();
}

}  // namespace

HttpResponse HttpHost::unreadable(http::status status, std::string why) {
  return http_text(status, kPlainText, why + "\n");
}

void HttpConnection::read() {
  parser_.emplace();
  parser_->header_limit(kMaxHeader);
  parser_->body_limit(limits_.body);
  limit();
  http::async_read(socket_, buffer_, *parser_, [self = shared_from_this()](error_code problem, std::size_t) {
    if (!self->closed_) self->received(problem);
  });
}

void HttpConnection::received(error_code problem) {
  if (is_syntax(problem)) return write(host_->unreadable(status_of(problem), why(problem, limits_.body)));
  if (problem) return leave();
  auto request = parser_->release();
  if (beast::websocket::is_upgrade(request)) {
    limit_.cancel();
    if (auto refused = host_->upgrade(socket_, request)) return write(*refused);
    closed_ = true;
    return host_->gone(*this);
  }
  auto response = host_->respond(request);
  if (!request.keep_alive()) response.keep_alive(false);
  write(response);
}

void HttpConnection::write(HttpResponse const& response) {
  outgoing_ = bytes_of(response);
  limit();
  auto const done = [self = shared_from_this(), more = response.keep_alive()](error_code problem, std::size_t) {
    if (self->closed_) return;
    if (problem) return self->leave();
    if (more) return self->read();
    error_code ignored;
    self->socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    self->linger();
  };
  asio::async_write(socket_, asio::buffer(outgoing_), done);
}

/// Reads the rest away: closing on unread bytes would reset the connection and lose the answer.
void HttpConnection::linger() {
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code problem, std::size_t size) {
    if (self->closed_) return;
    self->drained_ += size;
    if (problem || self->drained_ > kMaxDrain) return self->leave();
    self->linger();
  });
}

void HttpConnection::leave() {
  if (closed_) return;
  auto const alive = shared_from_this();
  close();
  host_->gone(*this);
}

void HttpConnection::close() {
  closed_ = true;
  limit_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

void HttpConnection::limit() {
  limit_.expires_after(limits_.time);
  limit_.async_wait([self = shared_from_this()](error_code cancelled) {
    // One that was due as it was set anew has been called all the same.
    bool const due = !cancelled && self->limit_.expiry() <= std::chrono::steady_clock::now();
    if (due && !self->closed_) self->leave();
  });
}

HttpResponse http_text(http::status status, std::string_view type, std::string body) {
  HttpResponse out{status, 11};
  out.set(http::field::content_type, beast::string_view(type.data(), type.size()));
  out.set(http::field::cache_control, "no-store");
  out.set("X-Content-Type-Options", "nosniff");
  out.body() = std::move(body);
  out.content_length(out.body().size());
  out.keep_alive(http::to_status_class(status) == http::status_class::successful);
  return out;
}

bool host_is_ours(HttpRequest const& request, std::vector<std::string> const& extra) {
  auto const host = request[http::field::host];
  return request.count(http::field::host) == 1 && host_allowed({host.data(), host.size()}, extra);
}

std::optional<std::string> origin_of(HttpRequest const& request) {
  if (request.count(http::field::origin) > 1) return {};
  return std::string(request[http::field::origin]);
}

}  // namespace tillcue::pos
