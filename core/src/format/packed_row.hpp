#pragma once

#include <cstddef>
#include <cstdint>

#include "format/bytes.hpp"
#include "format/layout.hpp"
#include "tillcue/core/bundle_parts.hpp"

namespace tillcue::format {

/// One row of the packed table, its head read. Three runs of bits follow each other: a weight code, a class and a gap
/// for each entry.
struct PackedRow {
  std::byte const* bits = nullptr;
  std::uint32_t count = 0;
  std::int32_t scale = 0;
  std::uint32_t weight_bits = 8;

  [[nodiscard]] std::uint32_t first_class() const noexcept { return weight_bits * count; }
  [[nodiscard]] std::uint32_t first_gap() const noexcept { return (weight_bits + 2) * count; }
};

/// `size` bits from bit `at` on; size + 7 <= 32. Reads up to 4 bytes from there.
[[nodiscard]] inline std::uint32_t bits_at(std::byte const* bits, std::uint32_t at, std::uint32_t size) noexcept {
  return load<std::uint32_t>(bits + (at >> 3U)) >> (at & 7U) & ((std::uint32_t{1} << size) - 1);
}

/// A row's bytes; no bytes, no entries.
struct RowBytes {
  std::byte const* begin = nullptr;
  std::byte const* end = nullptr;
};

[[nodiscard]] inline std::uint32_t row_begin(AffinityTable const& table, std::uint32_t row) noexcept {
  auto const block = load<std::uint32_t>(table.blocks + 4 * std::size_t{row >> table.block_shift});
  return block + load<std::uint16_t>(table.row_begins + 2 * std::size_t{row});
}

/// Where the row ends: where the next one begins, the last of a block where the next block does.
[[nodiscard]] inline std::uint32_t row_end(AffinityTable const& table, std::uint32_t row) noexcept {
  auto const next = row + 1;
  bool const last = (next & ((1U << table.block_shift) - 1)) == 0 || next == table.items;
  auto const block = (row >> table.block_shift) + (last ? 1U : 0U);
  auto const begin = load<std::uint32_t>(table.blocks + 4 * std::size_t{block});
  return last ? begin : begin + load<std::uint16_t>(table.row_begins + 2 * std::size_t{next});
}

/// Head of the row that lies in [begin, end); count 0 when it is empty.
[[nodiscard]] inline PackedRow read_row(AffinityTable const& table, std::byte const* begin,
                                        std::byte const* end) noexcept {
  PackedRow row;
  row.weight_bits = table.weight_bits;
  if (begin == end) return row;
  row.scale = static_cast<std::int32_t>(scale_of_code(std::to_integer<unsigned>(begin[0])));
  row.count = std::to_integer<std::uint32_t>(begin[1]);
  row.bits = begin + 2;
  if (row.count == kLongCount) {
    row.count = load<std::uint16_t>(begin + 2);
    row.bits = begin + 4;
  }
  return row;
}

[[nodiscard]] inline PackedRow packed_row(AffinityTable const& table, std::uint32_t row) noexcept {
  return read_row(table, table.rows + row_begin(table, row), table.rows + row_end(table, row));
}

/// Whether pairs with this weight code were together significantly more often than by chance.
[[nodiscard]] inline bool is_significant(AffinityTable const& table, std::uint32_t code) noexcept {
  return table.evidence == nullptr || (std::to_integer<unsigned>(table.evidence[code >> 3U]) >> (code & 7U) & 1U) != 0;
}

[[nodiscard]] inline std::int32_t level_of(AffinityTable const& table, std::uint32_t code) noexcept {
  return load<std::int16_t>(table.levels + 2 * std::size_t{code});
}

/// Goes through the gaps of a row. Targets count up from behind the source, past the last item on from 0.
struct GapCursor {
  std::uint32_t at_class = 0, at_gap = 0;
  std::uint32_t target = 0;  ///< not yet wrapped

  GapCursor(PackedRow const& row, std::uint32_t source) noexcept
      : at_class(row.first_class()), at_gap(row.first_gap()), target(source) {}

  void step(AffinityTable const& table, std::byte const* bits) noexcept {
    auto const width = table.widths[bits_at(bits, at_class, 2)];
    target += bits_at(bits, at_gap, width) + 1;
    at_class += 2;
    at_gap += width;
  }
  [[nodiscard]] std::uint32_t item(AffinityTable const& table) const noexcept {
    return target < table.items ? target : target - table.items;
  }
};

[[nodiscard]] inline std::uint32_t plain_target(std::byte const* ids, unsigned id_bytes, std::size_t n) noexcept {
  return id_bytes == 2 ? load<std::uint16_t>(ids + 2 * n) : load24(ids + 3 * n);
}

}  // namespace tillcue::format
