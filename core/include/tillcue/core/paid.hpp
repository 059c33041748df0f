#pragma once

#include "tillcue/core/basket.hpp"
#include "tillcue/core/bundle.hpp"

namespace tillcue {

/// What the basket comes to where a campaign speaks of amounts (min_basket, max_basket, threshold): without what the
/// law leaves out (ItemFlag::not_counted). 0 when it cannot be told.
[[nodiscard]] Money counted_total(Bundle const& bundle, Basket const& basket) noexcept;

/// Whether a sale of `basket`, for which `paid` was paid in the end, earns a coupon that asks for `min_basket`:
/// something was paid, and what the till took off the lines leaves enough of what counts.
[[nodiscard]] bool earns(Bundle const& bundle, Basket const& basket, Money paid, Money min_basket) noexcept;

}  // namespace tillcue
