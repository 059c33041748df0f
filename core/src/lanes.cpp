#include "lanes.hpp"

#include <algorithm>

namespace tillcue::scoring {
namespace {

/// Loops of so many, known to the compiler, become the processor's own instructions where it has any.
constexpr std::size_t kBlock = 8;

}  // namespace

void greatest_portable(Score const* scores, std::size_t count, Score* greatest, std::size_t lanes) noexcept {
  for (std::size_t lane = 0; lane < lanes; lane += kBlock) {
    Score most[kBlock];
    std::copy_n(scores + lane, kBlock, most);
    for (auto begin = lane + lanes; begin - lane + lanes <= count; begin += lanes) {
      for (std::size_t n = 0; n < kBlock; ++n) most[n] = scores[begin + n] > most[n] ? scores[begin + n] : most[n];
    }
    std::copy_n(most, kBlock, greatest + lane);
  }
}

std::size_t next_reaching_portable(Score const* scores, std::size_t from, std::size_t count, Score least) noexcept {
  for (; from + kBlock <= count; from += kBlock) {
    unsigned reaching = 0;
    for (std::size_t n = 0; n < kBlock; ++n) reaching |= static_cast<unsigned>(scores[from + n] >= least);
    if (reaching != 0) break;
  }
  while (from < count && scores[from] < least) ++from;
  return from;
}

}  // namespace tillcue::scoring
