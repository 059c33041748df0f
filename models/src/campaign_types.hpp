#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tillcue/core/policy.hpp"

namespace tillcue::models {

// The words of the file, in the order of core's enumerations.
inline constexpr std::array<std::string_view, kOfferTypes> kTypeWords{
    "suggestion", "upgrade", "multi_buy", "second_item", "buy_get", "set",
    "threshold",  "gift",    "coupon",    "thank_you",   "notice"};
inline constexpr std::array<std::string_view, kStages> kStageWords{"scan", "subtotal", "tender"};
inline constexpr std::array<std::string_view, 3> kChannelWords{"screen", "receipt", "display"};
inline constexpr std::array<std::string_view, 7> kWeekdayWords{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
inline constexpr std::array<std::string_view, 3> kAudienceWords{"everyone", "known", "unknown"};
inline constexpr std::array<std::string_view, 4> kTechniqueWords{"both", "upsell", "cross_sell", "none"};

/// "scan, tender" of a set of them.
std::string words_of_mask(std::uint32_t mask, std::span<std::string_view const> words);

/// What core needs to know of a campaign to make an offer of this type.
struct TypeNeeds {
  enum Offer : std::uint8_t {
    free,   ///< any item when none is named
    named,  ///< items or categories
    few,    ///< items, at most `most`
    none,   ///< it follows from the trigger
  };
  bool trigger;
  Offer offer;
  std::size_t most;
  bool threshold;
  bool discount;  ///< may have one
};
TypeNeeds const& needs_of(OfferType type) noexcept;

}  // namespace tillcue::models
