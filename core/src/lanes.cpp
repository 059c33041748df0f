#include "lanes.hpp"

#include <algorithm>

namespace tillcue::scoring {

void greatest_portable(Score const* scores, std::size_t count, Score* greatest, std::size_t lanes) noexcept {
  std::copy_n(scores, lanes, greatest);
  for (std::size_t begin = lanes; begin + lanes <= count; begin += lanes) {
    for (std::size_t n = 0; n < lanes; ++n) greatest[n] = std::max(greatest[n], scores[begin + n]);
  }
}

std::size_t next_reaching_portable(Score const* scores, std::size_t from, std::size_t count, Score least) noexcept {
  while (from < count && scores[from] < least) ++from;
  return from;
}

}  // namespace tillcue::scoring
