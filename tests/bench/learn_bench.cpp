// The steps of learning one by one, with their CPU time and memory: what tests/bench/learn calls.
//
//   learn_bench read FILE [THREADS]           transactions to baskets
//   learn_bench pairs FILE LEAST [THREADS]    ... and every pair of items together at least LEAST times
//   learn_bench pairs_by_popularity ...       the same in the other order of rows
//   learn_bench increments NUMBER             the floor: so many increments of a row of 50,000 counters

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "tillcue/models/counts.hpp"
#include "tillcue/models/pair_rows.hpp"
#include "tillcue/models/transactions.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

double cpu_seconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  auto const seconds = [](timeval const& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

/// One line a step, for a script: name, value.
void tell(char const* name, double value) { std::printf("%s %.12g\n", name, value); }

/// The peak of memory that is the program's own, without mapped files: VmHWM counts those too.
double own_mib() {
  double kib = 0;
  char line[256];
  if (std::FILE* const status = std::fopen("/proc/self/status", "r")) {
    while (std::fgets(line, sizeof line, status) != nullptr) {
      if (std::strncmp(line, "RssAnon:", 8) == 0) kib = std::atof(line + 8);
    }
    std::fclose(status);
  }
  return kib / 1024;
}

Dataset read(char const* path, unsigned threads) {
  TransactionLimits limits;
  limits.threads = threads;
  TransactionReader reader(limits);
  auto const added = reader.add(path);
  auto data = added ? reader.finish() : tl::unexpected(added.error());
  if (!data) {
    std::fprintf(stderr, "learn_bench: %s\n", data.error().what.c_str());
    std::exit(1);
  }
  tell("read_cpu_s", cpu_seconds());
  tell("rows", static_cast<double>(data->basket_items.size()));
  tell("baskets", static_cast<double>(data->baskets()));
  tell("items", static_cast<double>(data->items.size()));
  tell("read_own_mib", own_mib());
  return std::move(*data);
}

void increments(std::uint64_t number) {
  constexpr std::uint32_t kCounters = 50'000;
  std::vector<std::uint32_t> counters(kCounters, 0);
  // Popularity as in the made log.
  std::vector<std::uint32_t> order(1U << 16U);
  std::uint64_t state = 1;
  for (auto& place : order) {
    state = mix(state);
    auto const u = static_cast<double>(state >> 11U) / 9007199254740992.0;
    place = static_cast<std::uint32_t>(15 * (std::pow(kCounters / 15.0, u) - 1));
  }
  auto const before = cpu_seconds();
  for (std::uint64_t n = 0; n < number; ++n) ++counters[order[n & (order.size() - 1)]];
  tell("increments_cpu_s", cpu_seconds() - before);
  tell("check", *std::max_element(counters.begin(), counters.end()));
}

/// Sums up what it is given.
class Sum final : public PairSink {
 public:
  Result<void> row(std::uint32_t, std::span<std::uint32_t const>, std::span<std::uint32_t const> together) override {
    pairs += together.size();
    for (auto const n : together) occurrences += n;
    return {};
  }
  std::uint64_t pairs = 0;
  std::uint64_t occurrences = 0;
};

void pairs(Dataset const& data, RowOrder order, std::uint32_t least, unsigned threads) {
  std::vector<std::uint32_t> all(data.baskets());
  std::iota(all.begin(), all.end(), 0U);
  auto const before = cpu_seconds();
  auto const items = count_items(data, all);
  PairOptions options;
  options.order = order;
  options.least = least;
  options.threads = threads;
  Sum sum;
  if (!items || !count_pairs(data, all, {}, *items, options, sum)) std::exit(1);
  tell("pairs", static_cast<double>(sum.pairs));
  tell("occurrences", static_cast<double>(sum.occurrences));
  tell("count_cpu_s", cpu_seconds() - before);
  tell("total_cpu_s", cpu_seconds());
}

}  // namespace

int main(int count, char** arguments) {
  std::string const step = count > 2 ? arguments[1] : "";
  auto const number = [&](int n) { return count > n ? std::strtoull(arguments[n], nullptr, 10) : 0; };
  if (step == "increments") {
    increments(number(2));
  } else if (step == "read") {
    (void)read(arguments[2], static_cast<unsigned>(number(3)));
  } else if (step == "pairs" || step == "pairs_by_popularity") {
    auto const order = step == "pairs" ? RowOrder::by_sku : RowOrder::by_popularity;
    auto const threads = static_cast<unsigned>(number(4));
    pairs(read(arguments[2], threads), order, static_cast<std::uint32_t>(number(3)), threads);
  } else {
    std::fputs("learn_bench read|pairs|pairs_by_popularity|increments ...\n", stderr);
    return 2;
  }
  return 0;
}
