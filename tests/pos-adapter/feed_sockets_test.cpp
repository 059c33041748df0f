#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <arpa/inet.h>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pos-adapter/heard_sales.hpp"
#include "pos-adapter/loopback.hpp"
#include "tillcue/pos/feeds.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using testing::as_heard;
using testing::HeardSales;
using testing::LoopThread;
using testing::Peer;

namespace {

constexpr std::string_view kChange =
    R"({"ev":"change","ticket":"t","lines":[{"id":"a","name":"Tea","qty":1.0,"price":1.0}],"total":1.0})";
constexpr std::string_view kClose =
    R"({"ev":"close","ticket":"t","lines":[{"id":"a","name":"Tea","qty":1.0,"price":1.0}],"total":1.0})";

struct Scene {
  template <class Open>
  explicit Scene(Open open) {
    loop.do_on_loop([&] {
      auto opened = open(loop.io(), FeedTarget{&follower, Currency{{'E', 'U', 'R'}, 2}, "e"});
      REQUIRE(opened);
      feed = std::move(*opened);
    });
  }
  ~Scene() {
    loop.do_on_loop([&] { feed.reset(); });
  }
  std::uint16_t port() {
    return loop.on_loop([&] { return feed->port(); });
  }
  FeedCounters counters() {
    return loop.on_loop([&] { return feed->counters(); });
  }
  /// True once the last sale ended so; nothing waits longer than 5 s.
  bool ends(std::string const& how) {
    for (int n = 0; n < 500; ++n) {
      bool const is = loop.on_loop([&] { return !heard.order.empty() && heard.last().end == how; });
      if (is) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  HeardSales heard;
  BasketFollower follower{"f", heard, as_heard};
  LoopThread loop;
  std::unique_ptr<Feed> feed;
};

auto tickets(char const* source) {
  return [source](auto& io, FeedTarget target) {
    return open_ticket_feed(io, FeedSource::parse(source).value(), std::move(target));
  };
}

TextFeedOptions layout() {
  TextFeedOptions options;
  options.timeout = std::chrono::milliseconds(100);
  options.layout.total = {"TOTAL {amount}"};
  options.layout.item = {"{name} {amount}"};
  return options;
}

auto text(std::string source) {
  return [source](auto& io, FeedTarget target) {
    return open_text_feed(io, FeedSource::parse(source).value(), layout(), std::move(target));
  };
}

auto odoo(auto& io, FeedTarget target) {
  return open_odoo_feed(io, OdooOptions{"127.0.0.1", 0, {"http://odoo.shop:8069"}}, std::move(target));
}

void datagram(std::uint16_t port, std::string_view bytes) {
  int const socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  void const* const generic = &where;
  ::sendto(socket, bytes.data(), bytes.size(), 0, static_cast<sockaddr const*>(generic), sizeof where);
  ::close(socket);
}

std::string ask(std::uint16_t port, std::string const& head, std::string const& body = {}) {
  Peer peer(port);
  peer.send(head + "\r\nHost: 127.0.0.1:" + std::to_string(port) +
            "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  return peer.rest();
}

}  // namespace

TEST_CASE("tickets by datagram, each whole; rubbish between them harms nothing") {
  Scene scene(tickets("udp://127.0.0.1:0"));
  datagram(scene.port(), "rubbish");
  datagram(scene.port(), kChange);
  datagram(scene.port(), std::string(kClose) + "\n");
  CHECK(scene.ends("finished"));
  CHECK(scene.counters().refused == 1);
  CHECK(scene.counters().messages == 3);
}

TEST_CASE("tickets by connection; whoever speaks something else is shown out and not obeyed") {
  Scene scene(tickets("tcp://127.0.0.1:0"));
  Peer page(scene.port());
  page.send("POST / HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(kChange) + "\n");
  CHECK(page.at_end());
  CHECK(scene.loop.on_loop([&] { return scene.heard.messages; }) == 0);
  Peer till(scene.port());
  till.send(std::string(kChange) + "\n" + std::string(kClose).substr(0, 20));
  Peer other(scene.port());
  other.send(std::string(kClose) + "\n");
  CHECK(scene.ends("finished"));
}

TEST_CASE("half-open and endless connections make room for new ones") {
  Scene scene(tickets("tcp://127.0.0.1:0"));
  std::vector<std::unique_ptr<Peer>> dead;
  for (int n = 0; n < 40; ++n) dead.push_back(std::make_unique<Peer>(scene.port()));
  dead.back()->send(std::string(1000, '{'));
  Peer till(scene.port());
  till.send(std::string(kChange) + "\n" + std::string(kClose) + "\n");
  CHECK(scene.ends("finished"));
  CHECK(scene.counters().connections <= 16);
  Peer endless(scene.port());
  endless.send(std::string(70'000, ' '));
  CHECK(endless.at_end());
}

TEST_CASE("text over TCP goes on over a new connection when the old one is half-open") {
  Scene scene(text("tcp://127.0.0.1:0"));
  Peer old(scene.port());
  old.send("Tea 1.00\nMilk 0.");
  while (scene.counters().messages == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  Peer till(scene.port());
  till.send("90\nTOTAL 1.90\n");
  CHECK(scene.ends("finished"));
  CHECK(scene.heard.last().sum() == 190);
  CHECK(old.at_end());
}

TEST_CASE("text by datagram, a line each") {
  Scene scene(text("udp://127.0.0.1:0"));
  datagram(scene.port(), "Tea 1.00");
  datagram(scene.port(), "TOTAL 1.00");
  CHECK(scene.ends("finished"));
  CHECK(scene.heard.last().text() == "1:Tea*1000@100");
}

TEST_CASE("a folder for a till's file is refused, and one that is not there yet waited for") {
  boost::asio::io_context io;
  auto const opened = [&](std::string const& path) { return text("file:" + path)(io, FeedTarget{}); };
  auto const folder = std::filesystem::temp_directory_path().string();
  auto const refused = opened(folder);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what == folder + ": is a folder; name the file that the till writes");
  CHECK(opened(folder + "/tillcue-none/pos.txt"));
}

TEST_CASE("text that is added to a file, and to the one that takes its place") {
  auto const file = std::filesystem::temp_directory_path() / ("tillcue-feed-" + std::to_string(::getpid()) + ".txt");
  std::ofstream(file) << "Old 9.00\nTOTAL 9.00\n";
  {
    Scene scene(text("file:" + file.string()));
    std::ofstream(file, std::ios::app) << "Tea 1.00\nTOTAL 1.00\n";
    CHECK(scene.ends("finished"));
    CHECK(scene.heard.sales.size() == 1);
    auto const next = file.string() + ".new";
    std::ofstream(next) << "Rye 2.00\nTOTAL 2.00\n";
    std::filesystem::rename(next, file);
    for (int n = 0; n < 500 && scene.loop.on_loop([&] { return scene.heard.sales.size(); }) < 2; ++n) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(scene.ends("finished"));
    CHECK(scene.heard.last().text() == "1:Rye*1000@200");
  }
  std::filesystem::remove(file);
}

TEST_CASE("text from a serial port") {
  int const till = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(till >= 0);
  REQUIRE(::grantpt(till) == 0);
  REQUIRE(::unlockpt(till) == 0);
  char path[64] = {};
  REQUIRE(::ptsname_r(till, path, sizeof path) == 0);
  Scene scene(text(std::string("serial:") + path + "?9600"));
  std::string_view const bytes = "Tea 1.00\r\nTOTAL 1.00\r\n";
  CHECK(::write(till, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  CHECK(scene.ends("finished"));
  ::close(till);
}

TEST_CASE("an Odoo page finds its box and shows its order; the page's browser is told that it may") {
  Scene scene([](auto& io, FeedTarget target) { return odoo(io, std::move(target)); });
  auto const port = scene.port();
  std::string const origin = "\r\nOrigin: http://odoo.shop:8069";
  CHECK(ask(port, "GET /hw_proxy/hello HTTP/1.1" + origin).find("\r\n\r\nping") != std::string::npos);
  CHECK(ask(port, "POST /hw_proxy/handshake HTTP/1.1" + origin, "{}").find("\"result\":true") != std::string::npos);
  CHECK(ask(port, "POST /hw_proxy/status_json HTTP/1.1" + origin, "{}").find("\"connected\"") != std::string::npos);
  auto const asked =
      ask(port, "OPTIONS /hw_proxy/customer_facing_display HTTP/1.1" + origin +
                    "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type");
  CHECK(asked.find("204") != std::string::npos);
  CHECK(asked.find("Access-Control-Allow-Origin: http://odoo.shop:8069") != std::string::npos);
  CHECK(asked.find("Access-Control-Allow-Headers: Content-Type") != std::string::npos);
  std::string const order =
      R"({"params":{"action":"set","data":{"lines":[{"productName":"Tea","qty":"1.00","unitPrice":"$ 1.00"}],"finalized":true,"amount":"1.00","paymentLines":[{}]}}})";
  CHECK(ask(port, "POST /hw_proxy/customer_facing_display HTTP/1.1" + origin, order).find("updated") !=
        std::string::npos);
  CHECK(scene.ends("finished"));
  CHECK(ask(port, "POST /hw_proxy/customer_facing_display HTTP/1.1" + origin, "{}").find("refused") !=
        std::string::npos);
}

TEST_CASE("pages of other places, other names and other paths are refused, and change nothing") {
  Scene scene([](auto& io, FeedTarget target) { return odoo(io, std::move(target)); });
  auto const port = scene.port();
  std::string const order = R"({"params":{"action":"set","data":{"lines":[{"productName":"Tea"}]}}})";
  for (auto const* origin : {"\r\nOrigin: http://evil.example", "\r\nOrigin: null", "\r\nOrigin: http://odoo.shop",
                             "\r\nOrigin: http://odoo.shop:8069\r\nOrigin: http://evil.example", ""}) {
    auto const answer = ask(port, "POST /hw_proxy/customer_facing_display HTTP/1.1" + std::string(origin), order);
    CHECK(answer.find("403") != std::string::npos);
    CHECK(answer.find("Access-Control-Allow-Origin") == std::string::npos);
  }
  Peer rebound(port);
  rebound.send("GET /hw_proxy/hello HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  CHECK(rebound.rest().find("421") != std::string::npos);
  CHECK(ask(port, "GET /hw_proxy/default_printer_action HTTP/1.1").find("404") != std::string::npos);
  CHECK(ask(port, "POST /hw_proxy/customer_facing_display HTTP/1.1\r\nOrigin: http://odoo.shop:8069",
            std::string(300'000, ' '))
            .find("413") != std::string::npos);
  CHECK(ask(port, "nonsense").find("400") != std::string::npos);
  CHECK(scene.loop.on_loop([&] { return scene.heard.messages; }) == 0);
  CHECK(scene.counters().refused >= 7);
}

TEST_CASE("a feed's address is read, or refused with how it is written") {
  CHECK(FeedSource::parse("tcp://[::1]:77").value().host == "::1");
  CHECK(FeedSource::parse("serial:/dev/ttyS0?19200").value().baud == 19200);
  CHECK(FeedSource::parse("file:/var/log/pos.txt").value().path == "/var/log/pos.txt");
  for (auto const* bad : {"", "tcp://", "tcp://127.0.0.1", "udp://:7", "udp://127.0.0.1:70000", "serial:ttyS0",
                          "serial:/dev/ttyS0?9601", "file:relative", "http://127.0.0.1:80"}) {
    CAPTURE(bad);
    CHECK_FALSE(FeedSource::parse(bad));
  }
}
