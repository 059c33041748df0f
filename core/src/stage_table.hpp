#pragma once

#include <cstdint>

#include "tillcue/core/policy.hpp"

namespace tillcue {

/// Where candidates come from besides campaigns.
enum class Source : std::uint8_t {
  learned,  ///< the ranking of this basket
  ladders,  ///< better or larger versions of the item scanned last
  sets,     ///< what is missing to a mined set
  usual,    ///< what this customer usually buys
  cheaper,  ///< than what was declined last
};

/// One attempt to find something to say: sources and campaigns that compete by expected margin.
struct Attempt {
  Stage stage;
  Technique technique;   ///< what it is to the trigger's category (D4): `both` asks for nothing
  std::uint8_t sources;  ///< a bit for each Source
  std::uint16_t offers;  ///< campaigns of these types, a bit for each OfferType
};

template <class... Sources>
constexpr std::uint8_t from(Sources... sources) noexcept {
  return static_cast<std::uint8_t>((0U | ... | (1U << static_cast<unsigned>(sources))));
}

template <class... Types>
constexpr std::uint16_t campaigns(Types... types) noexcept {
  return static_cast<std::uint16_t>((0U | ... | (1U << static_cast<unsigned>(types))));
}

/// What is tried at each stage, in this order; the first attempt with anything to offer speaks (D1).
inline constexpr Attempt kAttempts[] = {
    {Stage::scan, Technique::both, from(), campaigns(OfferType::notice)},
    {Stage::scan, Technique::both, from(Source::cheaper), campaigns()},
    {Stage::scan, Technique::upsell, from(Source::ladders), campaigns(OfferType::upgrade, OfferType::multi_buy)},
    {Stage::scan, Technique::cross_sell, from(Source::learned),
     campaigns(OfferType::suggestion, OfferType::second_item, OfferType::buy_get, OfferType::set)},
    {Stage::subtotal, Technique::both, from(), campaigns(OfferType::notice)},
    {Stage::subtotal, Technique::both, from(Source::cheaper), campaigns()},
    {Stage::subtotal, Technique::both, from(), campaigns(OfferType::gift)},
    {Stage::subtotal, Technique::cross_sell, from(Source::learned, Source::sets, Source::usual),
     campaigns(OfferType::suggestion, OfferType::second_item, OfferType::buy_get, OfferType::set,
               OfferType::threshold)},
    {Stage::tender, Technique::both, from(), campaigns(OfferType::coupon, OfferType::thank_you)},
};

/// What an offer of this type is to its trigger's category; `both`: neither.
constexpr Technique technique_of(OfferType type) noexcept {
  switch (type) {
    case OfferType::upgrade:
    case OfferType::multi_buy:
      return Technique::upsell;
    case OfferType::suggestion:
    case OfferType::second_item:
    case OfferType::buy_get:
    case OfferType::set:
      return Technique::cross_sell;
    default:
      return Technique::both;
  }
}

}  // namespace tillcue
