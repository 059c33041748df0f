// What finding repeated days takes beside the baskets, by every byte this process asks for.

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <malloc.h>

#include "repeated_sales.hpp"
#include "tillcue/models/transactions.hpp"

namespace {

std::size_t held = 0, most = 0;

void* counted(std::size_t size) {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  held += malloc_usable_size(memory);
  most = std::max(most, held);
  return memory;
}

void forget(void* memory) noexcept {
  if (memory != nullptr) held -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

// Never inlined, none of them, as in core/allocation_test.cpp.
[[gnu::noinline]] void* operator new(std::size_t size) { return counted(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return counted(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { forget(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { forget(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { forget(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { forget(memory); }

using namespace tillcue;
using namespace tillcue::models;

namespace {

/// The most that `work` held beyond what was held before.
template <class Work>
std::size_t most_in(Work const& work) {
  auto const before = held;
  most = held;
  work();
  return most - before;
}

constexpr std::size_t kSlack = 4096;  ///< days, a list's end
constexpr std::uint32_t kBaskets = 50'000;

/// So many baskets of two rows, all of them once more behind the last, or none.
std::string sales(std::uint32_t baskets, bool twice) {
  std::string text = "basket_id,sku\n";
  for (int times = 0; times < (twice ? 2 : 1); ++times) {
    for (std::uint32_t n = 0; n < baskets; ++n) {
      auto const id = std::to_string(1'000'000 + n);
      text += id + ",a\n" + id + ",b\n";
    }
  }
  return text;
}

bool fits(std::string const& text, std::uint64_t memory) {
  TransactionLimits limits;
  limits.threads = 1;
  limits.memory = memory;
  TransactionReader reader(limits);
  return reader.add(from_memory(text, 0), "t.csv").has_value();
}

/// The least memory with which the file is taken, to a KiB.
std::uint64_t least_memory(std::string const& text) {
  std::uint64_t low = 0, high = std::uint64_t{1} << 30U;
  while (high - low > 1024) {
    auto const middle = low + (high - low) / 2;
    (fits(text, middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

TEST_CASE("the bytes that are held are counted") {
  CHECK(most_in([] { std::vector<int> const kept(1000); }) >= 4000);
  CHECK(most_in([] {}) == 0);
}

TEST_CASE("finding repeated days takes no more for each basket than it says") {
  std::vector<std::uint32_t> const rows(kBaskets, 4);
  std::vector<std::uint32_t> items;
  std::vector<RowRun> runs;
  for (std::uint32_t n = 0; n < kBaskets; ++n) items.insert(items.end(), {0, 1, 0, 1});
  for (std::uint32_t n = 0; n < 2 * kBaskets; ++n) runs.push_back({n % kBaskets, 2, n + 2});
  RepeatedDays found;
  auto const taken = most_in([&] { found = find_repeated_days(runs, rows, items, {}); });
  REQUIRE(judge(found).has_value());
  CHECK(judge(found)->baskets == kBaskets);
  CHECK(taken <= kBaskets * kRepeatedBytesPerBasket + kSlack);
  CHECK(taken >= kBaskets * kRepeatedBytesPerBasket);  // a bound that says more would turn files away
}

TEST_CASE("where no basket comes back the search takes nothing") {
  std::vector<std::uint32_t> const rows(kBaskets, 2);
  std::vector<std::uint32_t> items;
  for (std::uint32_t n = 0; n < kBaskets; ++n) items.insert(items.end(), {0, 1});
  CHECK(most_in([&] { (void)find_repeated_days({}, rows, items, {}); }) <= kSlack);
}

TEST_CASE("a reader with a bound counts the search before it begins") {
  auto const once = least_memory(sales(2 * kBaskets, false)), twice = least_memory(sales(kBaskets, true));
  // The same rows. Half as many baskets, each with its runs and what the search takes; room is asked for ahead.
  auto const each = static_cast<double>(twice) / kBaskets - static_cast<double>(once) / (2 * kBaskets);
  CHECK(each >= static_cast<double>(kRepeatedBytesPerBasket + 2 * sizeof(RowRun)));
  std::string const text = sales(kBaskets, true);
  auto const held_by_it = most_in([&] { CHECK(fits(text, twice)); });
  MESSAGE("told ", twice, ", held ", held_by_it);
  // Lists grow by doubling, and the reader has batches of its own.
  CHECK(held_by_it <= 2 * twice + (std::size_t{4} << 20U));
}
