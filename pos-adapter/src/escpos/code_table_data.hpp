#pragma once

#include <string_view>

#include "tillcue/pos/code_table.hpp"

namespace tillcue::pos {

/// The characters of bytes 0x80..0xFF: always 128 of them.
std::u16string_view upper_half(CodeTable table) noexcept;

}  // namespace tillcue::pos
