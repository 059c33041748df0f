#include "shelf_book.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tillcue::terminal {
namespace {

double faded(double sales) { return std::exp2(-sales / ShelfBook::kHalfLife); }

/// What the sales from an item's first to its last purchase count together, as its purchases do.
double exposure(sync::ShelfRow const& row) {
  auto const each = 1 - faded(1);
  return (1 - faded(static_cast<double>(row.last - row.first + 1))) / each;
}

/// The logarithm of one over the chance that nobody bought it since; 0 where nothing may be said.
double surprise(sync::ShelfRow const& row, std::int64_t now) {
  auto const gap = static_cast<double>(now - row.last);
  if (row.count < ShelfBook::kLeastCount || gap < 2 * row.longest) return 0;
  return row.count * std::log1p(gap / exposure(row));
}

}  // namespace

void ShelfBook::sold(std::vector<std::string> const& skus) {
  auto const now = ++rows_.sales;
  for (auto const& sku : skus) {
    auto const [at, fresh] = rows_.items.try_emplace(sku, sync::ShelfRow{1, now, now, 0});
    auto& row = at->second;
    if (row.last == now) continue;
    auto const gap = static_cast<double>(now - row.last);
    row.count = row.count * faded(gap) + 1;
    // A long gap fades: it may have been empty shelves, or a season.
    row.longest = std::max(gap, row.longest * faded(gap));
    row.last = now;
    held_.erase(sku);
  }
  changed_.insert(skus.begin(), skus.end());
  if (rows_.items.size() > kMost) forget_some();
  if (now % kLook == 0) look();
}

bool ShelfBook::seen(std::string_view sku) {
  auto const found = held_.find(sku);
  if (found == held_.end()) return false;
  // It is there, whether or not it is bought this time: the gap begins anew.
  auto const row = rows_.items.find(sku);
  if (row != rows_.items.end()) {
    row->second.longest = std::max(row->second.longest, static_cast<double>(rows_.sales - row->second.last));
    row->second.last = rows_.sales;
    changed_.emplace(sku);
  }
  held_.erase(found);
  return true;
}

void ShelfBook::restore(sync::ShelfRows rows) {
  rows_ = std::move(rows);
  if (rows_.items.size() > kMost) forget_some();
  look();
}

void ShelfBook::look() {
  static double const kNeeded = -std::log(kChance);
  std::vector<std::pair<double, std::string_view>> sure;
  for (auto const& [sku, row] : rows_.items) {
    if (auto const how = surprise(row, rows_.sales); how >= kNeeded) sure.emplace_back(how, sku);
  }
  auto const kept = std::min(sure.size(), kMostHeld);
  std::partial_sort(
      sure.begin(), sure.begin() + static_cast<std::ptrdiff_t>(kept), sure.end(),
      [](auto const& a, auto const& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  held_.clear();
  for (std::size_t n = 0; n < kept; ++n) held_.emplace(sure[n].second);
}

/// An eighth, so that it does not happen at every sale.
void ShelfBook::forget_some() {
  std::vector<double> counts;
  auto const count_now = [&](sync::ShelfRow const& row) {
    return row.count * faded(static_cast<double>(rows_.sales - row.last));
  };
  for (auto const& [sku, row] : rows_.items) counts.push_back(count_now(row));
  auto const nth = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() - kMost * 7 / 8);
  std::nth_element(counts.begin(), nth, counts.end());
  auto const least = *nth;
  for (auto at = rows_.items.begin(); at != rows_.items.end();) {
    bool const gone = count_now(at->second) < least;
    if (gone) held_.erase(at->first), changed_.insert(at->first);
    at = gone ? rows_.items.erase(at) : std::next(at);
  }
  // Where all are alike none is less than the others.
  while (rows_.items.size() > kMost) {
    changed_.insert(rows_.items.begin()->first);
    rows_.items.erase(rows_.items.begin());
  }
}

std::map<std::string, std::optional<sync::ShelfRow>> ShelfBook::changes() const {
  std::map<std::string, std::optional<sync::ShelfRow>> out;
  for (auto const& sku : changed_) {
    auto const at = rows_.items.find(sku);
    out.emplace(sku, at != rows_.items.end() ? std::optional(at->second) : std::nullopt);
  }
  return out;
}

}  // namespace tillcue::terminal
