#pragma once

#include <string_view>

/// The words of WIRE.md for the enumerations of core, in the order of their values.
namespace tillcue::sync {

inline constexpr std::string_view kStages[] = {"scan", "subtotal", "tender"};
inline constexpr std::string_view kArms[] = {"treated", "holdout"};
inline constexpr std::string_view kSilences[] = {"none", "holdout", "cap_reached", "too_few_items", "nothing_fits"};
inline constexpr std::string_view kReasons[] = {"bought_together", "popular", "category"};
inline constexpr std::string_view kResponses[] = {"none", "accepted", "declined", "ignored"};
inline constexpr std::string_view kDiscounts[] = {"none", "percent", "amount"};
inline constexpr std::string_view kFates[] = {"printed", "unconfirmed", "dropped"};
inline constexpr std::string_view kEnds[] = {"finished", "voided", "abandoned"};

}  // namespace tillcue::sync
