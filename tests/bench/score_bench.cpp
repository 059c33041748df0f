#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "bench/score_catalogue.hpp"
#include "bench/score_peers.hpp"
#include "item_order.hpp"
#include "tillcue/core/bundle_writer.hpp"
#include "tillcue/core/candidates.hpp"

// score_bench [SKUs [varying]]: speed at 10k, 100k and 1M SKUs, or at one size, with 32 neighbours each or 26 on
// average; score_bench size: bits an entry.
// An own harness, because google-benchmark reports means and the till feels the p99.

using namespace tillcue;

namespace {

using Clock = std::chrono::steady_clock;

using bench::Shape;

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

using Baskets = std::vector<std::vector<ItemIx>>;

Baskets draw_baskets(Shape const& shape, bench::Popularity const& popularity, std::size_t size,
                     std::mt19937_64& random) {
  Baskets baskets(shape.baskets);
  for (auto& basket : baskets) {
    while (basket.size() < size) {
      auto const item = ItemIx{static_cast<std::uint32_t>(popularity.draw(random))};
      if (std::find(basket.begin(), basket.end(), item) == basket.end()) basket.push_back(item);
    }
  }
  return baskets;
}

Times measure_full(Scorer& scorer, Baskets const& baskets) {
  std::vector<double> times;
  std::array<Scored, 5> top{};
  for (auto const& basket : baskets) {
    times.push_back(timed([&] {
      scorer.assign(basket);
      sink += scorer.top(top) + index(top[0].item);
    }));
  }
  return percentiles(times);
}

Times measure_floor(Bundle const& bundle, Baskets const& baskets) {
  std::vector<double> times;
  for (auto const& basket : baskets) times.push_back(timed([&] { sink += bench::sum_bytes(bundle, basket); }));
  return percentiles(times);
}

Times measure_csr(bench::Csr& csr, Baskets const& baskets) {
  std::vector<double> times;
  std::array<bench::Csr::Place, 5> top{};
  for (auto const& basket : baskets) {
    times.push_back(timed([&] {
      csr.assign(basket);
      sink += csr.top(top) + top[0].item;
    }));
  }
  return percentiles(times);
}

/// One scan more and the new top 5, the top 5 before it known, as at the till.
Times measure_scan(Scorer& scorer, Baskets const& baskets) {
  std::vector<double> times;
  std::array<Scored, 5> top{};
  for (auto const& basket : baskets) {
    scorer.assign(std::span(basket).first(basket.size() - 1));
    sink += scorer.top(top);
    times.push_back(timed([&] {
      scorer.add(basket.back());
      sink += scorer.top(top) + index(top[0].item);
    }));
  }
  return percentiles(times);
}

/// With the basket's rows and all of the scorer's memory out of every cache.
Times measure_cold(Bundle const& bundle, Scorer& scorer, std::span<std::byte const> memory, Baskets const& baskets) {
  std::vector<double> times;
  std::array<Scored, 5> top{};
  auto const rounds = std::min<std::size_t>(baskets.size(), memory.size() > 4'000'000 ? 200 : 2'000);
  for (std::size_t n = 0; n < rounds; ++n) {
    scorer.clear();
    bench::flush_rows(bundle, baskets[n]);
    bench::flush(memory.data(), memory.size());
    times.push_back(timed([&] {
      scorer.assign(baskets[n]);
      sink += scorer.top(top) + index(top[0].item);
    }));
  }
  return percentiles(times);
}

/// Numbered as the builder numbers them; the largest by category, because dividing it takes minutes.
void number(BundleSource& source) {
  if (source.items.size() <= 100'000) {
    models::renumber(source, models::item_order(source, 0));
    return;
  }
  std::vector<std::uint32_t> order(source.items.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return source.items[a].category < source.items[b].category; });
  models::renumber(source, order);
}

void measure_size(Bundle const& bundle, bench::Csr const& csr, double open_ns) {
  auto const entries = static_cast<double>(bundle.entry_count());
  std::printf("%u SKUs, %.1f neighbours, %u-bit weights: file %.1f MB, opened in %.1f ms\n", bundle.item_count(),
              entries / bundle.item_count(), bundle.weight_bits(), static_cast<double>(bundle.bytes().size()) / 1e6,
              open_ns / 1e6);
  std::printf("  table %.2f bits an entry, all counted; intercepts and popular list %.2f more; CSR %.2f\n",
              bundle.bits_per_entry(), 8.0 * static_cast<double>(bundle.bias_bytes()) / entries,
              8.0 * static_cast<double>(csr.bytes()) / entries);
}

char const* name_of(Instructions instructions) { return instructions == Instructions::avx2 ? "AVX2" : "portable"; }

bool measure(Shape const& shape, bool only_size) {
  std::mt19937_64 random(42);
  auto catalogue = bench::make_catalogue(shape, random);
  number(catalogue.source);
  auto const bytes = write_bundle(catalogue.source);
  catalogue.source = {};
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
  auto const& bundle = *opened;
  bench::Csr csr(bundle);
  measure_size(bundle, csr, open_ns);
  if (only_size) return true;
  std::vector<std::byte> memory(Scorer::memory_needed(bundle));
  bench::Popularity const popularity(bench::shares_in(bundle, catalogue));
  for (std::size_t size : {5, 20, 50}) {
    auto const baskets = draw_baskets(shape, popularity, size, random);
    auto const floor = measure_floor(bundle, baskets), flat = measure_csr(csr, baskets);
    std::printf("  basket %2zu  byte sum %.0f ns, CSR %.0f / %.0f ns (p50 / p99)\n", size, floor.p50, flat.p50,
                flat.p99);
    for (auto instructions : {Instructions::portable, Instructions::avx2}) {
      if (instructions > best_instructions()) continue;
      Scorer scorer(bundle, memory, instructions);
      auto const full = measure_full(scorer, baskets), scan = measure_scan(scorer, baskets);
      auto const cold = measure_cold(bundle, scorer, memory, baskets);
      std::printf(
          "    %-8s  score + top 5 %.0f / %.0f ns: %.1f x byte sum, %.2f x CSR; one scan more + top 5 %.0f / %.0f ns: "
          "1/%.1f; cold %.0f / %.0f ns\n",
          name_of(instructions), full.p50, full.p99, full.p50 / floor.p50, full.p50 / flat.p50, scan.p50, scan.p99,
          full.p50 / scan.p50, cold.p50, cold.p99);
    }
  }
  return true;
}

std::vector<Shape> shapes_of_size() {
  std::vector<Shape> shapes;
  for (unsigned bits : {8U, 6U, 4U}) {
    for (std::uint32_t items : {10'000U, 50'000U, 100'000U}) {
      shapes.push_back({items, 26, true, bits});
      shapes.push_back({items, 32, false, bits});
    }
  }
  return shapes;
}

}  // namespace

int main(int argc, char** argv) {
  bool const only_size = argc > 1 && std::string(argv[1]) == "size";
  bool const varying = argc > 2 && std::string(argv[2]) == "varying";
  std::vector<Shape> shapes{{10'000, 32, false}, {100'000, 32, false}, {1'000'000, 32, false, 8, 5'000}};
  if (only_size) {
    shapes = shapes_of_size();
  } else if (argc > 1) {
    auto const items = static_cast<std::uint32_t>(std::stoul(argv[1]));
    shapes = {{items, varying ? 26.0 : 32.0, varying, 8, items > 500'000 ? 5'000U : 20'000U}};
  }
  for (auto const& shape : shapes) {
    if (!measure(shape, only_size)) return 1;
  }
  std::printf("(%llu)\n", static_cast<unsigned long long>(sink));
  return 0;
}
