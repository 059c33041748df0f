#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>

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

/// Of this machine's clock at that moment, summer time included; minutes east of UTC.
inline std::int32_t utc_offset(Timestamp at) {
  auto const time = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
  std::tm local{};
  ::localtime_r(&time, &local);
  return static_cast<std::int32_t>(local.tm_gmtoff / 60);
}

/// "2026-11-30T21:59:30.007Z", before 1970 as well.
inline std::string log_time(Timestamp at) {
  auto const whole = std::chrono::floor<std::chrono::seconds>(at);
  auto const time = static_cast<std::time_t>(whole.time_since_epoch().count());
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  auto const size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  auto const thousandths = std::to_string(1000 + (at - whole).count());
  return std::string(text.data(), size) + "." + thousandths.substr(1) + "Z";
}

}  // namespace tillcue::terminal
