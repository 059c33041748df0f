#include "tillcue/models/pair_rows.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include <doctest/doctest.h>

#include "../../models/src/reached.hpp"
#include "../../models/src/sorted_columns.hpp"
#include "made.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

using Pairs = std::map<std::pair<std::string, std::string>, std::uint32_t>;  ///< by SKU, the smaller first

/// The definition, slowly.
Pairs by_hand(Dataset const& data, std::span<std::uint16_t const> weights, std::uint32_t least) {
  Pairs pairs;
  for (std::size_t n = 0; n < data.baskets(); ++n) {
    for (auto const a : data.basket(n)) {
      for (auto const b : data.basket(n)) {
        auto const weight = weights.empty() ? 1U : weights[n];
        if (data.items[a].sku < data.items[b].sku && weight > 0) {
          pairs[{data.items[a].sku, data.items[b].sku}] += weight;
        }
      }
    }
  }
  std::erase_if(pairs, [&](auto const& pair) { return pair.second < least; });
  return pairs;
}

/// Rows as they come, each checked to be in its place.
class Collected final : public PairSink {
 public:
  Collected(Counts const& items, RowOrder order) : items_(items), order_(order), ranked_(by_falling_baskets(items)) {}

  Result<void> row(std::uint32_t item, std::span<std::uint32_t const> partner,
                   std::span<std::uint32_t const> together) override {
    CHECK(item == rows++);
    CHECK(std::is_sorted(partner.begin(), partner.end()));
    for (std::size_t n = 0; n < partner.size(); ++n) {
      CHECK((order_ == RowOrder::by_sku ? partner[n] > item : partner[n] < item));
      auto a = sku(item);
      auto b = sku(partner[n]);
      if (b < a) std::swap(a, b);
      CHECK(pairs.emplace(std::pair(a, b), together[n]).second);
    }
    return {};
  }
  std::uint32_t rows = 0;
  Pairs pairs;

 private:
  std::string sku(std::uint32_t n) { return items_.items[order_ == RowOrder::by_sku ? n : ranked_[n]].sku; }
  Counts const& items_;
  RowOrder order_;
  std::vector<std::uint32_t> ranked_;
};

Pairs counted(Dataset const& data, std::span<std::uint16_t const> weights, PairOptions const& options) {
  auto const items = count_items(data, made::all_of(data), weights);
  REQUIRE(items.has_value());
  Collected sink(*items, options.order);
  REQUIRE(count_pairs(data, made::all_of(data), weights, *items, options, sink).has_value());
  CHECK(sink.rows == items->items.size());
  return sink.pairs;
}

}  // namespace

namespace {

/// 64 bytes of sums of up to `bits` bits.
template <class Sum>
std::vector<Sum> made_sums(std::uint64_t seed, unsigned bits) {
  std::vector<Sum> sums(kReachedBytes / sizeof(Sum));
  for (auto& sum : sums) {
    seed = mix(seed);
    sum = static_cast<Sum>(bits == 0 ? 0 : seed >> (64 - bits));
  }
  return sums;
}

template <class Sum>
void check_reached(std::uint64_t seed) {
  constexpr unsigned kBits = 8 * sizeof(Sum);
  auto const sums = made_sums<Sum>(seed, seed % (kBits + 1));
  auto const highest = static_cast<Sum>(Sum{1} << (kBits - 1));
  auto const all = static_cast<Sum>(~Sum{0});
  for (Sum const least : {Sum{1}, Sum{2}, Sum{5}, static_cast<Sum>(highest - 1), highest, all,
                          std::max(Sum{1}, sums[3]), std::max(Sum{1}, *std::max_element(sums.begin(), sums.end()))}) {
    std::uint32_t expected = 0;
    for (unsigned n = 0; n < kReachedSums; ++n) expected |= std::uint32_t{sums[n] >= least} << n;
    CHECK(reached(sums.data(), least) == expected);
    CHECK(portable_reached(sums.data(), least) == expected);
    bool const any = std::any_of(sums.begin(), sums.end(), [&](auto sum) { return sum >= least; });
    CHECK(any_reached(sums.data(), least) == any);
    CHECK(portable_any_reached(sums.data(), least) == any);
  }
}

}  // namespace

TEST_CASE("sums one by one, in a word or in a register: the same reach the least count") {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    check_reached<std::uint8_t>(seed);
    check_reached<std::uint16_t>(seed);
    check_reached<std::uint32_t>(seed);
  }
}

TEST_CASE("columns of every size are sorted side by side") {
  SortedColumns<std::uint16_t> columns;
  for (std::size_t rows = 1; rows <= columns.kMostRows; ++rows) {
    std::uint64_t seed = rows;
    std::vector<std::vector<std::uint16_t>> expected(columns.kColumns);
    for (std::size_t column = 0; column < columns.kColumns; ++column) {
      // With few values, all values, the highest bit and the next.
      for (std::size_t n = 0; n < rows; ++n) {
        seed = mix(seed);
        columns.row(n)[column] = static_cast<std::uint16_t>(seed >> (48 + column));
        expected[column].push_back(columns.row(n)[column]);
      }
      std::sort(expected[column].begin(), expected[column].end());
    }
    columns.sort(rows);
    for (std::size_t column = 0; column < columns.kColumns; ++column) {
      for (std::size_t n = 0; n < rows; ++n) CHECK(columns.row(n)[column] == expected[column][n]);
    }
  }
}

TEST_CASE("rows in both orders hold the pairs of the definition, with any memory, threads and least count") {
  auto const data = made::dataset(made::random_baskets(700, 150, 11));
  for (auto const order : {RowOrder::by_sku, RowOrder::by_popularity}) {
    for (std::uint32_t const least : {1U, 3U}) {
      auto const expected = by_hand(data, {}, least);
      CHECK(expected.size() > 100);
      for (std::uint64_t const memory : {std::uint64_t{0}, std::uint64_t{400}, std::uint64_t{1} << 30U}) {
        for (unsigned const threads : {1U, 3U}) {
          PairOptions options;
          options.order = order;
          options.least = least;
          options.memory = memory;
          options.threads = threads;
          CHECK(counted(data, {}, options) == expected);
        }
      }
    }
  }
}

TEST_CASE(
    "more items than are counted basket by basket: popular ones with each other and with rare ones, whatever the "
    "threads") {
  std::vector<std::vector<std::string>> baskets;
  std::uint64_t seed = 31;
  for (int n = 0; n < 4000; ++n) {
    std::vector<std::string> basket;
    for (std::uint64_t k = (seed = mix(seed)) % 14 + 1; k > 0; --k) {
      seed = mix(seed);
      basket.push_back("i" + std::to_string(seed % (seed % 3 == 0 ? 40 : 1700)));
    }
    baskets.push_back(std::move(basket));
  }
  auto const data = made::dataset(baskets);
  REQUIRE(data.items.size() > 1600);
  std::vector<std::uint16_t> weights(data.baskets());
  for (std::size_t n = 0; n < weights.size(); ++n) weights[n] = static_cast<std::uint16_t>(mix(n) % 4);
  std::vector<std::uint16_t> const none;
  for (auto const& weight : {none, weights}) {
    auto const expected = by_hand(data, weight, 2);
    for (unsigned const threads : {1U, 3U}) {
      PairOptions options;
      options.order = RowOrder::by_popularity;
      options.least = 2;
      options.threads = threads;
      options.memory = 20'000;
      CHECK(counted(data, weight, options) == expected);
      options.memory = 1U << 30U;
      CHECK(counted(data, weight, options) == expected);
    }
  }
}

TEST_CASE("baskets of every size hold each of their pairs once") {
  std::vector<std::vector<std::string>> baskets;
  std::uint64_t seed = 21;
  for (std::size_t n = 0; n < 270; ++n) {
    std::vector<std::string> basket;
    for (std::size_t k = 0; k <= n / 3; ++k) basket.push_back("i" + std::to_string((seed = mix(seed)) % 300));
    baskets.push_back(std::move(basket));
  }
  auto const data = made::dataset(baskets);
  auto const expected = by_hand(data, {}, 1);
  for (auto const order : {RowOrder::by_sku, RowOrder::by_popularity}) {
    PairOptions options;
    options.order = order;
    CHECK(counted(data, {}, options) == expected);
  }
}

TEST_CASE("pairs together more often than 8 and 16 bits can count, and a least count beyond them") {
  std::vector<std::vector<std::string>> baskets;
  for (int n = 0; n < 66'000; ++n) {
    std::vector<std::string> basket = {"a", "b"};
    if (n % 100 == 0) basket.push_back("c");
    if (n % 300 == 0) basket.push_back("d");
    baskets.push_back(std::move(basket));
  }
  auto const data = made::dataset(baskets);
  for (auto const order : {RowOrder::by_sku, RowOrder::by_popularity}) {
    for (std::uint32_t const least : {1U, 220U, 221U, 256U, 660U, 661U, 65'536U, 66'001U}) {
      PairOptions options;
      options.order = order;
      options.least = least;
      CHECK(counted(data, {}, options) == by_hand(data, {}, least));
    }
  }
}

TEST_CASE("more items than 16 bits can name, most of them rare, are counted all the same") {
  std::vector<std::vector<std::string>> baskets;
  for (int n = 0; n < 3000; ++n) {
    std::vector<std::string> basket = {"popular"};
    for (int k = 0; k < 30; ++k) basket.push_back("s" + std::to_string((n * 30 + k) % 70'000));
    baskets.push_back(std::move(basket));
  }
  auto const data = made::dataset(baskets);
  REQUIRE(data.items.size() > 65'536);
  auto const counts = count(data, 2);
  CHECK(made::together(counts, "popular", "s69999") == 1);
  CHECK(made::together(counts, "popular", "s0") == 2);
  CHECK(made::together(counts, "s29", "s30") == 1);  // apart the first time, in one basket the second
  CHECK(made::together(counts, "s0", "s29") == 1);
  CHECK(made::together(counts, "s0", "s19") == 2);
  CHECK(made::together(counts, "s0", "s60") == 0);
  CHECK(count(data, 1) == counts);
}

TEST_CASE("weights are summed in 256ths, baskets of weight 0 leave no trace but their items") {
  auto const data = made::dataset(made::random_baskets(500, 60, 12));
  std::vector<std::uint16_t> weights(data.baskets());
  for (std::size_t n = 0; n < weights.size(); ++n) weights[n] = static_cast<std::uint16_t>(mix(n) % 3 * 128);
  auto const expected = by_hand(data, weights, 1);
  for (auto const order : {RowOrder::by_sku, RowOrder::by_popularity}) {
    PairOptions options;
    options.order = order;
    options.threads = 2;
    CHECK(counted(data, weights, options) == expected);
  }
  auto const counts = count(data, made::all_of(data), weights, 2);
  REQUIRE(counts.has_value());
  CHECK(counts->baskets == std::accumulate(weights.begin(), weights.end(), 0ULL));
  std::vector<std::uint16_t> const ones(data.baskets(), kWeightUnit);
  auto const whole = count(data, made::all_of(data), ones, 1);
  auto const plain = count(data, 1);
  REQUIRE(whole.has_value());
  REQUIRE(whole->pairs() == plain.pairs());
  for (std::size_t n = 0; n < plain.together.size(); ++n) CHECK(whole->together[n] == plain.together[n] * kWeightUnit);
}

TEST_CASE("a weighted count beyond 32 bits is an error that names the item") {
  // 65,538 baskets of the largest weight, 65,535, are just more than 2^32.
  std::vector<std::vector<std::string>> const baskets(65'538, {"milk"});
  auto const data = made::dataset(baskets);
  std::vector<std::uint16_t> const weights(data.baskets(), 0xFFFF);
  auto const refused = count(data, made::all_of(data), weights, 1);
  REQUIRE(!refused.has_value());
  CHECK(refused.error().code == Code::unsupported);
  CHECK(refused.error().what.find("'milk' is in too many baskets") != std::string::npos);
  auto all = made::all_of(data);
  all.resize(65'537);
  auto const fits = count(data, all, weights, 1);
  REQUIRE(fits.has_value());
  CHECK(fits->items[0].baskets == 0xFFFF'FFFFU);
}

TEST_CASE("a sink that fails ends the counting with its words") {
  struct Full final : PairSink {
    Result<void> row(std::uint32_t item, std::span<std::uint32_t const>, std::span<std::uint32_t const>) override {
      ++rows;
      if (item == 5) return fail(Code::io, "no space left");
      return {};
    }
    int rows = 0;
  };
  auto const data = made::dataset(made::random_baskets(300, 80, 3));
  auto const items = count_items(data, made::all_of(data));
  for (unsigned const threads : {1U, 3U}) {
    Full sink;
    PairOptions options;
    options.threads = threads;
    options.memory = 100;
    auto const result = count_pairs(data, made::all_of(data), {}, *items, options, sink);
    REQUIRE(!result.has_value());
    CHECK(result.error().what == "no space left");
    CHECK(sink.rows == 6);
  }
}
