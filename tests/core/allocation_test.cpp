#include <atomic>
#include <cstdlib>
#include <new>

#include <doctest/doctest.h>

#include "core/shop.hpp"

namespace {
std::atomic<std::size_t> allocations{0};

void* counted(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
}  // namespace

// Never inlined, none of them: where g++ 12 looks into one of a pair alone it sees malloc() beside `delete`, or `new`
// beside free(), and calls the two mismatched.
[[gnu::noinline]] void* operator new(std::size_t size) { return counted(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return counted(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

using namespace tillcue;

TEST_CASE("the count of allocations counts") {
  auto const before = allocations.load();
  auto const kept = std::make_unique<std::vector<int>>(3);
  CHECK(allocations.load() - before == 2);
}

TEST_CASE("deciding, scoring, ranking and explaining allocate nothing") {
  auto source = shop::random_source(3000, 24, 8);
  CampaignSource campaign;
  campaign.id = "all";
  source.campaigns = {campaign};
  source.policy.max_hints_per_sale = source.policy.max_hints_per_stage = 1000;
  auto const bundle = shop::open(source);
  Engine engine(bundle.bundle);
  shop::Scoring scoring(*bundle);
  std::vector<Suggestion> suggestions(kMaxRank);
  std::vector<ItemIx> basket;
  Sale sale;
  sale.id = SaleId{"a sale id that no small string holds"};
  std::size_t offers = 0;
  for (std::uint32_t n = 0; n < 1000; ++n) {
    shop::scan(sale, *bundle, n * 3);  // may allocate: this is the POS's side
    basket.push_back(ItemIx{n * 3});
    if (n % 10 != 0) continue;
    auto const before = allocations.load();
    for (auto stage : {Stage::scan, Stage::subtotal, Stage::tender}) {
      offers += engine.decide(sale, stage, {}).offer_count;
    }
    (void)engine.arm_of(sale.id);
    rank(*bundle, scoring.scorer, basket, suggestions);
    auto const used = allocations.load() - before;
    REQUIRE(used == 0);
  }
  CHECK(offers > 100);
}

TEST_CASE("going back from a large basket to a small one allocates nothing") {
  auto const bundle = shop::open(shop::random_source(3000, 24, 8));
  Engine engine(bundle.bundle);
  Sale large, small;
  for (std::uint32_t n = 0; n < 1000; ++n) shop::scan(large, *bundle, n);
  shop::scan(small, *bundle, 5);
  auto const before = allocations.load();
  for (int n = 0; n < 10; ++n) {
    (void)engine.decide(large, Stage::scan, {});
    (void)engine.decide(small, Stage::scan, {});
  }
  auto const used = allocations.load() - before;
  CHECK(used == 0);
}
