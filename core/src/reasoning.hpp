#pragma once

#include <span>

#include "tillcue/core/candidates.hpp"
#include "tillcue/core/offer.hpp"

namespace tillcue {

/// Why `item` is suggested for `basket`. Nothing here allocates or fails.
[[nodiscard]] Reason make_reason(Bundle const& bundle, std::span<ItemIx const> basket, ItemIx item,
                                 Probability probability) noexcept;

}  // namespace tillcue
