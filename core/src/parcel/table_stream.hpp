#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "parcel/base_items.hpp"

namespace tillcue::parcel {

/// The section AFFP as a stream of the range coder, of the kind that `version`, the first or the second, brought,
/// against the table of `base` where there is one with a packed table. `section` must be a checked one; whether it
/// comes back the same, the caller tries.
[[nodiscard]] std::vector<std::byte> encode_table(std::span<std::byte const> section, std::uint32_t items,
                                                  double score_unit, Base const* base, std::uint16_t version);

/// Fills `section`, zeroed and of its right size, from such a stream. false: damaged, no table of so many items, or
/// `stop`. Memory  some bytes an item and those of the links alive (see Meetings), about half of the section.
[[nodiscard]] bool decode_table(std::span<std::byte const> stream, std::uint32_t items, Base const* base,
                                std::span<std::byte> section, std::uint16_t version, std::stop_token const& stop);

/// The section BIAS, the same way. `section` must hold exactly `items` intercepts.
[[nodiscard]] std::vector<std::byte> encode_bias(std::span<std::byte const> section, std::uint32_t items,
                                                 double score_unit, Base const* base);
[[nodiscard]] bool decode_bias(std::span<std::byte const> stream, std::uint32_t items, Base const* base,
                               std::span<std::byte> section);

}  // namespace tillcue::parcel
