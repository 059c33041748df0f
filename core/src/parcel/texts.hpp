#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tillcue::parcel {

/// The string pool with its numbers apart from its texts: SKUs are mostly numbers, and as bytes they take a third less
/// than as digits. Empty when the section is no row of strings, holds control characters, or would not be smaller.
[[nodiscard]] std::vector<std::byte> to_texts(std::span<std::byte const> pool);

/// Fills `pool`. false: damaged, or other than so many bytes.
[[nodiscard]] bool from_texts(std::span<std::byte const> texts, std::span<std::byte> pool);

}  // namespace tillcue::parcel
