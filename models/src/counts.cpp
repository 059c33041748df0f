#include "tillcue/models/counts.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "tillcue/models/pair_rows.hpp"

namespace tillcue::models {
namespace {

/// Keeps the whole table.
class InMemory final : public PairSink {
 public:
  explicit InMemory(Counts& counts) : counts_(&counts) { counts.row.assign(1, 0); }

  Result<void> row(std::uint32_t, std::span<std::uint32_t const> partner,
                   std::span<std::uint32_t const> together) override {
    counts_->partner.insert(counts_->partner.end(), partner.begin(), partner.end());
    counts_->together.insert(counts_->together.end(), together.begin(), together.end());
    counts_->row.push_back(counts_->partner.size());
    return {};
  }

 private:
  Counts* counts_;
};

}  // namespace

bool sold_price(CountedItem const& item, std::int64_t& micro) {
  return price_of_lately(item.lately, micro) || median_price(item.prices, micro);
}

std::size_t Counts::items_sold() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(items.begin(), items.end(), [](CountedItem const& item) { return item.baskets > 0; }));
}

Result<void> fill_pairs(Dataset const& data, std::span<std::uint32_t const> baskets,
                        std::span<std::uint16_t const> weights, unsigned threads, Counts& counts) {
  auto const items = counts;
  InMemory sink(counts);
  PairOptions options;
  options.threads = threads;
  return count_pairs(data, baskets, weights, items, options, sink);
}

Result<Counts> count(Dataset const& data, std::span<std::uint32_t const> baskets,
                     std::span<std::uint16_t const> weights, unsigned threads) {
  auto counts = count_items(data, baskets, weights);
  if (!counts) return counts;
  if (auto const filled = fill_pairs(data, baskets, weights, threads, *counts); !filled) {
    return tl::unexpected(filled.error());
  }
  return counts;
}

Counts count(Dataset const& data, std::span<std::uint32_t const> baskets, unsigned threads) {
  // Without weights nothing can fail: a basket has a number of 32 bits.
  return std::move(*count(data, baskets, std::span<std::uint16_t const>{}, threads));
}

Counts count(Dataset const& data, unsigned threads) {
  std::vector<std::uint32_t> all(data.baskets());
  std::iota(all.begin(), all.end(), 0U);
  return count(data, all, threads);
}

}  // namespace tillcue::models
