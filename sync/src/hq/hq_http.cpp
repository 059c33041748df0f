#include "tillcue/sync/hq_http.hpp"

#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/optional.hpp>

namespace tillcue::sync {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Response = http::response<http::string_body>;

constexpr std::chrono::seconds kPatience{5};
constexpr std::uint32_t kHeaderLimit = 8'192;
constexpr int kMostConnections = 32;

Response answer(HqPages const& pages, http::request<http::empty_body> const& request) {
  Response response{http::status::ok, request.version()};
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.set(http::field::cache_control, "no-store");
  response.keep_alive(false);
  std::string const target{request.target()};
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    response.result(http::status::method_not_allowed);
    response.set(http::field::allow, "GET, HEAD");
    response.body() = "only GET\n";
  } else if (target == "/metrics") {
    response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    response.body() = pages.metrics();
  } else if (target == "/healthz") {
    auto const trouble = pages.trouble();
    if (trouble) response.result(http::status::service_unavailable);
    response.body() = trouble ? *trouble + "\n" : "ok\n";
  } else {
    response.result(http::status::not_found);
    response.body() = "there are /metrics and /healthz\n";
  }
  response.prepare_payload();
  if (request.method() == http::verb::head) response.body().clear();
  return response;
}

/// One request, one answer, end.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, HqPages const& pages, int& open)
      : stream_(std::move(socket)), pages_(pages), open_(open) {
    ++open_;
    parser_.header_limit(kHeaderLimit);
    parser_.body_limit(0);
  }
  Session(Session const&) = delete;
  Session& operator=(Session const&) = delete;
  ~Session() { --open_; }

  void run() {
    stream_.expires_after(kPatience);
    http::async_read(stream_, buffer_, parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) { self->on_read(error); });
  }

 private:
  void on_read(beast::error_code error) {
    if (error) return;
    response_ = answer(pages_, parser_.get());
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code, std::size_t) {
      beast::error_code ignored;
      self->stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kHeaderLimit};
  http::request_parser<http::empty_body> parser_;
  Response response_;
  HqPages const& pages_;
  int& open_;
};

Result<tcp::endpoint> parse_endpoint(std::string const& listen) {
  auto const colon = listen.rfind(':');
  std::uint16_t port = 0;
  bool good = colon != std::string::npos && colon + 1 < listen.size();
  if (good) {
    auto const* const end = listen.data() + listen.size();
    auto const parsed = std::from_chars(listen.data() + colon + 1, end, port);
    good = parsed.ec == std::errc{} && parsed.ptr == end;
  }
  beast::error_code error;
  auto host = good ? listen.substr(0, colon) : std::string{};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  auto const address = asio::ip::make_address(host, error);
  if (!good || error) return fail(Code::invalid, "--http: \"" + listen + "\" is not IP:PORT; write 127.0.0.1:9465");
  return tcp::endpoint{address, port};
}

}  // namespace

struct HqHttp::Server {
  explicit Server(HqPages shown) : pages(std::move(shown)) {}

  void accept() {
    acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (!acceptor.is_open()) return;
      if (!error && open < kMostConnections) std::make_shared<Session>(std::move(socket), pages, open)->run();
      accept();
    });
  }

  HqPages pages;
  int open = 0;
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  std::uint16_t port = 0;
  std::thread thread;
};

HqHttp::HqHttp(std::unique_ptr<Server> server) : server_(std::move(server)) {}

Result<std::unique_ptr<HqHttp>> HqHttp::start(std::string const& listen, HqPages pages) {
  auto const endpoint = parse_endpoint(listen);
  if (!endpoint) return tl::unexpected{endpoint.error()};
  auto server = std::make_unique<Server>(std::move(pages));
  beast::error_code error;
  auto& acceptor = server->acceptor;
  acceptor.open(endpoint->protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address{true}, error);
  if (!error) acceptor.bind(*endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail(Code::io, "--http " + listen + ": " + error.message() + "; choose a free port");
  server->port = acceptor.local_endpoint().port();
  server->accept();
  server->thread = std::thread{[raw = server.get()] { raw->io.run(); }};
  return std::unique_ptr<HqHttp>{new HqHttp{std::move(server)}};
}

HqHttp::~HqHttp() {
  server_->io.stop();
  server_->thread.join();
}

std::uint16_t HqHttp::port() const noexcept { return server_->port; }

}  // namespace tillcue::sync
