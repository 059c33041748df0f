#pragma once

#include <cstdint>
#include <vector>

namespace tillcue::pos::sim {

/// What a run of the simulated till came to.
struct Tally {
  std::uint64_t sales = 0, scans = 0, hints = 0, accepted = 0, declined = 0, ignored = 0;
  std::uint64_t coupons_printed = 0, coupons_unconfirmed = 0, coupons_dropped = 0;
  std::uint64_t refused = 0;  ///< messages the terminal answered with an error
  std::uint64_t lost = 0;     ///< times the terminal was gone or silent
  std::uint64_t receipts = 0, receipts_failed = 0;
  std::vector<double> latencies_ms;  ///< from sending the scan to its hints on the socket

  [[nodiscard]] std::uint64_t coupons() const noexcept {
    return coupons_printed + coupons_unconfirmed + coupons_dropped;
  }
  /// Nearest-rank percentile of the latencies; 0 when there are none. `share` 0..1.
  [[nodiscard]] double latency_ms(double share) const;
};

}  // namespace tillcue::pos::sim
