#include "tillcue/till_client.h"

#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>
#include <poll.h>
#include <unistd.h>

#include "pos-adapter/loopback.hpp"
#include "tillcue/pos/native_server.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using testing::LoopThread;

extern "C" int till_client_in_c(char const* where);

namespace {

/// Keeps sales as a terminal does: lines by number, closed once.
class Terminal : public SaleEvents {
 public:
  struct Sale {
    std::map<std::uint32_t, PutLine> lines;
    bool closed = false;
    int finishes = 0;
  };

  Result<void> on(Message const& message) override {
    auto const* id = sale_of(message);
    if (id == nullptr) return {};
    auto& sale = sales[id->value];
    if (std::holds_alternative<Finish>(message) || std::holds_alternative<Void>(message)) {
      if (!sale.closed) ++sale.finishes;
      sale.closed = true;
      server->push(CouponNotice{*id, "7K3M9QX2TB", "-20 %\n\"Notebook\" \u20AC", PrintFate::printed});
      return {};
    }
    if (sale.closed) return fail(Code::rejected, "sale is closed");
    if (auto const* put = std::get_if<PutLine>(&message)) {
      if (put->sku.value == "REFUSE") return fail(Code::rejected, "not \"this\" one");
      sale.lines[static_cast<std::uint32_t>(put->line)] = *put;
      HintBoard board{*id,
                      Stage::scan,
                      {{7,
                        Sku("85123A"),
                        "Notebook A5",
                        "2.55 EUR",
                        "",
                        "May I add a \"notebook\"?\t\u20AC",
                        "why",
                        {},
                        {},
                        {},
                        {}}}};
      board.cards.front().type = OfferType::set;
      board.cards.front().more = {Sku("GUA-1")};
      board.cards.front().instead_of = Sku("85123\"B");
      server->push(board);
    }
    if (auto const* remove = std::get_if<RemoveLine>(&message))
      sale.lines.erase(static_cast<std::uint32_t>(remove->line));
    if (auto const* answer = std::get_if<Answer>(&message)) answers.push_back(answer->accepted);
    return {};
  }

  std::map<std::string, Sale> sales;
  std::vector<bool> answers;
  NativeServer* server = nullptr;
};

struct Scene {
  Scene() { start(0); }
  ~Scene() { stop(); }
  void start(std::uint16_t port) {
    loop.do_on_loop([&] {
      NativeOptions options;
      options.port = port;
      options.unix_path = path;
      auto made = NativeServer::listen(loop.io(), options, terminal);
      REQUIRE(made);
      server = std::move(*made);
      terminal.server = server.get();
      where = "127.0.0.1:" + std::to_string(server->port());
    });
  }
  void stop() {
    loop.do_on_loop([&] { server.reset(); });
  }

  std::string path = "/tmp/tillcue-client-" + std::to_string(::getpid()) + ".sock";
  std::string where;
  Terminal terminal;
  LoopThread loop;
  std::unique_ptr<NativeServer> server;
};

/// Polls until an event of this kind comes; nothing waits longer than 10 s.
bool wait_for(till_client* till, till_event_kind kind, till_event& event) {
  for (int n = 0; n < 1000; ++n) {
    while (till_poll(till, &event) != 0) {
      if (event.kind == kind) return true;
    }
    pollfd line{till_descriptor(till), POLLIN, 0};
    ::poll(&line, 1, 10);
  }
  return false;
}

struct Till {
  explicit Till(std::string const& where) : client(till_open(where.c_str(), "lane-3", "test 1")) { REQUIRE(client); }
  ~Till() { till_close(client); }
  bool wait(till_event_kind kind) { return wait_for(client, kind, event); }
  till_client* client;
  till_event event{};
};

}  // namespace

TEST_CASE("a sale by the C client: hints and coupon arrive, their texts unescaped") {
  Scene scene;
  for (auto const& where : {scene.where, "unix:" + scene.path}) {
    Till till(where);
    auto const sale = "sale over " + where;
    CHECK(till_begin(till.client, sale.c_str()) == TILL_OK);
    CHECK(till_put(till.client, 1, "4006381333931", 2000, 199, "Pen \"blue\"\\") == TILL_OK);
    REQUIRE(till.wait(TILL_CONNECTED));
    REQUIRE(till.wait(TILL_HINTS));
    REQUIRE(till.event.card_count == 1);
    CHECK(till.event.sale == sale);
    CHECK(till.event.stage == std::string("scan"));
    CHECK(till.event.cards[0].offer == 7);
    CHECK(till.event.cards[0].script == std::string("May I add a \"notebook\"?\t\u20AC"));
    CHECK(till.event.cards[0].name == std::string("Notebook A5"));
    CHECK(till.event.cards[0].is_notice == 0);
    CHECK(till.event.cards[0].instead_of == std::string("85123\"B"));
    REQUIRE(till.event.cards[0].more_count == 1);
    CHECK(till.event.cards[0].more[0] == std::string("GUA-1"));
    CHECK(till_answer(till.client, 7, 1) == TILL_OK);
    CHECK(till_tender(till.client) == TILL_OK);
    CHECK(till_finish(till.client, 398) == TILL_OK);
    REQUIRE(till.wait(TILL_COUPON));
    CHECK(till.event.text == std::string("-20 %\n\"Notebook\" \u20AC"));
    CHECK(till.event.fate == std::string("printed"));
    auto const& kept = scene.terminal.sales[sale];
    CHECK(kept.lines.at(1).name == "Pen \"blue\"\\");
    CHECK(kept.lines.at(1).quantity.milli == 2000);
    CHECK(kept.lines.at(1).price_minor == 199);
    CHECK(kept.finishes == 1);
  }
  CHECK(scene.terminal.answers == std::vector<bool>{true, true});
}

TEST_CASE("a terminal that goes and comes back is told the open sale anew, and nothing counts twice") {
  Scene scene;
  auto const port = scene.loop.on_loop([&] { return scene.server->port(); });
  Till till(scene.where);
  till_begin(till.client, "s");
  till_put(till.client, 1, "a", 1000, 100, nullptr);
  REQUIRE(till.wait(TILL_HINTS));
  scene.stop();
  REQUIRE(till.wait(TILL_LOST));
  CHECK(till_is_connected(till.client) == 0);
  CHECK(till_put(till.client, 1, "a", 3000, 100, nullptr) == TILL_OK);
  CHECK(till_put(till.client, 2, "b", 1000, TILL_ANY_PRICE, nullptr) == TILL_OK);
  CHECK(till_put(till.client, 3, "c", -500, 100, nullptr) == TILL_OK);
  CHECK(till_remove(till.client, 2) == TILL_OK);
  scene.start(port);
  REQUIRE(till.wait(TILL_CONNECTED));
  REQUIRE(till.wait(TILL_HINTS));
  till_finish(till.client, TILL_NO_TOTAL);
  REQUIRE(till.wait(TILL_COUPON));
  auto const& sale = scene.terminal.sales["s"];
  REQUIRE(sale.lines.size() == 2);
  CHECK(sale.lines.at(1).quantity.milli == 3000);
  CHECK(sale.lines.at(3).quantity.milli == -500);
  CHECK(sale.finishes == 1);
}

TEST_CASE("sales finished while there was no terminal are told when it is there, each once") {
  Scene scene;
  auto const port = scene.loop.on_loop([&] { return scene.server->port(); });
  scene.stop();
  Till till(scene.where);
  for (int n = 0; n < 12; ++n) {
    auto const name = "s" + std::to_string(100 + n);
    CHECK(till_begin(till.client, name.c_str()) == TILL_OK);
    CHECK(till_put(till.client, 1, "a", 1000, 100, nullptr) == TILL_OK);
    CHECK((n % 2 == 0 ? till_finish(till.client, 100) : till_void(till.client)) == TILL_OK);
    till_event event;
    CHECK(till_poll(till.client, &event) == 0);
  }
  scene.start(port);
  REQUIRE(till.wait(TILL_CONNECTED));
  REQUIRE(till.wait(TILL_COUPON));
  for (int n = 0; n < 200 && scene.loop.on_loop([&] { return scene.terminal.sales.size(); }) < 8; ++n) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  // The last eight are kept; a till that sells on must not grow.
  CHECK(scene.terminal.sales.size() == 8);
  CHECK(scene.terminal.sales.contains("s111"));
  for (auto const& [name, sale] : scene.terminal.sales) CHECK(sale.finishes == 1);
}

TEST_CASE("what breaks a rule is refused at once or told, and the till sells on") {
  Scene scene;
  Till till(scene.where);
  CHECK(till_put(till.client, 1, "a", 1000, 100, nullptr) == TILL_E_STATE);
  CHECK(std::string(till_error(till.client)).find("till_begin") != std::string::npos);
  CHECK(till_begin(till.client, "") == TILL_E_INVALID);
  CHECK(till_begin(till.client, "s") == TILL_OK);
  CHECK(till_begin(till.client, "t") == TILL_E_STATE);
  CHECK(till_put(till.client, 0, "a", 1000, 100, nullptr) == TILL_E_INVALID);
  CHECK(till_put(till.client, 1, "a", 0, 100, nullptr) == TILL_E_INVALID);
  CHECK(till_put(till.client, 1, std::string(65, 'x').c_str(), 1000, 100, nullptr) == TILL_E_INVALID);
  CHECK(till_put(till.client, 1, "a\nb", 1000, 100, nullptr) == TILL_E_INVALID);
  CHECK(till_remove(till.client, 9) == TILL_E_INVALID);
  REQUIRE(till.wait(TILL_CONNECTED));
  CHECK(till_put(till.client, 1, "REFUSE", 1000, 100, nullptr) == TILL_OK);
  REQUIRE(till.wait(TILL_REFUSED));
  CHECK(till.event.text == std::string("not \"this\" one"));
  for (std::uint32_t n = 2; n <= TILL_MAX_LINES; ++n) {
    CHECK(till_put(till.client, n, "a", 1000, 100, nullptr) == TILL_OK);
    till_event event;
    while (till_poll(till.client, &event) != 0) {
    }
  }
  CHECK(till_put(till.client, 5000, "a", 1000, 100, nullptr) == TILL_E_FULL);
  for (auto const* bad : {"", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "unix:"}) {
    CHECK(till_open(bad, "t", nullptr) == nullptr);
  }
  CHECK(till_open("127.0.0.1:1", "", nullptr) == nullptr);
  till_close(nullptr);
}

TEST_CASE("a terminal that speaks nonsense, or nothing, harms nobody") {
  for (auto const* nonsense :
       {"\n\n{}\n{\"type\":\"hints\",\"cards\":[[[[[[[[[[[[\n",
        "{\"type\":\"hints\",\"cards\":{}}\n{\"type\":\"error\"}\n",
        "{\"type\":\"coupon\",\"text\":\"\\u12\"}\n{\"type\":\"notice\",\"text\":\"\\ud83d\\ude00\\\n",
        "HTTP/1.1 400\r\n"}) {
    LoopThread loop;
    boost::asio::ip::tcp::acceptor acceptor(loop.io(), {boost::asio::ip::make_address("127.0.0.1"), 0});
    auto const where = "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    Till till(where);
    till_begin(till.client, "s");
    till_put(till.client, 1, "a", 1000, 100, nullptr);
    till_event event;
    till_poll(till.client, &event);
    auto peer = acceptor.accept();
    boost::asio::write(peer, boost::asio::buffer(std::string(nonsense)));
    for (int n = 0; n < 20; ++n) {
      till_poll(till.client, &event);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    peer.close();
    for (int n = 0; n < 20; ++n) {
      till_poll(till.client, &event);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    CHECK(till_finish(till.client, 100) == TILL_OK);
  }
}

TEST_CASE("the same from a plain C program") {
  Scene scene;
  CHECK(till_client_in_c(scene.where.c_str()) == 0);
  CHECK(scene.loop.on_loop([&] { return scene.terminal.sales["c"].lines.size(); }) == 2);
}
