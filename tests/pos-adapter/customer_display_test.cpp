#include "tillcue/pos/customer_display.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include "pos-adapter/display_emulator.hpp"

using namespace tillcue;
using namespace tillcue::pos;
using testing::DisplayEmulator;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kBlank = "                    |                    ";

std::string text_of(std::vector<std::byte> const& bytes) {
  std::string out;
  for (auto const byte : bytes) out += static_cast<char>(byte);
  return out;
}

/// What the customer reads when a display of that kind gets the start and the text.
std::string seen(DisplayText const& text, DisplayProfile const& profile, DisplayEmulator::Mode mode) {
  DisplayEmulator display(mode);
  display.feed(text_of(encode_display_start(profile)));
  display.feed("\x0C");
  display.feed(text_of(encode_display({"something else that", "stood there before  "}, profile)));
  display.feed(text_of(encode_display(text, profile)));
  CHECK(display.unknown.empty());
  CHECK_FALSE(display.pending());
  return display.both();
}

HintCard card(std::string name, std::string price, std::string discount) {
  HintCard out;
  out.sku = Sku("S1");
  out.name = std::move(name);
  out.price_text = std::move(price);
  out.discount_text = std::move(discount);
  out.script = "May I add butter?";
  return out;
}

/// A display on a TCP port of this machine, looked at from the same thread.
struct Port {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor{io, {boost::asio::ip::make_address("127.0.0.1"), 0}};

  CustomerDisplayOptions options() {
    CustomerDisplayOptions out;
    out.where = NetworkPrinter{"127.0.0.1", acceptor.local_endpoint().port()};
    out.again = 10ms;
    out.resting = {"Welcome", ""};
    return out;
  }
  boost::asio::ip::tcp::socket accept() {
    boost::asio::ip::tcp::socket socket(io);
    bool done = false;
    acceptor.async_accept(socket, [&](boost::system::error_code) { done = true; });
    wait([&] { return done; });
    return socket;
  }
  bool wait(std::function<bool()> const& test) {
    auto const end = std::chrono::steady_clock::now() + 5s;
    while (!test() && std::chrono::steady_clock::now() < end) io.run_one_for(5ms), io.restart();
    return test();
  }
  /// Reads until the display shows that.
  bool shows(boost::asio::ip::tcp::socket& socket, DisplayEmulator& display, std::string const& wanted) {
    return wait([&] {
      socket.non_blocking(true);
      char part[256];
      boost::system::error_code none;
      auto const got = socket.read_some(boost::asio::buffer(part), none);
      display.feed({part, none ? 0 : got});
      return display.both() == wanted;
    });
  }
};

}  // namespace

TEST_CASE("the customer reads what it is, what it costs and saves, and nothing of the cashier's") {
  CHECK(display_text(card("Salted butter 250 g", "2.49 EUR", "-20 %")) ==
        DisplayText{"Salted butter 250 g", "-20 %       2.49 EUR"});
  CHECK(display_text(card("Jam", "1.99 EUR", "")) == DisplayText{"Jam", "1.99 EUR"});
  CHECK(display_text(card("Jam", "", "-20 %")) == DisplayText{"Jam", "-20 %"});
  CHECK(display_text(card("", "", "")) == DisplayText{"S1", ""});
  CHECK(display_text(card("Jam", "1999.00 EUR", "2 for the price of 1")) == DisplayText{"Jam", "2 for the price of 1"});
}

TEST_CASE("both command sets show the same two lines, whatever stood there before") {
  DisplayText const text{"Salted butter 250 g", "-20 %       2.49 EUR"};
  std::string const wanted = "Salted butter 250 g |-20 %       2.49 EUR";
  CHECK(seen(text, {}, DisplayEmulator::Mode::epson) == wanted);
  CHECK(seen(text, {DisplayMode::cd5220}, DisplayEmulator::Mode::cd5220) == wanted);
  CHECK(seen(text, {DisplayMode::utc}, DisplayEmulator::Mode::utc) == wanted);
  CHECK(seen({}, {}, DisplayEmulator::Mode::epson) == kBlank);
  CHECK(seen({}, {DisplayMode::cd5220}, DisplayEmulator::Mode::cd5220) == kBlank);
}

TEST_CASE("the bytes are those of the manuals") {
  CHECK(text_of(encode_display({"A", "B"}, {})) ==
        "\x0B"
        "A                   B                   ");
  CHECK(text_of(encode_display({"A", "B"}, {DisplayMode::cd5220})) ==
        "\x1BQA"
        "A                   \r\x1BQB"
        "B                   \r");
  CHECK(text_of(encode_display_start({DisplayMode::epson, CodeTable::cp866})) ==
        std::string("\x1B@\x1F\x01\x1Bt\x11\x1F"
                    "C\0",
                    10));
  CHECK(text_of(encode_display_start({DisplayMode::cd5220, CodeTable::cp866})) == std::string("\x1B@\x1B"
                                                                                              "cR\x1B_\0",
                                                                                              8));
  CHECK(text_of(encode_display_start({DisplayMode::cd5220, CodeTable::cp1251, "\x1Bt\x06"})) ==
        std::string("\x1B@\x1Bt\x06\x1B_\0", 8));
}

TEST_CASE("Cyrillic is shown from the display's table, or spelled in Latin letters") {
  DisplayText const text{"Масло сливочное 180 г", "-20 %      99,90 руб"};
  std::string const wanted = "Масло сливочное 180 |-20 %      99,90 руб";
  CHECK(seen(text, {DisplayMode::epson, CodeTable::cp866}, DisplayEmulator::Mode::epson) == wanted);
  CHECK(seen(text, {DisplayMode::cd5220, CodeTable::cp866}, DisplayEmulator::Mode::cd5220) == wanted);
  CHECK(seen({"Щавель, ёж, объём", "Чай «Юбилейный»"}, {}, DisplayEmulator::Mode::epson) ==
        "Shchavel, ezh, obem |Chai \"Iubileinyi\"   ");
}

TEST_CASE("a text can command nothing, and what no table has is a question mark") {
  std::string const evil = "A\x0C\x1B@\r\nB\x7F\xFF";
  CHECK(seen({evil, "日本"}, {}, DisplayEmulator::Mode::epson) == "A  @  B ?           |??                  ");
  CHECK(seen({evil, "日本"}, {DisplayMode::cd5220}, DisplayEmulator::Mode::cd5220) ==
        "A  @  B ?           |??                  ");
}

TEST_CASE("what would be question mark beside question mark is not shown") {
  CHECK(is_legible({"Salted butter 250 g", "2.49 EUR"}, {}));
  CHECK(is_legible({"Щавель", "99,90 руб"}, {}));
  CHECK(is_legible({"Tea \xE2\x98\x95 green", ""}, {}));
  CHECK(is_legible({}, {}));
  CHECK_FALSE(is_legible({"حليب طازج", "1.250 KWD"}, {}));
  CHECK_FALSE(is_legible({"鲜牛奶", "2.49 EUR"}, {DisplayMode::epson, CodeTable::cp866}));
  CHECK_FALSE(is_legible({"Milk", "日本日本"}, {}));
}

TEST_CASE("names of modes and tables are told when one is wrong") {
  CHECK(find_display_mode("cd5220").value() == DisplayMode::cd5220);
  CHECK(find_display_mode("aedex").error().what == "must be one of: epson, cd5220, utc");
  CHECK(find_code_table("cp866").value() == CodeTable::cp866);
  CHECK(find_code_table("866").error().what.rfind("must be one of: cp437, cp737", 0) == 0);
}

TEST_CASE("an offer stands until it is taken away, then the resting text does again") {
  Port port;
  CustomerDisplay display(port.io, port.options());
  CHECK_FALSE(display.working());
  auto socket = port.accept();
  DisplayEmulator customer(DisplayEmulator::Mode::epson);
  CHECK(port.shows(socket, customer, "Welcome             |                    "));
  CHECK(display.working());
  display.show({"Butter", "2.49 EUR"});
  CHECK(port.shows(socket, customer, "Butter              |2.49 EUR            "));
  display.rest();
  CHECK(port.shows(socket, customer, "Welcome             |                    "));
  CHECK(customer.unknown.empty());
}

TEST_CASE("a display that was away gets the newest text, and none of those in between") {
  Port port;
  CustomerDisplay display(port.io, port.options());
  {
    auto socket = port.accept();
    REQUIRE(port.wait([&] { return display.working(); }));
  }
  REQUIRE(port.wait([&] { return !display.working(); }));
  CHECK(display.trouble().rfind("127.0.0.1:", 0) == 0);
  for (int n = 0; n < 100; ++n) display.show({"Offer " + std::to_string(n), ""});
  auto socket = port.accept();
  DisplayEmulator customer(DisplayEmulator::Mode::epson);
  CHECK(port.shows(socket, customer, "Offer 99            |                    "));
  CHECK(display.trouble().empty());
}

TEST_CASE("a display that takes nothing is given up and opened anew, and nobody waits for it") {
  Port port;
  port.acceptor.set_option(boost::asio::socket_base::receive_buffer_size(1024));
  auto options = port.options();
  options.stuck = 50ms;
  CustomerDisplay display(port.io, options);
  auto socket = port.accept();
  REQUIRE(port.wait([&] { return display.working(); }));
  int n = 0;
  // Its buffers are full at some time.
  REQUIRE(port.wait([&] {
    display.show({"Offer " + std::to_string(++n), ""});
    return !display.working();
  }));
  CHECK(display.trouble().find("takes nothing") != std::string::npos);
}

TEST_CASE("a display on a device file is written to") {
  int master = -1;
  int slave = -1;
  char path[128];
  REQUIRE(::openpty(&master, &slave, path, nullptr, nullptr) == 0);
  boost::asio::io_context io;
  CustomerDisplayOptions options;
  options.where = DevicePrinter{path, {}};
  options.profile.mode = DisplayMode::cd5220;
  CustomerDisplay display(io, options);
  display.show({"Butter", "2.49 EUR"});
  DisplayEmulator customer(DisplayEmulator::Mode::cd5220);
  auto const end = std::chrono::steady_clock::now() + 5s;
  while (customer.line(0) != "Butter              " && std::chrono::steady_clock::now() < end) {
    io.run_one_for(5ms), io.restart();
    pollfd ready{master, POLLIN, 0};
    char part[256];
    if (::poll(&ready, 1, 0) != 1) continue;
    auto const got = ::read(master, part, sizeof part);
    if (got > 0) customer.feed({part, static_cast<std::size_t>(got)});
  }
  CHECK(customer.both() == "Butter              |2.49 EUR            ");
  CHECK(customer.unknown.empty());
  ::close(slave);
  ::close(master);
}

TEST_CASE("a display that is not there is told, and does no harm") {
  boost::asio::io_context io;
  CustomerDisplayOptions options;
  options.where = DevicePrinter{"/nowhere/ttyS9", {}};
  options.again = 60'000ms;
  CustomerDisplay display(io, options);
  display.show({"Butter", ""});
  io.run_for(20ms);
  CHECK_FALSE(display.working());
  CHECK(display.trouble().rfind("/nowhere/ttyS9: ", 0) == 0);
}
