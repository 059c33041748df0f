#include "made.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>
#include <utility>

#include <doctest/doctest.h>
#include <unistd.h>

namespace tillcue::models::made {

Folder::Folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "tillcue-models-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void put_file(std::string const& path, std::string const& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  REQUIRE(file.good());
}

std::string get_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string csv(std::vector<std::vector<std::string>> const& baskets, std::string const& id_prefix) {
  std::string text = "basket_id,customer_id,timestamp,sku,quantity,unit_price\n";
  for (std::size_t n = 0; n < baskets.size(); ++n) {
    for (auto const& sku : baskets[n]) text += id_prefix + std::to_string(n) + ",,," + sku + ",1,\n";
  }
  return text;
}

Result<Dataset> read(std::string const& text, TransactionLimits limits) {
  TransactionReader reader(limits);
  if (auto const added = reader.add(from_memory(text), "t.csv"); !added) return tl::unexpected(added.error());
  return reader.finish();
}

Dataset dataset(std::vector<std::vector<std::string>> const& baskets) {
  auto data = read(csv(baskets));
  REQUIRE_MESSAGE(data.has_value(), data.error().what);
  return *data;
}

std::vector<std::vector<std::string>> random_baskets(std::size_t baskets, std::size_t items, std::uint64_t seed) {
  std::vector<std::vector<std::string>> result;
  auto const draw = [&] { return seed = mix(seed); };
  for (std::size_t n = 0; n < baskets; ++n) {
    std::vector<std::string> basket;
    auto const size = 1 + draw() % 6;
    for (std::size_t k = 0; k < size; ++k) {
      auto const item = std::min(draw() % items, draw() % items);
      basket.push_back("i" + std::to_string(item));
      // Even items pull the next odd one along.
      if (item % 2 == 0 && draw() % 3 != 0) basket.push_back("i" + std::to_string((item + 1) % items));
    }
    result.push_back(std::move(basket));
  }
  return result;
}

Dataset dated(std::size_t baskets) {
  std::string text = "basket_id,timestamp,sku\n";
  auto const made = random_baskets(baskets, 40, 6);
  for (std::size_t n = 0; n < made.size(); ++n) {
    auto const day = std::to_string(10 + n * 18 / made.size());
    for (auto const& sku : made[n]) text += "b" + std::to_string(n) + ",2026-05-" + day + "T10:00:00Z," + sku + "\n";
  }
  return *read(text);
}

Dataset until(Dataset data, std::int32_t day) {
  std::size_t kept = 0;
  std::vector<std::uint32_t> items;
  for (std::size_t n = 0; n < data.baskets(); ++n) {
    if (day_of(data.times[n]) > day) continue;
    auto const basket = data.basket(n);
    items.insert(items.end(), basket.begin(), basket.end());
    data.times[kept] = data.times[n];
    data.keys[kept] = data.keys[n];
    data.begin[++kept] = items.size();
  }
  data.times.resize(kept);
  data.keys.resize(kept);
  data.begin.resize(kept + 1);
  data.basket_items = items;
  return data;
}

std::vector<std::uint32_t> all_of(Dataset const& data) {
  std::vector<std::uint32_t> all(data.baskets());
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

RecentCounts counted(Counts counts) {
  RecentCounts recent;
  recent.counts = std::move(counts);
  return recent;
}

std::uint32_t position(Counts const& counts, std::string const& sku) {
  for (std::uint32_t n = 0; n < counts.items.size(); ++n) {
    if (counts.items[n].sku == sku) return n;
  }
  FAIL("no such item: " << sku);
  return 0;
}

std::uint32_t together(Counts const& counts, std::string const& a, std::string const& b) {
  auto const first = position(counts, a);
  auto const second = position(counts, b);
  auto const [low, high] = std::minmax(first, second);
  for (auto at = counts.row[low]; at < counts.row[low + 1]; ++at) {
    if (counts.partner[at] == high) return counts.together[at];
  }
  return 0;
}

}  // namespace tillcue::models::made
