#pragma once

#include <cstddef>

#include "tillcue/core/bundle.hpp"

namespace tillcue::models::app {

/// Prints sets with names, counts, joint lift and the sum of the shelf prices, those in the most baskets first.
void list_sets(Bundle const& bundle, SetRange range, std::size_t most, bool json);

}  // namespace tillcue::models::app
