#pragma once

#include <cstdint>
#include <string_view>

#include "tillcue/core/units.hpp"

namespace tillcue {

/// Where in a sale a decision is made (D1).
enum class Stage : std::uint8_t { scan, subtotal, tender };

/// HQ's rules that hold for every offer. Compiled into the bundle; the defaults are the documented ones.
struct Policy {
  std::uint16_t max_hints_per_sale = 2;   ///< new prompts shown in one sale (D2)
  std::uint16_t max_hints_per_stage = 1;  ///< new prompts in one stage of a sale
  std::uint16_t max_coupons_per_sale = 1;
  std::uint16_t min_items_before_hint = 1;     ///< known items in the basket before the first prompt
  std::uint32_t min_probability_ppm = 20'000;  ///< suggestions below this are not worth a sentence
  std::uint16_t price_guard_percent = 100;     ///< an add-on costs less than this share of the dearest item (D3)
  std::uint16_t holdout_permille = 50;         ///< share of sales that get nothing, for measuring (D11)
  std::uint32_t holdout_salt = 0;              ///< changes who is held out
  std::uint16_t default_margin_percent = 25;   ///< when an item's cost is unknown (D9)
};

enum class DiscountKind : std::uint8_t { none, percent, amount };

/// One coupon campaign as compiled into the bundle.
struct CampaignView {
  std::string_view id;
  std::string_view headline;  ///< may be empty: made from the discount
  std::string_view terms;     ///< conditions as printed
  DiscountKind discount = DiscountKind::none;
  std::int64_t value = 0;         ///< percent (1..100) or minor units
  std::int64_t starts = 0;        ///< seconds since 1970; 0 = always
  std::int64_t ends = 0;          ///< exclusive; 0 = never
  std::uint16_t valid_days = 14;  ///< of the printed coupon
  std::uint32_t min_probability_ppm = 0;
  std::int64_t min_basket_minor = 0;
};

}  // namespace tillcue
