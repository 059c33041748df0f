#pragma once

#include <cstdint>

namespace tillcue::scoring {

/// Of an item of the basket: that it is in, and that its row was added.
inline constexpr std::uint8_t kHeld = 1, kScored = 2;

}  // namespace tillcue::scoring
