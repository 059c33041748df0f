#include "file_faults.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <unistd.h>

#include "line_faults.hpp"
#include "support/mosquitto.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::terminal {
namespace {

using tillcue::test::TempDir;

struct Shop {
  TempDir folder;
  Config config;

  Shop() {
    config.terminal = TerminalId{"till-1"};
    config.store = {"s1", "Corner Shop", "demo", parse_currency("EUR").value()};
    config.data_dir = folder / "data";
  }
  [[nodiscard]] std::string faults() const {
    std::string text;
    for (auto const& fault : file_faults(config, Timestamp{std::chrono::seconds{1'790'000'000}})) text += fault + '\n';
    return text;
  }
};

bool says(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

TEST_CASE("a data folder that is a file, or cannot be made or written, is told; one that is not there yet is fine") {
  Shop shop;
  CHECK(shop.faults() == "");
  CHECK_FALSE(std::filesystem::exists(shop.config.data_dir));
  std::ofstream(shop.folder / "file") << "x";
  shop.config.data_dir = shop.folder / "file";
  CHECK(says(shop.faults(), "data_dir: " + (shop.folder / "file").string() + ": is no folder; name another"));
  shop.config.data_dir = shop.folder / "file" / "below" / "it";
  CHECK(says(shop.faults(), "data_dir: " + (shop.folder / "file").string() + ": is no folder"));
  shop.config.data_dir = shop.folder / "shut";
  std::filesystem::create_directory(shop.config.data_dir);
  std::filesystem::permissions(shop.config.data_dir, std::filesystem::perms::owner_read);
  // root may write anywhere
  if (::geteuid() != 0)
    CHECK(says(shop.faults(), "shut: cannot be written: Permission denied; give it to the daemon's"));
  std::filesystem::permissions(shop.config.data_dir, std::filesystem::perms::owner_all);
}

TEST_CASE("every key file's fault is told, and head office's private key on a till is told to be one") {
  Shop shop;
  auto const key = sync::SigningKey::generate().value();
  REQUIRE(key.save(shop.folder / "hq.key.pem"));
  REQUIRE(key.public_key().save(shop.folder / "hq.pub.pem"));
  shop.config.sync.emplace();
  shop.config.sync->broker = "mqtt://127.0.0.1:1";
  auto& keys = shop.config.sync->trusted_keys;
  keys = {shop.folder / "hq.pub.pem"};
  CHECK(shop.faults() == "");
  keys = {shop.folder / "hq.key.pem", shop.folder / "away.pem"};
  shop.config.sync->ca = (shop.folder / "hq.pub.pem").string();
  auto const all = shop.faults();
  CHECK(says(all, "sync.trusted_keys: " + keys[0].string() + ": is a private key; give the public one"));
  CHECK(says(all, "head office's private key must not be on a till"));
  CHECK(says(all, "sync.trusted_keys: " + keys[1].string() + ": No such file or directory; copy head office's"));
  CHECK(says(all, "sync.ca: " + shop.config.sync->ca + ": holds no PEM certificate"));
  CHECK(says(all, "sync.broker: is mqtt://, and files for TLS are given"));
}

TEST_CASE("a names file that is away or faulty, and a bundle that is none, are told together") {
  Shop shop;
  shop.config.aliases = shop.folder / "names.csv";
  shop.config.bundle = shop.folder / "away.bundle";
  CHECK(says(shop.faults(), "names.aliases: " + shop.config.aliases->string() + ": cannot be read: No such file"));
  CHECK(says(shop.faults(), "bundle: "));
  std::ofstream(*shop.config.aliases) << "nonsense\n";
  CHECK(says(shop.faults(), "names.aliases: " + shop.config.aliases->string() + ":1"));
  std::ofstream(*shop.config.aliases) << "text,sku\nCOLA,4006381333931\n";
  CHECK_FALSE(says(shop.faults(), "names.aliases"));
}

TEST_CASE(
    "what cannot be read in the data folder is told, and a live state that is none; what is not there yet is fine") {
  Shop shop;
  auto const data = shop.config.data_dir;
  std::filesystem::create_directories(data);
  shop.config.proxy.emplace();
  shop.config.proxy->learn_layout = true;
  CHECK(shop.faults() == "");
  for (auto const* name : {"secret", "aliases.csv", "layout.json", "paper.json", "live.json"}) {
    std::filesystem::create_directory(data / name);
  }
  auto const all = shop.faults();
  for (std::string const name : {"secret", "aliases.csv", "layout.json", "paper.json"}) {
    CHECK_MESSAGE(says(all, "data_dir: " + (data / name).string() + ": is a folder"), name);
  }
  CHECK(says(all, "live: " + (data / "live.json").string() + ": is a folder"));
  for (auto const* name : {"secret", "live.json"}) std::filesystem::remove(data / name);
  std::ofstream(data / "live.json") << "{\"stop_all\": 7}";
  std::ofstream(data / "secret") << std::string(32, 'x');
  std::filesystem::permissions(data / "secret", std::filesystem::perms::none);
  CHECK(says(shop.faults(), "live: " + (data / "live.json").string() + ":1: stop_all: must be true or false"));
  // root may read anything
  if (::geteuid() != 0) CHECK(says(shop.faults(), "secret: cannot be read: Permission denied; give this user the"));
  shop.config.secret = shop.folder / "away.key";
  CHECK_FALSE(says(shop.faults(), "data_dir: " + (data / "secret").string()));
  CHECK(says(shop.faults(), "secret: " + shop.config.secret->string() + ": cannot be read: No such file"));
}

TEST_CASE(
    "devices, feeds' files and taps are looked at: what is not there yet is a note, what is no such thing a fault") {
  Shop shop;
  auto& config = shop.config;
  config.printer.emplace().device = config.customer_display.emplace().device = (shop.folder / "lp0").string();
  auto& source = config.feeds.text.emplace().source.emplace();
  source = pos::FeedSource::parse("file:" + (shop.folder / "pos.txt").string()).value();
  config.proxy.emplace().tap = config.display.emplace().tap = (shop.folder / "tap").string();
  CHECK(shop.faults() == "");
  std::string notes;
  for (auto const& note : look_at_lines(config).notes) notes += note + '\n';
  for (std::string const setting :
       {"printer.device", "customer_display.device", "feeds.text.source", "proxy.tap", "display.tap"}) {
    CHECK_MESSAGE(says(notes, setting + ": " + shop.folder.path().string()), setting);
  }
  for (auto const* name : {"lp0", "pos.txt", "tap"}) std::filesystem::create_directory(shop.folder / name);
  auto const all = shop.faults();
  CHECK(says(all, "printer.device: " + config.printer->device + ": is no device; name that of"));
  CHECK(says(all, "customer_display.device: " + config.printer->device + ": is no device"));
  CHECK(says(all, "feeds.text.source: " + source.path + ": is a folder; name the file that the till writes"));
  CHECK(says(all, "proxy.tap: " + config.proxy->tap + ": is no socket"));
  CHECK(says(all, "display.tap: " + config.display->tap + ": is no socket"));
  source = pos::FeedSource::parse("serial:" + source.path).value();
  CHECK(says(shop.faults(), "feeds.text.source: " + source.path + ": is no device"));
  config.printer->device = config.customer_display->device = source.path = "/dev/null";
  CHECK_FALSE(says(shop.faults(), "device"));
}

TEST_CASE("a socket that cannot be made, an address of another machine and a painter that is none are told") {
  Shop shop;
  shop.config.pos_unix = shop.folder / "none" / "pos.sock";
  CHECK(says(shop.faults(), "pos.unix: " + (shop.folder / "none").string() + ": is no folder; make it"));
  std::ofstream(shop.folder / "none") << "x";
  shop.config.pos_unix = shop.folder / "none";
  CHECK(says(shop.faults(), "pos.unix: " + (shop.folder / "none").string() + ": is there and no socket"));
  shop.config.pos_unix = shop.folder / "pos.sock";
  CHECK(shop.faults() == "");
  shop.config.printer.emplace().painter = "/nope.so";
  CHECK(says(shop.faults(), "printer.painter: /nope.so: cannot be looked at: No such file or directory"));
  shop.config.printer->painter = "off";
  CHECK(shop.faults() == "");
  shop.config.pos.host = "192.0.2.7";  // of documentation: nobody's
  shop.config.feeds.odoo.emplace().host = "192.0.2.8";
  auto const all = shop.faults();
  CHECK(says(all, "pos.listen: 192.0.2.7: is no address of this machine"));
  CHECK(says(all, "feeds.odoo.listen: 192.0.2.8: is no address of this machine"));
}

TEST_CASE("a folder where a file is named is told to be one, whatever the file is for") {
  Shop shop;
  auto const folder = shop.folder.path();
  shop.config.secret = shop.config.aliases = shop.config.page.theme = folder;
  shop.config.proxy.emplace();
  shop.config.proxy->layout = folder;
  auto const all = shop.faults();
  for (std::string const setting : {"secret", "names.aliases", "screen.theme", "proxy.layout"}) {
    CHECK_MESSAGE(says(all, setting + ": " + folder.string() + ": is a folder; name a file"), setting);
  }
}

}  // namespace
}  // namespace tillcue::terminal
