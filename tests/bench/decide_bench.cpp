#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "bench/score_catalogue.hpp"
#include "item_order.hpp"
#include "tillcue/core/engine.hpp"
#include "tillcue/core/replay.hpp"

// decide_bench [SKUs [campaigns]]: how long a decision takes, by stage, with all campaigns live and without any, beside
// its yardstick: scoring the scanned row and ranking the first 64. Default 100,000 SKUs and 500 campaigns.

namespace {
std::size_t allocations = 0, allocated = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  allocated += size;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace tillcue;

namespace {

using Random = std::mt19937_64;

constexpr std::size_t kSales = 4'000, kLines = 20;

std::uint32_t below(Random& random, std::size_t limit) { return static_cast<std::uint32_t>(random() % limit); }

/// A tenth for any item, three tenths for a category, the rest for named items beside named ones or categories.
CampaignSource make_campaign(std::uint32_t n, BundleSource const& source, bench::Popularity const& popularity,
                             Random& random) {
  CampaignSource c;
  c.id = "campaign-" + std::to_string(n);
  c.type = static_cast<OfferType>(n % (kOfferTypes - 1));
  c.stages = 7;
  c.discount = c.type == OfferType::set ? DiscountKind::price : DiscountKind::percent;
  c.value = c.type == OfferType::set ? 900 : 10 + below(random, 30);
  c.weight_percent = static_cast<std::uint16_t>(50 + below(random, 100));
  c.threshold_minor = c.type == OfferType::threshold || c.type == OfferType::gift ? 20'000 + 500 * (n % 40) : 0;
  c.max_per_customer_day = n % 3 == 0 ? 2 : 0;
  c.from_minute = 0;
  c.until_minute = 1440;
  auto const item = [&] { return static_cast<std::uint32_t>(popularity.draw(random)); };
  auto const kind = n % 10;
  if (kind >= 1 && kind < 4) c.categories = {below(random, source.categories.size())};
  if (kind >= 4 || c.type == OfferType::set || c.type == OfferType::gift) c.items = {item(), item(), item()};
  if (kind >= 4 && kind < 8) c.trigger_items = {item(), item(), item(), item()};
  if (kind >= 6) c.trigger_categories = {below(random, source.categories.size())};
  return c;
}

void add_rules(BundleSource& source, std::uint32_t campaigns, bench::Popularity const& popularity, Random& random) {
  auto const items = static_cast<std::uint32_t>(source.items.size());
  for (std::uint32_t n = 0; n < items; n += 5) {
    source.ladders.push_back({ItemIx{n}, ItemIx{(n + 1) % items}, {200'000}, 200, false});
  }
  for (std::uint32_t n = 0; n < 2000; ++n) {
    source.never.push_back({{false, below(random, items)}, {n % 4 == 0, below(random, source.categories.size())}});
  }
  for (std::uint32_t n = 0; n < 5000; ++n) {
    auto const main = below(random, items - 2);
    source.sets.push_back({main, {main + 1, main + 2}, 20, 100, 2000});
  }
  for (std::uint32_t n = 0; n < campaigns; ++n) {
    source.campaigns.push_back(make_campaign(n, source, popularity, random));
  }
  source.policy.max_hints_per_sale = source.policy.max_hints_per_stage = 1000;
  source.policy.holdout_permille = 0;
  source.policy.quiet_scans_per_minute = 0;
}

struct Times {
  std::vector<double> nanoseconds;

  /// This thread's CPU time: what other work on the machine takes away is not the decision's.
  template <class Work>
  void take(Work work) {
    auto const begin = now();
    work();
    nanoseconds.push_back(now() - begin);
  }
  static double now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
  }
  double at(std::size_t permille) {
    std::sort(nanoseconds.begin(), nanoseconds.end());
    return nanoseconds[std::min(nanoseconds.size() * permille / 1000, nanoseconds.size() - 1)] / 1000;
  }
};

std::uint64_t sink = 0;

/// Sales whose every scan is decided upon; what is offered is remembered, so that rules have something to look at.
struct Run {
  Times scan, subtotal, tender, yardstick;
  std::size_t offers = 0, decisions = 0, allocations = 0, record_bytes = 0, sale_bytes = 0;
};

Run run(Bundle const& opened, bench::Popularity const& popularity) {
  auto const bundle = std::make_shared<Bundle const>(opened);
  Engine engine(bundle, {"17", "north", "17-3"});
  Live live;
  live.use(*bundle);
  std::vector<std::byte> memory(Scorer::memory_needed(*bundle));
  Scorer scorer(*bundle, memory);
  Random random(7);
  Run result;
  Context context;
  context.now = Timestamp{std::chrono::seconds{1'795'000'000}};
  context.live = &live;
  std::array<Scored, 64> top;
  for (auto* times : {&result.scan, &result.subtotal, &result.tender, &result.yardstick}) {
    times->nanoseconds.reserve(kSales * kLines);
  }
  auto const decide = [&](Sale& sale, Stage stage, Times& times) {
    Decision decision;
    auto const before = ::allocations;
    times.take([&] { decision = engine.decide(sale, stage, context); });
    result.allocations += ::allocations - before;
    ++result.decisions;
    result.offers += decision.offer_count > 0 ? 1 : 0;
    if (result.decisions % 64 == 0) result.record_bytes = replay_record(engine, sale, stage, context, decision).size();
    (void)remember(sale, decision);
  };
  for (std::size_t n = 0; n < kSales; ++n) {
    auto const before = allocated;
    Sale sale;
    sale.id = SaleId{"17-3/" + std::to_string(n)};
    sale.customer = CustomerId{"card"};
    scorer.clear();
    for (std::uint32_t k = 0; k < kLines; ++k) {
      auto const item = ItemIx{static_cast<std::uint32_t>(popularity.draw(random))};
      BasketLine line{LineNo{k}, Sku{std::string(bundle->item(item).sku)}, item, {1000}, *bundle->price(item)};
      (void)sale.basket.put(std::move(line));
      decide(sale, Stage::scan, result.scan);
      result.yardstick.take([&] {
        scorer.add(item);
        sink += scorer.top(top);
      });
      sale.shown.resize(std::min<std::size_t>(sale.shown.size(), 4));
    }
    decide(sale, Stage::subtotal, result.subtotal);
    decide(sale, Stage::tender, result.tender);
    result.sale_bytes = sizeof(Sale) + (allocated - before);
  }
  return result;
}

void report(char const* what, Run& r) {
  std::printf("%s: %zu decisions, %zu offers, %zu allocations\n", what, r.decisions, r.offers, r.allocations);
  for (auto [name, times] : {std::pair{"scan", &r.scan}, {"subtotal", &r.subtotal}, {"tender", &r.tender}}) {
    std::printf("  %-9s p50 %6.1f us  p99 %6.1f us  p99.9 %6.1f us  %5.1f x score and rank\n", name, times->at(500),
                times->at(990), times->at(999), times->at(500) / r.yardstick.at(500));
  }
  std::printf("  %-9s p50 %6.1f us  p99 %6.1f us\n", "score+64", r.yardstick.at(500), r.yardstick.at(990));
}

}  // namespace

int main(int argc, char** argv) {
  auto const items = argc > 1 ? static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10)) : 100'000U;
  auto const campaigns = argc > 2 ? static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10)) : 500U;
  Random random(42);
  bench::Shape shape;
  shape.items = items;
  auto catalogue = bench::make_catalogue(shape, random);
  for (auto& item : catalogue.source.items) item.price_minor = 50 + below(random, 3000);
  models::renumber(catalogue.source, models::item_order(catalogue.source, 0));
  for (auto const live : {0U, campaigns}) {
    auto source = catalogue.source;
    std::vector<double> shares(items, 1.0);
    bench::Popularity const even(shares);
    if (live > 0) add_rules(source, live, even, random);
    source.policy.holdout_permille = 0;
    source.policy.max_hints_per_sale = source.policy.max_hints_per_stage = 1000;
    source.policy.quiet_scans_per_minute = 0;
    auto const bytes = write_bundle(source);
    if (!bytes) {
      std::fprintf(stderr, "%s\n", bytes.error().what.c_str());
      return 1;
    }
    auto const bundle = Bundle::from_bytes(*bytes);
    if (!bundle) return 1;
    bench::Popularity const popularity(bench::shares_in(*bundle, catalogue));
    auto result = run(*bundle, popularity);
    report((std::to_string(items) + " SKUs, " + std::to_string(live) + " campaigns").c_str(), result);
    std::printf("  an open sale of %zu lines takes %zu bytes; a replay record %zu\n", kLines, result.sale_bytes,
                result.record_bytes);
  }
  return sink == 0 ? 1 : 0;
}
