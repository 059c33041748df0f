#include "screen/http_session.hpp"

#include <utility>

#include "screen/screen_response.hpp"
#include "screen/screen_socket.hpp"

namespace tillcue::pos {
namespace {

constexpr std::uint64_t kMaxBody = 1024;

}  // namespace

HttpSession::HttpSession(TcpSocket socket, ScreenHub& hub)
    : hub_(&hub),
      connection_(std::make_shared<HttpConnection>(std::move(socket), *this,
                                                   HttpConnection::Limits{kMaxBody, hub.options.request_timeout})) {}

HttpResponse HttpSession::respond(HttpRequest const& request) {
  ++hub_->counters.requests;
  return screen_response(request, *hub_);
}

std::optional<HttpResponse> HttpSession::upgrade(TcpSocket& socket, HttpRequest& request) {
  ++hub_->counters.requests;
  if (auto refused = refuse_upgrade(request, *hub_)) return refused;
  open_screen_socket(std::move(socket), std::move(request), *hub_);
  return {};
}

HttpResponse HttpSession::unreadable(boost::beast::http::status status, std::string why) {
  return refuse(*hub_, status, std::move(why));
}

void HttpSession::gone(HttpConnection const&) { hub_->remove(*this); }

}  // namespace tillcue::pos
