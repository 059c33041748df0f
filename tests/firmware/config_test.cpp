#include "tillcue/firmware/config.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

namespace tillcue::terminal {
namespace {

std::string const kWhole = R"({
  // a comment
  "terminal": "till-1",
  "store": { "id": "s1", "name": "Corner Shop", "chain": "demo", "currency": "EUR", "language": "ru" },
  "data_dir": "data",
  "pos": { "listen": "127.0.0.1:0" },
  "screen": { "listen": "[::1]:7780", "hint_ms": 5000 },
  "printer": { "address": "127.0.0.1:9100", "profile": "generic-58", "qr": true },
  "sync": { "broker": "mqtt://127.0.0.1:1883", "trusted_keys": ["hq.pub.pem"] },
  "log_level": "warning"
})";

std::string refusal(std::string const& text) {
  auto const config = parse_config(text, "/etc/tillcue/t.json");
  return config ? "accepted" : config.error().what;
}

bool says(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

std::string with(std::string const& from, std::string const& to) {
  auto text = kWhole;
  text.replace(text.find(from), from.size(), to);
  return text;
}

TEST_CASE("a whole configuration is read, its paths taken from its own folder") {
  auto const config = parse_config(kWhole, "/etc/tillcue/t.json");
  REQUIRE_MESSAGE(config, config.error().what);
  CHECK(config->terminal.value == "till-1");
  CHECK(config->store.language == "ru");
  CHECK(config->data_dir == "/etc/tillcue/data");
  CHECK(config->screen.host == "::1");
  CHECK(config->screen.port == 7780);
  CHECK(config->hint_lifetime == std::chrono::seconds(5));
  REQUIRE(config->printer);
  CHECK(config->printer->qr);
  REQUIRE(config->sync);
  CHECK(config->sync->trusted_keys[0] == "/etc/tillcue/hq.pub.pem");
}

TEST_CASE("tills may come by a Unix socket and by WebSocket, pages only where they are named") {
  auto const pos = [](std::string const& more) {
    return with("\"listen\": \"127.0.0.1:0\" }", "\"listen\": \"127.0.0.1:0\", " + more + " }");
  };
  auto const config = parse_config(
      pos(R"("unix": "pos.sock", "websocket": "127.0.0.1:7708", "origins": ["http://pos.shop"])"), "/etc/till.json");
  REQUIRE_MESSAGE(config, config.error().what);
  CHECK(config->pos_unix == "/etc/pos.sock");
  CHECK(config->pos_web->port == 7708);
  CHECK(config->pos_web->origins == std::vector<std::string>{"http://pos.shop"});
  CHECK(says(refusal(pos(R"("websocket": "0.0.0.0:1")")), "pos.websocket: must name one address"));
  CHECK(says(refusal(pos(R"("origins": ["http://pos.shop"])")), "pos.origins: goes together with pos.websocket"));
  CHECK(says(refusal(pos(R"("websocket": "127.0.0.1:1", "origins": ["*"])")), "pos.origins: must hold origins"));
}

TEST_CASE("a terminal is not called like head office, whom a broker without certificates knows by its client id") {
  for (auto const* const name : {"hq", "hq-demo", "hq-publish"}) {
    CHECK(
        says(refusal(with("\"till-1\"", '"' + std::string{name} + '"')), "terminal: must not be hq or begin with hq-"));
  }
  for (auto const* const name : {"hq2", "HQ-1", "till-hq"}) {
    CHECK(parse_config(with("\"till-1\"", '"' + std::string{name} + '"'), "/etc/tillcue/t.json"));
  }
}

TEST_CASE("feeds are read, and what is wrong with them is told by field") {
  auto const withfeeds = [](std::string const& feeds) {
    return with("\"log_level\"", "\"names\": {\"aliases\": \"names.csv\"}, \"feeds\": {" + feeds + "}, \"log_level\"");
  };
  auto const config = parse_config(withfeeds(R"("unicenta": {"listen": "udp://127.0.0.1:7711"},
                   "odoo": {"listen": "127.0.0.1:0", "origins": ["http://odoo.shop:8069"]},
                   "text": {"source": "serial:/dev/ttyS1?9600", "start": "0x1B40", "end": "**END**", "line_end": "0x0D0A",
                            "code_page": 866, "timeout_ms": 800, "width": 20,
                            "layout": {"item": ["{name} {amount}"], "total": ["TOTAL {amount}"]}})"),
                                   "/etc/till.json");
  REQUIRE_MESSAGE(config, config.error().what);
  CHECK(config->aliases == "/etc/names.csv");
  CHECK(config->feeds.unicenta->port == 7711);
  CHECK(config->feeds.odoo->origins.front() == "http://odoo.shop:8069");
  CHECK(config->feeds.text->options.start == "\x1B@");
  CHECK(config->feeds.text->options.line_end == "\r\n");
  CHECK(config->feeds.text->width == 20);
  auto const text = [&](std::string const& rest) {
    return refusal(withfeeds("\"text\": {\"source\": \"tcp://127.0.0.1:0\", " + rest + "}"));
  };
  CHECK(says(refusal(withfeeds(R"("unicenta": {"listen": "file:/tmp/x"})")), "feeds.unicenta.listen: must be udp://"));
  CHECK(says(refusal(withfeeds(R"("unicenta": {"listen": "udp://0.0.0.0:1"})")), "not all of them"));
  CHECK(says(refusal(withfeeds(R"("odoo": {"listen": "127.0.0.1:0"})")), "feeds.odoo.origins: is missing"));
  CHECK(says(refusal(withfeeds(R"("odoo": {"listen": "127.0.0.1:0", "origins": ["*"]})")),
             "feeds.odoo.origins: must hold"));
  CHECK(says(refusal(withfeeds(R"("odoo": {"listen": "127.0.0.1:0", "origins": ["http://a/b"]})")), "no path"));
  CHECK(says(refusal(withfeeds(R"("text": {"layout": {"item": ["{name}"]}})")), "feeds.text.source: is missing"));
  CHECK(says(text(R"("layout": {"item": ["{nam}"], "total": ["T"]})"),
             "feeds.text.layout.item: \"{nam}\": {nam} is no field"));
  CHECK(says(text(R"("layout": {"item": ["{name}"]})"), "feeds.text.layout.total: without it"));
  CHECK(says(text(R"("start": "0x1")"), "feeds.text.start: write bytes in pairs"));
  CHECK(says(text(R"("code_page": 1)"), "feeds.text.code_page: must be one of 437"));
  CHECK(says(text(R"("timeout_ms": 1)"), "feeds.text.timeout_ms: must be from 50"));
  CHECK(says(text(R"("width": 3)"), "feeds.text.width: must be from 8"));
  // Every fault at once, and nothing of a field beyond what is wrong with it.
  auto const all = text(R"("code_page": 999, "width": "x", "layout": {"item": ["{nme}", "{prce}"], "total": 7})");
  for (auto const* part : {"feeds.text.code_page: must be one of", "feeds.text.width: must be from",
                           "{nme} is no field", "{prce} is no field", "feeds.text.layout.total: must be a list"}) {
    CHECK(says(all, part));
  }
  CHECK(std::count(all.begin(), all.end(), '\n') == 4);
  CHECK(says(
      refusal(withfeeds(R"("text": {"source": "tcp://127.0.0.1:7780x", "layout": {"item": ["{nme}"], "total": ["T"]}},
                                  "unicenta": {"listen": "tcp://[::1]:7780"}, "odoo": {"listen": "[::1]:7780", "origins": 7})")),
      "feeds.odoo.listen: is the address and port of screen.listen"));
}

TEST_CASE("the cashier page's keys, frame and theme are settings") {
  auto const config = parse_config(with("\"hint_ms\": 5000",
                                        "\"accept_key\": \"F2\", \"theme\": \"shop.theme\", "
                                        "\"parents\": [\"http://pos.local:8080\", \"https://[::1]\"]"),
                                   "/etc/tillcue/t.json");
  REQUIRE_MESSAGE(config, config.error().what);
  CHECK(config->page.accept_key == "F2");
  CHECK(config->page.decline_key == "F9");
  CHECK(config->page.theme == "/etc/tillcue/shop.theme");
  CHECK(config->page.parents == std::vector<std::string>{"http://pos.local:8080", "https://[::1]"});
  auto const refused = [](std::string const& setting) { return refusal(with("\"hint_ms\": 5000", setting)); };
  for (auto const* origin :
       {"*", "http://*", "pos.local", "http://", "http://pos.local/till", "http://a b", "http://POS"}) {
    CHECK(
        says(refused("\"parents\": [\"" + std::string(origin) + "\"]"), "t.json:7: screen.parents: must hold origins"));
  }
  CHECK(says(refused("\"accept_key\": \"Enter\""), "screen.accept_key: must be one of: F1, F2"));
  CHECK(says(refused("\"accept_key\": \"F9\""), "screen.accept_key: and screen.decline_key are the same key"));
}

TEST_CASE("a printer is at an address or at a device, and only a serial one has a speed") {
  auto const device = "\"device\": \"/dev/ttyS0\", \"baud\": 19200, \"flow\": \"xon_xoff\"";
  auto const config = parse_config(with("\"address\": \"127.0.0.1:9100\"", device), "/etc/till.json");
  REQUIRE(config);
  CHECK(config->printer->device == "/dev/ttyS0");
  CHECK(config->printer->serial == tillcue::pos::SerialSettings{19200, tillcue::pos::SerialFlow::xon_xoff});
  auto const address = "\"address\": \"127.0.0.1:9100\"";
  CHECK(
      says(refusal(with(address, "\"device\": \"/dev/ttyS0\", \"baud\": 9601")), "printer.baud: must be one of: 2400"));
  CHECK(says(refusal(with(address, "\"device\": \"/dev/ttyS0\", \"flow\": \"dtr\"")), "printer.flow: must be one of"));
  CHECK(says(refusal(with(address, "\"qr\": true")), "printer: needs either address"));
  CHECK(says(refusal(with("\"address\": \"127.0.0.1:9100\", \"profile\": \"generic-58\", \"qr\": true", "")),
             "printer: needs either address"));
  CHECK(says(refusal(with(address, "\"address\": \"127.0.0.1:9100\", \"device\": \"/dev/usb/lp0\"")),
             "printer: needs either address"));
  CHECK(says(refusal(with(address, "\"address\": \"127.0.0.1:9100\", \"baud\": 9600")), "belong to a serial device"));
}

TEST_CASE("a printer profile is a name or one of one's own, and paper is counted in millimetres") {
  auto const config =
      parse_config(with("\"generic-58\"",
                        R"({"like": "pos-5890", "columns": 42, "dots": 504}, "paper_mm": 100, "paper_mm_day": 20000)"),
                   "/etc/till.json");
  REQUIRE_MESSAGE(config, config.error().what);
  CHECK(config->printer->own_profile.find("504") != std::string::npos);
  CHECK(config->printer->paper_mm == 100);
  CHECK(config->printer->paper_mm_day == 20'000);
  CHECK(says(refusal(with("\"generic-58\"", "{\"colums\": 42}")), "t.json:8: printer.profile: colums: is no field"));
  CHECK(says(refusal(with("\"generic-58\"", "58")), "printer.profile: must be the name"));
  CHECK(says(refusal(with("\"qr\": true", "\"paper_mm\": 5")),
             "printer.paper_mm: must be a whole number of millimetres"));
  CHECK(says(refusal(with("\"qr\": true", "\"painter\": 5")), "printer.painter: must be auto, off"));
}

TEST_CASE("a store speaks any language a slip knows") {
  CHECK(parse_config(with("\"ru\"", "\"zh\""), "/etc/till.json"));
  CHECK(says(refusal(with("\"ru\"", "\"xx\"")), "store.language: must be one of: en, ru, de"));
}

TEST_CASE("printer and sync may be left out") {
  auto const config = parse_config(R"({"terminal": "t", "data_dir": "d",
    "store": {"id": "s", "name": "S", "chain": "c", "currency": "USD"}})",
                                   "t.json");
  REQUIRE(config);
  CHECK_FALSE(config->printer);
  CHECK_FALSE(config->sync);
}

TEST_CASE("every fault is told at once, each with file, line, field and the mend") {
  auto const text = refusal(R"({
  "terminal": "till 1",
  "store": {
    "id": "s1",
    "name": "",
    "currency": "euro"
  },
  "data_dir": 7,
  "pos": { "listen": "7707" },
  "printr": {},
  "sync": { "broker": "http://x" }
})");
  CHECK(says(text, "/etc/tillcue/t.json:2: terminal: may hold only letters"));
  CHECK(says(text, "t.json:5: store.name: must not be empty"));
  CHECK(says(text, "store.chain: is missing"));
  CHECK(says(text, "t.json:6: store.currency: "));
  CHECK(says(text, "t.json:8: data_dir: must be a text"));
  CHECK(says(text, "t.json:9: pos.listen: must be HOST:PORT"));
  CHECK(says(text, "t.json:10: printr: is not a known setting"));
  CHECK(says(text, "sync.broker: must begin with mqtt://"));
  CHECK(says(text, "sync.trusted_keys: is missing"));
}

TEST_CASE("each rule of a field is told apart") {
  CHECK(says(refusal(with("\"EUR\"", "\"EURO\"")), "store.currency"));
  CHECK(says(refusal(with("\"ru\"", "\"xx\"")), "must be one of: en, ru"));
  CHECK(says(refusal(with("127.0.0.1:9100", "127.0.0.1:99999")), "port from 0 to 65535"));
  CHECK(says(refusal(with("127.0.0.1:0", "localhost:0")), "must be an IP address"));
  CHECK(says(refusal(with("127.0.0.1:0", "0.0.0.0:0")), "not all of them"));
  CHECK(says(refusal(with("generic-58", "generic-59")), "printer.profile"));
  CHECK(says(refusal(with("5000", "1e999")), "t.json"));
  CHECK(says(refusal(with("5000", "10")), "1500 to 120000"));
  CHECK(says(refusal(with("5000", "1.5")), "whole number"));
  CHECK(says(refusal(with("true", "1")), "true or false"));
  CHECK(says(refusal(with("\"qr\": true", "\"code_page\": 300")), "0 to 255"));
  CHECK(says(refusal(with("[\"hq.pub.pem\"]", "[]")), "at least one key file"));
  CHECK(says(refusal(with("[\"hq.pub.pem\"]", "[3]")), "must be a text"));
  CHECK(says(refusal(with("\"profile\"", "\"profil\"")), "did you mean printer.profile?"));
  CHECK(says(refusal(with("\"broker\"", "\"certificate\": \"c.pem\", \"broker\"")), "goes together with sync.key"));
  CHECK(says(refusal(with("{ \"listen\": \"127.0.0.1:0\" }", "7")), "pos: must be a group"));
}

TEST_CASE("what a terminal would be silent or end over is refused: hosts, ports, ~, sockets") {
  auto const printer = "\"address\": \"127.0.0.1:9100\"";
  for (std::string const host : {"prin ter:9100", "prin;ter:1", "tcp//x:1"}) {
    auto const told = refusal(with("127.0.0.1:9100", host));
    CHECK_MESSAGE(says(told, "printer.address: must name a host"), host);
    CHECK(told.find('\n') == std::string::npos);
  }
  CHECK(says(refusal(with("127.0.0.1:9100", "10.0.0.1:0")), "t.json:8: printer.address: must end in the port"));
  CHECK(says(refusal(with("\"log_level\"", "\"customer_display\": {\"address\": \"10.0.0.1:0\"}, \"log_level\"")),
             "customer_display.address: must end in the port"));
  for (std::string const host : {"printer-2.shop_1:9100", "[fe80::1%eth0]:9100"}) {
    CHECK_MESSAGE(refusal(with(printer, "\"address\": \"" + host + '"')) == "accepted", host);
  }
  CHECK(says(refusal(with("\"data\"", "\"~/till\"")), "t.json:5: data_dir: begins with ~, which only a shell knows"));
  CHECK(refusal(with("\"data\"", "\"./~/till\"")) == "accepted");
  CHECK(refusal(with("\"data\"", "\"~till\"")) == "accepted");
  auto const socket = [](std::size_t length) {
    return refusal(with("\"listen\": \"127.0.0.1:0\"", "\"unix\": \"" + std::string(length, 'x') + '"'));
  };
  CHECK(socket(107 - std::string("/etc/tillcue/").size()) == "accepted");
  CHECK(
      says(socket(108 - std::string("/etc/tillcue/").size()), "pos.unix: is longer than a socket's path may be (107"));
  CHECK(says(refusal(with(printer + std::string(", \"profile\": \"generic-58\", \"qr\": true }"),
                          R"("profile": "generic-58" }, "proxy": {"tap": "/run/a"}, "display": {"tap": "/run/a"})")),
             "display.tap: is the socket of proxy.tap"));
  CHECK(says(refusal(with("\"log_level\"", R"("feeds": {"odoo": {"origins": ["http://odoo"]}}, "log_level")")),
             "feeds.odoo.origins: goes together with feeds.odoo.listen"));
  CHECK(says(refusal(with("\"log_level\"", R"("feeds": {"unicenta": {"listen": "udp://till:1"}}, "log_level")")),
             "feeds.unicenta.listen: must be an IP address"));
}

TEST_CASE("what is no JSON, no object, too large or not there is refused") {
  CHECK(says(refusal("{\n\"a\": \n"), "t.json:3: not valid JSON"));
  CHECK(says(refusal("[]"), "must be one JSON object"));
  CHECK(says(refusal(std::string(300 * 1024, ' ')), "larger than 256 KiB"));
  CHECK(says(refusal(std::string(200 * 1024, '[')), "t.json"));
  auto const away = load_config("/no/such/file.json").error();
  CHECK(away.code == Code::not_found);
  CHECK(away.what == "/no/such/file.json: cannot be read: No such file or directory");
  CHECK(load_config("/").error().what == "/: cannot be read: Is a directory");
  CHECK(says(load_config("/dev/null").error().what, "not valid JSON"));
}

TEST_CASE("two settings that would listen at one place are told, however the address is written; port 0 is free") {
  auto const listens = [](std::string const& pos, std::string const& screen, std::string const& more = "") {
    auto text = with("\"listen\": \"127.0.0.1:0\"", "\"listen\": \"" + pos + "\"" + more);
    auto const old = std::string("[::1]:7780");
    return text.replace(text.find(old), old.size(), screen);
  };
  CHECK(says(refusal(listens("127.0.0.1:7780", "127.0.0.1:7780")),
             "t.json:7: screen.listen: is the address and port of pos.listen; give another"));
  CHECK(says(refusal(listens("[::1]:7780", "[0:0::1]:7780")), "screen.listen: is the address and port of pos.listen"));
  CHECK(says(refusal(listens("127.0.0.1:1", "127.0.0.1:2", R"(, "websocket": "127.0.0.1:1")")),
             "pos.websocket: is the address and port of pos.listen"));
  CHECK(refusal(listens("127.0.0.1:0", "127.0.0.1:0")) == "accepted");
  CHECK(refusal(listens("127.0.0.1:7780", "[::1]:7780")) == "accepted");
  auto const feeds = [](std::string const& what) {
    return refusal(with("\"log_level\"", "\"feeds\": {" + what + "}, \"log_level\""));
  };
  CHECK(says(feeds(R"("unicenta": {"listen": "tcp://[::1]:7780"})"), "feeds.unicenta.listen: is the address and port"));
  CHECK(feeds(R"("unicenta": {"listen": "udp://[::1]:7780"})") == "accepted");
  CHECK(says(feeds(R"("odoo": {"listen": "[::1]:7780", "origins": ["http://odoo"]})"), "feeds.odoo.listen: is the"));
  CHECK(says(feeds(R"("unicenta": {"listen": "udp://127.0.0.1:9"},
                      "text": {"source": "udp://127.0.0.1:9", "layout": {"item": ["{name} {amount}"], "total": ["T"]}})"),
             "feeds.text.source: is the address and port of feeds.unicenta.listen"));
}

TEST_CASE("a setting that stands twice is told with both lines, and neither wins") {
  CHECK(says(refusal(with("\"log_level\"", "\"data_dir\": \"elsewhere\", \"log_level\"")),
             "t.json:10: data_dir: stands in line 5 already; take one of the two out"));
  auto const text = refusal(with("\"log_level\"", "\"pos\": {\n\"listen\": \"127.0.0.1:0\" }, \"log_level\""));
  CHECK(says(text, "t.json:10: pos: stands in line 6 already"));
  CHECK(says(text, "t.json:11: pos.listen: stands in line 6 already"));
}

}  // namespace
}  // namespace tillcue::terminal
