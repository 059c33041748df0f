#include "name_desk.hpp"

#include <fstream>
#include <optional>
#include <thread>

#include <doctest/doctest.h>

#include "small_store.hpp"
#include "support/mosquitto.hpp"

namespace tillcue::terminal {
namespace {

using tillcue::test::TempDir;

struct Desk {
  TempDir folder;
  Config config;
  Log log{"error"};
  std::optional<NameDesk> desk;

  Desk() {
    config.data_dir = folder.path();
    config.aliases = folder / "names.csv";
    restart();
  }
  void restart() {
    desk.emplace(config, log);
    desk->start();
  }
  std::string sold_as(std::string_view name, std::int64_t price = 100) {
    return desk->resolve({.code = {}, .name = std::string(name), .price_minor = price}, 0).value;
  }
};

BundleSource with_an_item(char const* sku, char const* name) {
  auto source = small_store();
  auto one = source.items.front();
  one.sku = sku;
  one.name = name;
  source.items.back() = one;
  return source;
}

TEST_CASE(
    "what head office says in live words goes before its file and what was learned, and is gone when taken back") {
  Desk d;
  d.desk->use(open_bundle(small_store()), true);
  CHECK(d.sold_as("QX MYSTERY 77") == "name:QX MYSTERY 77");
  d.desk->tell({{"qx mystery 77", "salsa", {}}, {"TWO PRICES", "milk", 100}});
  CHECK(d.sold_as("QX MYSTERY 77") == "salsa");
  CHECK(d.sold_as("TWO PRICES", 100) == "milk");
  CHECK(d.sold_as("TWO PRICES", 101) == "name:TWO PRICES");
  std::ofstream(*d.config.aliases) << "text,sku\nQX MYSTERY 77,bread\nBY FILE,jam\n";
  d.desk->tick(std::chrono::steady_clock::now());
  CHECK(d.sold_as("QX MYSTERY 77") == "salsa");
  CHECK(d.sold_as("BY FILE") == "jam");
  // What a feed was answered comes by as a line with name and code: that is no evidence of anything.
  d.desk->hear({SaleId("1"), LineNo{1}, Sku("salsa"), {}, 100, "QX MYSTERY 77", pos::PutLine::Verb::add});
  d.desk->tell({});
  CHECK(d.sold_as("QX MYSTERY 77") == "bread");
  std::ofstream(*d.config.aliases) << "text,sku\nBY FILE,jam\n";
  d.desk->tick(std::chrono::steady_clock::now() + NameDesk::kLook);
  CHECK(d.sold_as("QX MYSTERY 77") == "name:QX MYSTERY 77");
}

TEST_CASE("a name longer than head office is told is found by its beginning") {
  Desk d;
  d.desk->use(open_bundle(small_store()), true);
  std::string const name = "A NAME THAT IS QUITE A BIT LONGER THAN WHAT FITS INTO ONE SKU, ISN'T IT";
  auto const told = d.sold_as(name);
  CHECK(told.size() == kMaxIdentifier);
  d.desk->tell({{told.substr(kOpenName.size()), "salsa", {}}});
  CHECK(d.sold_as(name) == "salsa");
}

TEST_CASE("names of a new bundle are found once it is indexed; until then those of the one before, never none") {
  Desk d;
  d.desk->use(open_bundle(with_an_item("first", "Zebra biscuits")), true);
  CHECK(d.sold_as("ZEBRA BISCUITS") == "first");  // the very first look-up waits for the index
  // Two in a row: the second is indexed behind the first.
  d.desk->use(open_bundle(with_an_item("second", "Zebra crackers")), true);
  d.desk->use(open_bundle(with_an_item("third", "Zebra toasts")), true);
  auto const at_once = d.sold_as("ZEBRA BISCUITS");
  CHECK((at_once == "first" || at_once == "name:ZEBRA BISCUITS"));
  while (!d.desk->ready()) std::this_thread::yield();
  CHECK(d.sold_as("ZEBRA TOASTS") == "third");
  CHECK(d.sold_as("ZEBRA CRACKERS") == "name:ZEBRA CRACKERS");
}

TEST_CASE("folders where files of names are expected are told, and what comes in their place is read") {
  Desk d;
  std::filesystem::create_directory(d.folder / "aliases.csv");
  std::filesystem::create_directory(*d.config.aliases);
  d.restart();
  std::filesystem::remove(*d.config.aliases);
  std::ofstream(*d.config.aliases) << "text,sku\nBY FILE,jam\n";
  d.desk->tick(std::chrono::steady_clock::now() + NameDesk::kLook);
  CHECK(d.sold_as("BY FILE") == "jam");
}

TEST_CASE("a desk that ends while it indexes waits for it; without a bundle every name is open") {
  Desk d;
  CHECK(d.sold_as("ANYTHING") == "name:ANYTHING");
  d.desk->use(open_bundle(small_store()), true);
  d.restart();
  CHECK(d.sold_as("SALSA") == "name:SALSA");
}

}  // namespace
}  // namespace tillcue::terminal
