#include "tillcue/pos/screen_server.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include "pos-adapter/loopback.hpp"
#include "pos-adapter/web_peer.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using testing::LoopThread;
using testing::Peer;
using testing::WebPeer;

namespace {

struct Fixture {
  explicit Fixture(ScreenOptions options = {}, bool with_handlers = true) {
    loop.do_on_loop([&] {
      ScreenHandlers handlers;
      if (with_handlers) {
        handlers.answer = [this](Answer const& answer) { return heard(answer); };
        handlers.metrics = [] { return std::string("tillcue_sales_total 4\n"); };
        handlers.health = [this] { return healthy ? Result<void>{} : fail(Code::busy, "database full"); };
      }
      auto made = ScreenServer::listen(loop.io(), options, handlers);
      REQUIRE(made);
      server = std::move(*made);
    });
  }
  ~Fixture() {
    loop.do_on_loop([&] { server.reset(); });
  }

  Result<void> heard(Answer const& answer) {
    answers.push_back(answer);
    if (answer.offer == 9) return fail(Code::not_found, "offer 9 is not on the screen");
    if (answer.offer == 10) server->stop();
    if (answer.offer == 11) server->show(HintBoard{answer.sale, Stage::scan, {}});
    return {};
  }

  std::uint16_t port() {
    return loop.on_loop([&] { return server->port(); });
  }
  ScreenCounters counters() {
    return loop.on_loop([&] { return server->counters(); });
  }
  void show(HintBoard const& board) {
    loop.do_on_loop([&] { server->show(board); });
  }
  void show(TerminalStatus const& status) {
    loop.do_on_loop([&] { server->show(status); });
  }
  bool settles(std::uint64_t connections) {
    for (int n = 0; n < 5000; ++n) {
      if (counters().connections == connections) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }
  std::string get(std::string const& path, std::string const& more = "") {
    return request("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + more + "Connection: close\r\n\r\n");
  }
  std::string request(std::string const& bytes) {
    Peer browser(port());
    browser.send(bytes);
    return browser.rest();
  }

  LoopThread loop;
  bool healthy = true;
  std::vector<Answer> answers;
  std::unique_ptr<ScreenServer> server;
};

HintBoard board(std::string const& sale, std::uint32_t offer) {
  return {SaleId(sale), Stage::scan, {{offer, Sku("A"), "Bread", "2.55 EUR", "", "Bread?", "Bought with butter", {5}}}};
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
bool starts(std::string_view text, std::string_view part) { return text.rfind(part, 0) == 0; }

std::string handshake(std::string const& host, std::string const& more) {
  return "GET /ws HTTP/1.1\r\nHost: " + host + "\r\n" + more +
         "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

}  // namespace

TEST_CASE("the cashier page and its files are served from the program") {
  Fixture screen;
  auto const page = screen.get("/");
  CHECK(starts(page, "HTTP/1.1 200 OK"));
  CHECK(contains(page, "Content-Type: text/html; charset=utf-8"));
  CHECK(contains(page, "cashier.js"));
  CHECK(contains(screen.get("/?theme=dark"), "200 OK"));
  CHECK(contains(screen.get("/cashier.css"), "Content-Type: text/css"));
  auto const script = screen.get("/cashier.js");
  CHECK(contains(script, "Content-Type: text/javascript"));
  CHECK(contains(script, "Сейчас подсказок нет"));
  CHECK(page.size() + script.size() + screen.get("/cashier.css").size() < 50 * 1024);
}

TEST_CASE("every answer forbids framing, sniffing and foreign content, and lets no other site read it") {
  Fixture screen;
  for (auto const* path : {"/", "/cashier.js", "/healthz", "/metrics", "/nowhere"}) {
    auto const answer = screen.get(path, "Origin: http://evil.example\r\n");
    CHECK(contains(answer, "Content-Security-Policy: default-src 'none'"));
    CHECK(contains(answer, "frame-ancestors 'none'"));
    CHECK(contains(answer, "X-Content-Type-Options: nosniff"));
    CHECK(contains(answer, "X-Frame-Options: DENY"));
    CHECK_FALSE(contains(answer, "Access-Control"));
  }
}

TEST_CASE("metrics come from the terminal, health tells what is wrong") {
  Fixture screen;
  auto const metrics = screen.get("/metrics");
  CHECK(contains(metrics, "text/plain; version=0.0.4"));
  CHECK(contains(metrics, "\r\n\r\ntillcue_sales_total 4\n"));
  CHECK(contains(screen.get("/healthz"), "\r\n\r\nok\n"));
  screen.loop.do_on_loop([&] { screen.healthy = false; });
  auto const sick = screen.get("/healthz");
  CHECK(starts(sick, "HTTP/1.1 503"));
  CHECK(contains(sick, "database full"));
}

TEST_CASE("a terminal that sets no handlers is healthy, has no metrics and refuses answers") {
  Fixture screen({}, false);
  CHECK(contains(screen.get("/healthz"), "ok\n"));
  CHECK(contains(screen.get("/metrics"), "Content-Length: 0"));
  WebPeer page(screen.port());
  page.say(R"({"type":"accept","sale":"1","offer":1,"id":1})");
  CHECK(contains(page.message().value(), "\"rejected\""));
}

TEST_CASE("a foreign Host is refused: DNS rebinding gets nothing") {
  Fixture screen;
  for (auto const* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil", "127.0.0.1:x", "127.0.0.1:80:80",
                           "127.0.0.1@evil", "", "0x7f000001"}) {
    auto const answer = screen.request("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
    CHECK(starts(answer, "HTTP/1.1 421"));
    CHECK_FALSE(contains(answer, "cashier.js"));
  }
  CHECK(starts(screen.request("GET / HTTP/1.1\r\n\r\n"), "HTTP/1.1 421"));
  CHECK(starts(screen.request("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n"), "HTTP/1.1 421"));
  for (auto const* host : {"localhost:8080", "LocalHost", "[::1]:8080", "[::1]", "127.0.0.1:65535"}) {
    CHECK(starts(screen.request("GET / HTTP/1.1\r\nConnection: close\r\nHost: " + std::string(host) + "\r\n\r\n"),
                 "HTTP/1.1 200"));
  }
}

TEST_CASE("a configured extra host name is served") {
  ScreenOptions options;
  options.extra_hosts = {"lane-3.store"};
  Fixture screen(options);
  CHECK(starts(screen.request("GET / HTTP/1.1\r\nConnection: close\r\nHost: lane-3.store:81\r\n\r\n"), "HTTP/1.1 200"));
}

TEST_CASE("other methods, paths and broken requests are refused and counted") {
  Fixture screen;
  auto const post = screen.request("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\nhi");
  CHECK(starts(post, "HTTP/1.1 405"));
  CHECK(contains(post, "Allow: GET, HEAD"));
  CHECK(starts(screen.get("/../etc/passwd"), "HTTP/1.1 404"));
  CHECK(starts(screen.get("/ws"), "HTTP/1.1 426"));
  CHECK(starts(screen.request("\x16\x03\x01 garbage\r\n\r\n"), "HTTP/1.1 400"));
  CHECK(starts(screen.request("GET / HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n"), "HTTP/1.1 400"));
  CHECK(screen.counters().refused == 5);
}

TEST_CASE("a header or body over the limit is refused") {
  Fixture screen;
  CHECK(starts(screen.get("/", "X: " + std::string(9000, 'x') + "\r\n"), "HTTP/1.1 431"));
  CHECK(starts(screen.request("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n"), "HTTP/1.1 413"));
}

TEST_CASE("HEAD answers like GET without the body, and a connection serves several requests") {
  Fixture screen;
  Peer browser(screen.port());
  browser.send(
      "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n"
      "Connection: close\r\n\r\n");
  auto const both = browser.rest();
  CHECK(contains(both, "Content-Length: 3\r\n"));
  CHECK(both.find("HTTP/1.1 200 OK", 1) != std::string::npos);
  CHECK(both.find("ok\n") == both.size() - 3);
  CHECK(screen.counters().requests == 2);
}

TEST_CASE("a screen that connects gets the newest state at once") {
  Fixture screen;
  TerminalStatus status;
  status.terminal = "lane-3";
  status.language = "ru";
  screen.show(status);
  screen.show(board("1", 1));
  screen.show(board("2", 5));
  WebPeer page(screen.port());
  auto const first = page.message().value();
  CHECK(contains(first, R"("type":"status","terminal":"lane-3")"));
  CHECK(contains(first, R"("language":"ru")"));
  CHECK(contains(first, R"("hq":null)"));  // it has no head office that could be away
  auto const second = page.message().value();
  CHECK(contains(second, R"("type":"hints","sale":"2")"));
  CHECK(contains(second, R"("offer":5)"));
}

TEST_CASE("every screen follows changes, and the same state again is not sent") {
  Fixture screen;
  WebPeer one(screen.port());
  WebPeer two(screen.port());
  screen.show(board("1", 1));
  for (auto* page : {&one, &two}) CHECK(contains(page->message().value(), "\"offer\":1"));
  screen.show(board("1", 1));
  screen.show(HintBoard{SaleId("1"), Stage::scan, {}});
  for (auto* page : {&one, &two}) CHECK(contains(page->message().value(), "\"cards\":[]"));
}

TEST_CASE("accept and decline on the screen reach the terminal and are answered") {
  Fixture screen;
  WebPeer page(screen.port());
  page.say(R"({"type":"accept","sale":"1","offer":3,"id":1})");
  CHECK(contains(page.message().value(), R"({"type":"ok","id":1})"));
  page.say(R"({"type":"decline","sale":"1","offer":4,"id":2})");
  CHECK(contains(page.message().value(), R"({"type":"ok","id":2})"));
  page.say(R"({"type":"accept","sale":"1","offer":9,"id":3})");
  CHECK(contains(page.message().value(), "offer 9 is not on the screen"));
  auto const heard = screen.loop.on_loop([&] { return screen.answers; });
  REQUIRE(heard.size() == 3);
  CHECK(heard[0] == Answer{SaleId("1"), 3, true});
  CHECK(heard[1] == Answer{SaleId("1"), 4, false});
  CHECK(screen.counters().answers == 3);
}

TEST_CASE("the reply to an answer is read before the board it empties, which every screen gets") {
  Fixture screen;
  WebPeer page(screen.port());
  WebPeer other(screen.port());
  screen.show(board("1", 11));
  CHECK(contains(page.message().value(), "Bread?"));
  CHECK(contains(other.message().value(), "Bread?"));
  page.say(R"({"type":"accept","sale":"1","offer":11,"id":1})");
  CHECK(contains(page.message().value(), R"({"type":"ok","id":1})"));
  CHECK(contains(page.message().value(), R"("cards":[])"));
  CHECK(contains(other.message().value(), R"("cards":[])"));
}

TEST_CASE("the page shows a confirmation outside the hint, which is hidden by then") {
  Fixture screen;
  auto const html = screen.get("/");
  auto const hint = html.find("id=\"hint\"");
  auto const hint_end = html.find("</section>", hint);
  auto const answered = html.find("id=\"answered\"");
  REQUIRE(answered != std::string::npos);
  CHECK(answered > hint_end);
  CHECK(html.size() + screen.get("/cashier.css").size() + screen.get("/cashier.js").size() <= 50 * 1024);
}

TEST_CASE("a screen may only answer: anything else is refused and the screen lives") {
  Fixture screen;
  WebPeer page(screen.port());
  page.say(R"({"type":"finish","sale":"1"})");
  CHECK(contains(page.message().value(), "a screen may send accept and decline"));
  page.say("garbage");
  CHECK(contains(page.message().value(), "broken JSON"));
  page.say_binary("\x01\x02");
  CHECK(contains(page.message().value(), "text messages"));
  CHECK(screen.loop.on_loop([&] { return screen.answers.size(); }) == 0);
}

TEST_CASE("a WebSocket of another page, of no page or of another host is refused") {
  Fixture screen;
  CHECK(starts(screen.request(handshake("127.0.0.1", "Origin: http://evil.example\r\n")), "HTTP/1.1 403"));
  CHECK(starts(screen.request(handshake("127.0.0.1", "Origin: http://127.0.0.1:81\r\n")), "HTTP/1.1 403"));
  CHECK(starts(screen.request(handshake("127.0.0.1", "Origin: https://127.0.0.1\r\n")), "HTTP/1.1 403"));
  CHECK(starts(screen.request(handshake("127.0.0.1", "Origin: null\r\n")), "HTTP/1.1 403"));
  CHECK(starts(screen.request(handshake("127.0.0.1", "")), "HTTP/1.1 403"));
  CHECK(starts(screen.request(handshake("evil.example", "Origin: http://evil.example\r\n")), "HTTP/1.1 421"));
  CHECK(screen.counters().screens == 0);
  CHECK(screen.counters().refused == 6);
}

TEST_CASE("a message over 4 KiB and unmasked garbage end the screen, not the terminal") {
  Fixture screen;
  {
    WebPeer page(screen.port());
    page.say(std::string(5000, 'x'));
    CHECK(page.ends());
  }
  {
    WebPeer page(screen.port());
    page.raw("\x81\x05hello");  // a client must mask
    CHECK(page.ends());
  }
  CHECK(screen.settles(0));
  CHECK(screen.counters().screens == 0);
  CHECK(starts(screen.get("/"), "HTTP/1.1 200"));
}

TEST_CASE("a screen that does not read is given up, and others follow meanwhile") {
  ScreenOptions options;
  options.socket_idle = std::chrono::milliseconds(500);
  Fixture screen(options);
  WebPeer stuck(screen.port(), 4096);
  WebPeer page(screen.port());
  auto one = board("1", 1);
  one.cards[0].reason = std::string(20'000, 'r');
  bool follows = true;
  while (follows && screen.counters().connections == 2) {
    ++one.cards[0].offer;
    screen.show(one);
    auto const seen = page.message();
    follows = seen && contains(*seen, "\"offer\":" + std::to_string(one.cards[0].offer) + ",");
  }
  CHECK(follows);
  CHECK(screen.counters().screens == 1);
}

TEST_CASE("a screen that comes late to reading gets the newest state, not all of them") {
  Fixture screen;
  WebPeer page(screen.port());
  screen.loop.do_on_loop([&] {
    for (std::uint32_t n = 1; n <= 1000; ++n) screen.server->show(board("1", n));
  });
  int messages = 1;
  while (!contains(page.message().value(), "\"offer\":1000,")) ++messages;
  CHECK(messages <= 2);
}

TEST_CASE("a half-open request is closed after its time") {
  ScreenOptions options;
  options.request_timeout = std::chrono::milliseconds(50);
  Fixture screen(options);
  Peer slow(screen.port());
  slow.send("GET / HTTP/1.1\r\nHost: 127.");
  CHECK(slow.at_end());
  CHECK(screen.settles(0));
}

TEST_CASE("beyond the connection limit nothing is served until one leaves") {
  ScreenOptions options;
  options.max_connections = 1;
  Fixture screen(options);
  {
    WebPeer page(screen.port());
    CHECK(screen.counters().screens == 1);
    CHECK(screen.get("/").empty());
    CHECK(screen.counters().refused_full == 1);
  }
  REQUIRE(screen.settles(0));
  CHECK(starts(screen.get("/"), "HTTP/1.1 200"));
}

TEST_CASE("half-open requests make way for a cashier's page, screens for nobody") {
  ScreenOptions options;
  options.max_connections = 3;
  Fixture screen(options);
  WebPeer page(screen.port());
  Peer slow(screen.port());
  Peer silent(screen.port());
  slow.send("GET / HTTP/1.1\r\nHost: 127.");
  REQUIRE(screen.settles(3));
  CHECK(starts(screen.get("/"), "HTTP/1.1 200"));
  CHECK(slow.at_end());
  screen.show(board("1", 1));
  CHECK(contains(page.message().value(), "Bread?"));
  CHECK(screen.counters().refused_full == 1);
}

TEST_CASE("a WebSocket message that drips is ended after its time, one in two pieces is read") {
  ScreenOptions options;
  options.request_timeout = std::chrono::milliseconds(300);
  Fixture screen(options);
  WebPeer page(screen.port());
  // An unmasked piece of RFC 6455: a text frame without FIN, then its continuation; the mask is four zero bytes.
  std::string const whole = R"({"type":"accept","sale":"1","offer":3,"id":1})";
  auto const frame = [](char head, std::string_view part) {
    return std::string{head, static_cast<char>(0x80U | part.size())} + std::string(4, '\0') + std::string(part);
  };
  page.raw(frame('\x01', whole.substr(0, 20)));
  page.raw(frame('\x80', whole.substr(20)));
  CHECK(contains(page.message().value(), R"({"type":"ok","id":1})"));
  page.raw(frame('\x01', whole.substr(0, 20)));
  CHECK(page.ends());
  CHECK(screen.settles(0));
}

TEST_CASE("only pages that are named may hold the page in a frame") {
  Fixture closed;
  auto const alone = closed.get("/");
  CHECK(contains(alone, "frame-ancestors 'none'"));
  CHECK(contains(alone, "X-Frame-Options: DENY"));
  ScreenOptions options;
  options.parents = {"http://pos.local:8080", "https://till.example"};
  Fixture open(options);
  auto const framed = open.get("/");
  CHECK(contains(framed, "frame-ancestors http://pos.local:8080 https://till.example\r\n"));
  CHECK_FALSE(contains(framed, "X-Frame-Options"));
  CHECK_FALSE(contains(framed, "Access-Control-Allow-Origin"));
  CHECK(contains(open.get("/metrics"), "X-Frame-Options: DENY"));
  CHECK(starts(open.request(handshake("127.0.0.1", "Origin: http://pos.local:8080\r\n")), "HTTP/1.1 403"));
}

TEST_CASE("the state tells the page its keys, the pages around it and its version") {
  ScreenOptions options;
  options.parents = {"http://pos.local:8080"};
  options.accept_key = "F2";
  Fixture screen(options);
  screen.show(TerminalStatus{});
  WebPeer page(screen.port());
  auto const status = page.message().value();
  CHECK(contains(status, R"("keys":["F2","F9"],"parents":["http://pos.local:8080"],"page":)"));
}

TEST_CASE("the theme is served as a style sheet") {
  ScreenOptions options;
  options.theme = ":root{--go:#123456}";
  Fixture themed(options);
  auto const css = themed.get("/theme.css");
  CHECK(contains(css, "Content-Type: text/css"));
  CHECK(contains(css, "\r\n\r\n:root{--go:#123456}"));
  CHECK(contains(Fixture().get("/theme.css"), "--go:#0b6b3a"));
}

TEST_CASE("stopping ends every screen, also from inside an answer") {
  Fixture screen;
  WebPeer one(screen.port());
  WebPeer two(screen.port());
  one.say(R"({"type":"accept","sale":"1","offer":10})");
  CHECK(one.ends());
  CHECK(two.ends());
  CHECK(screen.counters().connections == 0);
  screen.loop.do_on_loop([&] { screen.server->stop(); });
}

TEST_CASE("the screen's port in use and a name instead of an address are refused at start") {
  Fixture screen;
  auto const port = screen.port();
  screen.loop.do_on_loop([&] {
    ScreenOptions options;
    options.port = port;
    auto const taken = ScreenServer::listen(screen.loop.io(), options, {});
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == Code::io);
    options.host = "localhost";
    auto const named = ScreenServer::listen(screen.loop.io(), options, {});
    REQUIRE_FALSE(named);
    CHECK(named.error().code == Code::invalid);
  });
}
