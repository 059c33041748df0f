#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/catalogue.hpp"
#include "tillcue/models/evaluation.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

/// A folder of real baskets, or nothing and a line that says so.
std::string real_baskets(std::string const& name) {
  auto const* const given = std::getenv("TILLCUE_SHARED");
  std::string const root = given != nullptr ? given : std::string(TILLCUE_SOURCE_DIR) + "/../shared";
  auto const folder = root + "/data/baskets/" + name;
  if (std::filesystem::exists(folder)) return folder;
  std::printf("skipped: no real baskets at %s (set TILLCUE_SHARED)\n", folder.c_str());
  return {};
}

Dataset read_all(std::string const& folder) {
  TransactionReader reader;
  auto const added = reader.add(folder + "/transactions.csv.gz");
  REQUIRE_MESSAGE(added.has_value(), added.error().what);
  CHECK(reader.bad().bad() == 0);
  auto data = reader.finish();
  REQUIRE_MESSAGE(data.has_value(), data.error().what);
  return std::move(*data);
}

}  // namespace

TEST_CASE("a real takeaway's till: read completely, better than popularity, calibrated") {
  auto const folder = real_baskets("takeaway1");
  if (folder.empty()) return;
  auto const data = read_all(folder);
  CHECK(data.baskets() == 13'397);
  CHECK(data.items.size() == 248);
  CHECK(data.basket_items.size() > 70'000);
  BadRows bad;
  auto const catalogue = read_catalogue(folder + "/items.csv.gz", 0, bad);
  REQUIRE(catalogue.has_value());
  CHECK(catalogue->items.size() == 248);
  auto const result = evaluate(data, {}, {0.2, 10'000});
  REQUIRE(result.has_value());
  CHECK(result->model.hit_rate_5 > 0.36);
  CHECK(result->model.hit_rate_5 > result->other("popularity").hit_rate_5 + 0.05);
  CHECK(result->calibration.ece < 0.02);
}

TEST_CASE("a real month of groceries: known pairs come out") {
  auto const folder = real_baskets("groceries");
  if (folder.empty()) return;
  auto const counts = count(read_all(folder), 2);
  CHECK(counts.baskets == 9835);
  CHECK(counts.items.size() == 169);
  CHECK(counts.items[made::position(counts, "whole milk")].baskets == 2513);
  CHECK(made::together(counts, "whole milk", "other vegetables") == 736);
}
