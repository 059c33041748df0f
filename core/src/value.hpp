#pragma once

#include <cstdint>

#include "tillcue/core/bundle.hpp"
#include "tillcue/core/candidates.hpp"

namespace tillcue {

/// What an offer is expected to bring.
struct Value {
  bool known = false;      ///< false: the item has no price, so that only its probability can rank it
  std::int64_t micro = 0;  ///< P x unit margin - P x discount, in millionths of a minor unit
};

/// The unit margin is price less cost, or the policy's default share of the price when the cost is unknown.
/// A percentage discounts the shelf price; an amount never more than it.
[[nodiscard]] Value expected_value(Bundle const& bundle, ItemIx item, Probability probability, DiscountKind discount,
                                   std::int64_t discount_value) noexcept;

/// A thing that may be offered and has passed every rule.
struct Choice {
  Scored scored;
  Probability probability{};
  Value value{};
  std::uint16_t campaign = 0xFFFF;  ///< Offer::kNoCampaign
};

/// Known values first, by falling value; the others by falling probability; then by score and ItemIx.
[[nodiscard]] bool ranks_before(Choice const& a, Choice const& b) noexcept;

}  // namespace tillcue
