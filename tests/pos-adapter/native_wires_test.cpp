#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "pos-adapter/loopback.hpp"
#include "tillcue/pos/native_server.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using testing::LoopThread;
using testing::Peer;

namespace {

constexpr std::string_view kHello = "{\"type\":\"hello\",\"protocol\":1,\"till\":\"t\",\"id\":1}";
constexpr std::string_view kOk = "{\"type\":\"ok\",\"id\":1}";

/// Shows a board for every line of a sale.
class Terminal : public SaleEvents {
 public:
  Result<void> on(Message const& message) override {
    ++heard;
    if (auto const* put = std::get_if<PutLine>(&message)) server->push(HintBoard{put->sale, Stage::scan, {}});
    return {};
  }
  int heard = 0;
  NativeServer* server = nullptr;
};

std::string socket_path() {
  return (std::filesystem::temp_directory_path() / ("tillcue-wire-" + std::to_string(::getpid()) + ".sock")).string();
}

struct Scene {
  explicit Scene(std::size_t connections = 16) {
    loop.do_on_loop([&] {
      NativeOptions options;
      options.max_connections = connections;
      options.unix_path = socket_path();
      options.web = NativeWebOptions{"127.0.0.1", 0, {"http://pos.shop"}};
      auto made = NativeServer::listen(loop.io(), options, terminal);
      REQUIRE(made);
      server = std::move(*made);
      terminal.server = server.get();
    });
  }
  ~Scene() {
    loop.do_on_loop([&] { server.reset(); });
  }
  std::uint16_t port() {
    return loop.on_loop([&] { return server->port(); });
  }
  std::uint16_t web_port() {
    return loop.on_loop([&] { return server->web_port(); });
  }
  NativeCounters counters() {
    return loop.on_loop([&] { return server->counters(); });
  }

  Terminal terminal;
  LoopThread loop;
  std::unique_ptr<NativeServer> server;
};

int unix_connect() {
  int const socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  socket_path().copy(where.sun_path, sizeof where.sun_path - 1);
  void const* const generic = &where;
  REQUIRE(::connect(socket, static_cast<sockaddr const*>(generic), sizeof where) == 0);
  return socket;
}

std::string unix_ask(int socket, std::string const& lines, std::size_t answers) {
  CHECK(::send(socket, lines.data(), lines.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(lines.size()));
  std::string got;
  while (static_cast<std::size_t>(std::count(got.begin(), got.end(), '\n')) < answers) {
    char block[512];
    auto const size = ::recv(socket, block, sizeof block, 0);
    if (size <= 0) break;
    got.append(block, static_cast<std::size_t>(size));
  }
  return got;
}

/// The status line of an upgrade asked for so.
std::string upgrade(std::uint16_t port, std::string const& path, std::string const& host, std::string const& origin) {
  Peer peer(port);
  peer.send("GET " + path + " HTTP/1.1\r\nHost: " + host + (origin.empty() ? "" : "\r\nOrigin: " + origin) +
            "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  return peer.line().value_or("nothing").substr(9, 3);
}

/// A program's WebSocket, by hand: without an origin.
struct WebTill {
  explicit WebTill(std::uint16_t port) : peer(port) {
    peer.send("GET /pos HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
              "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    REQUIRE(peer.line().value_or("").find("101") != std::string::npos);
    for (auto line = peer.line(); line && *line != "\r"; line = peer.line()) {
    }
  }
  void frame(unsigned opcode, std::string_view bytes) {
    std::string out{static_cast<char>(0x80U | opcode)};
    auto const size = bytes.size();
    if (size < 126) {
      out += static_cast<char>(0x80U | size);
    } else {
      out += {static_cast<char>(0xFE), static_cast<char>(size >> 8U), static_cast<char>(size & 0xFFU)};
    }
    out.append(4, '\0');  // a mask that changes nothing
    peer.send(out.append(bytes));
  }
  void say(std::string_view text) { frame(0x1, text); }
  std::string message() {
    auto const head = peer.bytes(2);
    if (head.size() < 2 || (static_cast<unsigned char>(head[0]) & 0x0FU) == 0x8) return "closed";
    std::size_t size = static_cast<unsigned char>(head[1]) & 0x7FU;
    if (size == 126) {
      auto const more = peer.bytes(2);
      size = static_cast<std::size_t>(static_cast<unsigned char>(more[0])) << 8U | static_cast<unsigned char>(more[1]);
    }
    return peer.bytes(size);
  }
  Peer peer;
};

std::string sale_message(char const* type, char const* more = "") {
  return std::string("{\"type\":\"") + type + "\",\"sale\":\"s\",\"id\":1" + more + "}";
}

}  // namespace

TEST_CASE("a till speaks over a Unix socket as it does over TCP") {
  Scene scene;
  int const till = unix_connect();
  auto const said = unix_ask(till, std::string(kHello) + "\n" + sale_message("begin") + "\n", 2);
  CHECK(said == std::string(kOk) + "\n" + std::string(kOk) + "\n");
  ::close(till);
  struct stat file {};
  REQUIRE(::stat(socket_path().c_str(), &file) == 0);
  CHECK((file.st_mode & 0777U) == 0660U);
}

TEST_CASE("a Unix socket left behind is replaced, one in use is not, and it is gone at the end") {
  {
    Scene scene;
    boost::asio::io_context io;
    Terminal other;
    NativeOptions options;
    options.unix_path = socket_path();
    auto const second = NativeServer::listen(io, options, other);
    REQUIRE_FALSE(second);
    CHECK(second.error().what.find("another program listens there") != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(socket_path()));
  int const dead = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  socket_path().copy(where.sun_path, sizeof where.sun_path - 1);
  void const* const generic = &where;
  REQUIRE(::bind(dead, static_cast<sockaddr const*>(generic), sizeof where) == 0);
  ::close(dead);
  Scene scene;
  int const till = unix_connect();
  CHECK(unix_ask(till, std::string(kHello) + "\n", 1) == std::string(kOk) + "\n");
  ::close(till);
}

TEST_CASE("a till speaks over WebSocket, a message a line, and is pushed to") {
  Scene scene;
  WebTill till(scene.web_port());
  till.say(kHello);
  CHECK(till.message() == kOk);
  till.say(sale_message("begin"));
  CHECK(till.message() == kOk);
  till.say(sale_message("add", ",\"line\":1,\"sku\":\"a\"") + "\n");
  CHECK(till.message() == kOk);
  CHECK(till.message() == "{\"type\":\"hints\",\"sale\":\"s\",\"stage\":\"scan\",\"cards\":[]}");
  till.say(sale_message("add", ",\"line\":\"x\",\"sku\":\"a\""));
  CHECK(till.message().find("\"code\":\"invalid\"") != std::string::npos);
  till.frame(0x2, kHello);
  CHECK(till.message() == "closed");
}

TEST_CASE("two clients of one sale, over different wires, are both pushed to") {
  Scene scene;
  WebTill web(scene.web_port());
  Peer tcp(scene.port());
  web.say(kHello);
  CHECK(web.message() == kOk);
  tcp.send(std::string(kHello) + "\n");
  CHECK(tcp.line() == std::string(kOk));
  web.say(sale_message("begin"));
  CHECK(web.message() == kOk);
  tcp.send(sale_message("begin", ",\"resume\":true") + "\n" + sale_message("add", ",\"line\":1,\"sku\":\"a\"") + "\n");
  CHECK(tcp.line() == std::string(kOk));
  CHECK(tcp.line() == std::string(kOk));
  CHECK(tcp.line()->find("\"hints\"") != std::string::npos);
  CHECK(web.message().find("\"hints\"") != std::string::npos);
}

TEST_CASE("a page may only when its origin is named, and nobody may under another name") {
  Scene scene;
  auto const port = scene.web_port();
  auto const host = "127.0.0.1:" + std::to_string(port);
  CHECK(upgrade(port, "/pos", host, "") == "101");
  CHECK(upgrade(port, "/pos", host, "http://pos.shop") == "101");
  CHECK(upgrade(port, "/pos", host, "http://" + host) == "403");
  CHECK(upgrade(port, "/pos", host, "http://evil.example") == "403");
  CHECK(upgrade(port, "/pos", host, "null") == "403");
  CHECK(upgrade(port, "/pos", "evil.example", "") == "403");
  CHECK(upgrade(port, "/ws", host, "") == "404");
  Peer plain(port);
  plain.send("GET /pos HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  CHECK(plain.line()->find("426") != std::string::npos);
}

TEST_CASE("the limits hold on a WebSocket too: before hello, in length, in number") {
  Scene scene(2);
  WebTill rude(scene.web_port());
  rude.say("GET / HTTP/1.1");
  CHECK(rude.message().find("\"error\"") != std::string::npos);
  CHECK(rude.message() == "closed");
  WebTill endless(scene.web_port());
  endless.say(kHello);
  CHECK(endless.message() == kOk);
  endless.say(std::string(20'000, ' '));
  while (scene.counters().dropped_oversized == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  Peer one(scene.port());
  one.send(std::string(kHello) + "\n");
  CHECK(one.line() == std::string(kOk));
}

TEST_CASE("who is one too many is told so over WebSocket") {
  Scene scene(1);
  Peer first(scene.port());
  first.send(std::string(kHello) + "\n");
  CHECK(first.line() == std::string(kOk));
  WebTill second(scene.web_port());
  CHECK(second.message().find("\"busy\"") != std::string::npos);
}

TEST_CASE("requests that never end make room for those that do") {
  Scene scene;
  std::vector<std::unique_ptr<Peer>> slow;
  for (int n = 0; n < 60; ++n) {
    slow.push_back(std::make_unique<Peer>(scene.web_port()));
    slow.back()->send("GET /pos HTTP/1.1\r\nHost: ");
  }
  WebTill till(scene.web_port());
  till.say(kHello);
  CHECK(till.message() == kOk);
  CHECK(slow.front()->at_end());
}
