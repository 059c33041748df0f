#pragma once

#include <cstdint>

#include <arm_neon.h>

namespace tillcue::models {

inline uint8x16_t load_bytes(char const* bytes) noexcept {
  return vld1q_u8(static_cast<std::uint8_t const*>(static_cast<void const*>(bytes)));
}
/// All bits of each byte that is `c`.
inline uint8x16_t bytes_that_are(uint8x16_t bytes, char c) noexcept {
  return vceqq_u8(bytes, vdupq_n_u8(static_cast<std::uint8_t>(c)));
}

/// Of each byte the bit of its place in its eight, where the byte has all bits.
inline uint8x16_t bit_of_place(uint8x16_t bytes) noexcept {
  static constexpr std::uint8_t kBits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  return vandq_u8(bytes, vld1q_u8(kBits));
}

/// A bit of each byte, of which all are 0 or all 1.
inline std::uint32_t marks_of_16(uint8x16_t bytes) noexcept {
  auto const bits = bit_of_place(bytes);
  return vaddv_u8(vget_low_u8(bits)) | static_cast<std::uint32_t>(vaddv_u8(vget_high_u8(bits))) << 8U;
}

/// The same of `part`(0), `part`(16), `part`(32) and `part`(48).
template <class Part>
std::uint64_t marks_of_64(Part const& part) noexcept {
  // Neighbours added three times: eight bits become a byte.
  auto const first = vpaddq_u8(bit_of_place(part(0)), bit_of_place(part(16)));
  auto const second = vpaddq_u8(bit_of_place(part(32)), bit_of_place(part(48)));
  auto const all = vpaddq_u8(first, second);
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(all, all)), 0);
}

}  // namespace tillcue::models
