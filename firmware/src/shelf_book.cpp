#include "shelf_book.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <utility>

namespace tillcue::terminal {
namespace {

double faded(double sales) { return std::exp2(-sales / ShelfBook::kHalfLife); }

/// What the sales from an item's first to its last purchase count together, as its purchases do.
double exposure(double sales) { return (1 - faded(sales)) / (1 - faded(1)); }

/// As an item holds it.
std::uint32_t number(std::int64_t sale) {
  return static_cast<std::uint32_t>(std::max<std::int64_t>(sale, 0)) & 0x7FFF'FFFFU;
}

}  // namespace

void ShelfBook::sold(std::vector<std::string> const& skus) {
  sales_ = std::min(sales_ + 1, kLastSale);
  for (auto const& sku : skus) {
    auto* const known = find(sku);
    auto& item = known != nullptr ? *known : add(sku);
    item.changed = 1;
    auto const gap = since(item);
    if (gap == 0) continue;
    item.count = static_cast<float>(item.count * faded(gap) + 1);
    // A long gap fades: it may have been empty shelves, or a season.
    item.longest = static_cast<float>(std::max(gap, item.longest * faded(gap)));
    item.last = number(sales_);
    held_.erase(sku);
  }
  if (sales_ % kLook == 0) look();
}

bool ShelfBook::seen(std::string_view sku) {
  auto const found = held_.find(sku);
  if (found == held_.end()) return false;
  // It is there, whether or not it is bought this time: the gap begins anew.
  if (auto* const item = find(sku); item != nullptr) {
    item->longest = std::max(item->longest, static_cast<float>(since(*item)));
    item->last = number(sales_);
    item->changed = 1;
  }
  held_.erase(found);
  return true;
}

void ShelfBook::restore(sync::ShelfRows rows) {
  sales_ = std::clamp<std::int64_t>(rows.sales, 0, kLastSale);
  items_.clear();
  gone_.clear();
  index_again();
  for (auto& [sku, row] : rows.items) {
    if (find(sku) != nullptr) continue;
    auto& item = add(sku);
    item.first = number(std::min(row.first, row.last));
    item.last = number(std::min(row.last, sales_));
    item.count = static_cast<float>(row.count), item.longest = static_cast<float>(row.longest);
    item.on_disk = 1;
  }
  look();
}

/// Sales since its last.
double ShelfBook::since(Item const& item) const noexcept {
  return static_cast<double>(sales_ - static_cast<std::int64_t>(item.last));
}

/// Where it is, or the free place where it would be.
std::size_t ShelfBook::slot_of(std::string_view sku) const noexcept {
  auto const mask = slots_.size() - 1;
  auto at = std::hash<std::string_view>{}(sku)&mask;
  while (slots_[at] != 0 && items_[slots_[at] - 1U].sku != sku) at = (at + 1) & mask;
  return at;
}

ShelfBook::Item* ShelfBook::find(std::string_view sku) noexcept {
  if (slots_.empty()) return nullptr;
  auto const place = slots_[slot_of(sku)];
  return place != 0 ? &items_[place - 1U] : nullptr;
}

/// One that is not there, bought now for the first time.
ShelfBook::Item& ShelfBook::add(std::string const& sku) {
  static_assert(kMost < UINT16_MAX);
  if (items_.size() >= kMost) forget_some();
  if (slots_.size() < 2 * (items_.size() + 1)) index_again();
  slots_[slot_of(sku)] = static_cast<std::uint16_t>(items_.size() + 1);
  auto const now = number(sales_);
  return items_.emplace_back(Item{sku, now, 1, now, 0, 1, 0});
}

void ShelfBook::index_again() {
  slots_.assign(std::bit_ceil(std::max<std::size_t>(64, 2 * (items_.size() + 1))), 0);
  for (std::size_t n = 0; n < items_.size(); ++n) {
    slots_[slot_of(items_[n].sku)] = static_cast<std::uint16_t>(n + 1);
  }
}

void ShelfBook::look() {
  static double const kNeeded = -std::log(kChance);
  std::vector<std::pair<double, std::string_view>> sure;
  for (auto const& item : items_) {
    auto const gap = since(item);
    if (item.count < kLeastCount || gap < 2.0 * item.longest) continue;
    // The logarithm of one over the chance that nobody bought it since.
    auto const how = item.count * std::log1p(gap / exposure(static_cast<double>(item.last - item.first + 1)));
    if (how >= kNeeded) sure.emplace_back(how, item.sku);
  }
  auto const kept = std::min(sure.size(), kMostHeld);
  std::partial_sort(
      sure.begin(), sure.begin() + static_cast<std::ptrdiff_t>(kept), sure.end(),
      [](auto const& a, auto const& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  held_.clear();
  for (std::size_t n = 0; n < kept; ++n) held_.emplace(sure[n].second);
}

/// An eighth, so that it does not happen at every sale: those bought least; of those bought alike, who came first.
void ShelfBook::forget_some() {
  std::vector<float> counts(items_.size());
  auto const now = [this](Item const& item) { return static_cast<float>(item.count * faded(since(item))); };
  std::transform(items_.begin(), items_.end(), counts.begin(), now);
  auto const most = kMost * 7 / 8;
  auto const nth = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() - most);
  std::nth_element(counts.begin(), nth, counts.end());
  auto const least = *nth;
  auto alike = static_cast<std::size_t>(std::count(counts.begin(), nth, least));
  auto const gone = std::remove_if(items_.begin(), items_.end(), [&](Item const& item) {
    auto const count = now(item);
    if (count > least || (count == least && alike == 0)) return false;
    if (count == least) --alike;
    forget(item);
    return true;
  });
  items_.erase(gone, items_.end());
  index_again();
}

void ShelfBook::forget(Item const& item) {
  held_.erase(item.sku);
  if (item.on_disk != 0) gone_.push_back(item.sku);
}

std::vector<sync::ShelfChange> ShelfBook::changes() const {
  std::vector<sync::ShelfChange> out;
  for (auto const& item : items_) {
    if (item.changed == 0) continue;
    auto const first = std::int64_t{item.first}, last = std::int64_t{item.last};
    out.push_back({item.sku, sync::ShelfRow{item.count, first, last, item.longest}});
  }
  for (auto const& sku : gone_) {
    if (slots_[slot_of(sku)] == 0) out.push_back({sku, std::nullopt});
  }
  std::sort(out.begin(), out.end(), [](auto const& a, auto const& b) { return a.sku < b.sku; });
  return out;
}

void ShelfBook::kept() {
  for (auto& item : items_) {
    item.on_disk |= item.changed;
    item.changed = 0;
  }
  gone_ = {};
}

}  // namespace tillcue::terminal
