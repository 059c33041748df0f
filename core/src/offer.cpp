#include "tillcue/core/offer.hpp"

#include <array>

#include "phrases.hpp"

namespace tillcue {
namespace {

std::string_view name_of(Bundle const& bundle, ItemIx item) noexcept {
  auto const view = bundle.item(item);
  return view.name.empty() ? view.sku : view.name;
}

std::string_view suffix(Reason const& reason) noexcept {
  if (reason.code == ReasonCode::category && reason.trigger == kNoItem) return "range";
  if (reason.code == ReasonCode::expert && reason.trigger == kNoItem) return "tip";
  return to_text(reason.code);
}

std::string_view suffix(DiscountKind kind) noexcept {
  constexpr std::array<std::string_view, 4> kSuffixes{"none", "percent", "amount", "price"};
  return kSuffixes[static_cast<std::size_t>(kind)];
}

/// A smaller share is true, but no reason to anybody: "about 1 in 90" persuades nobody.
constexpr Probability kLeastSaid{20'000};

struct Wording {
  std::string_view language;  ///< of the text, which its numbers follow
  std::string_view text;
};

/// HQ's words in the language asked for, else ours in it, else the bundle's language, else English.
Wording wording(Bundle const& bundle, std::string_view language, std::string const& key) noexcept {
  for (auto tongue : {language, bundle.info().language, std::string_view("en")}) {
    if (auto const own = bundle.text_in(tongue, key); !own.empty()) return {tongue, own};
    if (auto const ours = built_in_text(tongue, key); !ours.empty()) return {tongue, ours};
  }
  return {};
}

std::string render(Bundle const& bundle, Offer const& offer, std::string_view language, std::string const& key) {
  auto const words = wording(bundle, language, key);
  auto const price = offer.price.minor > 0 ? spoken_money(offer.price, words.language) : std::string();
  auto const said = offer.reason.share >= kLeastSaid;
  auto const share = said ? spoken_share(offer.reason.share, words.language) : std::string();
  auto const value = offer.discount == DiscountKind::amount
                         ? spoken_money({offer.discount_value, bundle.info().currency}, words.language)
                         : std::to_string(offer.discount_value);
  std::array const variables{Variable{"item", name_of(bundle, offer.item)},
                             Variable{"trigger", name_of(bundle, offer.reason.trigger)},
                             Variable{"category", bundle.item(offer.item).category},
                             Variable{"price", price},
                             Variable{"share", share},
                             Variable{"value", value}};
  return fill_in(words.text, variables);
}

std::string key_of(std::string_view what, std::string_view variant) {
  std::string key(what);
  key += '.';
  key += variant;
  return key;
}

}  // namespace

std::string_view to_text(ReasonCode code) noexcept {
  constexpr std::array<std::string_view, kReasonCodes> kNames{
      "bought_together", "popular", "category", "upgrade",  "threshold", "set",   "usual",
      "expert",          "partner", "cheaper",  "required", "reached",   "thanks"};
  return kNames[static_cast<std::size_t>(code)];
}

std::string_view to_text(OfferType type) noexcept {
  constexpr std::array<std::string_view, kOfferTypes> kNames{"suggestion", "upgrade",   "multi_buy", "second_item",
                                                             "buy_get",    "set",       "threshold", "gift",
                                                             "coupon",     "thank_you", "notice"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string script(Bundle const& bundle, Offer const& offer, std::string_view language) {
  return render(bundle, offer, language, key_of("script", suffix(offer.reason)));
}

std::string reason(Bundle const& bundle, Offer const& offer, std::string_view language) {
  return render(bundle, offer, language, key_of("reason", suffix(offer.reason)));
}

std::string headline(Bundle const& bundle, Offer const& offer, std::string_view language) {
  if (offer.campaign != Offer::kNoCampaign) {
    if (auto const own = bundle.campaign(offer.campaign).headline; !own.empty()) return std::string(own);
  }
  return render(bundle, offer, language, key_of("headline", suffix(offer.discount)));
}

}  // namespace tillcue
