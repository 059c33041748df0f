#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tillcue/core/units.hpp"

namespace tillcue {

/// Where in a sale a decision is made (D1).
enum class Stage : std::uint8_t { scan, subtotal, tender };

inline constexpr std::size_t kStages = 3;

/// A set of stages or channels, a bit each.
template <class Bit>
constexpr std::uint8_t mask_of(Bit bit) noexcept {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(bit));
}

/// Where an offer can be made (D12).
enum class Channel : std::uint8_t { screen, receipt, display };

/// What an offer asks of the customer (D6).
enum class OfferType : std::uint8_t {
  suggestion,   ///< this goes with that, perhaps at a discount
  upgrade,      ///< the better or larger one instead (L5)
  multi_buy,    ///< more of the same
  second_item,  ///< a second item, cheap beside the main one, at a discount
  buy_get,      ///< with so many of X, Y at a discount
  set,          ///< a main item and its extras, at one price when a campaign makes it
  threshold,    ///< an item with which the receipt reaches an amount that brings something (D5)
  gift,         ///< the receipt has reached the amount
  coupon,       ///< for the next visit
  thank_you,    ///< a coupon after an accepted suggestion
  notice,       ///< a required part: information, never counted as a prompt (D8)
};

inline constexpr std::size_t kOfferTypes = 11;

/// A campaign that names up to so many target items, and no category, may offer them when they do not rank for the
/// basket.
inline constexpr std::size_t kFewTargets = 16;

/// What may be done at the till with items of a category (D4).
enum class Technique : std::uint8_t { both, upsell, cross_sell, none };

/// HQ's rules that hold for every offer. Compiled into the bundle; the defaults are the documented ones.
struct Policy {
  std::uint16_t max_hints_per_sale = 2;   ///< new prompts shown in one sale (D2)
  std::uint16_t max_hints_per_stage = 1;  ///< new prompts in one stage of a sale
  std::uint16_t max_coupons_per_sale = 1;
  std::uint16_t min_items_before_hint = 1;     ///< known items in the basket before the first prompt
  std::uint32_t min_probability_ppm = 20'000;  ///< suggestions below this are not worth a sentence
  std::uint16_t price_guard_percent = 100;     ///< an add-on costs less than this share of its main item (D3)
  std::uint16_t holdout_permille = 50;         ///< share of sales that get nothing, for measuring (D11)
  std::uint32_t holdout_salt = 0;              ///< changes who is held out
  std::uint16_t default_margin_percent = 25;   ///< when an item's cost is unknown (D9)

  bool holdout_by_customer = false;              ///< known customers are held out as persons, not sale by sale
  std::uint16_t exploration_permille = 0;        ///< share of decisions that choose at random (D11)
  std::uint16_t second_item_percent = 10;        ///< a second item costs at most this share of the main one (D3)
  std::uint16_t quiet_scans_per_minute = 40;     ///< from this pace on prompts are silent (D13); 0: never
  std::uint16_t cooldown_seconds = 0;            ///< between two prompts of a sale (D2)
  std::uint16_t max_hints_per_customer_day = 0;  ///< 0: no cap
  std::uint16_t max_coupons_per_customer_day = 0;
  std::uint16_t max_down_sells = 1;          ///< cheaper alternatives after a decline, in one sale (D14)
  std::uint16_t gap_percent = 20;            ///< a threshold further away than this share of it is not mentioned (D5)
  std::uint16_t trust_visits = 3;            ///< visits before offers that need trust (D15)
  std::uint16_t large_upgrade_percent = 50;  ///< an upgrade dearer by more than this needs trust; 0: none does
  std::uint16_t upsell_least_percent = 50;   ///< of the best cross-sell's expected margin; less: that goes first (D1)
  std::uint32_t expert_probability_ppm = 50'000;  ///< of what a campaign offers and nothing was learned about
};

enum class DiscountKind : std::uint8_t { none, percent, amount, price };

/// Whom a campaign is for.
enum class Audience : std::uint8_t { everyone, known, unknown };

/// What a campaign does, when and for whom.
struct CampaignRules {
  OfferType type = OfferType::coupon;
  std::uint8_t stages = mask_of(Stage::tender);
  std::uint8_t channels = 0xFF;
  std::uint8_t weekdays = 0x7F;  ///< bit 0 = Monday, by the store's clock
  DiscountKind discount = DiscountKind::none;
  std::int64_t value = 0;              ///< percent (1..100) or minor units
  std::int64_t starts = 0;             ///< seconds since 1970; 0 = always
  std::int64_t ends = 0;               ///< exclusive; 0 = never
  std::uint16_t from_minute = 0;       ///< of the day by the store's clock (D16)
  std::uint16_t until_minute = 0;      ///< exclusive; equal to from_minute: all day; below it: over midnight
  std::uint16_t valid_days = 14;       ///< of the printed coupon
  std::uint16_t weight_percent = 100;  ///< of its expected margin when ranked (D9)
  std::uint16_t buy_quantity = 1;      ///< pieces of the triggers it needs
  std::uint16_t get_quantity = 1;      ///< pieces of the target it brings
  std::uint16_t max_per_sale = 1;
  std::uint16_t max_per_customer_day = 0;  ///< 0: no cap
  std::uint16_t min_visits = 0;
  Audience audience = Audience::everyone;
  bool needs_trust = false;
  std::uint32_t min_probability_ppm = 0;
  std::uint32_t probability_ppm = 0;  ///< HQ's estimate; 0: learned, else the policy's
  std::uint32_t redemption_ppm = 0;   ///< share of such coupons that are redeemed; 0: as likely as the purchase
  std::int64_t min_basket_minor = 0;
  std::int64_t max_basket_minor = 0;  ///< 0: none
  std::int64_t threshold_minor = 0;   ///< of threshold and gift
  bool budgeted = false;              ///< runs only within the budget of this terminal (budget.hpp)
  std::int64_t free_minor = 0;        ///< what every terminal may spend before head office allots anything
  std::int64_t free_issues = 0;
};

/// One campaign as compiled into the bundle.
struct CampaignView : CampaignRules {
  std::string_view id;
  std::string_view headline;  ///< may be empty: made from the discount
  std::string_view terms;     ///< conditions as printed
  std::string_view partner;   ///< who pays for it; empty: the shop
};

}  // namespace tillcue
