#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tillcue/core/policy.hpp"
#include "tillcue/core/units.hpp"

namespace tillcue {

/// What the percents ("20 %", "%20") and amounts ("5.00", "5 EUR", "€5") of a text say of a discount.
enum class Promise : std::uint8_t {
  none,   ///< there are none
  kept,   ///< one of them is the discount's
  other,  ///< there are some, and none is the discount's
};

/// `beside`: amounts that may be spoken of besides, such as a threshold; they promise nothing. Minor units.
[[nodiscard]] Promise promise_of(std::string_view text, DiscountKind kind, std::int64_t value, Currency currency,
                                 std::span<std::int64_t const> beside = {}) noexcept;

}  // namespace tillcue
