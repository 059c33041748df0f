#include "tillcue/pos/native_server.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include "pos-adapter/loopback.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using testing::LoopThread;
using testing::Peer;

namespace {

constexpr std::string_view kHello = "{\"type\":\"hello\",\"protocol\":1,\"till\":\"t\"}\n";

/// Plays the terminal: keeps what it heard; refuses the sale "closed"; shows a hint for the article "HINT".
class Terminal : public SaleEvents {
 public:
  Result<void> on(Message const& message) override {
    heard.push_back(message);
    auto const* sale = sale_of(message);
    if (sale != nullptr && sale->value == "closed") return fail(Code::not_found, "sale \"closed\" is not open");
    if (auto const* put = std::get_if<PutLine>(&message); put != nullptr && put->sku.value == "HINT") {
      server->push(HintBoard{put->sale, Stage::scan, {}});
    }
    if (std::holds_alternative<Void>(message)) server->stop();
    return {};
  }

  std::vector<Message> heard;
  NativeServer* server = nullptr;
};

struct Fixture {
  explicit Fixture(NativeOptions options = {}) {
    loop.do_on_loop([&] {
      auto made = NativeServer::listen(loop.io(), options, terminal);
      REQUIRE(made);
      server = std::move(*made);
      terminal.server = server.get();
    });
  }
  ~Fixture() {
    loop.do_on_loop([&] { server.reset(); });
  }

  [[nodiscard]] std::uint16_t port() {
    return loop.on_loop([&] { return server->port(); });
  }
  NativeCounters counters() {
    return loop.on_loop([&] { return server->counters(); });
  }
  std::size_t heard() {
    return loop.on_loop([&] { return terminal.heard.size(); });
  }
  /// Waits until the server has seen `count` connections end or come.
  bool settles(std::uint64_t connections) {
    for (int n = 0; n < 5000; ++n) {
      if (counters().connections == connections) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  LoopThread loop;
  Terminal terminal;
  std::unique_ptr<NativeServer> server;
};

std::string put(std::string const& sale, std::string const& sku, int id) {
  return "{\"type\":\"add\",\"sale\":\"" + sale + "\",\"line\":1,\"sku\":\"" + sku + "\",\"id\":" + std::to_string(id) +
         "}\n";
}

FromTerminal read(Peer& till) {
  auto const line = till.line();
  REQUIRE(line);
  auto const message = parse_from_terminal(*line);
  REQUIRE(message);
  return *message;
}

Refused refused(Peer& till) { return std::get<Refused>(read(till)); }

void greet(Peer& till) {
  REQUIRE(till.connected());
  REQUIRE(till.send(kHello));
  CHECK(read(till) == FromTerminal(Ok{}));
}

}  // namespace

TEST_CASE("every message is heard and answered with its id, in order") {
  Fixture terminal;
  Peer till(terminal.port());
  greet(till);
  till.send("{\"type\":\"begin\",\"sale\":\"1\",\"id\":10}\r\n" + put("1", "A", 11) + "{\"type\":\"ping\"}\n");
  CHECK(read(till) == FromTerminal(Ok{10}));
  CHECK(read(till) == FromTerminal(Ok{11}));
  CHECK(read(till) == FromTerminal(Ok{}));
  CHECK(terminal.heard() == 4);
  CHECK(terminal.counters().answered_ok == 4);
}

TEST_CASE("a line in single bytes and many lines in one packet are the same") {
  Fixture terminal;
  Peer till(terminal.port());
  for (char const byte : kHello) REQUIRE(till.send({&byte, 1}));
  CHECK(read(till) == FromTerminal(Ok{}));
  std::string many;
  for (int n = 0; n < 500; ++n) many += put("1", "A", n);
  REQUIRE(till.send(many));
  for (std::uint64_t n = 0; n < 500; ++n) CHECK(read(till) == FromTerminal(Ok{n}));
}

TEST_CASE("empty lines are nothing and get no answer") {
  Fixture terminal;
  Peer till(terminal.port());
  till.send("\n\r\n\n" + std::string(kHello) + "\n{\"type\":\"ping\",\"id\":1}\n");
  CHECK(read(till) == FromTerminal(Ok{}));
  CHECK(read(till) == FromTerminal(Ok{1}));
}

TEST_CASE("nothing but ping is taken before hello") {
  Fixture terminal;
  Peer till(terminal.port());
  till.send("{\"type\":\"ping\",\"id\":1}\n{\"type\":\"begin\",\"sale\":\"1\",\"id\":2}\n");
  CHECK(read(till) == FromTerminal(Ok{1}));
  auto const no = refused(till);
  CHECK(no.id == 2);
  CHECK(no.code == "rejected");
  CHECK(no.message.find("hello first") != std::string::npos);
  CHECK(terminal.heard() == 1);
}

TEST_CASE("another protocol version is refused with the one that is spoken, and may be mended") {
  Fixture terminal;
  Peer till(terminal.port());
  till.send("{\"type\":\"hello\",\"protocol\":2,\"till\":\"t\"}\n");
  auto const no = refused(till);
  CHECK(no.code == "unsupported");
  CHECK(no.message.find("\"protocol\":1") != std::string::npos);
  greet(till);
}

TEST_CASE("what the terminal refuses goes to the till with code and text") {
  Fixture terminal;
  Peer till(terminal.port());
  greet(till);
  till.send(put("closed", "A", 5));
  CHECK(read(till) == FromTerminal(Refused{5, "not_found", "sale \"closed\" is not open"}));
  CHECK(terminal.counters().answered_error == 1);
}

TEST_CASE("broken lines and binary garbage are answered and the connection lives") {
  Fixture terminal;
  Peer till(terminal.port());
  greet(till);
  till.send("garbage\n{\"type\":\"add\",\"id\":3}\n");
  CHECK(refused(till).code == "invalid");
  CHECK(refused(till).id == 3);
  std::string noise;
  std::uint32_t state = 1;
  for (int n = 0; n < 8000; ++n) {
    state = state * 1664525U + 1013904223U;
    auto const byte = static_cast<char>(state >> 24U);
    noise += byte == '\n' ? 'x' : byte;
  }
  till.send(noise + "\n{\"type\":\"ping\",\"id\":4}\n");
  CHECK(refused(till).code == "invalid");
  CHECK(read(till) == FromTerminal(Ok{4}));
}

TEST_CASE("a web page's POST is refused at its first line and its body is not obeyed") {
  Fixture terminal;
  Peer browser(terminal.port());
  std::string const body = std::string(kHello) + put("1", "A", 1) + "{\"type\":\"finish\",\"sale\":\"1\",\"id\":2}\n";
  browser.send(
      "POST / HTTP/1.1\r\nHost: 127.0.0.1:7707\r\nOrigin: https://shop.example\r\n"
      "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);
  CHECK(refused(browser).code == "invalid");
  CHECK(browser.at_end());
  CHECK(terminal.heard() == 0);
  CHECK(terminal.counters().answered_error == 1);
  CHECK(terminal.counters().dropped_unreadable == 1);
}

TEST_CASE("a broken line before hello ends the connection, also behind a ping and in a later packet") {
  Fixture terminal;
  Peer till(terminal.port());
  till.send("{\"type\":\"ping\",\"id\":1}\n");
  CHECK(read(till) == FromTerminal(Ok{1}));
  till.send("{\"type\":\"hello\",\"protocol\":1,\"id\":2}\n");  // no till
  CHECK(refused(till).id == 2);
  till.send(kHello);
  CHECK(till.at_end());
  CHECK(terminal.heard() == 1);
}

TEST_CASE("a line of exactly the limit is read, one byte more ends the connection with a reason") {
  Fixture terminal;
  Peer till(terminal.port());
  std::string const head = "{\"type\":\"ping\",\"x\":\"";
  std::string const fits = head + std::string(kMaxRequestLine - head.size() - 2, 'x') + "\"}";
  REQUIRE(fits.size() == kMaxRequestLine);
  till.send(fits + "\r\n");
  CHECK(read(till) == FromTerminal(Ok{}));
  till.send("x" + fits + "\n{\"type\":\"ping\"}\n");
  auto const no = refused(till);
  CHECK(no.code == "invalid");
  CHECK(no.message.find("16384") != std::string::npos);
  CHECK(till.at_end());
  CHECK(terminal.counters().dropped_oversized == 1);
}

TEST_CASE("an endless line is cut off without being kept") {
  Fixture terminal;
  Peer till(terminal.port());
  std::string const flood(64 * 1024, '[');
  bool taken = true;
  for (int n = 0; n < 320 && taken; ++n) taken = till.send(flood);  // 20 MB
  CHECK_FALSE(taken);
  CHECK(terminal.settles(0));
  CHECK(terminal.counters().dropped_oversized == 1);
}

TEST_CASE("a till that sends and never reads is dropped and stops nobody") {
  NativeOptions options;
  options.max_queue_bytes = 16 * 1024;
  Fixture terminal(options);
  Peer greedy(terminal.port(), 4096);
  std::string burst;
  for (int n = 0; n < 1000; ++n) burst += "{\"type\":\"ping\",\"id\":123456789}\n";
  Peer other(terminal.port());
  greet(other);
  bool alive = true;
  for (int n = 0; n < 2000 && alive; ++n) {
    alive = greedy.send(burst);
    if (n % 100 == 0) {
      other.send("{\"type\":\"ping\",\"id\":1}\n");
      CHECK(read(other) == FromTerminal(Ok{1}));
    }
  }
  CHECK_FALSE(alive);
  CHECK(terminal.counters().dropped_slow == 1);
  CHECK(terminal.counters().connections == 1);
}

TEST_CASE("a line whose end never came is not obeyed") {
  Fixture terminal;
  {
    Peer till(terminal.port());
    greet(till);
    till.send("{\"type\":\"ping\"}");
  }
  CHECK(terminal.settles(0));
  CHECK(terminal.heard() == 1);
}

TEST_CASE("a till that closes its side behind its last line still gets its answers") {
  Fixture terminal;
  Peer till(terminal.port());
  till.send(kHello);
  till.send("{\"type\":\"ping\",\"id\":2}\n");
  till.shut_sending();
  CHECK(read(till) == FromTerminal(Ok{}));
  CHECK(read(till) == FromTerminal(Ok{2}));
  CHECK(till.at_end());
}

TEST_CASE("a silent connection is closed after the idle time") {
  NativeOptions options;
  options.idle = std::chrono::milliseconds(50);
  Fixture terminal(options);
  Peer till(terminal.port());
  greet(till);
  CHECK(till.at_end());
  CHECK(terminal.counters().dropped_idle == 1);
}

TEST_CASE("beyond the connection limit a till is told so, and a free place is given again") {
  NativeOptions options;
  options.max_connections = 1;
  Fixture terminal(options);
  {
    Peer first(terminal.port());
    greet(first);
    Peer second(terminal.port());
    CHECK(refused(second).code == "busy");
    CHECK(second.at_end());
    CHECK(terminal.counters().refused_full == 1);
  }
  REQUIRE(terminal.settles(0));
  Peer third(terminal.port());
  greet(third);
}

TEST_CASE("who never said hello makes way for a till, and so does a till that is silent for long") {
  NativeOptions options;
  options.max_connections = 2;
  options.replaceable = std::chrono::milliseconds(50);
  Fixture terminal(options);
  Peer silent(terminal.port()), drips(terminal.port());
  drips.send("{\"type\":");
  Peer first(terminal.port());
  first.send(std::string(kHello));
  CHECK(first.line() == R"({"type":"ok"})");
  Peer second(terminal.port());
  second.send(std::string(kHello));
  CHECK(second.line() == R"({"type":"ok"})");
  // Both places are tills' now; the one silent for longest goes, once it has been for long enough.
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  second.send("{\"type\":\"ping\"}\n");
  CHECK(second.line() == R"({"type":"ok"})");
  Peer third(terminal.port());
  third.send(std::string(kHello));
  CHECK(third.line() == R"({"type":"ok"})");
  second.send("{\"type\":\"ping\"}\n");
  CHECK(second.line() == R"({"type":"ok"})");
  CHECK(first.at_end());
  CHECK(terminal.counters().connections == 2);
  CHECK(terminal.counters().refused_full == 0);
}

TEST_CASE("what a message causes comes after its answer") {
  Fixture terminal;
  Peer till(terminal.port());
  greet(till);
  till.send(put("1", "HINT", 1));
  CHECK(read(till) == FromTerminal(Ok{1}));
  CHECK(read(till) == FromTerminal(HintBoard{SaleId("1"), Stage::scan, {}}));
}

TEST_CASE("pushes reach the tills that named the sale and no other") {
  Fixture terminal;
  Peer one(terminal.port());
  Peer two(terminal.port());
  Peer stranger(terminal.port());
  for (auto* till : {&one, &two}) greet(*till);
  one.send(put("1", "A", 1));
  two.send(put("2", "A", 1));
  CHECK(read(one) == FromTerminal(Ok{1}));
  CHECK(read(two) == FromTerminal(Ok{1}));
  CouponNotice const coupon{SaleId("1"), "7K3M", "text", PrintFate::printed};
  HintBoard const board{SaleId("2"), Stage::subtotal, {}};
  Notice const notice{"release 12"};
  terminal.loop.do_on_loop([&] {
    terminal.server->push(coupon);
    terminal.server->push(board);
    terminal.server->push(notice);
  });
  CHECK(read(one) == FromTerminal(coupon));
  CHECK(read(one) == FromTerminal(notice));
  CHECK(read(two) == FromTerminal(board));
  CHECK(read(two) == FromTerminal(notice));
  CHECK(terminal.counters().pushes == 4);
  stranger.send("{\"type\":\"ping\",\"id\":1}\n");
  CHECK(read(stranger) == FromTerminal(Ok{1}));  // the notice was not for one that said no hello
}

TEST_CASE("a sale that was refused is not followed") {
  Fixture terminal;
  Peer till(terminal.port());
  greet(till);
  till.send(put("closed", "A", 1));
  CHECK(refused(till).id == 1);
  terminal.loop.do_on_loop([&] { terminal.server->push(HintBoard{SaleId("closed"), Stage::scan, {}}); });
  CHECK(terminal.counters().pushes == 0);
}

TEST_CASE("a push longer than any till reads is not sent") {
  Fixture terminal;
  Peer till(terminal.port());
  greet(till);
  terminal.loop.do_on_loop([&] {
    terminal.server->push(Notice{std::string(kMaxTerminalLine, 'x')});
    terminal.server->push(Notice{"short"});
  });
  CHECK(read(till) == FromTerminal(Notice{"short"}));
}

TEST_CASE("stopping ends every connection and frees the port, also from inside a message") {
  Fixture terminal;
  auto const port = terminal.port();
  Peer one(port);
  Peer two(port);
  greet(one);
  greet(two);
  one.send("{\"type\":\"void\",\"sale\":\"1\"}\n" + put("1", "A", 2));
  CHECK(one.at_end());
  CHECK(two.at_end());
  CHECK(terminal.heard() == 3);
  CHECK_FALSE(Peer(port).connected());
  terminal.loop.do_on_loop([&] { terminal.server->stop(); });
}

TEST_CASE("a port in use and a name instead of an address are refused at start") {
  Fixture terminal;
  auto const port = terminal.port();
  terminal.loop.do_on_loop([&] {
    NativeOptions options;
    options.port = port;
    auto const taken = NativeServer::listen(terminal.loop.io(), options, terminal.terminal);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == Code::io);
    CHECK(taken.error().what.find(std::to_string(port)) != std::string::npos);
    options.host = "till.example";
    auto const named = NativeServer::listen(terminal.loop.io(), options, terminal.terminal);
    REQUIRE_FALSE(named);
    CHECK(named.error().code == Code::invalid);
  });
}
