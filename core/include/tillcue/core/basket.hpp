#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/core/units.hpp"

namespace tillcue {

/// The POS's number of one line of a sale; a line keeps it when it is changed.
enum class LineNo : std::uint32_t {};

struct BasketLine {
  LineNo line{};
  Sku sku;                ///< as the POS sent it
  ItemIx item = kNoItem;  ///< kNoItem: not in the bundle in force
  Quantity quantity{};
  Money unit_price{};
};

/// The live sale's lines in the order of their first scan.
/// Threads  one.
class Basket {
 public:
  static constexpr std::size_t kMaxLines = 1000;

  /// Adds the line, or replaces the one with the same number: sending a line twice counts it once.
  /// Errors  rejected (kMaxLines reached).
  Result<void> put(BasketLine line);
  /// False when there is no such line.
  bool remove(LineNo line) noexcept;
  void clear() noexcept { lines_.clear(); }

  [[nodiscard]] BasketLine const* find(LineNo line) const noexcept;
  [[nodiscard]] std::span<BasketLine const> lines() const noexcept { return lines_; }
  [[nodiscard]] std::span<BasketLine> lines() noexcept { return lines_; }
  [[nodiscard]] bool contains(ItemIx item) const noexcept;
  /// Sum of the lines in `currency`.
  [[nodiscard]] Money total(Currency currency) const noexcept;

 private:
  std::vector<BasketLine> lines_;
};

}  // namespace tillcue
