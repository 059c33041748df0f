#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tillcue::models {

inline constexpr std::size_t kMarkedBytes = 64;

/// Bit n is set where byte n of those at `bytes` is a comma, a line end or a double quote. Eight bytes at a time in an
/// ordinary register: for machines without SSE2, and what the other way is tested against.
/// Source  the exact zero-byte test and the gathering multiplication of Hacker's Delight, 2nd ed., 6-1 and 7-1.
template <unsigned kBytes>
std::uint64_t portable_marks_of(char const* bytes) noexcept {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101ULL;
  constexpr std::uint64_t kLow7 = 0x7F * kOnes;
  auto const differs = [](std::uint64_t word, char c) {
    auto const x = word ^ (kOnes * static_cast<unsigned char>(c));
    return ((x & kLow7) + kLow7) | x;  // the top bit of each byte that is not c
  };
  std::uint64_t marks = 0;
  for (unsigned n = 0; n < kBytes / 8; ++n) {
    std::uint64_t word = 0;
    for (unsigned k = 0; k < 8; ++k) word |= std::uint64_t{static_cast<unsigned char>(bytes[8 * n + k])} << (8 * k);
    auto const found = ~(differs(word, ',') & differs(word, '\n') & differs(word, '"')) & (0x80 * kOnes);
    marks |= ((found >> 7U) * 0x0102'0408'1020'4080ULL >> 56U) << (8 * n);
  }
  return marks;
}

inline std::uint64_t portable_marks(char const* bytes) noexcept { return portable_marks_of<64>(bytes); }
inline std::uint32_t portable_few_marks(char const* bytes) noexcept {
  return static_cast<std::uint32_t>(portable_marks_of<16>(bytes));
}

inline std::uint64_t marks_of(char const* bytes) noexcept {
#if defined(__SSE2__)
  auto const comma = _mm_set1_epi8(',');
  auto const end = _mm_set1_epi8('\n');
  auto const quote = _mm_set1_epi8('"');
  std::uint64_t marks = 0;
  for (unsigned n = 0; n < 4; ++n) {
    auto const part = _mm_loadu_si128(reinterpret_cast<__m128i const*>(bytes + 16 * n));
    auto const found =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(part, comma), _mm_cmpeq_epi8(part, end)), _mm_cmpeq_epi8(part, quote));
    marks |= std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(found))} << (16 * n);
  }
  return marks;
#else
  return portable_marks(bytes);
#endif
}

struct LineMarks {
  std::uint64_t marks;  ///< bit n is set where byte n of 64 ends a line
  unsigned number;      ///< of bits set
};

inline LineMarks portable_line_marks(char const* bytes) noexcept {
  LineMarks found{0, 0};
  for (unsigned n = 0; n < kMarkedBytes; ++n) {
    found.marks |= std::uint64_t{bytes[n] == '\n'} << n;
    found.number += bytes[n] == '\n' ? 1 : 0;
  }
  return found;
}

inline LineMarks line_marks_of(char const* bytes) noexcept {
#if defined(__SSE2__)
  auto const end = _mm_set1_epi8('\n');
  auto less = _mm_setzero_si128();
  std::uint64_t marks = 0;
  for (unsigned n = 0; n < 4; ++n) {
    auto const found = _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<__m128i const*>(bytes + 16 * n)), end);
    less = _mm_sub_epi8(less, found);
    marks |= std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(found))} << (16 * n);
  }
  auto const halves = _mm_sad_epu8(less, _mm_setzero_si128());
  return {marks, static_cast<unsigned>(_mm_cvtsi128_si32(halves) + _mm_cvtsi128_si32(_mm_srli_si128(halves, 8)))};
#else
  return portable_line_marks(bytes);
#endif
}

inline constexpr std::size_t kFewMarkedBytes = 16;

/// The same of 16 bytes.
inline std::uint32_t few_marks_of(char const* bytes) noexcept {
#if defined(__SSE2__)
  auto const part = _mm_loadu_si128(reinterpret_cast<__m128i const*>(bytes));
  auto const is = [&](char c) { return _mm_cmpeq_epi8(part, _mm_set1_epi8(c)); };
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is(','), is('\n')), is('"'))));
#else
  return portable_few_marks(bytes);
#endif
}

/// The commas alone.
inline std::uint32_t few_commas_of(char const* bytes) noexcept {
#if defined(__SSE2__)
  auto const part = _mm_loadu_si128(reinterpret_cast<__m128i const*>(bytes));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(part, _mm_set1_epi8(','))));
#else
  std::uint32_t marks = 0;
  for (unsigned n = 0; n < kFewMarkedBytes; ++n) marks |= std::uint32_t{bytes[n] == ','} << n;
  return marks;
#endif
}

/// Whether so many bytes at `text` are those of `begin` in all bits that `mask` has.
template <std::size_t kBytes>
inline bool begins_with(char const* text, std::array<char, kBytes> const& begin,
                        std::array<char, kBytes> const& mask) noexcept {
  static_assert(kBytes % 16 == 0);
#if defined(__SSE2__)
  auto differ = _mm_setzero_si128();
#pragma GCC unroll 4
  for (std::size_t n = 0; n < kBytes; n += 16) {
    auto const part = [n](char const* at) { return _mm_loadu_si128(reinterpret_cast<__m128i const*>(at + n)); };
    differ = _mm_or_si128(differ, _mm_and_si128(_mm_xor_si128(part(text), part(begin.data())), part(mask.data())));
  }
  return _mm_movemask_epi8(_mm_cmpeq_epi8(differ, _mm_setzero_si128())) == 0xFFFF;
#else
  std::uint64_t differ = 0;
  for (std::size_t n = 0; n < kBytes; n += 8) {
    std::uint64_t words[3];
    std::memcpy(words, text + n, 8);
    std::memcpy(words + 1, begin.data() + n, 8);
    std::memcpy(words + 2, mask.data() + n, 8);
    differ |= (words[0] ^ words[1]) & words[2];
  }
  return differ == 0;
#endif
}

/// Whether two texts of `size` bytes are equal, where that is likely.
inline bool same_bytes(char const* a, char const* b, std::size_t size) noexcept {
#if defined(__SSE2__)
  if (size >= 16) {
    auto const differ = [&](std::size_t n) {
      return _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<__m128i const*>(a + n)),
                           _mm_loadu_si128(reinterpret_cast<__m128i const*>(b + n)));
    };
    auto all = differ(size - 16);
    for (std::size_t n = 0; n + 16 < size; n += 16) all = _mm_or_si128(all, differ(n));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(all, _mm_setzero_si128())) == 0xFFFF;
  }
#endif
  return std::string_view(a, size) == std::string_view(b, size);
}

}  // namespace tillcue::models
