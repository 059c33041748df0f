#include "row_reader.hpp"

#include <algorithm>

namespace tillcue {

Instructions best_instructions() noexcept {
#if defined(__aarch64__)
  return Instructions::neon;
#elif defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) return Instructions::avx2;
#endif
  return Instructions::portable;
}

namespace scoring {

GapTable::GapTable(std::array<std::uint8_t, 4> const& widths) noexcept : begins{}, sizes{} {
  for (std::uint32_t classes = 0; classes < 256; ++classes) {
    std::uint32_t size = 0;
    for (unsigned n = 0; n < 4; ++n) {
      begins[classes] |= size << (8 * n);
      size += widths[classes >> (2 * n) & 3U];
    }
    sizes[classes] = static_cast<std::uint8_t>(size);
  }
}

std::uint32_t read_portable(RowReader& reader, std::uint32_t* targets) noexcept {
  auto const count = std::min(RowReader::kChunk, reader.row.count - reader.next);
  auto const* const bits = reader.row.bits;
  auto const widths = reader.table.widths;
  auto const items = reader.table.items;
  auto at_class = reader.row.first_class() + 2 * reader.next;
  auto at_gap = reader.at_gap, reached = reader.reached;
  for (std::uint32_t n = 0; n < count;) {
    // Twelve classes a load: 24 bits and the 7 below them.
    auto classes = format::load<std::uint32_t>(bits + (at_class >> 3U)) >> (at_class & 7U);
    auto const end = std::min(count, n + 12);
    for (; n < end; ++n, classes >>= 2U) {
      auto const width = widths[classes & 3U];
      reached += format::bits_at(bits, at_gap, width) + 1;
      at_gap += width;
      targets[n] = std::min(reached, reached - items);
    }
    at_class += 24;
  }
  reader.next += count;
  reader.at_gap = at_gap;
  reader.reached = reached;
  return count;
}

}  // namespace scoring
}  // namespace tillcue
