#pragma once

#include <algorithm>
#include <chrono>

namespace tillcue::pos {

/// When a printer that did not answer in time is asked again: after a second, then after twice as long each time, at
/// most a minute. One that never answers costs a slip 80 ms a minute; one that was busy once is believed again soon.
/// Threads  one.
class AnswerPatience {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kFirst{1000}, kMost{60'000};

  [[nodiscard]] bool may_ask(Clock::time_point now) const noexcept { return now >= again_; }
  /// A question was not answered in time.
  void missed(Clock::time_point now) noexcept {
    pause_ = pause_ == pause_.zero() ? kFirst : std::min(2 * pause_, kMost);
    again_ = now + pause_;
  }
  /// An answer to us came, in time or late.
  void answered() noexcept { *this = {}; }

 private:
  std::chrono::milliseconds pause_{};
  Clock::time_point again_{};
};

}  // namespace tillcue::pos
