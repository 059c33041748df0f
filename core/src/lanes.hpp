#pragma once

#include <cstddef>

#include "tillcue/core/candidates.hpp"

namespace tillcue::scoring {

/// The greatest of every `lanes`-th score, `lanes` a multiple of 8 and at most `count`; the rest of an incomplete round
/// is left out.
void greatest_portable(Score const* scores, std::size_t count, Score* greatest, std::size_t lanes) noexcept;
void greatest_avx2(Score const* scores, std::size_t count, Score* greatest, std::size_t lanes) noexcept;
void greatest_neon(Score const* scores, std::size_t count, Score* greatest, std::size_t lanes) noexcept;

inline void greatest(Instructions instructions, Score const* scores, std::size_t count, Score* out,
                     std::size_t lanes) noexcept {
  if (instructions == Instructions::avx2) return greatest_avx2(scores, count, out, lanes);
  if (instructions == Instructions::neon) return greatest_neon(scores, count, out, lanes);
  greatest_portable(scores, count, out, lanes);
}

/// The first place from `from` on whose score is at least `least`; `count` when there is none.
std::size_t next_reaching_portable(Score const* scores, std::size_t from, std::size_t count, Score least) noexcept;
std::size_t next_reaching_avx2(Score const* scores, std::size_t from, std::size_t count, Score least) noexcept;
std::size_t next_reaching_neon(Score const* scores, std::size_t from, std::size_t count, Score least) noexcept;

inline std::size_t next_reaching(Instructions instructions, Score const* scores, std::size_t from, std::size_t count,
                                 Score least) noexcept {
  if (instructions == Instructions::avx2) return next_reaching_avx2(scores, from, count, least);
  if (instructions == Instructions::neon) return next_reaching_neon(scores, from, count, least);
  return next_reaching_portable(scores, from, count, least);
}

}  // namespace tillcue::scoring
