#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace tillcue::sync {

/// Doubling waits with jitter of one half around them, so that a fleet does not retry in step.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds most, std::uint64_t seed)
      : first_(first), most_(most), random_(seed) {}

  std::chrono::milliseconds next() {
    auto const wait = std::min<std::chrono::milliseconds>(first_ * (1L << std::min(failures_++, 20U)), most_).count();
    return std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>(wait / 2, wait + wait / 2)(random_)};
  }
  void reset() noexcept { failures_ = 0; }

 private:
  std::chrono::milliseconds first_, most_;
  unsigned failures_ = 0;
  std::mt19937_64 random_;
};

}  // namespace tillcue::sync
