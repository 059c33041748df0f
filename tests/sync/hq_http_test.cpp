#include "tillcue/sync/hq_http.hpp"

#include <atomic>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace tillcue;
using namespace tillcue::sync;

namespace {

class Client {
 public:
  explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    good_ = ::connect(fd_, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
  }
  Client(Client const&) = delete;
  Client& operator=(Client const&) = delete;
  ~Client() { ::close(fd_); }

  void send(std::string const& text) const { CHECK(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) >= 0); }
  /// All until the server closes.
  [[nodiscard]] std::string read() const {
    std::string all;
    char part[4096];
    for (ssize_t got = ::recv(fd_, part, sizeof part, 0); got > 0; got = ::recv(fd_, part, sizeof part, 0)) {
      all.append(part, static_cast<std::size_t>(got));
    }
    return all;
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  int fd_;
  bool good_ = false;
};

struct Pages {
  std::atomic<bool> healthy{true};
  std::unique_ptr<HqHttp> http = *HqHttp::start(
      "127.0.0.1:0", {[] { return std::string{"tillcue_hq_messages_total 7\n"}; },
                      [this] { return healthy ? std::nullopt : std::optional<std::string>{"not connected"}; }});

  [[nodiscard]] std::string ask(std::string const& request) const {
    Client const client{http->port()};
    REQUIRE(client.good());
    client.send(request);
    return client.read();
  }
};

}  // namespace

TEST_CASE("the metrics page is served as Prometheus text") {
  Pages const pages;
  auto const answer = pages.ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 200"));
  CHECK(answer.find("text/plain; version=0.0.4") != std::string::npos);
  CHECK(answer.ends_with("tillcue_hq_messages_total 7\n"));
}

TEST_CASE("health is 200 while all is well and 503 with the reason otherwise") {
  Pages pages;
  CHECK(pages.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));
  pages.healthy = false;
  auto const answer = pages.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 503"));
  CHECK(answer.ends_with("not connected\n"));
}

TEST_CASE("other pages, methods and bodies are refused, HEAD has no body, and the server goes on") {
  Pages const pages;
  CHECK(pages.ask("GET /secrets HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 404"));
  CHECK(pages.ask("DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 405"));
  CHECK(pages.ask("HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("\r\n\r\n"));
  CHECK(pages.ask("garbage\r\n\r\n").empty());
  CHECK(pages.ask("GET / HTTP/1.1\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n").empty());
  CHECK(pages.ask("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello").find("200") == std::string::npos);
  CHECK(pages.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_CASE("clients that never ask do not keep others out, nor the server from stopping") {
  Pages const pages;
  std::vector<std::unique_ptr<Client>> silent;
  for (int n = 0; n < 20; ++n) silent.push_back(std::make_unique<Client>(pages.http->port()));
  CHECK(pages.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));
}

TEST_CASE("an address that is none, and a port in use, are refused with the mend") {
  HqPages const none;
  for (auto const* const bad : {"", "127.0.0.1", "localhost:80", "127.0.0.1:", "127.0.0.1:99999", ":80", "1.2.3:80"}) {
    CAPTURE(bad);
    auto const refused = HqHttp::start(bad, none);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::invalid);
  }
  Pages const pages;
  auto const taken = HqHttp::start("127.0.0.1:" + std::to_string(pages.http->port()), none);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Code::io);
  CHECK(taken.error().what.find("free port") != std::string::npos);
}
