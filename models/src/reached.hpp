#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tillcue::models {

inline constexpr std::uint32_t kReachedSums = 16;

/// Bit n is set where sum n of the 16 at `sums` is at least `least`, which is not 0. One by one: for machines without
/// SSE2, and what the other way is tested against.
inline std::uint32_t portable_reached(std::uint32_t const* sums, std::uint32_t least) noexcept {
  std::uint32_t marks = 0;
  for (std::uint32_t n = 0; n < kReachedSums; ++n) marks |= std::uint32_t{sums[n] >= least} << n;
  return marks;
}

inline std::uint32_t reached(std::uint32_t const* sums, std::uint32_t least) noexcept {
#if defined(__SSE2__)
  // There are signed comparisons only: the upper half becomes the positive one.
  auto const half = _mm_set1_epi32(static_cast<int>(0x8000'0000U));
  auto const below = _mm_set1_epi32(static_cast<int>((least - 1) ^ 0x8000'0000U));
  auto const four = [&](std::uint32_t n) {
    auto const part = _mm_loadu_si128(reinterpret_cast<__m128i const*>(sums + n));
    return _mm_cmpgt_epi32(_mm_xor_si128(part, half), below);
  };
  auto const all = _mm_packs_epi16(_mm_packs_epi32(four(0), four(4)), _mm_packs_epi32(four(8), four(12)));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(all));
#else
  return portable_reached(sums, least);
#endif
}

}  // namespace tillcue::models
