#pragma once

#include "tillcue/pos/slip_painter.hpp"

namespace tillcue::pos {

/// Draws a symbol by Zint, with its quiet zones, in the middle of the paper. As SlipPainter::symbol.
Result<Picture> draw_symbol(SymbolKind kind, std::string_view data, SymbolLook const& look);

}  // namespace tillcue::pos
