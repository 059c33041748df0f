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

void give_back_heap() noexcept { ::malloc_trim(0); }

#else

void keep_heap_small() noexcept {}
void give_back_heap() noexcept {}

#endif

}  // namespace tillcue::terminal
