#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tillcue/core/result.hpp"

namespace tillcue::parcel {

/// One zstd frame, level 19, with `prefix` as what came before it.
/// Errors  io (the library has no memory).
[[nodiscard]] Result<std::vector<std::byte>> compress(std::span<std::byte const> bytes,
                                                      std::span<std::byte const> prefix);

/// The frame's content, which must be exactly `size` bytes; nothing larger is written.
/// Errors  corrupt.
[[nodiscard]] Result<std::vector<std::byte>> expand(std::span<std::byte const> frame, std::span<std::byte const> prefix,
                                                    std::uint64_t size);

}  // namespace tillcue::parcel
