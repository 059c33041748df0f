#pragma once

#include <cstddef>
#include <iterator>
#include <string_view>

#include "tillcue/core/offer.hpp"

/// The words of WIRE.md for the enumerations of core, in the order of their values.
namespace tillcue::sync {

inline constexpr std::string_view kStages[] = {"scan", "subtotal", "tender"};
inline constexpr std::string_view kArms[] = {"treated", "holdout"};
inline constexpr std::string_view kSilences[] = {"none",         "holdout", "cap_reached",  "too_few_items",
                                                 "nothing_fits", "busy",    "cooling_down", "no_channel"};
inline constexpr std::string_view kReasons[] = {
    "bought_together", "popular", "category", "upgrade",  "threshold", "set",   "usual",
    "expert",          "partner", "cheaper",  "required", "reached",   "thanks"};
inline constexpr std::string_view kTypes[] = {"suggestion", "upgrade", "multi_buy", "second_item", "buy_get", "set",
                                              "threshold",  "gift",    "coupon",    "thank_you",   "notice"};
inline constexpr std::string_view kResponses[] = {"none", "accepted", "declined", "ignored"};
inline constexpr std::string_view kDiscounts[] = {"none", "percent", "amount", "price"};
inline constexpr std::string_view kFates[] = {"printed", "unconfirmed", "dropped"};
inline constexpr std::string_view kEnds[] = {"finished", "voided", "abandoned"};

static_assert(std::size(kReasons) == kReasonCodes && std::size(kTypes) == kOfferTypes);

/// Empty for a value that has no name.
template <class Enum, std::size_t N>
constexpr std::string_view word(std::string_view const (&words)[N], Enum value) {
  auto const at = static_cast<std::size_t>(value);
  return at < N ? words[at] : std::string_view{};
}

}  // namespace tillcue::sync
