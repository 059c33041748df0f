#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "format/check.hpp"
#include "format/packed_row.hpp"
#include "tillcue/core/bundle_writer.hpp"

namespace tillcue {
namespace {

/// A weight of the previous bundle in the trainer's units, and how far the levels beside it are.
struct OldWeight {
  std::uint32_t target;
  double value, to_lower, to_upper;
};

class OldTable {
 public:
  OldTable(format::Parts const& parts, double unit) : table_(parts.affinity), unit_(unit) {
    auto const size = std::uint32_t{1} << table_.weight_bits;
    // A weight moves among the levels of its kind.
    std::array<std::vector<std::int32_t>, 2> kinds;
    for (std::uint32_t n = 0; n < size; ++n) kinds[kind(n)].push_back(format::level_of(table_, n));
    for (auto& levels : kinds) std::sort(levels.begin(), levels.end());
    for (std::uint32_t n = 0; n < size; ++n) {
      auto const& sorted = kinds[kind(n)];
      auto const level = format::level_of(table_, n);
      auto const upper = std::upper_bound(sorted.begin(), sorted.end(), level);
      auto const lower = std::lower_bound(sorted.begin(), sorted.end(), level);
      // Beyond the last level on either side a step is as wide as the one before it.
      auto const below = lower == sorted.begin() ? 0 : level - *(lower - 1);
      auto const above = upper == sorted.end() ? below : *upper - level;
      levels_.push_back({level, lower == sorted.begin() ? above : below, above});
    }
  }

  /// A row's weights by rising target.
  void read(std::uint32_t item, std::vector<OldWeight>& out) const {
    out.clear();
    auto const row = format::packed_row(table_, item);
    auto const step = row.scale * unit_;
    format::GapCursor cursor(row, item);
    for (std::uint32_t k = 0; k < row.count; ++k) {
      cursor.step(table_, row.bits);
      auto const& level = levels_[format::bits_at(row.bits, k * row.weight_bits, row.weight_bits)];
      out.push_back({cursor.item(table_), level.value * step, level.to_lower * step, level.to_upper * step});
    }
    std::sort(out.begin(), out.end(), [](auto const& a, auto const& b) { return a.target < b.target; });
  }

 private:
  [[nodiscard]] std::size_t kind(std::uint32_t code) const noexcept {
    return format::is_significant(table_, code) ? 1 : 0;
  }
  struct Level {
    std::int32_t value, to_lower, to_upper;
  };
  format::AffinityTable const& table_;
  double unit_;
  std::vector<Level> levels_;
};

bool within_a_step(double weight, OldWeight const& old) noexcept {
  return weight >= old.value ? weight - old.value <= old.to_upper : old.value - weight <= old.to_lower;
}

}  // namespace

std::size_t keep_weights(BundleSource& source, Bundle const& previous) {
  format::Parts parts;
  if (!format::check(previous.bytes(), parts).ok() || !parts.affinity.packed) return 0;
  source.old_steps = {previous.info().score_unit, {}, {}};
  for (std::uint32_t n = 0; n < 1U << parts.affinity.weight_bits; ++n) {
    source.old_steps.levels.push_back(static_cast<std::int16_t>(format::level_of(parts.affinity, n)));
    source.old_steps.significant.push_back(previous.tells_significance() && format::is_significant(parts.affinity, n));
  }
  OldTable const table(parts, previous.info().score_unit);
  std::vector<ItemIx> old_of;
  for (auto const& item : source.items) {
    auto const old = previous.find(item.sku);
    old_of.push_back(old != kNoItem && previous.item(old).sku == item.sku ? old : kNoItem);
  }
  std::size_t kept = 0;
  std::vector<OldWeight> row;
  for (std::size_t n = 0; n < source.rows.size(); ++n) {
    if (old_of[n] == kNoItem) continue;
    table.read(index(old_of[n]), row);
    for (auto& entry : source.rows[n]) {
      if (old_of[entry.target] == kNoItem) continue;
      auto const target = index(old_of[entry.target]);
      auto const old = std::lower_bound(row.begin(), row.end(), target,
                                        [](OldWeight const& one, std::uint32_t wanted) { return one.target < wanted; });
      if (old == row.end() || old->target != target || !within_a_step(entry.weight, *old)) continue;
      entry.weight = static_cast<float>(old->value);
      ++kept;
    }
  }
  return kept;
}

}  // namespace tillcue
