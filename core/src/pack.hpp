#pragma once

#include "format/output.hpp"
#include "quantise.hpp"

namespace tillcue {

/// The section AFFP (core/FORMAT.md): rows packed bit by bit, the four widths of gaps chosen for these rows.
[[nodiscard]] format::Output pack(Quantised const& quantised, unsigned weight_bits);

}  // namespace tillcue
