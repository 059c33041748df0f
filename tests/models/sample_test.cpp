#include "tillcue/models/sample.hpp"

#include <set>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/models/catalogue.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

constexpr char const* kFiles[] = {"transactions.csv", "today.csv",      "items.csv",
                                  "items.ru.csv",     "campaigns.json", "campaigns.ru.json"};

Catalogue catalogue(std::string const& path) {
  BadRows bad;
  auto result = read_catalogue(path, 0, bad);
  REQUIRE_MESSAGE(result.has_value(), result.error().what);
  return *result;
}

}  // namespace

TEST_CASE("the same options give the same store, another seed another one") {
  made::Folder a;
  made::Folder b;
  made::Folder c;
  REQUIRE(write_sample({5, 3, 100, 40, 20'688}, a.path()).has_value());
  REQUIRE(write_sample({5, 3, 100, 40, 20'688}, b.path()).has_value());
  REQUIRE(write_sample({6, 3, 100, 40, 20'688}, c.path()).has_value());
  for (auto const* const name : kFiles) CHECK(made::get_file(a.file(name)) == made::get_file(b.file(name)));
  CHECK(made::get_file(a.file("transactions.csv")) != made::get_file(c.file("transactions.csv")));
  CHECK(made::get_file(a.file("items.csv")) == made::get_file(c.file("items.csv")));
}

TEST_CASE("the shelves are believable: hundreds of products in both languages with GTINs, costs and flags") {
  made::Folder folder;
  REQUIRE(write_sample({1, 1, 50, 10, 20'688}, folder.path()).has_value());
  auto const english = catalogue(folder.file("items.csv"));
  auto const russian = catalogue(folder.file("items.ru.csv"));
  CHECK(english.items.size() >= 350);
  CHECK(english.items.size() <= 500);
  REQUIRE(russian.items.size() == english.items.size());
  std::set<std::string> categories;
  std::set<std::string> names;
  std::size_t restricted = 0;
  std::size_t not_for_sale = 0;
  for (std::size_t n = 0; n < english.items.size(); ++n) {
    auto const& item = english.items[n];
    CHECK(item.gtin.size() == 13);
    CHECK(*item.price_micro > 0);
    CHECK(*item.unit_cost_micro <= *item.price_micro);
    CHECK(russian.items[n].sku == item.sku);
    CHECK(russian.items[n].price_micro == item.price_micro);
    CHECK(russian.items[n].name != item.name);
    categories.insert(item.category);
    names.insert(item.name);
    restricted += (item.flags & static_cast<unsigned>(ItemFlag::age_restricted)) != 0 ? 1 : 0;
    not_for_sale += (item.flags & static_cast<unsigned>(ItemFlag::not_for_sale)) != 0 ? 1 : 0;
  }
  CHECK(categories.size() >= 25);
  CHECK(names.size() == english.items.size());
  CHECK(restricted >= 6);
  CHECK(not_for_sale == 2);
}

TEST_CASE("the tills are clean rows of the days asked for, the next day apart, and things go together") {
  made::Folder folder;
  auto const report = write_sample({2, 14, 400, 150, 20'688}, folder.path());
  REQUIRE(report.has_value());
  TransactionReader reader({0, 1000});
  REQUIRE(reader.add(folder.file("transactions.csv")).has_value());
  CHECK(reader.bad().bad() == 0);
  auto const data = reader.finish();
  REQUIRE(data.has_value());
  CHECK(data->baskets() == report->baskets);
  CHECK(report->baskets > 14 * 100);
  CHECK(report->rows > report->baskets * 4);
  for (auto const time : data->times) {
    CHECK(time >= 20'688 * 86'400LL);
    CHECK(time < (20'688 + 14) * 86'400LL);
    CHECK(time % 86'400 >= 7 * 3600);
  }
  TransactionReader next({0, 1000});
  REQUIRE(next.add(folder.file("today.csv")).has_value());
  auto const today = next.finish();
  for (auto const time : today->times) CHECK(time / 86'400 == 20'688 + 14);

  // Tortilla chips and salsa: together far more often than chance has it.
  auto const shelves = catalogue(folder.file("items.csv"));
  double tortilla = 0;
  double salsa = 0;
  double both = 0;
  for (std::size_t n = 0; n < data->baskets(); ++n) {
    bool has_tortilla = false;
    bool has_salsa = false;
    for (auto const item : data->basket(n)) {
      auto const& name = shelves.find(data->items[item].sku)->name;
      has_tortilla = has_tortilla || name.find("Tortilla") != std::string::npos;
      has_salsa = has_salsa || name.find("Salsa") != std::string::npos;
    }
    tortilla += has_tortilla ? 1 : 0;
    salsa += has_salsa ? 1 : 0;
    both += has_tortilla && has_salsa ? 1 : 0;
  }
  CHECK(both * static_cast<double>(data->baskets()) > 3 * tortilla * salsa);
}

TEST_CASE("a store of any time is the same store: only dates and weekly offers differ") {
  // 2555 days are whole weeks and whole years of 365 days.
  constexpr std::int64_t kSameDay = 20'688 - 10 * 2555;
  static_assert(kSameDay < -365);
  auto const goods = [](std::int64_t first_day) {
    made::Folder folder;
    REQUIRE(write_sample({2, 9, 100, 40, first_day}, folder.path()).has_value());
    TransactionReader reader({0, 1000});
    REQUIRE(reader.add(folder.file("transactions.csv")).has_value());
    CHECK(reader.bad().bad() == 0);
    auto const data = reader.finish();
    REQUIRE(data.has_value());
    for (auto const time : data->times) {
      CHECK(time >= first_day * 86'400);
      CHECK(time < (first_day + 9) * 86'400);
    }
    std::vector<std::string> skus;
    for (auto const item : data->basket_items) skus.push_back(data->items[item].sku);
    return skus;
  };
  CHECK(goods(kSameDay) == goods(20'688));
  CHECK(goods(20'688 - 2555) == goods(20'688));
}

TEST_CASE("a folder that cannot be made is an error") {
  made::Folder folder;
  made::put_file(folder.file("f"), "x");
  auto const failed = write_sample({}, folder.file("f/below"));
  REQUIRE(!failed.has_value());
  CHECK(failed.error().code == Code::io);
}
