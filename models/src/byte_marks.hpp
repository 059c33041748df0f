#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include "neon_marks.hpp"
#endif

namespace tillcue::models {

inline constexpr std::size_t kMarkedBytes = 64;

/// Eight bytes in an ordinary register, the first one in the lowest bits.
/// Source  the exact zero-byte test and the gathering multiplication of Hacker's Delight, 2nd ed., 6-1 and 7-1.
class ByteWord {
 public:
  explicit ByteWord(char const* bytes) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(&word_, bytes, sizeof word_);
    } else {
      for (unsigned n = 0; n < 8; ++n) word_ |= std::uint64_t{static_cast<unsigned char>(bytes[n])} << (8 * n);
    }
  }
  /// The highest bit of each byte that is `c`.
  [[nodiscard]] std::uint64_t is(char c) const noexcept {
    constexpr std::uint64_t kLow7 = 0x7F * kOnes;
    auto const x = word_ ^ (kOnes * static_cast<unsigned char>(c));
    return ~(((x & kLow7) + kLow7) | x) & (0x80 * kOnes);
  }
  /// One bit a byte.
  static std::uint64_t gathered(std::uint64_t highest) noexcept {
    return (highest >> 7U) * 0x0102'0408'1020'4080ULL >> 56U;
  }
  static unsigned number(std::uint64_t highest) noexcept {
    return static_cast<unsigned>((highest >> 7U) * kOnes >> 56U);
  }

 private:
  static constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101ULL;
  std::uint64_t word_ = 0;
};

/// Bit n is set where byte n of those at `bytes` is a comma, a line end or a double quote: for machines without SSE2
/// and NEON, and what the other ways are tested against.
template <unsigned kBytes>
std::uint64_t portable_marks_of(char const* bytes) noexcept {
  std::uint64_t marks = 0;
  for (unsigned n = 0; n < kBytes; n += 8) {
    ByteWord const word(bytes + n);
    marks |= ByteWord::gathered(word.is(',') | word.is('\n') | word.is('"')) << n;
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
#elif defined(__aarch64__)
  return marks_of_64([&](unsigned n) {
    auto const part = load_bytes(bytes + n);
    return vorrq_u8(vorrq_u8(bytes_that_are(part, ','), bytes_that_are(part, '\n')), bytes_that_are(part, '"'));
  });
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
  for (unsigned n = 0; n < kMarkedBytes; n += 8) {
    auto const ends = ByteWord(bytes + n).is('\n');
    found.marks |= ByteWord::gathered(ends) << n;
    found.number += ByteWord::number(ends);
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
#elif defined(__aarch64__)
  auto const marks = marks_of_64([&](unsigned n) { return bytes_that_are(load_bytes(bytes + n), '\n'); });
  return {marks, static_cast<unsigned>(std::popcount(marks))};
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
#elif defined(__aarch64__)
  auto const part = load_bytes(bytes);
  return marks_of_16(
      vorrq_u8(vorrq_u8(bytes_that_are(part, ','), bytes_that_are(part, '\n')), bytes_that_are(part, '"')));
#else
  return portable_few_marks(bytes);
#endif
}

/// Those that are `c` alone.
inline std::uint32_t few_marks_of(char const* bytes, char c) noexcept {
#if defined(__SSE2__)
  auto const part = _mm_loadu_si128(reinterpret_cast<__m128i const*>(bytes));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(part, _mm_set1_epi8(c))));
#elif defined(__aarch64__)
  return marks_of_16(bytes_that_are(load_bytes(bytes), c));
#else
  auto const marks = [&](unsigned n) { return ByteWord::gathered(ByteWord(bytes + n).is(c)); };
  return static_cast<std::uint32_t>(marks(0) | marks(8) << 8U);
#endif
}

/// Where among the four words one is; 4 where it is not. Computed, because nobody can foresee which one it is.
inline unsigned portable_place_of_word(std::uint64_t const* words, std::uint64_t word) noexcept {
  unsigned place = 4;
#pragma GCC unroll 4
  for (unsigned n = 4; n-- > 0;) place = words[n] == word ? n : place;
  return place;
}
inline unsigned place_of_word(std::uint64_t const* words, std::uint64_t word) noexcept {
#if defined(__SSE2__)
  auto const sought = _mm_set1_epi64x(static_cast<long long>(word));
  auto const halves = [&](unsigned n) {
    auto const two = _mm_loadu_si128(reinterpret_cast<__m128i const*>(words + n));
    return _mm_castsi128_ps(_mm_cmpeq_epi32(two, sought));
  };
  auto const low = _mm_shuffle_ps(halves(0), halves(2), _MM_SHUFFLE(2, 0, 2, 0));
  auto const high = _mm_shuffle_ps(halves(0), halves(2), _MM_SHUFFLE(3, 1, 3, 1));
  return static_cast<unsigned>(std::countr_zero(static_cast<unsigned>(_mm_movemask_ps(_mm_and_ps(low, high))) | 16U));
#else
  return portable_place_of_word(words, word);
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
