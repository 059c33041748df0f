#pragma once

namespace tillcue::pos {

class SlipPainter;

/// What the painter's module exports: the painter, or nullptr when it was made for another version.
using PainterEntry = SlipPainter* (*)(char const* version);
inline constexpr char const* kPainterEntry = "tillcue_painter";

}  // namespace tillcue::pos
