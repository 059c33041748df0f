#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace tillcue::format {

/// Little-endian loads and stores at any alignment, the same on every architecture.
/// Cost  one machine load where the machine is little-endian.
template <class T>
[[nodiscard]] inline T load(std::byte const* at) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
  } else {
    std::uint64_t bits = 0;
    for (std::size_t n = 0; n < sizeof(T); ++n) bits |= std::to_integer<std::uint64_t>(at[n]) << (8 * n);
    return static_cast<T>(bits);
  }
}

template <class T>
inline void store(std::byte* at, T value) noexcept {
  std::uint64_t bits = static_cast<std::make_unsigned_t<T>>(value);
  for (std::size_t n = 0; n < sizeof(T); ++n) {
    at[n] = static_cast<std::byte>(bits & 0xFFU);
    bits >>= 8U;
  }
}

[[nodiscard]] inline std::uint32_t load24(std::byte const* at) noexcept {
  return std::to_integer<std::uint32_t>(at[0]) | std::to_integer<std::uint32_t>(at[1]) << 8U |
         std::to_integer<std::uint32_t>(at[2]) << 16U;
}

constexpr std::uint64_t aligned8(std::uint64_t size) noexcept { return (size + 7U) & ~std::uint64_t{7}; }

}  // namespace tillcue::format
