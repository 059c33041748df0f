#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tillcue::format {

/// An array of equal records in a bundle; newer writers may append fields, hence the stride.
struct Records {
  std::byte const* data = nullptr;
  std::uint32_t count = 0;
  std::uint32_t stride = 0;

  [[nodiscard]] std::byte const* at(std::size_t n) const noexcept { return data + n * stride; }
};

/// Where everything lies in a checked bundle. Internal to core: read it through Bundle.
/// Borrows the bundle's bytes.
struct Parts {
  std::byte const* meta = nullptr;
  std::byte const* policy = nullptr;
  Records categories, items, codes, popular, campaigns, targets, texts, sets;
  std::span<std::byte const> strings;

  std::byte const* row_ends = nullptr;     ///< u32 per item and one more: where each row begins, in entries
  std::byte const* row_scales = nullptr;   ///< u16 per item
  std::byte const* row_ids = nullptr;      ///< id_bytes per entry
  std::byte const* row_weights = nullptr;  ///< i8 per entry
  std::byte const* biases = nullptr;       ///< i16 per item
  std::byte const* map_ends = nullptr;     ///< u32 per calibration map and one more, in points
  std::byte const* points = nullptr;       ///< i32 score, u32 ppm
  std::uint32_t bias_scale = 0;
  std::uint32_t map_count = 0;
  std::uint32_t entry_count = 0;
  std::uint32_t item_count = 0;
  std::uint32_t affinity_bytes = 0;
  std::uint8_t id_bytes = 2;
};

}  // namespace tillcue::format
