#include "pack.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "format/layout.hpp"
#include "pack_row.hpp"

namespace tillcue {
namespace {

using format::Output;

using Widths = GapWidths;

/// How many gaps have how many bits.
using Lengths = std::array<std::uint64_t, format::kMaxGapBits + 1>;

/// Gaps of a row, in its order: from the source to the next target behind it, on to the last item, round to the first.
std::vector<std::uint32_t> gaps_of(QuantisedRow const& row, std::uint32_t source, std::uint32_t items,
                                   std::size_t first) {
  std::vector<std::uint32_t> gaps;
  auto before = source;
  for (std::size_t k = 0; k < row.targets.size(); ++k) {
    auto const target = row.targets[(first + k) % row.targets.size()];
    gaps.push_back((target > before ? target - before : target + items - before) - 1);
    before = target;
  }
  return gaps;
}

std::size_t first_behind(QuantisedRow const& row, std::uint32_t source) noexcept {
  auto const at = std::upper_bound(row.targets.begin(), row.targets.end(), source);
  return static_cast<std::size_t>(at - row.targets.begin());
}

std::uint64_t cost(Lengths const& lengths, Widths const& widths) noexcept {
  std::uint64_t bits = 0;
  for (unsigned length = 0; length < lengths.size(); ++length) {
    auto const fits = std::find_if(widths.begin(), widths.end(), [&](auto width) { return width >= length; });
    if (fits != widths.end()) bits += lengths[length] * *fits;
  }
  return bits;
}

/// The four widths with the least bits, by trying them all.
Widths best_widths(Lengths const& lengths) noexcept {
  unsigned last = 0;
  for (unsigned length = 0; length < lengths.size(); ++length) {
    if (lengths[length] > 0) last = length;
  }
  auto const most = static_cast<std::uint8_t>(last);
  Widths best{most, most, most, most};
  auto least = cost(lengths, best);
  for (std::uint8_t a = 0; a <= most; ++a) {
    for (std::uint8_t b = a; b <= most; ++b) {
      for (std::uint8_t c = b; c <= most; ++c) {
        Widths const widths{a, b, c, most};
        if (auto const bits = cost(lengths, widths); bits < least) {
          least = bits;
          best = widths;
        }
      }
    }
  }
  return best;
}

void put_row(QuantisedRow const& row, std::uint32_t source, std::uint32_t items, Widths const& widths,
             unsigned weight_bits, Output& out) {
  auto const count = static_cast<std::uint32_t>(row.targets.size());
  auto const first = first_behind(row, source);
  auto const gaps = gaps_of(row, source, items, first);
  pack_row(
      row.scale_code, count, [&](std::uint32_t k) { return row.codes[(first + k) % count]; },
      [&](std::uint32_t k) { return gaps[k]; }, widths, weight_bits, out);
}

/// The most rows a block may have so that 16 bits reach every row of it.
unsigned block_shift_of(std::vector<std::uint32_t> const& begins) noexcept {
  auto const rows = begins.size() - 1;
  for (unsigned shift = format::kMaxBlockShift; shift > 0; --shift) {
    auto const size = std::size_t{1} << shift;
    bool fits = true;
    for (std::size_t n = 0; n < rows && fits; n += size) {
      fits = begins[std::min(n + size, rows) - 1] - begins[n] <= 0xFFFF;
    }
    if (fits) return shift;
  }
  return 0;
}

}  // namespace

Output pack(Quantised const& quantised, unsigned weight_bits) {
  auto const items = static_cast<std::uint32_t>(quantised.rows.size());
  Lengths lengths{};
  std::uint32_t entries = 0;
  for (std::uint32_t n = 0; n < items; ++n) {
    auto const& row = quantised.rows[n];
    entries += static_cast<std::uint32_t>(row.targets.size());
    for (auto gap : gaps_of(row, n, items, first_behind(row, n))) ++lengths[static_cast<unsigned>(std::bit_width(gap))];
  }
  auto const widths = best_widths(lengths);
  Output rows;
  std::vector<std::uint32_t> begins{0};
  for (std::uint32_t n = 0; n < items; ++n) {
    put_row(quantised.rows[n], n, items, widths, weight_bits, rows);
    begins.push_back(static_cast<std::uint32_t>(rows.size()));
  }
  auto const shift = block_shift_of(begins);
  Output out;
  out.put(items);
  out.put(entries);
  out.put(static_cast<std::uint8_t>(weight_bits));
  out.put(static_cast<std::uint8_t>(shift));
  out.zeros(2);
  for (auto width : widths) out.put(width);
  for (auto level : quantised.levels) out.put(level);
  auto const size = std::uint32_t{1} << shift;
  for (std::uint32_t n = 0; n < items; n += size) out.put(begins[n]);
  out.put(begins[items]);
  for (std::uint32_t n = 0; n < items; ++n) out.put(static_cast<std::uint16_t>(begins[n] - begins[n & ~(size - 1)]));
  out.append(rows.bytes());
  out.zeros(format::kPackedTail);
  return out;
}

}  // namespace tillcue
