#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "format/bytes.hpp"
#include "format/check.hpp"

namespace tillcue::parcel {

/// How many score steps of the new bundle one of the base's is, in 1/2^24. Written into the stream, so that only the
/// writer computes with real numbers.
[[nodiscard]] inline std::uint32_t unit_ratio(format::Parts const& base, double score_unit) noexcept {
  auto const old = std::bit_cast<double>(format::load<std::uint64_t>(base.meta + format::meta::kUnit));
  return static_cast<std::uint32_t>(std::clamp(old / score_unit * 16'777'216.0, 0.0, 2'147'483'647.0));
}

[[nodiscard]] inline std::int32_t in_new_units(std::int64_t value, std::uint32_t ratio) noexcept {
  // At most 2^17 times 2^31.
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value * ratio / 16'777'216, -2'147'483'647, 2'147'483'647));
}

}  // namespace tillcue::parcel
