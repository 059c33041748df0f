#include "lanes.hpp"

#if defined(__aarch64__)

#include <bit>

#include <arm_neon.h>

namespace tillcue::scoring {

void greatest_neon(Score const* scores, std::size_t count, Score* greatest, std::size_t lanes) noexcept {
  for (std::size_t lane = 0; lane < lanes; lane += 8) {
    auto low = vld1q_s32(scores + lane), high = vld1q_s32(scores + lane + 4);
    for (auto n = lane + lanes; n - lane + lanes <= count; n += lanes) {
      low = vmaxq_s32(low, vld1q_s32(scores + n));
      high = vmaxq_s32(high, vld1q_s32(scores + n + 4));
    }
    vst1q_s32(greatest + lane, low);
    vst1q_s32(greatest + lane + 4, high);
  }
}

std::size_t next_reaching_neon(Score const* scores, std::size_t from, std::size_t count, Score least) noexcept {
  auto const bound = vdupq_n_s32(least);
  for (; from + 8 <= count; from += 8) {
    auto const low = vmovn_u32(vcgeq_s32(vld1q_s32(scores + from), bound));
    auto const high = vmovn_u32(vcgeq_s32(vld1q_s32(scores + from + 4), bound));
    // A byte for each of the eight.
    auto const reaching = vget_lane_u64(vreinterpret_u64_u8(vmovn_u16(vcombine_u16(low, high))), 0);
    if (reaching != 0) return from + static_cast<std::size_t>(std::countr_zero(reaching)) / 8;
  }
  return next_reaching_portable(scores, from, count, least);
}

}  // namespace tillcue::scoring

#else

namespace tillcue::scoring {

void greatest_neon(Score const* scores, std::size_t count, Score* greatest, std::size_t lanes) noexcept {
  greatest_portable(scores, count, greatest, lanes);
}

std::size_t next_reaching_neon(Score const* scores, std::size_t from, std::size_t count, Score least) noexcept {
  return next_reaching_portable(scores, from, count, least);
}

}  // namespace tillcue::scoring

#endif
