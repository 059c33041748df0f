#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "format/fault.hpp"
#include "format/layout.hpp"

namespace tillcue::format {

/// One section as the table places it.
struct Section {
  std::uint32_t tag = 0;
  std::uint32_t record = 0;  ///< bytes of a record; 0: not an array
  std::span<std::byte const> bytes;
  bool present = false;
};

/// The sections this version knows, in the order of kKnown.
struct Sections {
  static constexpr std::size_t kCount = 22;
  std::array<Section, kCount> known{};

  [[nodiscard]] Section const& operator[](std::uint32_t tag) const noexcept;
};

/// Reads header and section table: magic, version, sizes, layout, every checksum.
/// Sections with unknown tags are skipped unless they are flagged required.
[[nodiscard]] Finding read_sections(std::span<std::byte const> file, Sections& out) noexcept;

}  // namespace tillcue::format
