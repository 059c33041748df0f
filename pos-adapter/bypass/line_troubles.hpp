#pragma once

#include <chrono>
#include <set>
#include <string>

namespace tillcue::pos {

/// What is said of a line that is tried again and again: each fault once in kAgain, and once that it is back. A journal
/// keeps what it is given, and a printer may be unplugged for a weekend.
class LineTroubles {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kAgain{30};
  static constexpr std::chrono::seconds kStands{1};  ///< a line that stands for so long is back

  /// Whether this fault is to be said.
  bool fails(std::string const& what, Time now) {
    stands_since_ = {};
    if (now >= forget_at_) said_.clear();
    if (said_.empty()) forget_at_ = now + kAgain;
    return said_.insert(what).second;
  }
  void opened(Time now) { stands_since_ = now; }
  /// When to ask is_back(); never: Time::max().
  [[nodiscard]] Time next_due() const {
    return said_.empty() || stands_since_ == Time{} ? Time::max() : stands_since_ + kStands;
  }
  /// Whether that it is back is to be said.
  bool is_back(Time now) {
    if (now < next_due()) return false;
    said_.clear();
    return true;
  }

 private:
  std::set<std::string> said_;
  Time forget_at_{}, stands_since_{};
};

}  // namespace tillcue::pos
