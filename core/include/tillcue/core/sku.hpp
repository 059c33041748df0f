#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tillcue {

/// A text that is not to be mixed up with another text. Limits are checked where it enters.
template <class Tag>
struct Identifier {
  std::string value;

  Identifier() = default;
  explicit Identifier(std::string text) : value(std::move(text)) {}
  [[nodiscard]] bool empty() const noexcept { return value.empty(); }
  friend auto operator<=>(Identifier const&, Identifier const&) = default;
};

using Sku = Identifier<struct SkuTag>;                ///< the shop's article number
using SaleId = Identifier<struct SaleIdTag>;          ///< the POS's name of one sale
using TerminalId = Identifier<struct TerminalIdTag>;  ///< one POS lane of the chain
using CustomerId = Identifier<struct CustomerIdTag>;  ///< loyalty id; leaves the store only as a keyed pseudonym

/// Longest SKU, GTIN, sale, terminal or customer id in bytes.
inline constexpr std::size_t kMaxIdentifier = 64;

/// Begins the SKU of a line whose item no till could name: "name:WHAT WAS HEARD". Sold and told, not learned from.
inline constexpr std::string_view kOpenName = "name:";

/// Position of an item in the bundle in force; means nothing outside of it.
enum class ItemIx : std::uint32_t {};
inline constexpr ItemIx kNoItem{0xFFFF'FFFFU};

constexpr std::uint32_t index(ItemIx item) noexcept { return static_cast<std::uint32_t>(item); }

}  // namespace tillcue
