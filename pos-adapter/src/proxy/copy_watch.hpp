#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>

#include "tillcue/pos/receipt.hpp"

namespace tillcue::pos {

/// Knows a receipt that was printed before: many a POS prints one more for the card's payment and does not say so. It
/// is a copy when every line is the same, or number, times, items and total are. Two customers who buy the same get
/// receipts that differ in number or second; where nothing of the kind is printed, only haste tells a copy.
/// Limits  the last 64 sales.
class CopyWatch {
 public:
  using Clock = std::chrono::steady_clock;
  /// A receipt that tells itself from others, by number or second, is a copy for so long. A number that a sale of
  /// something else had as well is none, but a slogan or a tax number.
  static constexpr std::chrono::minutes kTold{15};
  /// One that does not, for so long: quicker than a customer can be served, and longer than a printer needs for two.
  static constexpr std::chrono::seconds kUntold{5};

  /// True when this sale was seen before; remembered when it was not. Of one that was printed while nobody listened it
  /// is not known when.
  bool is_copy(Receipt const& sale, Clock::time_point now);

 private:
  /// What tells one sale from another; 64 whole receipts of 500 articles would be some megabytes.
  struct Seen {
    std::uint64_t lines = 0, bought = 0;  ///< hashes: of every line, of articles and total
    std::string number{}, times{};
    Clock::time_point at{};
  };
  [[nodiscard]] static Seen digest(Receipt const& sale, Clock::time_point now);
  [[nodiscard]] static bool same(Seen const& a, Seen const& b);
  [[nodiscard]] bool tells_itself(Seen const& sale) const;

  std::deque<Seen> seen_;
};

}  // namespace tillcue::pos
