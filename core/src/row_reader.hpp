#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "format/packed_row.hpp"
#include "tillcue/core/candidates.hpp"

namespace tillcue::scoring {

/// By the four classes in a byte: at which bit the gaps of its entries begin, a byte for each, and how many bits they
/// have together. At most 4 x 24.
struct GapTable {
  std::array<std::uint32_t, 256> begins;
  std::array<std::uint8_t, 256> sizes;

  explicit GapTable(std::array<std::uint8_t, 4> const& widths) noexcept;
};

/// Reads the targets of a packed row, some at a time.
struct RowReader {
  static constexpr std::uint32_t kChunk = 128;
  static constexpr std::uint32_t kRoom = kChunk + 8;  ///< a reader may write that many

  format::AffinityTable const& table;
  GapTable const& gaps;
  format::PackedRow row;
  std::uint32_t next = 0;  ///< entries read so far
  std::uint32_t at_gap;
  std::uint32_t reached;  ///< the last target, counted on past the last item

  RowReader(format::AffinityTable const& of, GapTable const& by, std::uint32_t source) noexcept
      : table(of), gaps(by), row(format::packed_row(of, source)), at_gap(row.first_gap()), reached(source) {}
};

/// The next targets of the row, at most kChunk; returns how many, 0 at its end.
std::uint32_t read_portable(RowReader& reader, std::uint32_t* targets) noexcept;
std::uint32_t read_avx2(RowReader& reader, std::uint32_t* targets) noexcept;
std::uint32_t read_neon(RowReader& reader, std::uint32_t* targets) noexcept;

inline std::uint32_t read(Instructions instructions, RowReader& reader, std::uint32_t* targets) noexcept {
  if (instructions == Instructions::avx2) return read_avx2(reader, targets);
  if (instructions == Instructions::neon) return read_neon(reader, targets);
  return read_portable(reader, targets);
}

}  // namespace tillcue::scoring
