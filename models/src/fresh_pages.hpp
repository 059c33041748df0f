#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <sys/mman.h>

namespace tillcue::models {

/// Asks the system at once for the pages of fresh memory that will all be written: page by page, when each is first
/// touched, they cost half as much again. Where that is not to be had (Linux before 5.14), or is little, nothing is
/// done.
inline void ask_for_pages([[maybe_unused]] void const* memory, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(MADV_POPULATE_WRITE)
  constexpr std::size_t kWorth = std::size_t{256} << 10U;
  constexpr std::uintptr_t kPage = 4096;
  if (bytes < kWorth) return;
  auto const within_page = reinterpret_cast<std::uintptr_t>(memory) % kPage;
  auto* const page = const_cast<char*>(static_cast<char const*>(memory)) - within_page;
  (void)::madvise(page, bytes + within_page, MADV_POPULATE_WRITE);
#endif
}

/// Does so for a large vector while it grows into the room it has, a stretch ahead of its end.
/// Threads  one.
class PagesAhead {
 public:
  /// `vector` is about to grow by so many.
  template <class T>
  void grow(std::vector<T> const& vector, std::size_t more) noexcept {
    auto const room = vector.capacity() * sizeof(T);
    if (room < kWorth) return;
    if (vector.data() != memory_) {
      memory_ = vector.data();
      asked_ = vector.size() * sizeof(T);
    }
    auto const end = (vector.size() + more) * sizeof(T);
    if (end <= asked_) return;
    auto const to = std::min(end + kStretch, room);
    if (to > asked_) ask_for_pages(static_cast<char const*>(memory_) + asked_, to - asked_);
    asked_ = to;
  }

 private:
  static constexpr std::size_t kWorth = std::size_t{8} << 20U;
  static constexpr std::size_t kStretch = std::size_t{1} << 20U;
  void const* memory_ = nullptr;
  std::size_t asked_ = 0;  ///< bytes
};

}  // namespace tillcue::models
