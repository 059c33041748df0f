#pragma once

#include <cstddef>
#include <cstdint>

namespace tillcue::models {

/// Where lines end in `text`, at least `most` of them as far as `size` bytes hold them, to `out`, which has room for
/// kMarkedBytes more than `most`. How many were found, at most `most`.
std::size_t find_line_ends(char const* text, std::size_t size, std::size_t most, std::uint32_t* out) noexcept;

/// The same without the instructions that not every machine has: what the other way is tested against.
std::size_t find_line_ends_anywhere(char const* text, std::size_t size, std::size_t most, std::uint32_t* out) noexcept;

}  // namespace tillcue::models
