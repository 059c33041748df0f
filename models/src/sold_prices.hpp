#pragma once

#include <string>
#include <vector>

#include "tillcue/core/units.hpp"
#include "tillcue/models/catalogue.hpp"
#include "tillcue/models/counts.hpp"

namespace tillcue::models {

/// How the items file's prices stand to those the items were sold at lately. Without those that are 0 or unknown.
struct PriceCheck {
  static constexpr std::int64_t kFar = 3;  ///< a price so many times the other is another one's, or in other units

  struct Far {
    CatalogueItem const* item;  ///< of the catalogue
    std::int64_t sold_micro;
    std::uint64_t baskets;
  };
  std::vector<Far> far;  ///< most sold first
  std::size_t items = 0;
  std::uint64_t baskets = 0, far_baskets = 0;  ///< of the items compared, in the counts' units

  /// Whether it is so for most of what is sold, so that it is no matter of single items.
  [[nodiscard]] bool most() const noexcept { return far_baskets > baskets - far_baskets; }
  /// "24 of 30 items cost more than 3 times, …"; empty when none does.
  [[nodiscard]] std::string words(Currency currency) const;
};
PriceCheck check_prices(Catalogue const& catalogue, Counts const& counts);

/// Notes prices that are far from what was charged lately, and items without a price in the catalogue whose price has
/// changed.
void note_sold_prices(Catalogue const& catalogue, Counts const& counts, Currency currency,
                      std::vector<std::string>& notes);

}  // namespace tillcue::models
