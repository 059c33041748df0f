#include "heap.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace tillcue::terminal {

#ifdef __GLIBC__

void keep_heap_small() noexcept {
  constexpr int kLarge = 64 * 1024;
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
  ::mallopt(M_TRIM_THRESHOLD, kLarge);
}

#else

void keep_heap_small() noexcept {}

#endif

void HeapSweep::tick(std::chrono::steady_clock::time_point now) noexcept {
  constexpr std::chrono::seconds kBetween{60};
  if (now < due_) return;
  due_ = now + kBetween;
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace tillcue::terminal
