#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tillcue::models {

inline constexpr std::uint32_t kReachedSums = 16;

/// Bit n is set where sum n of the 16 at `sums` is at least `least`, which is not 0. One by one: for machines without
/// SSE2, and what the other way is tested against.
template <class Sum>
std::uint32_t portable_reached(Sum const* sums, Sum least) noexcept {
  std::uint32_t marks = 0;
  for (std::uint32_t n = 0; n < kReachedSums; ++n) marks |= std::uint32_t{sums[n] >= least} << n;
  return marks;
}

#if defined(__SSE2__)

inline std::uint32_t reached(std::uint32_t const* sums, std::uint32_t least) noexcept {
  // There are signed comparisons only: the upper half becomes the positive one.
  auto const half = _mm_set1_epi32(static_cast<int>(0x8000'0000U));
  auto const below = _mm_set1_epi32(static_cast<int>((least - 1) ^ 0x8000'0000U));
  auto const four = [&](std::uint32_t n) {
    auto const part = _mm_loadu_si128(reinterpret_cast<__m128i const*>(sums + n));
    return _mm_cmpgt_epi32(_mm_xor_si128(part, half), below);
  };
  auto const all = _mm_packs_epi16(_mm_packs_epi32(four(0), four(4)), _mm_packs_epi32(four(8), four(12)));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(all));
}

inline std::uint32_t reached(std::uint16_t const* sums, std::uint16_t least) noexcept {
  auto const sought = _mm_set1_epi16(static_cast<short>(least));
  // What is missing is 0, as differences below 0 are.
  auto const eight = [&](std::uint32_t n) {
    auto const part = _mm_loadu_si128(reinterpret_cast<__m128i const*>(sums + n));
    return _mm_cmpeq_epi16(_mm_subs_epu16(sought, part), _mm_setzero_si128());
  };
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(eight(0), eight(8))));
}

inline std::uint32_t reached(std::uint8_t const* sums, std::uint8_t least) noexcept {
  auto const part = _mm_loadu_si128(reinterpret_cast<__m128i const*>(sums));
  auto const missing = _mm_subs_epu8(_mm_set1_epi8(static_cast<char>(least)), part);
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(missing, _mm_setzero_si128())));
}

#else

template <class Sum>
std::uint32_t reached(Sum const* sums, Sum least) noexcept {
  return portable_reached(sums, least);
}

#endif

}  // namespace tillcue::models
