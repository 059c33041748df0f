#pragma once

#include <array>
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

/// The affinity table of a checked bundle: packed (AFFP), or plain as the first writers made it (AFFN).
struct AffinityTable {
  bool packed = false;
  std::uint32_t items = 0;
  std::uint32_t entries = 0;

  // packed
  std::uint8_t weight_bits = 8;
  std::uint8_t block_shift = 0;           ///< 2^block_shift rows a block
  std::array<std::uint8_t, 4> widths{};   ///< bits of a gap, by its class
  std::byte const* levels = nullptr;      ///< i16 per weight code
  std::byte const* blocks = nullptr;      ///< u32 per block and one more: where it begins in `rows`
  std::byte const* row_begins = nullptr;  ///< u16 per item: where its row begins in its block
  std::byte const* rows = nullptr;
  std::byte const* evidence = nullptr;  ///< a bit per weight code: its pairs are significant; null: all are

  // plain
  std::uint8_t id_bytes = 2;
  std::byte const* row_ends = nullptr;     ///< u32 per item and one more: where each row begins, in entries
  std::byte const* row_scales = nullptr;   ///< u16 per item
  std::byte const* row_ids = nullptr;      ///< id_bytes per entry
  std::byte const* row_weights = nullptr;  ///< i8 per entry
};

/// Where everything lies in a checked bundle. Internal to core: read it through Bundle.
/// Borrows the bundle's bytes.
struct Parts {
  std::byte const* meta = nullptr;
  std::byte const* policy = nullptr;
  Records categories, items, codes, popular, texts, sets;
  Records campaigns, targets;  ///< as the first writers made them: coupons only
  Records plans, refs;         ///< campaigns, and what they refer to
  Records ladders, never, budgets;
  std::span<std::byte const> strings;

  AffinityTable affinity;
  std::byte const* biases = nullptr;       ///< i16 per item
  std::byte const* map_ends = nullptr;     ///< u32 per calibration map and one more, in points
  std::byte const* points = nullptr;       ///< i32 score, u32 ppm
  std::byte const* size_groups = nullptr;  ///< u16 per group: its least basket size
  std::byte const* size_levels = nullptr;  ///< u32 ppm
  std::byte const* size_codes = nullptr;   ///< u8 per point and group: which level
  std::uint32_t policy_bytes = 0;          ///< of its record: older files have fewer fields
  std::uint32_t bias_scale = 0;
  std::uint32_t map_count = 0;
  std::uint32_t size_group_count = 0;  ///< 0: the maps do not look at the basket's size
  std::uint32_t item_count = 0;
  std::uint32_t table_bytes = 0;  ///< of the affinity section
  std::uint32_t bias_bytes = 0;   ///< of intercepts and popular list
};

}  // namespace tillcue::format
