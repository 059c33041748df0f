#include "row_reader.hpp"

#if defined(__x86_64__)

#include <algorithm>

#include <immintrin.h>

#define TILLCUE_AVX2 __attribute__((target("avx2")))

namespace tillcue::scoring {
namespace {

/// Sums of the lanes up to each, itself included.
TILLCUE_AVX2 inline __m256i running_sums(__m256i v) noexcept {
  v = _mm256_add_epi32(v, _mm256_slli_si256(v, 4));
  v = _mm256_add_epi32(v, _mm256_slli_si256(v, 8));
  auto const low = _mm256_permutevar8x32_epi32(v, _mm256_set1_epi32(3));
  return _mm256_add_epi32(v, _mm256_blend_epi32(_mm256_setzero_si256(), low, 0xF0));
}

TILLCUE_AVX2 inline __m256i pair_of(__m128i low, __m128i high) noexcept {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

TILLCUE_AVX2 inline __m128i load16(std::byte const* at) noexcept {
  return _mm_loadu_si128(static_cast<__m128i const*>(static_cast<void const*>(at)));
}

}  // namespace

// Eight entries a round, four in each half: 16 bytes hold their gaps (4 x 24 bits and the 7 below), every lane fetches
// the four bytes its gap lies in and shifts them down.
TILLCUE_AVX2 std::uint32_t read_avx2(RowReader& reader, std::uint32_t* targets) noexcept {
  auto const count = std::min(RowReader::kChunk, reader.row.count - reader.next);
  auto const* const bits = reader.row.bits;
  auto const& gaps = reader.gaps;
  auto const mask_of = [&](unsigned n) { return static_cast<int>((1U << reader.table.widths[n]) - 1); };
  auto const masks = _mm256_setr_epi32(mask_of(0), mask_of(1), mask_of(2), mask_of(3), 0, 0, 0, 0);
  auto const class_shifts = _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14);
  auto const spread = _mm256_setr_epi8(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12, 0, 0, 0, 0, 4, 4, 4, 4, 8, 8,
                                       8, 8, 12, 12, 12, 12);
  auto const four_bytes = _mm256_set1_epi32(0x03020100);
  auto const items = _mm256_set1_epi32(static_cast<int>(reader.table.items));
  auto const one = _mm256_set1_epi32(1);
  auto const last = _mm256_set1_epi32(7);
  auto reached = _mm256_set1_epi32(static_cast<int>(reader.reached));
  auto at_class = reader.row.first_class() + 2 * reader.next;
  auto at_gap = reader.at_gap;
  for (std::uint32_t n = 0; n < count; n += 8, at_class += 16) {
    auto const classes = format::load<std::uint32_t>(bits + (at_class >> 3U)) >> (at_class & 7U);
    auto const first = classes & 0xFFU, second = classes >> 8U & 0xFFU;
    auto const at_second = at_gap + gaps.sizes[first];
    auto const raw = pair_of(load16(bits + (at_gap >> 3U)), load16(bits + (at_second >> 3U)));
    auto const begins = _mm256_cvtepu8_epi32(_mm_insert_epi32(_mm_cvtsi32_si128(static_cast<int>(gaps.begins[first])),
                                                              static_cast<int>(gaps.begins[second]), 1));
    auto const below =
        pair_of(_mm_set1_epi32(static_cast<int>(at_gap & 7U)), _mm_set1_epi32(static_cast<int>(at_second & 7U)));
    auto const at = _mm256_add_epi32(begins, below);
    auto const bytes = _mm256_add_epi8(_mm256_shuffle_epi8(_mm256_srli_epi32(at, 3), spread), four_bytes);
    auto const shifted = _mm256_srlv_epi32(_mm256_shuffle_epi8(raw, bytes), _mm256_and_si256(at, last));
    // Of a lane's class number the permutation looks at three bits; the mask's upper four places are never meant.
    auto const of_class = _mm256_and_si256(
        _mm256_srlv_epi32(_mm256_set1_epi32(static_cast<int>(classes)), class_shifts), _mm256_set1_epi32(3));
    auto const gap = _mm256_and_si256(shifted, _mm256_permutevar8x32_epi32(masks, of_class));
    auto const sums = _mm256_add_epi32(running_sums(_mm256_add_epi32(gap, one)), reached);
    auto const wrapped = _mm256_min_epu32(sums, _mm256_sub_epi32(sums, items));
    _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(targets + n)), wrapped);
    reached = _mm256_permutevar8x32_epi32(sums, last);
    at_gap = at_second + gaps.sizes[second];
  }
  // kChunk is a multiple of eight: a round that was not full is the row's last, and nothing is read behind it.
  reader.next += count;
  reader.at_gap = at_gap;
  reader.reached = static_cast<std::uint32_t>(_mm256_extract_epi32(reached, 0));
  _mm256_zeroupper();  // see lanes_avx2.cpp
  return count;
}

}  // namespace tillcue::scoring

#else

namespace tillcue::scoring {

std::uint32_t read_avx2(RowReader& reader, std::uint32_t* targets) noexcept { return read_portable(reader, targets); }

}  // namespace tillcue::scoring

#endif
