#pragma once

#include <bit>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tillcue::models {

inline constexpr std::uint32_t kReachedSums = 16;

/// Sums side by side in a word of 64 bits, the first one in the lowest bits.
/// Source  comparing and gathering fields of a word: Hacker's Delight, 2nd ed., 2-18 and 7-1.
template <class Sum>
class SumWord {
 public:
  static constexpr unsigned kBits = CHAR_BIT * sizeof(Sum);
  static constexpr unsigned kSums = 64 / kBits;

  explicit SumWord(Sum const* sums) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(&word_, sums, sizeof word_);
    } else {
      for (unsigned n = 0; n < kSums; ++n) word_ |= std::uint64_t{sums[n]} << (kBits * n);
    }
  }
  /// The highest bit of each sum that is at least the one of which `least` holds copies; what the others are.
  [[nodiscard]] std::uint64_t at_least(std::uint64_t least) const noexcept {
    auto const lower = (word_ | kHighest) - (least & ~kHighest);  // says the same of all bits but the highest
    return ((word_ & ~least) | (~(word_ ^ least) & lower)) & kHighest;
  }
  static std::uint64_t copies(Sum sum) noexcept { return kOnes * sum; }
  /// One bit a sum.
  static std::uint32_t gathered(std::uint64_t highest) noexcept {
    if constexpr (kSums == 2) return static_cast<std::uint32_t>((highest >> 31U & 1U) | highest >> 62U);
    return static_cast<std::uint32_t>((highest >> (kBits - 1)) * kGather >> (64 - kSums));
  }

 private:
  static constexpr std::uint64_t kOnes = ~std::uint64_t{0} / ((std::uint64_t{1} << (kBits - 1)) * 2 - 1);
  static constexpr std::uint64_t kHighest = kOnes << (kBits - 1);
  /// Moves the lowest bit of sum n to bit n of the uppermost kSums.
  static constexpr std::uint64_t kGather = kSums == 8   ? 0x0102'0408'1020'4080ULL
                                           : kSums == 4 ? 0x1000'2000'4000'8000ULL
                                                        : 0;
  std::uint64_t word_ = 0;
};

/// Bit n is set where sum n of the 16 at `sums` is at least `least`, which is not 0. In ordinary registers: for
/// machines without SSE2 and NEON, and what the other ways are tested against.
template <class Sum>
std::uint32_t portable_reached(Sum const* sums, Sum least) noexcept {
  using Word = SumWord<Sum>;
  auto const copies = Word::copies(least);
  std::uint32_t marks = 0;
#pragma GCC unroll 8
  for (unsigned n = 0; n < kReachedSums; n += Word::kSums) {
    marks |= Word::gathered(Word(sums + n).at_least(copies)) << n;
  }
  return marks;
}

/// Whether one of the 64 bytes of sums is.
template <class Sum>
bool portable_any_reached(Sum const* sums, Sum least) noexcept {
  using Word = SumWord<Sum>;
  auto const copies = Word::copies(least);
  std::uint64_t any = 0;
#pragma GCC unroll 8
  for (unsigned n = 0; n < 64 / sizeof(Sum); n += Word::kSums) any |= Word(sums + n).at_least(copies);
  return any != 0;
}

}  // namespace tillcue::models
