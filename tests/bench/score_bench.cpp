#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/core/engine.hpp"

// An own harness, because google-benchmark reports means and the till feels the p99.

using namespace tillcue;

namespace {

using Clock = std::chrono::steady_clock;

struct Shape {
  std::uint32_t items = 10'000;
  std::uint32_t row = 32;
  std::uint32_t baskets = 20'000;
};

/// Popularity by Zipf: the shelf where everybody's basket begins.
class Popularity {
 public:
  explicit Popularity(std::uint32_t items) : sums_(items) {
    double sum = 0;
    for (std::uint32_t n = 0; n < items; ++n) sums_[n] = sum += 1.0 / (n + 10.0);
  }
  std::uint32_t draw(std::mt19937_64& random) const {
    auto const at = std::uniform_real_distribution<double>(0, sums_.back())(random);
    return static_cast<std::uint32_t>(std::lower_bound(sums_.begin(), sums_.end(), at) - sums_.begin());
  }
  double share(std::uint32_t item) const { return 1.0 / (item + 10.0) / sums_.back(); }

 private:
  std::vector<double> sums_;
};

/// Half of a row's targets are popular, half come from the item's neighbourhood, as in trained tables.
BundleSource generate(Shape const& shape, Popularity const& popularity, std::mt19937_64& random) {
  BundleSource s;
  s.currency = {{'E', 'U', 'R'}, 2};
  s.calibration = {{{{0.0F, 30'000}, {0.5F, 100'000}, {2.0F, 300'000}}}};
  s.rows.resize(shape.items);
  std::vector<std::uint32_t> seen(shape.items, shape.items);
  for (std::uint32_t n = 0; n < shape.items; ++n) {
    ItemSource item;
    item.sku = std::to_string(1'000'000 + n);
    item.name = "Article " + item.sku;
    item.price_minor = 100 + random() % 900;
    s.items.push_back(item);
    s.bias.push_back(static_cast<float>(popularity.share(n)));
    seen[n] = n;
    while (s.rows[n].size() < shape.row) {
      auto const target = s.rows[n].size() % 2 == 0
                              ? popularity.draw(random)
                              : (n / 500 * 500 + static_cast<std::uint32_t>(random() % 500)) % shape.items;
      if (seen[target] == n) continue;
      seen[target] = n;
      auto const weight = std::uniform_real_distribution<float>(-0.2F, 1.0F)(random);
      s.rows[n].push_back({target, weight});
    }
  }
  return s;
}

std::vector<std::vector<ItemIx>> draw_baskets(Shape const& shape, Popularity const& popularity, std::size_t size,
                                              std::mt19937_64& random) {
  std::vector<std::vector<ItemIx>> baskets(shape.baskets);
  for (auto& basket : baskets) {
    while (basket.size() < size) {
      auto const item = ItemIx{popularity.draw(random)};
      if (std::find(basket.begin(), basket.end(), item) == basket.end()) basket.push_back(item);
    }
  }
  return baskets;
}

struct Times {
  double p50 = 0, p99 = 0;
};

Times percentiles(std::vector<double>& nanoseconds) {
  std::sort(nanoseconds.begin(), nanoseconds.end());
  return {nanoseconds[nanoseconds.size() / 2], nanoseconds[nanoseconds.size() * 99 / 100]};
}

template <class Work>
double timed(Work work) {
  auto const begin = Clock::now();
  work();
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

std::uint64_t sink = 0;

/// Adds up bytes eight at a time: in four lanes of 16 bits, emptied before they can run over.
std::uint64_t sum_of(std::byte const* at, std::size_t size) {
  constexpr std::uint64_t kLanes = 0x00FF'00FF'00FF'00FFU;
  std::uint64_t sum = 0;
  while (size >= 8) {
    std::uint64_t lanes = 0;
    for (int n = 0; n < 30 && size >= 8; ++n, at += 8, size -= 8) {
      std::uint64_t word;
      std::memcpy(&word, at, sizeof word);
      lanes += (word & kLanes) + (word >> 8U & kLanes);
    }
    sum += (lanes * 0x0001'0001'0001'0001U) >> 48U;
  }
  for (; size > 0; ++at, --size) sum += std::to_integer<std::uint64_t>(*at);
  return sum;
}

/// The floor: reading every byte of the same rows once.
std::uint64_t sum_bytes(Bundle const& bundle, std::vector<ItemIx> const& basket) {
  std::uint64_t sum = 0;
  for (auto item : basket) {
    auto const row = bundle.row(item);
    auto const weights = std::as_bytes(row.weights);
    sum += sum_of(row.targets.data(), row.targets.size()) + sum_of(weights.data(), weights.size());
  }
  return sum;
}

void measure_full(Bundle const& bundle, Scorer& scorer, std::vector<std::vector<ItemIx>> const& baskets) {
  std::vector<double> floor, full;
  std::array<Scored, 5> top{};
  for (auto const& basket : baskets) floor.push_back(timed([&] { sink += sum_bytes(bundle, basket); }));
  for (auto const& basket : baskets) {
    full.push_back(timed([&] {
      scorer.assign(basket);
      sink += scorer.top(top) + index(top[0].item);
    }));
  }
  auto const f = percentiles(floor), s = percentiles(full);
  std::printf("  basket %2zu  score + top 5  p50 %8.0f ns  p99 %8.0f ns   byte sum p50 %6.0f ns   ratio %5.1f\n",
              baskets[0].size(), s.p50, s.p99, f.p50, s.p50 / f.p50);
}

void measure_scan(Scorer& scorer, std::vector<std::vector<ItemIx>> const& baskets) {
  std::vector<double> one;
  std::array<Scored, 5> top{};
  for (auto const& basket : baskets) {
    scorer.clear();
    for (std::size_t n = 0; n + 1 < basket.size(); ++n) scorer.add(basket[n]);
    one.push_back(timed([&] { scorer.add(basket.back()); }));
    sink += scorer.top(top);
  }
  auto const t = percentiles(one);
  std::printf("  basket %2zu  one item more   p50 %8.0f ns  p99 %8.0f ns\n", baskets[0].size(), t.p50, t.p99);
}

void measure_decide(Engine& engine, std::vector<std::vector<ItemIx>> const& baskets) {
  std::vector<double> scan;
  for (auto const& basket : baskets) {
    Sale sale;
    sale.id = SaleId{"bench"};
    for (std::uint32_t n = 0; n < basket.size(); ++n) {
      BasketLine line;
      line.line = LineNo{n};
      line.item = basket[n];
      line.unit_price = {2000, engine.bundle().info().currency};
      (void)sale.basket.put(std::move(line));
      if (n + 2 == basket.size()) sink += engine.decide(sale, Stage::scan, {}).offer_count;
    }
    scan.push_back(timed([&] { sink += engine.decide(sale, Stage::scan, {}).offer_count; }));
  }
  auto const t = percentiles(scan);
  std::printf("  basket %2zu  decide on scan  p50 %8.0f ns  p99 %8.0f ns\n", baskets[0].size(), t.p50, t.p99);
}

bool measure(Shape const& shape) {
  std::mt19937_64 random(42);
  Popularity const popularity(shape.items);
  auto const bytes = write_bundle(generate(shape, popularity, random));
  if (!bytes) {
    std::fprintf(stderr, "%s\n", bytes.error().what.c_str());
    return false;
  }
  Result<Bundle> opened = fail(Code::invalid, "not opened yet");
  auto const open_ns = timed([&] { opened = Bundle::from_bytes(*bytes); });
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().what.c_str());
    return false;
  }
  auto const bundle = std::make_shared<Bundle const>(*opened);
  std::printf("%u SKUs, %u neighbours: file %.1f MB, served affinity %.1f bytes an item, opened in %.1f ms\n",
              shape.items, shape.row, static_cast<double>(bytes->size()) / 1e6,
              static_cast<double>(bundle->affinity_bytes()) / shape.items, open_ns / 1e6);
  std::vector<std::byte> memory(Scorer::memory_needed(*bundle));
  Scorer scorer(*bundle, memory);
  Engine engine(bundle);
  for (std::size_t size : {5, 20, 50}) {
    auto const baskets = draw_baskets(shape, popularity, size, random);
    measure_full(*bundle, scorer, baskets);
    measure_scan(scorer, baskets);
    measure_decide(engine, baskets);
  }
  return true;
}

}  // namespace

int main() {
  for (std::uint32_t items : {10'000U, 100'000U}) {
    if (!measure({items})) return 1;
  }
  std::printf("(%llu)\n", static_cast<unsigned long long>(sink));
  return 0;
}
