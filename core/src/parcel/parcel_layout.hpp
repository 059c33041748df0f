#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tillcue/core/parcel.hpp"

/// The numbers of core/PARCEL.md.
namespace tillcue::parcel {

inline constexpr std::array<unsigned char, 8> kMagic{'T', 'I', 'L', 'L', 'P', 'A', 'R', 0x1A};
inline constexpr std::uint16_t kFirstVersion = 1;
inline constexpr std::uint16_t kWeightedSince = 2;  ///< gaps by weight; until then by items
inline constexpr std::uint16_t kTextsSince = 3;     ///< strings with their numbers apart
inline constexpr std::uint16_t kVersion = 3;        ///< the newest; all are read
inline constexpr std::size_t kHeaderBytes = 64;

inline constexpr std::size_t kVersionAt = 8;          // u16
inline constexpr std::size_t kHeaderBytesAt = 10;     // u16
inline constexpr std::size_t kKindAt = 12;            // u32, 0 whole, 1 against a base
inline constexpr std::size_t kBundleBytesAt = 16;     // u64
inline constexpr std::size_t kBaseBytesAt = 24;       // u64
inline constexpr std::size_t kBundleChecksumAt = 32;  // u32
inline constexpr std::size_t kBaseChecksumAt = 36;    // u32
inline constexpr std::size_t kContentBytesAt = 40;    // u32, of the frame when expanded
inline constexpr std::size_t kFrameBytesAt = 44;      // u32
inline constexpr std::size_t kTableBytesAt = 48;      // u32
inline constexpr std::size_t kBiasBytesAt = 52;       // u32
inline constexpr std::size_t kReservedAt = 56;        // u32, 0
inline constexpr std::size_t kChecksumAt = 60;        // u32, of everything else

/// The head and the three parts behind it, which fill the parcel.
struct Head {
  std::uint16_t version = kFirstVersion;
  bool delta = false;
  std::uint64_t bundle_bytes = 0, base_bytes = 0;
  std::uint32_t bundle_checksum = 0, base_checksum = 0, content_bytes = 0;
  std::span<std::byte const> frame, table, bias;
};

/// Errors  corrupt, unsupported. The checksum is another matter: checksum_of().
[[nodiscard]] Result<Head> read_head(std::span<std::byte const> parcel);

/// Of all bytes but those of the checksum itself. The parcel has at least a head.
[[nodiscard]] std::uint32_t checksum_of(std::span<std::byte const> parcel) noexcept;

}  // namespace tillcue::parcel
