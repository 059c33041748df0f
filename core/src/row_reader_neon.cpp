#include "row_reader.hpp"

#if defined(__aarch64__)

#include <algorithm>

#include <arm_neon.h>

namespace tillcue::scoring {
namespace {

/// Sums of the lanes up to each, itself included.
inline uint32x4_t running_sums(uint32x4_t v) noexcept {
  auto const zero = vdupq_n_u32(0);
  v = vaddq_u32(v, vextq_u32(zero, v, 3));
  return vaddq_u32(v, vextq_u32(zero, v, 2));
}

/// The bytes of each lane, its number given four times over.
inline uint8x16_t four_bytes_from(uint32x4_t first) noexcept {
  return vreinterpretq_u8_u32(vmlaq_n_u32(vdupq_n_u32(0x0302'0100), first, 0x0101'0101));
}

inline uint32x4_t look_up(uint8x16_t bytes, uint32x4_t first) noexcept {
  return vreinterpretq_u32_u8(vqtbl1q_u8(bytes, four_bytes_from(first)));
}

}  // namespace

// Four entries a round: 16 bytes hold their gaps (4 x 24 bits and the 7 below), every lane fetches the four bytes its
// gap lies in and shifts them down.
std::uint32_t read_neon(RowReader& reader, std::uint32_t* targets) noexcept {
  auto const count = std::min(RowReader::kChunk, reader.row.count - reader.next);
  auto const* const bits = reader.row.bits;
  auto const& gaps = reader.gaps;
  std::array<std::uint32_t, 4> masks_of{};
  for (std::size_t n = 0; n < 4; ++n) masks_of[n] = (1U << reader.table.widths[n]) - 1;
  auto const masks = vreinterpretq_u8_u32(vld1q_u32(masks_of.data()));
  // Classes come as numbers of masks, so times four: the lowest lane's are shifted up.
  static constexpr std::array<std::int32_t, 4> kClassShifts{2, 0, -2, -4};
  auto const class_shifts = vld1q_s32(kClassShifts.data());
  auto const items = vdupq_n_u32(reader.table.items);
  auto reached = vdupq_n_u32(reader.reached);
  auto at_class = reader.row.first_class() + 2 * reader.next;
  auto at_gap = reader.at_gap;
  for (std::uint32_t n = 0; n < count; n += 4, at_class += 8) {
    auto const classes = format::load<std::uint16_t>(bits + (at_class >> 3U)) >> (at_class & 7U) & 0xFFU;
    auto const raw = vld1q_u8(static_cast<std::uint8_t const*>(static_cast<void const*>(bits + (at_gap >> 3U))));
    auto const begins = vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(gaps.begins[classes]))));
    auto const at = vaddq_u32(begins, vdupq_n_u32(at_gap & 7U));
    auto const below = vnegq_s32(vreinterpretq_s32_u32(vandq_u32(at, vdupq_n_u32(7))));
    auto const shifted = vshlq_u32(look_up(raw, vshrq_n_u32(at, 3)), below);
    auto const of_class = vandq_u32(vshlq_u32(vdupq_n_u32(classes), class_shifts), vdupq_n_u32(12));
    auto const gap = vandq_u32(shifted, look_up(masks, of_class));
    auto const sums = vaddq_u32(running_sums(vaddq_u32(gap, vdupq_n_u32(1))), reached);
    vst1q_u32(targets + n, vminq_u32(sums, vsubq_u32(sums, items)));
    reached = vdupq_laneq_u32(sums, 3);
    at_gap += gaps.sizes[classes];
  }
  // kChunk is a multiple of four: a round that was not full is the row's last, and nothing is read behind it.
  reader.next += count;
  reader.at_gap = at_gap;
  reader.reached = vgetq_lane_u32(reached, 0);
  return count;
}

}  // namespace tillcue::scoring

#else

namespace tillcue::scoring {

std::uint32_t read_neon(RowReader& reader, std::uint32_t* targets) noexcept { return read_portable(reader, targets); }

}  // namespace tillcue::scoring

#endif
