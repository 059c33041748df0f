#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue {

/// What a parcel says about itself; core/PARCEL.md.
struct ParcelInfo {
  bool delta = false;               ///< needs its base to be opened
  std::uint64_t bundle_bytes = 0;   ///< of what comes out
  std::uint64_t base_bytes = 0;     ///< of the base it needs; 0 without one
  std::uint32_t base_checksum = 0;  ///< CRC-32C of the base's bytes
  std::uint64_t table_bytes = 0;    ///< of the parcel, for the affinity table; 0 when the table is packed with the rest
  std::uint64_t bias_bytes = 0;     ///< of the parcel, for the intercepts
  std::uint64_t rest_bytes = 0;     ///< of the parcel, for everything else and its header
};

/// A bundle made small for the way to the terminals: whole, or as what is new against the `base` they have.
/// The same bundles give the same bytes. Threads  any; nothing is shared.
/// Errors  corrupt, unsupported: one of the two is no bundle (see Bundle::from_bytes); io: no memory.
/// Cost  some 7 s and 10 times the file for a bundle of 100,000 items.
[[nodiscard]] Result<std::vector<std::byte>> pack_parcel(std::span<std::byte const> bundle,
                                                         std::span<std::byte const> base = {});

/// The bundle's bytes, bit for bit as they were packed.
/// Errors  corrupt: damaged, cut short or no parcel; unsupported: a newer version; not_found: it needs a base and none
///         is given; invalid: another base than it was made against, or the bundle would be larger than `most_bytes`;
///         busy: `stop` was requested; the rows of the table, most of the work, are left within milliseconds then.
/// Cost    memory: the bundle and about half of it again, never more than a few times `most_bytes` and the base.
[[nodiscard]] Result<std::vector<std::byte>> unpack_parcel(std::span<std::byte const> parcel,
                                                           std::span<std::byte const> base = {},
                                                           std::uint64_t most_bytes = std::uint64_t{1} << 30U,
                                                           std::stop_token const& stop = {});

/// Reads the head only: which base to look for, how much space the bundle takes. The rest may be damaged.
/// Errors  corrupt, unsupported.
[[nodiscard]] Result<ParcelInfo> parcel_info(std::span<std::byte const> parcel);

}  // namespace tillcue
