#include "sold_items.hpp"

#include <algorithm>
#include <utility>

#include "fresh_pages.hpp"
#include "text_index.hpp"

namespace tillcue::models {
namespace {

std::uint64_t word_of(std::string_view text, std::size_t from) noexcept {
  std::uint64_t word = 0;
  if (from < text.size()) std::memcpy(&word, text.data() + from, std::min(text.size() - from, sizeof word));
  return word;
}

}  // namespace

/// A longer text is found by a hash, and by more than any size of a shorter one.
SkuKey::SkuKey(std::string_view text) noexcept
    : SkuKey(text.size() <= kWhole ? word_of(text, 0) : text_hash(text),
             text.size() <= kWhole ? word_of(text, 8) : text.size() << 8U, std::min(text.size(), kWhole + 1)) {}

SoldItems::Item* SoldItems::find(SkuKey const& key, std::string_view sku) noexcept {
  if (sku.empty()) return nullptr;
  if (sku.size() <= SkuKey::kWhole) return find(key);
  for (auto at = key.hash >> shift_;; at = (at + 1) & (items_.size() - 1)) {
    auto& item = items_[at];
    if (item.number == kNone) return nullptr;
    if (item.low == key.low && item.high == key.high && text(item.number) == sku) return &item;
  }
}

SoldItems::Item& SoldItems::free_place(std::uint64_t hash) noexcept {
  auto at = hash >> shift_;
  while (items_[at].number != kNone) at = (at + 1) & (items_.size() - 1);
  return items_[at];
}

void SoldItems::spread(std::size_t places) {
  auto const before = std::exchange(items_, {});
  items_.reserve(places);
  ask_for_pages(items_.data(), places * sizeof(Item));
  items_.resize(places);
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(places));
  for (auto const& item : before) {
    if (item.number == kNone) continue;
    auto& moved = free_place(SkuKey::hash_of(item.low, item.high));
    moved = item;
    place_[item.number] = static_cast<std::uint32_t>(&moved - items_.data());
  }
}

SoldItems::Item& SoldItems::add(SkuKey const& key, std::string_view sku) {
  arena_.insert(arena_.end(), sku.begin(), sku.end());
  begin_.push_back(arena_.size());
  if ((place_.size() + 1) * 8 > items_.size() * 5) spread(items_.size() * 2);
  auto& item = free_place(key.hash);
  item.low = key.low;
  item.high = key.high;
  item.number = size();
  place_.push_back(static_cast<std::uint32_t>(&item - items_.data()));
  return item;
}

}  // namespace tillcue::models
