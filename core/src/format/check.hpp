#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "format/bytes.hpp"
#include "format/fault.hpp"
#include "tillcue/core/bundle_parts.hpp"

namespace tillcue::format {

/// The whole validation of a bundle: afterwards `out` may be read without any further test.
/// Uses neither heap nor exceptions. Cost  two passes over the bytes.
[[nodiscard]] Finding check(std::span<std::byte const> file, Parts& out) noexcept;

/// Of a bundle with packed rows as much as a ranking reads: all checksums, items, codes, rows, intercepts, calibration.
/// What else `out` names must not be read.
[[nodiscard]] Finding check_ranking(std::span<std::byte const> file, Parts& out) noexcept;

/// A string of the pool; `ref` must have been checked.
[[nodiscard]] inline std::string_view string_at(Parts const& parts, std::uint32_t ref) noexcept {
  auto const* at = parts.strings.data() + ref;
  return {reinterpret_cast<char const*>(at + 2), load<std::uint16_t>(at)};
}

namespace item {
inline constexpr std::size_t kSku = 0, kName = 4, kPrice = 8, kCost = 16, kCategory = 24, kFlags = 28, kBoost = 30;
}
namespace category {
inline constexpr std::size_t kName = 0, kTechnique = 4;
}
namespace meta {
inline constexpr std::size_t kCreated = 0, kFrom = 8, kTo = 16, kBaskets = 24, kUnit = 32, kItems = 40, kCurrency = 44,
                             kDigits = 47, kLanguage = 48, kNote = 52;
}
namespace policy {
inline constexpr std::size_t kHintsPerSale = 0, kHintsPerStage = 2, kCoupons = 4, kMinItems = 6, kMinProbability = 8,
                             kGuard = 12, kHoldout = 14, kSalt = 16, kMargin = 20, kFlags = 22, kExploration = 24,
                             kSecondItem = 26, kQuiet = 28, kCooldown = 30, kHintsPerDay = 32, kCouponsPerDay = 34,
                             kDownSells = 36, kGap = 38, kTrust = 40, kLargeUpgrade = 42, kExpert = 44,
                             kUpsellLeast = 48;
}
namespace campaign {
inline constexpr std::size_t kId = 0, kHeadline = 4, kTerms = 8, kDiscount = 12, kValidDays = 14, kValue = 16,
                             kStarts = 24, kEnds = 32, kMinBasket = 40, kMinProbability = 48, kFirstTarget = 52,
                             kTargetCount = 56;
}
namespace plan {
inline constexpr std::size_t kId = 0, kHeadline = 4, kTerms = 8, kPartner = 12, kType = 16, kStages = 17,
                             kChannels = 18, kWeekdays = 19, kDiscount = 20, kValidDays = 22, kValue = 24, kStarts = 32,
                             kEnds = 40, kFrom = 48, kUntil = 50, kWeight = 52, kBuy = 54, kGet = 56, kPerSale = 58,
                             kPerCustomerDay = 60, kVisits = 62, kAudience = 64, kFlags = 65, kMinProbability = 68,
                             kProbability = 72, kRedemption = 76, kMinBasket = 80, kMaxBasket = 88, kThreshold = 96,
                             kFreeMinor = 104, kFreeIssues = 112, kFirstRef = 120, kCounts = 124;
inline constexpr std::size_t kLists =
    6;  // target items, target categories, trigger items and categories, places, segments
inline constexpr std::uint8_t kNeedsTrust = 1, kBudgeted = 2;
}  // namespace plan
namespace ladder {
inline constexpr std::size_t kFrom = 0, kTo = 4, kShare = 8, kSize = 12, kFlags = 14;
inline constexpr std::uint16_t kManual = 1;
}  // namespace ladder
namespace never {
inline constexpr std::size_t kInBasket = 0, kOffered = 4;
}
namespace budget {
inline constexpr std::size_t kName = 0, kMinor = 8, kIssues = 16, kFreeMinor = 24, kFreeIssues = 32;
}
namespace text {
inline constexpr std::size_t kLanguage = 0, kKey = 4, kText = 8;
}

namespace set {
inline constexpr std::size_t kMain = 0, kExtras = 4, kBaskets = 16, kMainBaskets = 20, kLift = 24;
}

/// True when `ref` is a string of the pool with `least` to `most` bytes of UTF-8.
[[nodiscard]] bool text_ok(Parts const& parts, std::uint32_t ref, std::size_t least, std::size_t most) noexcept;

/// Bias of an item in Score steps.
[[nodiscard]] inline std::int32_t bias_at(Parts const& parts, std::size_t item) noexcept {
  return load<std::int16_t>(parts.biases + 2 * item) * static_cast<std::int32_t>(parts.bias_scale);
}

}  // namespace tillcue::format
