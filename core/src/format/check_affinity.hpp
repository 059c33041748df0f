#pragma once

#include <cstddef>
#include <span>

#include "format/fault.hpp"
#include "tillcue/core/bundle_parts.hpp"

namespace tillcue::format {

/// Checks the section AFFP and fills in where its parts lie; `out.items` must be set. Cost  one pass over the entries.
[[nodiscard]] Finding check_packed(std::span<std::byte const> bytes, AffinityTable& out) noexcept;

/// The section EVID of a table that check_packed() has passed.
[[nodiscard]] Finding check_evidence(std::span<std::byte const> bytes, AffinityTable& out) noexcept;

/// The same for AFFN.
[[nodiscard]] Finding check_plain(std::span<std::byte const> bytes, AffinityTable& out) noexcept;

}  // namespace tillcue::format
