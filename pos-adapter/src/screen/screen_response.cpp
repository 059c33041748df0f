#include "screen/screen_response.hpp"

#include <optional>
#include <utility>

#include "net/host_check.hpp"
#include "screen/page.hpp"

namespace tillcue::pos {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view kMetrics = "text/plain; version=0.0.4; charset=utf-8";

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// `ws://host` besides 'self', because older browsers do not count a WebSocket as the same origin.
std::string content_policy(std::string_view host, std::vector<std::string> const& parents) {
  std::string ancestors;
  for (auto const& parent : parents) ancestors += " " + parent;
  if (ancestors.empty()) ancestors = " 'none'";
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ws://" +
         std::string(host) + "; base-uri 'none'; form-action 'none'; frame-ancestors" + ancestors;
}

HttpResponse answer(http::status status, std::string_view type, std::string body) {
  auto out = http_text(status, type, std::move(body));
  out.set("X-Frame-Options", "DENY");
  out.set("Referrer-Policy", "no-referrer");
  out.set("Cross-Origin-Resource-Policy", "same-origin");
  out.set("Cross-Origin-Opener-Policy", "same-origin");
  out.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  return out;
}

}  // namespace

HttpResponse refuse(ScreenHub& hub, http::status status, std::string text) {
  ++hub.counters.refused;
  return answer(status, kPlainText, std::move(text) + "\n");
}

namespace {

std::optional<HttpResponse> refuse_host(HttpRequest const& request, ScreenHub& hub) {
  if (host_is_ours(request, hub.options.extra_hosts)) return {};
  return refuse(hub, http::status::misdirected_request,
                "this screen answers to its loopback address only: open http://127.0.0.1");
}

HttpResponse page(PageFile const& file, std::string_view host, std::vector<std::string> const& parents) {
  auto out = answer(http::status::ok, file.type, std::string(file.bytes));
  out.set("Content-Security-Policy", content_policy(host, parents));
  if (!parents.empty()) out.erase("X-Frame-Options");  // it knows no list; frame-ancestors does
  return out;
}

HttpResponse health(ScreenHub const& hub) {
  auto const state = hub.handlers.health ? hub.handlers.health() : Result<void>{};
  if (state) return answer(http::status::ok, kPlainText, "ok\n");
  auto out = answer(http::status::service_unavailable, kPlainText, state.error().what + "\n");
  out.keep_alive(true);
  return out;
}

HttpResponse route(HttpRequest const& request, ScreenHub& hub) {
  auto const path = view(request.target());
  if (auto const* file = page_file(path.substr(0, path.find('?')))) {
    return page(*file, view(request[http::field::host]), hub.options.parents);
  }
  if (path == "/theme.css") return answer(http::status::ok, "text/css; charset=utf-8", hub.options.theme);
  if (path == "/healthz") return health(hub);
  if (path == "/metrics") return answer(http::status::ok, kMetrics, hub.handlers.metrics ? hub.handlers.metrics() : "");
  if (path == "/ws") return refuse(hub, http::status::upgrade_required, "/ws is a WebSocket");
  return refuse(hub, http::status::not_found, "nothing here: the cashier page is /");
}

}  // namespace

std::optional<HttpResponse> refuse_upgrade(HttpRequest const& request, ScreenHub& hub) {
  if (auto refused = refuse_host(request, hub)) return refused;
  if (view(request.target()) != "/ws") return refuse(hub, http::status::not_found, "the WebSocket is /ws");
  if (request.count(http::field::origin) != 1 ||
      !same_origin(view(request[http::field::origin]), view(request[http::field::host]))) {
    return refuse(hub, http::status::forbidden, "the WebSocket serves this screen's own page only: wrong Origin");
  }
  return {};
}

HttpResponse screen_response(HttpRequest const& request, ScreenHub& hub) {
  if (auto refused = refuse_host(request, hub)) return std::move(*refused);
  bool const head = request.method() == http::verb::head;
  if (request.method() != http::verb::get && !head) {
    auto out = refuse(hub, http::status::method_not_allowed, "only GET and HEAD are served");
    out.set(http::field::allow, "GET, HEAD");
    return out;
  }
  auto out = route(request, hub);
  if (head) out.body().clear();  // content_length stays what GET would send
  return out;
}

}  // namespace tillcue::pos
