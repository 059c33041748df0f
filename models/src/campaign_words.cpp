#include "campaign_words.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "tillcue/core/phrase_check.hpp"
#include "tillcue/core/promise.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

/// What a cashier reads at a glance and can say in one breath.
constexpr std::size_t kLongestLine = 60;
/// Of what is filled in and not known yet, about.
constexpr std::size_t kUsualName = 15, kUsualMoney = 8;

bool is_one_of(OfferType type, std::initializer_list<OfferType> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

/// Why a campaign's offers never have this variable; empty: they do.
std::string never_has(std::string const& variable, CampaignSource const& campaign) {
  using Type = OfferType;
  auto const type = campaign.type;
  auto const of = [&](std::initializer_list<OfferType> types, char const* which) {
    return is_one_of(type, types) ? std::string() : std::string("only ") + which + " have it";
  };
  if (variable == "size") return "only upgrades that were learned have it";
  if (variable == "amount") {
    if (type == Type::set && campaign.discount != DiscountKind::none) return {};
    return of({Type::upgrade, Type::threshold, Type::gift}, "upgrade, threshold, gift and sets with a discount");
  }
  if (variable == "threshold") return of({Type::threshold, Type::gift}, "threshold and gift");
  if (variable == "set" || variable == "more") return of({Type::set}, "sets");
  if (variable == "get") return of({Type::multi_buy, Type::buy_get}, "multi_buy and buy_get");
  if (variable == "buy" && campaign.buy_quantity == 1)
    return of({Type::multi_buy, Type::buy_get}, "multi_buy, buy_get and what has a trigger.quantity");
  if (variable == "together" && (type != Type::set || campaign.discount != DiscountKind::price)) {
    return "only a set with discount.price has it";
  }
  if (variable == "free" && (campaign.discount != DiscountKind::percent || campaign.value < 100)) {
    return type == Type::gift || campaign.discount == DiscountKind::amount ? std::string()
                                                                           : "only what costs nothing has it";
  }
  if (variable == "partner" && campaign.partner.empty()) return "this campaign has no partner";
  bool const discounted = campaign.discount != DiscountKind::none;
  if ((variable == "value" || variable == "off") && !discounted) return "this campaign has no discount";
  bool const triggered = !campaign.trigger_items.empty() || !campaign.trigger_categories.empty();
  if (variable == "trigger" && !triggered && is_one_of(type, {Type::gift, Type::threshold, Type::thank_you})) {
    return "this campaign has no trigger";
  }
  return {};
}

/// Why it may be empty now and then; empty: it never is.
std::string may_lack(std::string const& variable, Campaign const& campaign) {
  if (variable == "trigger" && campaign.trigger.empty()) return "no trigger is named, so there may be none";
  if (variable == "share") return "a share below 2 % is not said";
  if (variable == "free") return "it is empty unless nothing is to be paid";
  if (variable == "amount" && campaign.source.type == OfferType::set) return "it is empty where a price is not known";
  return {};
}

class Words {
 public:
  Words(Campaigns const& campaigns, BundleSource const& source, std::vector<Finding>& out)
      : campaigns_(campaigns), source_(source), out_(out) {
    for (auto const& item : source.items) names_.emplace(item.sku, &item.name);
  }

  void run() {
    for (auto const& text : campaigns_.texts) languages_.insert(text.language);
    for (auto const& campaign : campaigns_.campaigns) {
      for (auto const& text : campaign.texts) languages_.insert(text.language);
    }
    languages_.insert(source_.language);
    for (auto const& campaign : campaigns_.campaigns) one(campaign);
    for (std::size_t n = 0; n < campaigns_.texts.size(); ++n)
      general(campaigns_.texts[n], place_of(campaigns_.text_places, n));
  }

 private:
  /// Rules that were not read from a file have no places.
  static FilePlace place_of(std::vector<FilePlace> const& places, std::size_t n) {
    return n < places.size() ? places[n] : FilePlace{"/texts", 0};
  }
  void warn(FilePlace const& place, std::string what) { out_.push_back({place, false, std::move(what)}); }

  void one(Campaign const& campaign) {
    if (campaign.source.headline.find('{') != std::string::npos) {
      warn({campaign.place.path + "/headline", campaign.place.line},
           "is printed as it stands: variables are for script and reason; write the words themselves");
    }
    promises(campaign.source, {campaign.place.path + "/headline", campaign.place.line});
    std::map<std::string, std::set<std::string>> said;  // languages by key
    for (std::size_t n = 0; n < campaign.texts.size(); ++n) {
      auto const& text = campaign.texts[n];
      auto const place = place_of(campaign.text_places, n);
      said[text.key].insert(text.language);
      auto const check = check_phrase(text.text, text.language);
      for (auto const& doubt : check.doubts) warn(place, doubt);
      for (auto const& variable : check.variables) {
        if (auto const why = never_has(variable, with_triggers(campaign)); !why.empty()) {
          out_.push_back(
              {place, true, "says {" + variable + "}, which its offers never have: " + why + "; take it out"});
        } else if (auto const lacks = may_lack(variable, campaign); check.bare.count(variable) > 0 && !lacks.empty()) {
          warn(place, "says {" + variable + "} outside of [ ]: " + lacks + "; put what belongs to it in [ ]");
        }
      }
      if (text.key == "script" && seen_on_screen(campaign)) length(campaign, text, place);
    }
    for (auto const& [key, languages] : said) missing(campaign, key, languages);
  }

  /// A slip that says 20 % is held against the shop, whatever the discount was meant to be.
  void promises(CampaignSource const& campaign, FilePlace const& place) {
    std::array const beside{campaign.threshold_minor, campaign.min_basket_minor};
    auto const promise = promise_of(campaign.headline, campaign.discount, campaign.value, source_.currency, beside);
    if (promise != Promise::other) return;
    warn(place, "'" + campaign.headline + "' promises something else than the discount, which is " +
                    discount_words(campaign) + "; correct one of them");
  }
  [[nodiscard]] std::string discount_words(CampaignSource const& campaign) const {
    auto const money = to_text(Money{campaign.value, source_.currency});
    switch (campaign.discount) {
      case DiscountKind::percent:
        return std::to_string(campaign.value) + " %";
      case DiscountKind::amount:
        return money + " off";
      case DiscountKind::price:
        return "a price of " + money;
      case DiscountKind::none:
        break;
    }
    return "none at all";
  }

  /// The compiled lists are not there yet; whether there is any is enough.
  static CampaignSource with_triggers(Campaign const& campaign) {
    auto source = campaign.source;
    if (!campaign.trigger.empty()) source.trigger_items.assign(1, 0);
    return source;
  }

  static bool seen_on_screen(Campaign const& campaign) {
    return (campaign.source.stages & ~mask_of(Stage::tender)) != 0;
  }

  void missing(Campaign const& campaign, std::string const& key, std::set<std::string> const& languages) {
    for (auto const& language : languages_) {
      if (languages.count(language) > 0) continue;
      auto const place = FilePlace{campaign.place.path + "/" + key, campaign.place.line};
      bool const fallback = language != source_.language && languages.count(source_.language) > 0;
      warn(place, "has no words in " + language +
                      (language == source_.language ? ", the store's language" : ", which other texts have") +
                      ": tills in it say " + (fallback ? "those in " + source_.language : "the usual sentence") +
                      "; add \"" + language + "\"");
    }
  }

  [[nodiscard]] std::string longest_name(Selection const& selection) const {
    std::string longest;
    for (auto const& sku : selection.skus) {
      auto const found = names_.find(sku);
      if (found != names_.end() && plain_length(*found->second) > plain_length(longest)) longest = *found->second;
    }
    return longest;
  }

  void length(Campaign const& campaign, TextSource const& text, FilePlace const& place) {
    auto const check = check_phrase(text.text, text.language);
    auto length = plain_length(text.text);
    std::string with;
    for (auto const& variable : check.variables) {
      if (variable == "item" || variable == "trigger" || variable == "set") {
        auto const name = longest_name(variable == "trigger" ? campaign.trigger : campaign.offer);
        if (!name.empty()) with += (with.empty() ? " with '" : " and '") + name + "'";
        length += name.empty() ? kUsualName : plain_length(name);
      } else if (variable != "more" && variable != "buy" && variable != "get") {
        length += kUsualMoney;
      }
    }
    if (length <= kLongestLine) return;
    warn(place, "is about " + std::to_string(length) + " characters" + with + "; a cashier reads at most " +
                    std::to_string(kLongestLine) + " at a glance: shorten it");
  }

  void general(TextSource const& text, FilePlace const& place) {
    if (!is_said(text.key)) {
      return warn(place,
                  "is a key that nothing says; correct it (keys are those of core/src/phrases_en.hpp, like "
                  "script.bought_together, reason.upgrade, headline.percent)");
    }
    for (auto const& doubt : check_phrase(text.text, text.language).doubts) warn(place, doubt);
  }

  Campaigns const& campaigns_;
  BundleSource const& source_;
  std::vector<Finding>& out_;
  std::map<std::string, std::string const*> names_;
  std::set<std::string> languages_;  ///< that anything in the file is said in, and the store's
};

}  // namespace

std::string language_note(Campaigns const& campaigns, std::string_view language, std::string_view otherwise) {
  bool const given = std::any_of(campaigns.texts.begin(), campaigns.texts.end(),
                                 [&](TextSource const& text) { return text.language == language; });
  if (given || has_own_words(language)) return {};
  std::string const code(language);
  std::string const instead = has_own_words(otherwise) && otherwise != "en" ? std::string(otherwise) : "English";
  return "there are no words in '" + code + "' (Tillcue's own are in en and ru): " + instead +
         " is spoken; give them in the campaigns file, /texts/" + code + ", or name another language";
}

void check_words(Campaigns const& campaigns, BundleSource const& source, std::vector<Finding>& out) {
  Words(campaigns, source, out).run();
}

}  // namespace tillcue::models
