#pragma once

#include <cstddef>
#include <string>

#include "tillcue/core/bundle.hpp"

namespace tillcue::models::app {

inline constexpr std::size_t kSetsShown = 50;

/// Prints the sets of a bundle, or of one main item, with names, counts, joint lift and the sum of the shelf prices,
/// those in the most baskets first. Returns the exit code.
/// Errors  not_found: no such SKU in the bundle, which error texts call `file`.
Result<int> print_sets(Bundle const& bundle, std::string const& file, std::string const& sku, bool json,
                       std::size_t most = kSetsShown);

}  // namespace tillcue::models::app
