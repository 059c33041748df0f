#include "tillcue/core/offer.hpp"

#include <algorithm>
#include <array>

#include "phrases.hpp"
#include "value.hpp"

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

std::string key_of(std::string_view what, std::string_view variant) {
  std::string key(what);
  key += '.';
  key += variant;
  return key;
}

/// Offers of these types are not explained by their reason alone.
bool words_by_type(OfferType type) noexcept {
  return type == OfferType::multi_buy || type == OfferType::second_item || type == OfferType::buy_get;
}

/// What the texts about one offer may speak of, in the language of the words that are filled in.
class Facts {
 public:
  Facts(Bundle const& bundle, Offer const& offer, std::string_view language)
      : bundle_(bundle), offer_(offer), language_(language) {
    if (offer.campaign != Offer::kNoCampaign) campaign_ = bundle.campaign(offer.campaign);
  }

  /// Nothing is to be paid for the item.
  [[nodiscard]] bool is_free() const {
    if (offer_.type == OfferType::gift) return true;
    if (!off_item() || offer_.discount == DiscountKind::none) return false;
    bool const all = offer_.discount == DiscountKind::percent && offer_.discount_value == 100;
    bool const none = offer_.discount == DiscountKind::price && offer_.discount_value == 0;
    return all || none || (offer_.price.minor > 0 && paid() <= 0);
  }

  [[nodiscard]] std::string fill(std::string_view text) const {
    auto const share = offer_.reason.share >= kLeastSaid ? spoken_share(offer_.reason.share, language_) : std::string();
    auto const price = offer_.price.minor > 0 ? money(offer_.price.minor) : std::string();
    auto const value =
        offer_.discount == DiscountKind::percent ? std::to_string(offer_.discount_value) : money(offer_.discount_value);
    auto const amount = offer_.reason.amount > 0 ? money(offer_.reason.amount) : std::string();
    auto const size = spoken_size(offer_.reason.size_percent, language_);
    auto const threshold = money(campaign_.threshold_minor);
    bool const says_free = text.find("{free}") != std::string_view::npos;
    auto const paid = paid_text(says_free), free = is_free() ? off_text() : std::string();
    auto const off = off_text(), set = set_text(), together = together_text();
    auto const head = text.find("{headline}") == std::string_view::npos ? std::string() : head_text();
    auto const more = further();
    auto const buy = std::to_string(campaign_.buy_quantity), get = std::to_string(campaign_.get_quantity);
    auto const extras = std::to_string(more);
    std::array const variables{Variable{"item", name_of(bundle_, offer_.item)},
                               Variable{"trigger", name_of(bundle_, offer_.reason.trigger)},
                               Variable{"category", bundle_.item(offer_.item).category},
                               Variable{"price", price},
                               Variable{"paid", paid},
                               Variable{"free", free},
                               Variable{"share", share},
                               Variable{"value", value},
                               Variable{"amount", amount},
                               Variable{"size", size},
                               Variable{"threshold", threshold},
                               Variable{"headline", head},
                               Variable{"off", off},
                               Variable{"set", set},
                               Variable{"together", together},
                               Variable{"partner", campaign_.partner},
                               Variable{"more", extras, more},
                               Variable{"buy", buy, campaign_.buy_quantity},
                               Variable{"get", get, campaign_.get_quantity}};
    return fill_in(text, variables, language_);
  }

 private:
  [[nodiscard]] std::string money(std::int64_t minor) const {
    return spoken_money({minor, bundle_.info().currency}, language_);
  }
  [[nodiscard]] std::uint64_t further() const {
    return static_cast<std::uint64_t>(
        std::count_if(offer_.more.begin(), offer_.more.end(), [](ItemIx item) { return item != kNoItem; }));
  }
  /// The discount is off the item itself, not off the receipt or a whole set.
  [[nodiscard]] bool off_item() const {
    return offer_.type != OfferType::threshold && offer_.type != OfferType::set && offer_.type != OfferType::gift;
  }
  [[nodiscard]] std::int64_t paid() const {
    auto const off = off_item() ? discount_of(offer_.price.minor, offer_.discount, offer_.discount_value) : 0;
    return offer_.price.minor - off;
  }
  /// Words that say {free} leave what is paid to it; head office's others say the amount.
  [[nodiscard]] std::string paid_text(bool says_free) const {
    if (offer_.price.minor <= 0 || (says_free && is_free())) return {};
    return money(paid());
  }
  [[nodiscard]] std::string off_text() const {
    if (offer_.discount == DiscountKind::none) return {};
    if (is_free()) return std::string(wording(bundle_, language_, "off.free").text);
    return fill_in(
        wording(bundle_, language_, key_of("headline", suffix(offer_.discount))).text,
        std::array{Variable{"value", offer_.discount == DiscountKind::percent ? std::to_string(offer_.discount_value)
                                                                              : money(offer_.discount_value)}});
  }
  /// In a sentence: "3.20 EUR more gets you 5 % off".
  [[nodiscard]] std::string head_text() const {
    if (!campaign_.headline.empty() || offer_.discount != DiscountKind::percent) {
      return headline(bundle_, offer_, language_);
    }
    auto const value = std::to_string(offer_.discount_value);
    return fill_in(wording(bundle_, language_, "off.percent").text, std::array{Variable{"value", value}});
  }
  /// "Jam, Honey and Butter".
  [[nodiscard]] std::string set_text() const {
    std::string text(name_of(bundle_, offer_.item));
    auto const count = further();
    for (std::size_t n = 0; n < count; ++n) {
      text += n + 1 == count ? wording(bundle_, language_, "list.and").text : std::string_view(", ");
      text += name_of(bundle_, offer_.more[n]);
    }
    return text;
  }
  [[nodiscard]] std::string together_text() const {
    return offer_.type == OfferType::set && offer_.discount == DiscountKind::price ? money(offer_.discount_value)
                                                                                   : std::string();
  }

  Bundle const& bundle_;
  Offer const& offer_;
  std::string_view language_;
  CampaignView campaign_;
};

std::string render(Bundle const& bundle, Offer const& offer, std::string_view language, std::string const& key) {
  auto const words = wording(bundle, language, key);
  return Facts(bundle, offer, words.language).fill(words.text);
}

/// Of the discount alone; what costs nothing is not "-100 %".
std::string made_headline(Bundle const& bundle, Offer const& offer, std::string_view language) {
  bool const free = Facts(bundle, offer, language).is_free();
  return render(bundle, offer, language, free ? "off.free" : key_of("headline", suffix(offer.discount)));
}

/// The most special words there are: the campaign's own, those of its type, those of the reason.
std::string say(Bundle const& bundle, Offer const& offer, std::string_view language, std::string_view what) {
  if (offer.campaign != Offer::kNoCampaign) {
    auto const own = key_of(what, "c" + std::to_string(offer.campaign));
    for (auto tongue : {language, bundle.info().language}) {
      if (auto const text = bundle.text_in(tongue, own); !text.empty()) return Facts(bundle, offer, tongue).fill(text);
    }
  }
  auto const of_type = key_of(what, to_text(offer.type));
  if (!wording(bundle, language, of_type).text.empty() && words_by_type(offer.type)) {
    return render(bundle, offer, language, of_type);
  }
  return render(bundle, offer, language, key_of(what, suffix(offer.reason)));
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
  return say(bundle, offer, language, "script");
}

std::string reason(Bundle const& bundle, Offer const& offer, std::string_view language) {
  return say(bundle, offer, language, "reason");
}

std::string headline(Bundle const& bundle, Offer const& offer, std::string_view language) {
  if (offer.campaign != Offer::kNoCampaign) {
    if (auto const own = bundle.campaign(offer.campaign).headline; !own.empty()) return std::string(own);
  }
  return made_headline(bundle, offer, language);
}

std::string badge(Bundle const& bundle, Offer const& offer, std::string_view language) {
  if (offer.type == OfferType::threshold) return {};
  if (offer.type == OfferType::gift) return made_headline(bundle, offer, language);
  if (offer.discount == DiscountKind::none) return {};
  bool const own = offer.campaign != Offer::kNoCampaign && !bundle.campaign(offer.campaign).headline.empty();
  if (own || (offer.type != OfferType::set && offer.type != OfferType::multi_buy)) {
    return headline(bundle, offer, language);
  }
  if (offer.type == OfferType::multi_buy) return render(bundle, offer, language, "reason.multi_buy");
  // Its price is of more than the card names, so only what it saves can be said beside theirs.
  if (offer.reason.amount <= 0) return {};
  auto saved = offer;
  saved.discount = DiscountKind::amount;
  saved.discount_value = offer.reason.amount;
  return made_headline(bundle, saved, language);
}

}  // namespace tillcue
