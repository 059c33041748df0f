#include "line_ends.hpp"

#include <algorithm>
#include <bit>

#include "byte_marks.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tillcue::models {
namespace {

/// Where the first of the marks is.
[[gnu::always_inline]] inline std::uint32_t at(std::size_t base, std::uint64_t marks) noexcept {
  return static_cast<std::uint32_t>(base + static_cast<unsigned>(std::countr_zero(marks)));
}

template <class Marks>
[[gnu::always_inline]] inline std::size_t find_with(Marks const& marks_of_line, char const* text, std::size_t size,
                                                    std::size_t most, std::uint32_t* out) noexcept {
  // Of so many bytes; written without asking how many there are, which nobody could foresee.
  constexpr unsigned kUsual = 2;
  constexpr unsigned kOfShortLines = 8;
  constexpr auto kHighest = std::uint64_t{1} << 63U;
  std::size_t found = 0;
  for (std::size_t base = 0; base + kMarkedBytes <= size && found < most; base += kMarkedBytes) {
    auto [marks, number] = marks_of_line(text + base);
    auto* const next = out + found;
    // What is written beyond the number is overwritten; the highest bit keeps it defined.
    for (unsigned n = 0; n < kUsual; ++n, marks &= marks - 1) next[n] = at(base, marks | kHighest);
    if (number > kUsual) {
#pragma GCC unroll 8
      for (auto n = kUsual; n < kOfShortLines; ++n, marks &= marks - 1) next[n] = at(base, marks | kHighest);
      for (auto n = kOfShortLines; n < number; ++n, marks &= marks - 1) next[n] = at(base, marks);
    }
    found += number;
  }
  return std::min(found, most);
}

#if defined(__x86_64__)
#define TILLCUE_AVX2 [[gnu::target("avx2,bmi,popcnt")]]

TILLCUE_AVX2 inline LineMarks line_marks_avx2(char const* bytes) noexcept {
  auto const end = _mm256_set1_epi8('\n');
  auto const* const parts = static_cast<__m256i const*>(static_cast<void const*>(bytes));
  auto const low = _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_loadu_si256(parts), end));
  auto const high = _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_loadu_si256(parts + 1), end));
  auto const marks = static_cast<std::uint32_t>(low) | std::uint64_t{static_cast<std::uint32_t>(high)} << 32U;
  return {marks, static_cast<unsigned>(std::popcount(marks))};
}

TILLCUE_AVX2 std::size_t find_avx2(char const* text, std::size_t size, std::size_t most, std::uint32_t* out) noexcept {
  auto const found = find_with(line_marks_avx2, text, size, most, out);
  _mm256_zeroupper();  // g++ says it at -O2 only, and code of 128 bits is many times slower without it
  return found;
}

bool has_avx2() noexcept {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
         __builtin_cpu_supports("popcnt") != 0;
}
#endif

}  // namespace

std::size_t find_line_ends_anywhere(char const* text, std::size_t size, std::size_t most, std::uint32_t* out) noexcept {
  return find_with(line_marks_of, text, size, most, out);
}

std::size_t find_line_ends(char const* text, std::size_t size, std::size_t most, std::uint32_t* out) noexcept {
#if defined(__x86_64__)
  static bool const fast = has_avx2();
  if (fast) return find_avx2(text, size, most, out);
#endif
  return find_line_ends_anywhere(text, size, most, out);
}

}  // namespace tillcue::models
