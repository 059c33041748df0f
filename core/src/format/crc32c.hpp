#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tillcue::format {

/// CRC-32C (Castagnoli, reflected 0x82F63B78), as in iSCSI: of "123456789" it is 0xE3069283.
/// Continue a longer run by passing the result so far.
[[nodiscard]] std::uint32_t crc32c(std::span<std::byte const> bytes, std::uint32_t so_far = 0) noexcept;

}  // namespace tillcue::format
