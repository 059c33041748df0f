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

/// A string of the pool; `ref` must have been checked.
[[nodiscard]] inline std::string_view string_at(Parts const& parts, std::uint32_t ref) noexcept {
  auto const* at = parts.strings.data() + ref;
  return {reinterpret_cast<char const*>(at + 2), load<std::uint16_t>(at)};
}

namespace item {
inline constexpr std::size_t kSku = 0, kName = 4, kPrice = 8, kCost = 16, kCategory = 24, kFlags = 28;
}
namespace meta {
inline constexpr std::size_t kCreated = 0, kFrom = 8, kTo = 16, kBaskets = 24, kUnit = 32, kItems = 40, kCurrency = 44,
                             kDigits = 47, kLanguage = 48, kNote = 52;
}
namespace policy {
inline constexpr std::size_t kHintsPerSale = 0, kHintsPerStage = 2, kCoupons = 4, kMinItems = 6, kMinProbability = 8,
                             kGuard = 12, kHoldout = 14, kSalt = 16, kMargin = 20;
}
namespace campaign {
inline constexpr std::size_t kId = 0, kHeadline = 4, kTerms = 8, kDiscount = 12, kValidDays = 14, kValue = 16,
                             kStarts = 24, kEnds = 32, kMinBasket = 40, kMinProbability = 48, kFirstTarget = 52,
                             kTargetCount = 56;
}
namespace text {
inline constexpr std::size_t kLanguage = 0, kKey = 4, kText = 8;
}

namespace set {
inline constexpr std::size_t kMain = 0, kExtras = 4, kBaskets = 16, kMainBaskets = 20, kLift = 24;
}

/// Bias of an item in Score steps.
[[nodiscard]] inline std::int32_t bias_at(Parts const& parts, std::size_t item) noexcept {
  return load<std::int16_t>(parts.biases + 2 * item) * static_cast<std::int32_t>(parts.bias_scale);
}

}  // namespace tillcue::format
