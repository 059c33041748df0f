#include "plan_text.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "support/mosquitto.hpp"

namespace tillcue::terminal {
namespace {

using tillcue::test::TempDir;

std::string const kSmall = R"("terminal": "till-1", "data_dir": "data",
  "store": { "id": "s1", "name": "Corner Shop", "chain": "demo", "currency": "EUR" })";

std::string plan(std::string const& more, std::filesystem::path const& folder = "/nowhere") {
  auto const config = parse_config('{' + kSmall + more + '}', folder / "t.json");
  return config ? plan_text(*config) : config.error().what;
}

TEST_CASE("the smallest terminal: what it does, and what it lacks") {
  CHECK(plan("") ==
        "till-1 of s1 (Corner Shop, chain demo, EUR) would hear POSes on 127.0.0.1:7707, show http://127.0.0.1:7780/, "
        "print nothing (no printer) and keep its results to itself (no head office)\n"
        "bundle: none, no hints; name a file as bundle, or head office under sync\n");
}

TEST_CASE("every feed, printer, proxy and head office is named") {
  auto const text = plan(R"(, "pos": {"listen": "[::1]:7707", "unix": "/run/pos.sock", "websocket": "127.0.0.1:7708"},
    "feeds": {"unicenta": {"listen": "udp://127.0.0.1:7800"}, "odoo": {"listen": "127.0.0.1:8069", "origins": ["http://odoo.shop"]}},
    "printer": {"device": "/dev/usb/lp0", "profile": "epson-tm-t88"}, "customer_display": {"device": "/dev/ttyS1"},
    "sync": {"broker": "mqtt://127.0.0.1:1883", "trusted_keys": ["hq.pem"]})");
  CHECK(text ==
        "till-1 of s1 (Corner Shop, chain demo, EUR) would hear POSes on [::1]:7707, /run/pos.sock, "
        "ws://127.0.0.1:7708/pos, tickets on udp://127.0.0.1:7800 and Odoo on 127.0.0.1:8069, show "
        "http://127.0.0.1:7780/, show customers offers on /dev/ttyS1, print on /dev/usb/lp0 (epson-tm-t88) and sync "
        "with mqtt://127.0.0.1:1883\n"
        "bundle: none yet, no hints until head office sends one\n");
}

TEST_CASE("a bundle that cannot run is said, and nothing is created by looking") {
  TempDir const folder;
  std::ofstream(folder / "b.bundle") << "no bundle";
  auto const text = plan(R"(, "bundle": "b.bundle")", folder.path());
  CHECK_MESSAGE(text.find("\nbundle: " + (folder / "b.bundle").string() + " cannot run: ") != std::string::npos, text);
  CHECK_FALSE(std::filesystem::exists(folder / "data"));
}

}  // namespace
}  // namespace tillcue::terminal
