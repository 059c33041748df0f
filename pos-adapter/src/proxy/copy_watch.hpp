#pragma once

#include <chrono>
#include <deque>

#include "tillcue/pos/receipt.hpp"

namespace tillcue::pos {

/// Knows a receipt that was printed before: many a POS prints one more for the card's payment and does not say so. It
/// is a copy when every line is the same, or number, times, items and total are. Two customers who buy the same get
/// receipts that differ in number or second; where nothing of the kind is printed, only haste tells a copy.
/// Limits  the last 64 sales.
class CopyWatch {
 public:
  using Clock = std::chrono::steady_clock;
  /// A receipt that tells itself from others, by number or second, is a copy for so long.
  static constexpr std::chrono::minutes kTold{15};
  /// One that does not, for so long: quicker than a customer can be served, and longer than a printer needs for two.
  static constexpr std::chrono::seconds kUntold{5};

  /// True when this sale was seen before; remembered when it was not. Of one that was printed while nobody listened it
  /// is not known when.
  bool is_copy(Receipt const& sale, Clock::time_point now);

 private:
  struct Seen {
    Receipt receipt;
    Clock::time_point at;
  };
  std::deque<Seen> seen_;
};

}  // namespace tillcue::pos
