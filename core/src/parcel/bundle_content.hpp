#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "parcel/base_items.hpp"
#include "parcel/section_forms.hpp"
#include "tillcue/core/result.hpp"

namespace tillcue::parcel {

/// What of a bundle goes through zstd: header and section table, a byte for each section's form, and the sections in
/// those forms. The other two parts of a parcel are streams of the range coder.
struct Content {
  std::vector<std::byte> bytes;
  std::vector<std::byte> table, bias;
};

/// `bundle` must have been checked; `base` too, or be null. Each section gets its form when it comes back unchanged.
[[nodiscard]] Content content_of(std::span<std::byte const> bundle, Base* base);

/// What of the base a delta's frame refers to: its sections in their forms, without those of the streams.
[[nodiscard]] std::vector<std::byte> prefix_of(std::span<std::byte const> base);

/// The bundle of `bundle_bytes` bytes; takes the content's memory. Its checksum is the caller's to compare.
/// Errors  corrupt, naming the section; also when `stop` was requested.
[[nodiscard]] Result<std::vector<std::byte>> bundle_of(std::vector<std::byte> content, std::span<std::byte const> table,
                                                       std::span<std::byte const> bias, std::uint64_t bundle_bytes,
                                                       Base* base, std::stop_token const& stop);

}  // namespace tillcue::parcel
