#pragma once

namespace tillcue::terminal {

/// Before the first thread: one heap for all of them and large blocks of their own, so that what a bundle's arrival
/// took goes back to the system. By itself glibc keeps a heap for each thread, and after one freed block of 6 MB
/// holds back up to 12.
void keep_heap_small() noexcept;

/// Gives unused pages back. Cost  a look at every free block of the heap.
void give_back_heap() noexcept;

}  // namespace tillcue::terminal
