#include "tillcue/models/table_bound.hpp"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <unordered_map>

namespace tillcue::models {
namespace {

using Histogram = std::unordered_map<std::int64_t, std::uint64_t>;

double entropy(Histogram const& counts, double total) {
  double bits = 0;
  for (auto const& [value, count] : counts) {
    auto const n = static_cast<double>(count);
    bits += n * std::log2(total / n);
  }
  return bits / total;
}

double log2_choose(double n, double k) {
  return (std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1)) / std::numbers::ln2;
}

/// A row's scale by its code (core/FORMAT.md).
Score scale_of(std::byte code) {
  auto const c = std::to_integer<unsigned>(code);
  return static_cast<Score>(c < 32 ? c : (32 + c % 32) << (c / 32 - 1));
}

}  // namespace

TableBound table_bound(Bundle const& bundle) {
  auto const items = static_cast<std::int64_t>(bundle.item_count());
  Histogram weights, gaps;
  double sets = 0;
  for (std::int64_t n = 0; n < items; ++n) {
    ItemIx const source{static_cast<std::uint32_t>(n)};
    auto const bytes = bundle.row_bytes(source);
    if (bytes.empty()) continue;
    auto const scale = scale_of(bytes[0]);
    auto reached = n;
    auto const row = bundle.row(source);
    for (auto const& entry : row) {
      auto const target = static_cast<std::int64_t>(index(entry.target));
      ++weights[entry.contribution / scale];
      ++gaps[(target - reached + items) % items];
      reached = target;
    }
    sets += log2_choose(static_cast<double>(items - 1), static_cast<double>(row.size()));
  }
  std::uint64_t entries = 0;
  for (auto const& [value, count] : weights) entries += count;
  if (entries == 0) return {};
  auto const total = static_cast<double>(entries);
  return {entropy(weights, total), sets / total, entropy(gaps, total)};
}

}  // namespace tillcue::models
