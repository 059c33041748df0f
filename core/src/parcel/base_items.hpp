#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tillcue/core/bundle_parts.hpp"

namespace tillcue::parcel {

inline constexpr std::uint32_t kNoItem = 0xFFFF'FFFF;

/// A base bundle, checked, and which of its items is which of the new bundle's: those with the same SKU.
struct Base {
  format::Parts parts;
  std::vector<std::uint32_t> old_of;  ///< new item -> base item, or kNoItem
  std::vector<std::uint32_t> new_of;  ///< base item -> new item, or kNoItem
};

/// A string of the pool, which need not have been checked; empty when the reference leads nowhere.
[[nodiscard]] std::string_view text_at(std::span<std::byte const> strings, std::size_t ref) noexcept;

/// SKU of an item from the sections ITEM and STRS, which need not have been checked; empty when a reference leads
/// nowhere.
[[nodiscard]] std::string_view sku_of(std::span<std::byte const> items, std::uint32_t record, std::uint32_t item,
                                      std::span<std::byte const> strings) noexcept;

/// Fills both lists of `base` for the new bundle's items.
void match_items(Base& base, std::span<std::byte const> items, std::uint32_t record,
                 std::span<std::byte const> strings);

}  // namespace tillcue::parcel
