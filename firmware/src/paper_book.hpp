#pragma once

#include <chrono>
#include <filesystem>

#include "tillcue/core/result.hpp"

namespace tillcue::terminal {

/// Counts the paper that coupons took today, in millimetres, and keeps it over a restart. A new day starts at nothing.
/// Threads one.
class PaperBook {
 public:
  /// `day_limit` 0: none. A file that cannot be read counts as nothing: the count is thrift, not money.
  PaperBook(std::filesystem::path file, unsigned day_limit);

  void limit_day(unsigned millimetres) noexcept { day_limit_ = millimetres; }
  /// True when this much more fits into the day.
  [[nodiscard]] bool allows(unsigned millimetres, std::chrono::sys_days today) const noexcept;
  /// Kept without a limit too: one may come from head office at noon.  Errors  io: counted, but not kept for a restart.
  Result<void> used(unsigned millimetres, std::chrono::sys_days today);
  [[nodiscard]] unsigned used_on(std::chrono::sys_days today) const noexcept { return today == day_ ? used_ : 0; }

  static constexpr unsigned millimetres(unsigned lines) {
    return (lines * 254 + 59) / 60;
  }  ///< of 1/6 inch, rounded up
  static constexpr unsigned lines(unsigned millimetres) { return millimetres * 60 / 254; }

 private:
  std::filesystem::path file_;
  unsigned day_limit_;
  std::chrono::sys_days day_{};
  unsigned used_ = 0;
};

}  // namespace tillcue::terminal
