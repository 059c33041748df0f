#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "format/bytes.hpp"
#include "format/layout.hpp"

namespace tillcue::parcel {

/// The levels of a table, and which is the nearest to a number.
class WeightLevels {
 public:
  /// `levels`: 2^bits i16, each within format::kMaxLevel, in any order.
  WeightLevels(std::byte const* levels, unsigned bits) : bits_(bits) {
    for (std::size_t n = 0; n < std::size_t{1} << bits; ++n) values_[n] = format::load<std::int16_t>(levels + 2 * n);
    std::uint32_t best = 0;
    for (std::int32_t level = -format::kMaxLevel; level <= format::kMaxLevel; ++level) {
      while (best + 1 < 1U << bits && std::abs(values_[best + 1] - level) < std::abs(values_[best] - level)) ++best;
      nearest_[static_cast<std::size_t>(level + format::kMaxLevel)] = static_cast<std::uint8_t>(best);
    }
  }

  [[nodiscard]] unsigned bits() const noexcept { return bits_; }
  [[nodiscard]] std::int32_t value(std::int64_t code) const noexcept { return values_[static_cast<std::size_t>(code)]; }
  /// Of the nearest level where they ascend, else of some level.
  [[nodiscard]] std::uint32_t code_of(std::int32_t level) const noexcept {
    auto const within = std::clamp(level, -format::kMaxLevel, format::kMaxLevel);
    return nearest_[static_cast<std::size_t>(within + format::kMaxLevel)];
  }

 private:
  unsigned bits_;
  std::array<std::int16_t, 256> values_{};
  std::array<std::uint8_t, 2 * format::kMaxLevel + 1> nearest_{};
};

/// `scale` in 1/16 of a step.
[[nodiscard]] inline std::int64_t nearest_scale_code(std::int32_t scale) noexcept {
  std::int64_t code = 1;
  while (code < std::int64_t{format::kMaxScaleCode}) {
    auto const here = std::int64_t{16} * format::scale_of_code(static_cast<unsigned>(code));
    auto const next = std::int64_t{16} * format::scale_of_code(static_cast<unsigned>(code) + 1);
    if (std::abs(scale - here) <= std::abs(next - scale)) break;
    ++code;
  }
  return code;
}

}  // namespace tillcue::parcel
