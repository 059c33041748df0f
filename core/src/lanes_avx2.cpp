#include "lanes.hpp"

#if defined(__x86_64__)

#include <bit>

#include <immintrin.h>

#define TILLCUE_AVX2 __attribute__((target("avx2")))

// What leaves 256-bit registers in use slows down all that comes after it, expf most (measured: seventy-fold on an
// Intel Xeon). g++ clears them by itself at -O2 only; so it is said here, for builds of -O1 and -Os.

namespace tillcue::scoring {
namespace {

TILLCUE_AVX2 inline __m256i load8(Score const* at) noexcept {
  return _mm256_loadu_si256(static_cast<__m256i const*>(static_cast<void const*>(at)));
}

}  // namespace

TILLCUE_AVX2 void greatest_avx2(Score const* scores, std::size_t count, Score* greatest, std::size_t lanes) noexcept {
  for (std::size_t lane = 0; lane < lanes; lane += 8) {
    auto most = load8(scores + lane);
    for (auto n = lane + lanes; n - lane + lanes <= count; n += lanes) most = _mm256_max_epi32(most, load8(scores + n));
    _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(greatest + lane)), most);
  }
  _mm256_zeroupper();
}

TILLCUE_AVX2 std::size_t next_reaching_avx2(Score const* scores, std::size_t from, std::size_t count,
                                            Score least) noexcept {
  auto const bound = _mm256_set1_epi32(least);
  for (; from + 8 <= count; from += 8) {
    auto const below = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(bound, load8(scores + from))));
    auto const reaching = ~static_cast<unsigned>(below) & 0xFFU;
    if (reaching != 0) {
      _mm256_zeroupper();
      return from + static_cast<std::size_t>(std::countr_zero(reaching));
    }
  }
  _mm256_zeroupper();
  return next_reaching_portable(scores, from, count, least);
}

}  // namespace tillcue::scoring

#else

namespace tillcue::scoring {

void greatest_avx2(Score const* scores, std::size_t count, Score* greatest, std::size_t lanes) noexcept {
  greatest_portable(scores, count, greatest, lanes);
}

std::size_t next_reaching_avx2(Score const* scores, std::size_t from, std::size_t count, Score least) noexcept {
  return next_reaching_portable(scores, from, count, least);
}

}  // namespace tillcue::scoring

#endif
