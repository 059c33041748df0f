#pragma once

#include <array>
#include <cstdint>

#include "tillcue/core/candidates.hpp"
#include "tillcue/core/offer.hpp"

namespace tillcue {

/// What an offer is expected to bring.
struct Value {
  bool known = false;      ///< false: an item has no price, so that only its probability can rank it
  std::int64_t micro = 0;  ///< millionths of a minor unit
};

/// A thing that may be offered and has passed every rule.
struct Choice {
  Scored scored;
  Probability probability{};
  Value value{};                ///< expected margin
  std::int64_t rank_micro = 0;  ///< the same with campaign weight and item boost
  std::uint16_t campaign = Offer::kNoCampaign;
  OfferType type = OfferType::suggestion;
  Reason reason{};
  std::array<ItemIx, SetView::kMostExtras - 1> more{kNoItem, kNoItem};
  std::int64_t cost = 0;  ///< the most it can cost its budget, in minor units
};

/// Known values first, by falling value; the others by falling probability; then by score and ItemIx.
[[nodiscard]] bool ranks_before(Choice const& a, Choice const& b) noexcept;

/// Price less cost, or the policy's default share of the price when the cost is unknown; 0 without a price.
[[nodiscard]] std::int64_t unit_margin(Bundle const& bundle, ItemIx item) noexcept;

/// What a discount takes off `price`; never more than it. A percentage is rounded half up.
[[nodiscard]] std::int64_t discount_of(std::int64_t price, DiscountKind kind, std::int64_t value) noexcept;

/// P x gain - P(redeem) x discount, all in minor units.
[[nodiscard]] std::int64_t expected(Probability probability, std::int64_t gain, Probability redeem,
                                    std::int64_t discount) noexcept;

/// A gain counts more by a campaign's weight and an item's boost; a loss stays what it is.
[[nodiscard]] std::int64_t weighted(std::int64_t micro, std::uint32_t weight_percent,
                                    std::uint32_t boost_percent) noexcept;

}  // namespace tillcue
