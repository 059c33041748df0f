#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "parcel/base_items.hpp"
#include "parcel/parcel_layout.hpp"
#include "parcel/section_forms.hpp"
#include "tillcue/core/result.hpp"

namespace tillcue::parcel {

/// What of a bundle goes through zstd: header and section table, a byte for each section's form, and the sections in
/// those forms. The other two parts of a parcel are streams of the range coder.
struct Content {
  std::uint16_t version = kFirstVersion;  ///< of the parcel
  std::vector<std::byte> bytes;
  std::vector<std::byte> newest;  ///< the same as kVersion has it; empty: no different, or not allowed
  std::vector<std::byte> table, bias;
};

/// Of parcels that may be written: the smallest is, of equals the oldest, which more programs read.
struct Versions {
  std::uint16_t first = kFirstVersion, last = kVersion;
};

/// `bundle` must have been checked; `base` too, or be null. Each section gets its form when it comes back unchanged.
[[nodiscard]] Content content_of(std::span<std::byte const> bundle, Base* base, Versions versions);

/// pack_parcel() with a choice of versions.
[[nodiscard]] Result<std::vector<std::byte>> pack(std::span<std::byte const> bundle, std::span<std::byte const> base,
                                                  Versions versions);

/// What of the base a delta's frame refers to: its sections in their forms, without those of the streams.
[[nodiscard]] std::vector<std::byte> prefix_of(std::span<std::byte const> base);

/// The bundle of `bundle_bytes` bytes, of a parcel of that version; takes the content's memory. Its checksum is the
/// caller's to compare. Errors  corrupt, naming the section; also when `stop` was requested.
[[nodiscard]] Result<std::vector<std::byte>> bundle_of(std::vector<std::byte> content, std::span<std::byte const> table,
                                                       std::span<std::byte const> bias, std::uint64_t bundle_bytes,
                                                       Base* base, std::uint16_t version, std::stop_token const& stop);

}  // namespace tillcue::parcel
