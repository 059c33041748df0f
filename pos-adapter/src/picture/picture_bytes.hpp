#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tillcue/pos/printer_profile.hpp"
#include "tillcue/pos/slip_painter.hpp"

namespace tillcue::pos {

/// Appends a picture as commands of this kind, in bands of a few rows, so that a printer with a small buffer follows.
/// Printers obey the real-time commands DLE EOT, DLE ENQ and DLE DC4 even inside pictures. Rows are split between two
/// bands where they would make one; a symbol is moved by some dots; what is then left is avoided by one more black dot
/// beside a black one.
/// `exact`: a symbol, whose bars must not change where that can be helped.
void put_picture(Picture const& picture, PictureKind kind, bool exact, std::vector<std::byte>& out);

/// True when a printer could find a real-time command in these bytes.
[[nodiscard]] bool has_real_time_command(std::span<std::byte const> bytes) noexcept;

}  // namespace tillcue::pos
