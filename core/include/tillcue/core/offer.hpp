#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "tillcue/core/bundle.hpp"

namespace tillcue {

/// How an offer meets the customer and which caps it counts against.
enum class OfferKind : std::uint8_t {
  suggestion,  ///< a prompt: said now
  coupon,      ///< printed, for the next visit
  notice,      ///< information
};

/// Why an offer is made (D10).
enum class ReasonCode : std::uint8_t {
  bought_together,
  popular,
  /// Known of items like the trigger, not of itself. Without a trigger: of items like the offered one, or nothing that
  /// could be said (neither is it a favourite).
  category,
  upgrade,    ///< the trigger's better or larger version; `amount` is the difference in price
  threshold,  ///< `amount` is missing to the campaign's threshold
  set,        ///< belongs to the trigger and the further extras of the offer; `amount` is saved by taking all of it
  usual,      ///< what this customer usually buys (L14)
  expert,     ///< head office's rule
  partner,    ///< a partner's offer
  cheaper,    ///< instead of what was declined (D14)
  required,   ///< the trigger does not work without it (D8)
  reached,    ///< the receipt has reached the campaign's threshold
  thanks,     ///< for an accepted suggestion
};

inline constexpr std::size_t kReasonCodes = 13;

/// "bought_together", "second_item": the words of every file, wire and report.
[[nodiscard]] std::string_view to_text(ReasonCode code) noexcept;
[[nodiscard]] std::string_view to_text(OfferType type) noexcept;

struct Reason {
  ReasonCode code = ReasonCode::popular;
  ItemIx trigger = kNoItem;        ///< the item of the basket that speaks loudest for it
  Probability share{};             ///< how many in a million such baskets hold the item
  std::int64_t amount = 0;         ///< minor units, by the code
  std::uint16_t size_percent = 0;  ///< of an upgrade: its size as a share of the trigger's; 0 unknown
};

/// One thing to say or print. Plain data; texts are rendered by script().
struct Offer {
  std::uint32_t number = 0;  ///< 1, 2, ... within the sale; 0 for the extras one may only look at
  OfferKind kind = OfferKind::suggestion;
  OfferType type = OfferType::suggestion;
  Stage stage = Stage::scan;
  ItemIx item = kNoItem;
  std::array<ItemIx, SetView::kMostExtras - 1> more{kNoItem, kNoItem};  ///< further extras of a set
  Money price{};                                                        ///< shelf price; 0 when unknown
  Probability probability{};
  Reason reason{};
  std::int64_t expected_margin_micro = 0;  ///< P x unit margin - P x discount, in millionths of a minor unit
  std::uint16_t campaign = kNoCampaign;    ///< index in the bundle
  DiscountKind discount = DiscountKind::none;
  std::int64_t discount_value = 0;  ///< percent or minor units

  static constexpr std::uint16_t kNoCampaign = 0xFFFF;
};

/// The sentence for the cashier (C2) and the reason for the customer, in `language` ("en", "ru"; else the bundle's).
/// Templates come from the bundle or are the built-in ones, the most special first: text keys "script.cN" of campaign
/// N, "script.<type>" of multi_buy, second_item and buy_get, "script.<reason>"; likewise "reason.…". A category reason
/// without a trigger is "range", an expert's without one "tip".
/// Variables: {item} {trigger} {category} {partner}; {price} the shelf price, {paid} with the discount, {value} and
/// {off} the discount, {free} instead of {paid} when nothing is to be paid, {amount} of the reason (of a set: what is
/// saved), {threshold}, {headline}, {share}, {size} of an upgrade, {set} the item
/// and its further extras, {together} a set's price; {more} {buy} {get} are numbers, also in ICU's plural form: {buy,
/// plural, one {# piece} other {# pieces}}. A part in [brackets] is left out when one of its variables is empty;
/// "[[" is a bracket.
std::string script(Bundle const& bundle, Offer const& offer, std::string_view language);
std::string reason(Bundle const& bundle, Offer const& offer, std::string_view language);
/// The campaign's headline, or one made from the discount: "-20 %", "1.50 EUR off" (text keys "headline.<discount>").
std::string headline(Bundle const& bundle, Offer const& offer, std::string_view language);
/// What is off the items of a card, beside their price: the headline; of a set what all of it saves, of more of the
/// same "2 + 1, -30 %", of a gift "for free". Empty when there is no discount, or when it is off the receipt
/// (threshold).
std::string badge(Bundle const& bundle, Offer const& offer, std::string_view language);
/// An amount as that language writes it: "2.55 EUR", in German or Russian "2,55 EUR".
std::string spoken_money(Money amount, std::string_view language);

}  // namespace tillcue
