#include <algorithm>
#include <optional>
#include <vector>

#include "feeds/odoo_message.hpp"
#include "net/http_connection.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "tillcue/pos/feeds.hpp"

namespace tillcue::pos {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kMaxConnections = 16;
constexpr std::string_view kJson = "application/json";

std::string result(std::string_view value) {
  return R"({"jsonrpc":"2.0","id":null,"result":)" + std::string(value) + "}";
}

/// The part of Odoo's IoT box that a POS page needs to find its customer display: it asks whether the box is there and
/// what drivers it has, then posts the order to the display.
class OdooFeed final : public Feed, public HttpHost {
 public:
  OdooFeed(OdooOptions options, FeedTarget target)
      : options_(std::move(options)), currency_(target.currency), orders_(*target.follower, target.epoch) {}
  ~OdooFeed() override { OdooFeed::stop(); }

  Result<void> open(boost::asio::io_context& io) {
    auto listener = Listener::open(io, options_.host, options_.port);
    if (!listener) return tl::unexpected(listener.error());
    listener_ = std::move(*listener);
    listener_->start([this](Listener::Socket socket) { take(std::move(socket)); });
    return {};
  }

  [[nodiscard]] std::uint16_t port() const noexcept override { return listener_->port(); }
  [[nodiscard]] FeedCounters const& counters() const noexcept override { return counters_; }

  void stop() override {
    if (listener_) listener_->stop();
    for (auto const& one : std::exchange(open_, {})) one->close();
    counters_.connections = 0;
  }

 private:
  void take(Listener::Socket socket) {
    // A browser keeps connections it may never use again: the oldest makes room.
    while (open_.size() >= kMaxConnections) {
      open_.front()->close();
      open_.erase(open_.begin());
    }
    open_.push_back(std::make_shared<HttpConnection>(std::move(socket), *this,
                                                     HttpConnection::Limits{kMaxOdooBody, std::chrono::seconds(10)}));
    counters_.connections = open_.size();
    open_.back()->start();
  }

  void gone(HttpConnection const& connection) override {
    std::erase_if(open_, [&](auto const& one) { return one.get() == &connection; });
    counters_.connections = open_.size();
  }

  std::optional<HttpResponse> upgrade(TcpSocket&, HttpRequest& request) override { return respond(request); }

  HttpResponse refuse(http::status status, std::string text) {
    ++counters_.refused;
    return http_text(status, kPlainText, std::move(text) + "\n");
  }

  HttpResponse respond(HttpRequest const& request) override {
    if (!host_is_ours(request, {options_.host})) {
      return refuse(http::status::misdirected_request, "call this terminal by the address it listens on");
    }
    auto const origin = origin_of(request);
    bool const known =
        origin && std::find(options_.origins.begin(), options_.origins.end(), *origin) != options_.origins.end();
    // Without an origin it is no page that speaks: a check by hand, say.
    if (!origin || (!origin->empty() && !known)) {
      return refuse(http::status::forbidden, "this page is not in feeds.odoo.origins");
    }
    auto out = request.method() == http::verb::options ? preflight() : route(request, known);
    if (known) {
      out.set(http::field::access_control_allow_origin, *origin);
      out.set(http::field::vary, "Origin");
    }
    return out;
  }

  static HttpResponse preflight() {
    auto out = http_text(http::status::no_content, kPlainText, "");
    out.set(http::field::access_control_allow_methods, "GET, POST, OPTIONS");
    out.set(http::field::access_control_allow_headers, "Content-Type, Accept");
    out.set("Access-Control-Allow-Private-Network", "true");
    out.set(http::field::access_control_max_age, "600");
    return out;
  }

  HttpResponse route(HttpRequest const& request, bool known) {
    auto const target = request.target();
    auto const path = std::string_view(target.data(), target.size()).substr(0, target.find('?'));
    ++counters_.messages;
    if (path == "/hw_proxy/hello") return http_text(http::status::ok, kPlainText, "ping");
    if (path == "/hw_proxy/handshake") return http_text(http::status::ok, kJson, result("true"));
    if (path == "/hw_proxy/status_json" || path == "/hw_proxy/status") {
      return http_text(http::status::ok, kJson, result(R"({"display":{"status":"connected","messages":[]}})"));
    }
    if (path != "/hw_proxy/customer_facing_display") {
      return refuse(http::status::not_found, "only the customer display of an IoT box is here");
    }
    if (request.method() != http::verb::post) return refuse(http::status::method_not_allowed, "post the order here");
    // An order may change a sale: that needs the page's name, which no other page can take.
    if (!known) return refuse(http::status::forbidden, "orders come from the pages in feeds.odoo.origins only");
    return display(request.body());
  }

  HttpResponse display(std::string_view body) {
    auto shown = parse_odoo_display(body, currency_);
    if (!shown) {
      ++counters_.refused;
      // To the page the display is fine: an order is not to fail because of it.
      return http_text(http::status::ok, kJson, result(R"({"status":"refused"})"));
    }
    orders_.show(std::move(*shown));
    return http_text(http::status::ok, kJson, result(R"({"status":"updated"})"));
  }

  OdooOptions options_;
  Currency currency_;
  OdooOrders orders_;
  std::shared_ptr<Listener> listener_;
  std::vector<std::shared_ptr<HttpConnection>> open_;
  FeedCounters counters_;
};

}  // namespace

Result<std::unique_ptr<Feed>> open_odoo_feed(boost::asio::io_context& io, OdooOptions options, FeedTarget target) {
  auto feed = std::make_unique<OdooFeed>(std::move(options), std::move(target));
  if (auto const open = feed->open(io); !open) return tl::unexpected(open.error());
  return feed;
}

}  // namespace tillcue::pos
