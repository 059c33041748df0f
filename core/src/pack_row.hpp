#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "format/layout.hpp"

namespace tillcue {

/// Bits of a gap, by its class.
using GapWidths = std::array<std::uint8_t, 4>;

/// Bits from the lowest of each byte up. Sink  has put(uint8_t) and put(uint16_t).
template <class Sink>
class RowBits {
 public:
  explicit RowBits(Sink& out) noexcept : out_(out) {}
  void put(std::uint32_t value, unsigned size) {
    pending_ |= std::uint64_t{value} << held_;
    for (held_ += size; held_ >= 8; held_ -= 8, pending_ >>= 8U) out_.put(static_cast<std::uint8_t>(pending_));
  }
  void flush() {
    if (held_ > 0) out_.put(static_cast<std::uint8_t>(pending_));
    held_ = 0;
    pending_ = 0;
  }

 private:
  Sink& out_;
  std::uint64_t pending_ = 0;
  unsigned held_ = 0;
};

/// Of the narrowest width that holds the gap; the last one must.
[[nodiscard]] inline unsigned gap_class(std::uint32_t gap, GapWidths const& widths) noexcept {
  unsigned n = 0;
  while (n + 1 < widths.size() && static_cast<unsigned>(std::bit_width(gap)) > widths[n]) ++n;
  return n;
}

/// One row as core/FORMAT.md lays it out, its entries counted up from behind the row's item: code_of(k), gap_of(k).
template <class Sink, class CodeOf, class GapOf>
void pack_row(std::uint8_t scale_code, std::uint32_t count, CodeOf const& code_of, GapOf const& gap_of,
              GapWidths const& widths, unsigned weight_bits, Sink& out) {
  if (count == 0) return;
  out.put(scale_code);
  out.put(static_cast<std::uint8_t>(std::min(count, format::kLongCount)));
  if (count >= format::kLongCount) out.put(static_cast<std::uint16_t>(count));
  RowBits<Sink> bits(out);
  for (std::uint32_t k = 0; k < count; ++k) bits.put(code_of(k), weight_bits);
  for (std::uint32_t k = 0; k < count; ++k) bits.put(gap_class(gap_of(k), widths), 2);
  for (std::uint32_t k = 0; k < count; ++k) bits.put(gap_of(k), widths[gap_class(gap_of(k), widths)]);
  bits.flush();
}

}  // namespace tillcue
