#pragma once

#include <cstdint>
#include <string_view>

namespace tillcue {

/// A keyed 64-bit hash of a text: eight little-endian bytes a step through the finaliser of SplitMix64
/// (Steele, Lea, Flood 2014). Spreads evenly; it is no secret. The same on every machine, for ever.
[[nodiscard]] std::uint64_t keyed_hash(std::uint64_t key, std::string_view text) noexcept;

/// The hash as 0..999, each equally likely.
[[nodiscard]] constexpr std::uint32_t permille_of(std::uint64_t hash) noexcept {
  return static_cast<std::uint32_t>((hash >> 32U) * 1000U >> 32U);
}

}  // namespace tillcue
