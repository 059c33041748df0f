#include "tally.hpp"

#include <algorithm>
#include <cmath>

namespace tillcue::pos::sim {

double Tally::latency_ms(double share) const {
  if (latencies_ms.empty()) return 0;
  auto sorted = latencies_ms;
  auto const rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  auto const at = sorted.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, sorted.size()) - 1);
  std::nth_element(sorted.begin(), at, sorted.end());
  return *at;
}

}  // namespace tillcue::pos::sim
