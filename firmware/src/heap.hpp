#pragma once

#include <chrono>

namespace tillcue::terminal {

/// Before the first thread: one heap for all of them and large blocks of their own, so that what a bundle's arrival
/// took goes back to the system. By itself glibc keeps a heap for each thread, and after one freed block of 6 MB
/// holds back up to 12.
void keep_heap_small() noexcept;

/// Gives unused pages back once a minute, and at the next tick when asked. Cost  a look at every free block of the
/// heap.
class HeapSweep {
 public:
  void soon() noexcept { due_ = {}; }
  void tick(std::chrono::steady_clock::time_point now) noexcept;

 private:
  std::chrono::steady_clock::time_point due_{};
};

}  // namespace tillcue::terminal
