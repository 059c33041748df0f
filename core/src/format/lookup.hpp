#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "format/bytes.hpp"
#include "format/check.hpp"
#include "format/layout.hpp"
#include "tillcue/core/bundle_parts.hpp"

namespace tillcue::format {

inline constexpr std::uint32_t kNotFound = 0xFFFF'FFFFU;

/// The item of a SKU or another code; kNotFound when there is none.
[[nodiscard]] inline std::uint32_t find_code(Parts const& parts, std::string_view code) noexcept {
  std::uint32_t low = 0, high = parts.codes.count;
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    auto const* const at = parts.codes.at(middle);
    auto const order = string_at(parts, load<std::uint32_t>(at)).compare(code);
    if (order == 0) return load<std::uint32_t>(at + 4);
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return kNotFound;
}

/// The last group that begins at or below the size; the first begins at 0.
[[nodiscard]] inline std::size_t size_group(Parts const& parts, std::size_t basket_size) noexcept {
  std::size_t group = 0;
  while (group + 1 < parts.size_group_count &&
         load<std::uint16_t>(parts.size_groups + 2 * (group + 1)) <= basket_size) {
    ++group;
  }
  return group;
}

/// What a score at that rank (0 = first) says for a basket of so many items, in millionths.
[[nodiscard]] inline std::uint32_t probability_ppm(Parts const& parts, std::int32_t score, std::size_t rank,
                                                   std::size_t basket_size) noexcept {
  auto const map = std::min<std::size_t>(rank, parts.map_count - 1);
  auto low = load<std::uint32_t>(parts.map_ends + 4 * map);
  auto high = load<std::uint32_t>(parts.map_ends + 4 * map + 4);
  // The last point at or below the score; the first one serves everything below it.
  while (high - low > 1) {
    auto const middle = low + (high - low) / 2;
    if (load<std::int32_t>(parts.points + std::size_t{middle} * kPointBytes) <= score) {
      low = middle;
    } else {
      high = middle;
    }
  }
  if (parts.size_group_count == 0) return load<std::uint32_t>(parts.points + std::size_t{low} * kPointBytes + 4);
  auto const code = parts.size_codes[std::size_t{low} * parts.size_group_count + size_group(parts, basket_size)];
  return load<std::uint32_t>(parts.size_levels + 4 * std::to_integer<std::size_t>(code));
}

}  // namespace tillcue::format
