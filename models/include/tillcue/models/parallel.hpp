#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace tillcue::models {

/// `wanted`, or the machine's number of hardware threads when it is 0.
inline unsigned thread_count(unsigned wanted) {
  return wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

/// Calls work(begin, end, worker) for pieces of [0, count), each piece once, from `threads` threads. Which worker gets
/// which piece is open, so a result must depend on the piece alone. `work` must not throw. Where the system gives no
/// more threads, those there are do it all.
template <class Work>
void in_pieces(std::size_t count, std::size_t piece, unsigned threads, Work const& work) {
  std::atomic<std::size_t> next{0};
  auto const run = [&](unsigned worker) {
    for (;;) {
      auto const begin = next.fetch_add(piece);
      if (begin >= count) return;
      work(begin, std::min(begin + piece, count), worker);
    }
  };
  std::vector<std::thread> others;
  others.reserve(threads);
  try {
    for (unsigned worker = 1; worker < threads; ++worker) others.emplace_back(run, worker);
  } catch (std::system_error const&) {
  }
  run(0);
  for (auto& other : others) other.join();
}

}  // namespace tillcue::models
