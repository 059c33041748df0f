#pragma once

#include <chrono>
#include <ctime>

#include "tillcue/core/units.hpp"

namespace tillcue::terminal {

/// The time of this machine's clock. Asked of libc itself: on 32-bit Debian the C++ library asks with seconds of 32
/// bits, which end in 2038.
inline Timestamp wall_clock() noexcept {
  std::timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return Timestamp{std::chrono::duration_cast<Timestamp::duration>(std::chrono::seconds{now.tv_sec} +
                                                                   std::chrono::nanoseconds{now.tv_nsec})};
}

}  // namespace tillcue::terminal
