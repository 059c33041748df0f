#include "parcel/base_items.hpp"

#include "format/bytes.hpp"
#include "format/check.hpp"
#include "format/layout.hpp"

namespace tillcue::parcel {
namespace {

/// The base's item with this SKU; its code index is sorted by text. (A code can be another item's GTIN.)
std::uint32_t find(format::Parts const& base, std::string_view sku) noexcept {
  std::uint32_t low = 0, high = base.codes.count;
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    auto const* const at = base.codes.at(middle);
    auto const order = format::string_at(base, format::load<std::uint32_t>(at)).compare(sku);
    if (order == 0) {
      auto const item = format::load<std::uint32_t>(at + 4);
      auto const its = format::string_at(base, format::load<std::uint32_t>(base.items.at(item) + format::item::kSku));
      return its == sku ? item : kNoItem;
    }
    (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
  }
  return kNoItem;
}

}  // namespace

std::string_view text_at(std::span<std::byte const> strings, std::size_t at) noexcept {
  if (at > strings.size() || strings.size() - at < 2) return {};
  auto const size = format::load<std::uint16_t>(strings.data() + at);
  if (size > strings.size() - at - 2) return {};
  return {reinterpret_cast<char const*>(strings.data() + at + 2), size};
}

std::string_view sku_of(std::span<std::byte const> items, std::uint32_t record, std::uint32_t item,
                        std::span<std::byte const> strings) noexcept {
  auto const* const at = items.data() + std::size_t{item} * record;
  return text_at(strings, format::load<std::uint32_t>(at + format::item::kSku));
}

void match_items(Base& base, std::span<std::byte const> items, std::uint32_t record,
                 std::span<std::byte const> strings) {
  auto const count = static_cast<std::uint32_t>(items.size() / record);
  base.old_of.assign(count, kNoItem);
  base.new_of.assign(base.parts.item_count, kNoItem);
  for (std::uint32_t n = 0; n < count; ++n) {
    auto const old = find(base.parts, sku_of(items, record, n, strings));
    // A damaged file may repeat a SKU: the first has it.
    if (old == kNoItem || base.new_of[old] != kNoItem) continue;
    base.old_of[n] = old;
    base.new_of[old] = n;
  }
}

}  // namespace tillcue::parcel
