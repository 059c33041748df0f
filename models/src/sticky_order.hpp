#pragma once

#include <cstdint>
#include <vector>

#include "tillcue/core/bundle_writer.hpp"

namespace tillcue::models {

/// item_order(), unless the order of `previous` is nearly as good: then its items keep their order, and each new one
/// stands amid those it is bought with, so that little of a weekly delta is renumbering.
/// result[new place] = item. Threads  any number, the same result.
[[nodiscard]] std::vector<std::uint32_t> sticky_order(BundleSource const& source, Bundle const& previous,
                                                      unsigned threads);

}  // namespace tillcue::models
