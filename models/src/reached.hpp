#pragma once

#include <cstdint>

#include "portable_reached.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include "neon_marks.hpp"
#endif

namespace tillcue::models {

/// So many bytes of sums are looked at together where few are sought.
inline constexpr std::uint32_t kReachedBytes = 64;

#if defined(__SSE2__)

inline __m128i load_sums(void const* sums) noexcept { return _mm_loadu_si128(static_cast<__m128i const*>(sums)); }
inline std::uint32_t marks_of_bytes(__m128i bytes) noexcept {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
}

inline std::uint32_t reached(std::uint32_t const* sums, std::uint32_t least) noexcept {
  // There are signed comparisons only: the upper half becomes the positive one.
  auto const half = _mm_set1_epi32(static_cast<int>(0x8000'0000U));
  auto const below = _mm_set1_epi32(static_cast<int>((least - 1) ^ 0x8000'0000U));
  auto const four = [&](std::uint32_t n) { return _mm_cmpgt_epi32(_mm_xor_si128(load_sums(sums + n), half), below); };
  return marks_of_bytes(_mm_packs_epi16(_mm_packs_epi32(four(0), four(4)), _mm_packs_epi32(four(8), four(12))));
}

inline std::uint32_t reached(std::uint16_t const* sums, std::uint16_t least) noexcept {
  auto const sought = _mm_set1_epi16(static_cast<short>(least));
  // What is missing is 0, as differences below 0 are.
  auto const eight = [&](std::uint32_t n) {
    return _mm_cmpeq_epi16(_mm_subs_epu16(sought, load_sums(sums + n)), _mm_setzero_si128());
  };
  return marks_of_bytes(_mm_packs_epi16(eight(0), eight(8)));
}

inline std::uint32_t reached(std::uint8_t const* sums, std::uint8_t least) noexcept {
  auto const missing = _mm_subs_epu8(_mm_set1_epi8(static_cast<char>(least)), load_sums(sums));
  return marks_of_bytes(_mm_cmpeq_epi8(missing, _mm_setzero_si128()));
}

inline bool any_reached(std::uint32_t const* sums, std::uint32_t least) noexcept { return reached(sums, least) != 0; }

inline bool any_reached(std::uint16_t const* sums, std::uint16_t least) noexcept {
  auto const below = _mm_set1_epi16(static_cast<short>(least - 1));
  auto const beyond = [&](std::uint32_t n) { return _mm_subs_epu16(load_sums(sums + n), below); };
  auto const all = _mm_or_si128(_mm_or_si128(beyond(0), beyond(8)), _mm_or_si128(beyond(16), beyond(24)));
  return marks_of_bytes(_mm_cmpeq_epi8(all, _mm_setzero_si128())) != 0xFFFF;
}

inline bool any_reached(std::uint8_t const* sums, std::uint8_t least) noexcept {
  auto const most = _mm_max_epu8(_mm_max_epu8(load_sums(sums), load_sums(sums + 16)),
                                 _mm_max_epu8(load_sums(sums + 32), load_sums(sums + 48)));
  auto const missing = _mm_subs_epu8(_mm_set1_epi8(static_cast<char>(least)), most);
  return marks_of_bytes(_mm_cmpeq_epi8(missing, _mm_setzero_si128())) != 0;
}

#elif defined(__aarch64__)

inline std::uint32_t reached(std::uint32_t const* sums, std::uint32_t least) noexcept {
  auto const four = [&](std::uint32_t n) { return vmovn_u32(vcgeq_u32(vld1q_u32(sums + n), vdupq_n_u32(least))); };
  auto const eight = [&](std::uint32_t n) { return vmovn_u16(vcombine_u16(four(n), four(n + 4))); };
  return marks_of_16(vcombine_u8(eight(0), eight(8)));
}

inline std::uint32_t reached(std::uint16_t const* sums, std::uint16_t least) noexcept {
  auto const eight = [&](std::uint32_t n) { return vmovn_u16(vcgeq_u16(vld1q_u16(sums + n), vdupq_n_u16(least))); };
  return marks_of_16(vcombine_u8(eight(0), eight(8)));
}

inline std::uint32_t reached(std::uint8_t const* sums, std::uint8_t least) noexcept {
  return marks_of_16(vcgeq_u8(vld1q_u8(sums), vdupq_n_u8(least)));
}

inline bool any_reached(std::uint32_t const* sums, std::uint32_t least) noexcept {
  auto const most =
      vmaxq_u32(vmaxq_u32(vld1q_u32(sums), vld1q_u32(sums + 4)), vmaxq_u32(vld1q_u32(sums + 8), vld1q_u32(sums + 12)));
  return vmaxvq_u32(most) >= least;
}

inline bool any_reached(std::uint16_t const* sums, std::uint16_t least) noexcept {
  auto const most =
      vmaxq_u16(vmaxq_u16(vld1q_u16(sums), vld1q_u16(sums + 8)), vmaxq_u16(vld1q_u16(sums + 16), vld1q_u16(sums + 24)));
  return vmaxvq_u16(most) >= least;
}

inline bool any_reached(std::uint8_t const* sums, std::uint8_t least) noexcept {
  auto const most =
      vmaxq_u8(vmaxq_u8(vld1q_u8(sums), vld1q_u8(sums + 16)), vmaxq_u8(vld1q_u8(sums + 32), vld1q_u8(sums + 48)));
  return vmaxvq_u8(most) >= least;
}

#else

template <class Sum>
std::uint32_t reached(Sum const* sums, Sum least) noexcept {
  return portable_reached(sums, least);
}

template <class Sum>
bool any_reached(Sum const* sums, Sum least) noexcept {
  return portable_any_reached(sums, least);
}

#endif

}  // namespace tillcue::models
