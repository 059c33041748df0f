#include <algorithm>
#include <array>
#include <optional>

#include "campaign_reading.hpp"
#include "campaign_types.hpp"
#include "tillcue/core/engine.hpp"
#include "tillcue/core/phrase_check.hpp"

namespace tillcue::models {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kUnlimited = 1'000'000'000'000;  // the largest amount a bundle holds

/// Minutes of "07:30"; 24:00 is the end of the day.
std::optional<std::uint16_t> minute_of(std::string_view text) {
  auto const digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(text[0]) || !digit(text[1]) || !digit(text[3]) || !digit(text[4])) {
    return std::nullopt;
  }
  auto const hours = (text[0] - '0') * 10 + text[1] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
  if (minutes > 59 || hours * 60 + minutes > 1440) return std::nullopt;
  return static_cast<std::uint16_t>(hours * 60 + minutes);
}

class CampaignReader {
 public:
  CampaignReader(CampaignReading const& reading, Json const& value, std::string const& path)
      : reading_(reading), fields_(value, path, reading.problems()) {
    campaign_.place = reading.place(path);
  }

  Campaign coupon() {
    source().type = OfferType::coupon;
    source().stages = mask_of(Stage::tender);
    named();
    calendar();
    fields_.integer("valid_days", 1, 3650, source().valid_days);
    fields_.scaled("min_probability", 0, 1, 1e6, source().min_probability_ppm);
    reading_.amount(fields_, "min_basket", source().min_basket_minor);
    reading_.selection(fields_, campaign_.offer);
    fields_.finish();
    return std::move(campaign_);
  }

  Campaign any() {
    named();
    type();
    if (auto const* const value = fields_.take("trigger")) trigger(*value);
    if (auto const* const value = fields_.take("offer")) offer(*value);
    calendar();
    hours();
    fields_.words("weekdays", kWeekdayWords, source().weekdays);
    if (auto const* const value = fields_.take("places")) places(*value);
    people();
    amounts();
    odds();
    limits();
    own_words("script");
    own_words("reason");
    if (auto const* const value = fields_.take("budget")) budget(*value);
    fields_.finish();
    if (typed_) fits_type();
    return std::move(campaign_);
  }

 private:
  CampaignSource& source() { return campaign_.source; }

  void named() {
    if (fields_.require("id")) {
      fields_.text("id", kMaxIdentifier, source().id);
      if (source().id.empty()) fields_.problem("id", "is no name; write a short text of its own");
    } else {
      (void)fields_.take("id");
    }
    fields_.text("headline", kLongestText, source().headline);
    fields_.text("terms", kLongestText, source().terms);
    if (auto const* const off = fields_.take("discount")) discount(*off);
  }

  void type() {
    auto const found = fields_.require("type") ? fields_.word("type", kTypeWords) : std::nullopt;
    if (!found) {
      (void)fields_.take("type");
      return;
    }
    typed_ = true;
    source().type = static_cast<OfferType>(*found);
    source().stages = stages_of(source().type);
  }

  void discount(Json const& value) {
    JsonObject fields(value, fields_.at("discount"), reading_.problems());
    auto const before = reading_.problems().size();
    std::int64_t percent = 0, off = 0, price = 0;
    fields.integer("percent", 1, 100, percent);
    reading_.amount(fields, "amount", off);
    reading_.amount(fields, "price", price);
    fields.finish();
    std::array const kinds{std::pair{DiscountKind::percent, percent}, std::pair{DiscountKind::amount, off},
                           std::pair{DiscountKind::price, price}};
    auto const said = std::count_if(kinds.begin(), kinds.end(), [](auto const& kind) { return kind.second > 0; });
    if (said > 1) reading_.problem(fields.path(), "has more than one of percent, amount and price; keep one");
    for (auto const& [kind, amount] : kinds) {
      if (amount <= 0) continue;
      source().discount = kind;
      source().value = amount;
    }
    if (said == 0 && reading_.problems().size() == before) {
      reading_.problem(fields.path(),
                       "says none of percent, amount and price; write {\"percent\": 20} or {\"amount\": \"1.50\"}");
    }
  }

  void trigger(Json const& value) {
    JsonObject fields(value, fields_.at("trigger"), reading_.problems());
    reading_.selection(fields, campaign_.trigger);
    fields.integer("quantity", 1, 1000, source().buy_quantity);
    fields.finish();
    if (campaign_.trigger.empty()) reading_.problem(fields.path(), "names nothing; name skus or categories");
  }

  void offer(Json const& value) {
    JsonObject fields(value, fields_.at("offer"), reading_.problems());
    reading_.selection(fields, campaign_.offer);
    fields.integer("quantity", 1, 1000, source().get_quantity);
    fields.finish();
  }

  void calendar() {
    reading_.moment(fields_, "starts", false, source().starts);
    reading_.moment(fields_, "ends", true, source().ends);
    if (source().starts != 0 && source().ends != 0 && source().ends <= source().starts) {
      fields_.problem("ends", "is not after starts; swap or correct them");
    }
  }

  void hours() {
    std::string text;
    fields_.text("hours", 11, text);
    if (text.empty()) return;
    auto const from = minute_of(std::string_view(text).substr(0, 5));
    auto const until = text.size() == 11 && text[5] == '-' ? minute_of(std::string_view(text).substr(6)) : std::nullopt;
    if (!from || !until || *from == *until || *from == 1440) {
      return fields_.problem("hours", "is '" + text + "'; write the store's hours like \"07:00-11:00\"");
    }
    source().from_minute = *from;
    source().until_minute = *until;
  }

  void places(Json const& value) {
    JsonObject fields(value, fields_.at("places"), reading_.problems());
    auto const before = reading_.problems().size();
    for (auto const& [key, prefix] : {std::pair{"stores", "store:"}, {"groups", "group:"}, {"tills", "till:"}}) {
      std::vector<std::string> names;
      fields.texts(key, names);
      for (auto const& name : names) put_name(fields, key, prefix + name, source().places);
    }
    fields.finish();
    if (source().places.empty() && reading_.problems().size() == before) {
      reading_.problem(fields.path(), "names nothing; name stores, groups or tills");
    }
  }

  void put_name(JsonObject& fields, std::string_view key, std::string name, std::vector<std::string>& out) {
    if (name.size() > kMaxIdentifier || name.back() == ':') {
      fields.problem(key, "'" + name + "' is no name of 1 to " + std::to_string(kMaxIdentifier) + " bytes");
    } else {
      out.push_back(std::move(name));
    }
  }

  void people() {
    std::vector<std::string> segments;
    fields_.texts("segments", segments);
    for (auto& segment : segments) {
      if (segment.empty()) segment = ":";  // refused below
      put_name(fields_, "segments", std::move(segment), source().segments);
    }
    if (auto const whom = fields_.word("customers", kAudienceWords)) source().audience = static_cast<Audience>(*whom);
    fields_.integer("min_visits", 0, 65'535, source().min_visits);
    fields_.boolean("needs_trust", source().needs_trust);
    fields_.text("partner", kMaxIdentifier, source().partner);
    fields_.words("channels", kChannelWords, source().channels);
    fields_.words("stages", kStageWords, source().stages);
  }

  void amounts() {
    reading_.amount(fields_, "min_basket", source().min_basket_minor);
    reading_.amount(fields_, "max_basket", source().max_basket_minor);
    reading_.amount(fields_, "threshold", source().threshold_minor);
    if (source().max_basket_minor > 0 && source().max_basket_minor < source().min_basket_minor) {
      fields_.problem("max_basket", "is below min_basket; swap or correct them");
    }
  }

  void odds() {
    fields_.scaled("min_probability", 0, 1, 1e6, source().min_probability_ppm);
    fields_.scaled("probability", 0, 1, 1e6, source().probability_ppm);
    fields_.scaled("redemption", 0, 1, 1e6, source().redemption_ppm);
    fields_.integer("weight_percent", 0, 10'000, source().weight_percent);
  }

  void limits() {
    fields_.integer("valid_days", 1, 3650, source().valid_days);
    fields_.integer("max_per_sale", 1, 100, source().max_per_sale);
    fields_.integer("max_per_customer_day", 1, 1000, source().max_per_customer_day);
  }

  /// Per language; which number the campaign gets is known when the bundle is made.
  void own_words(std::string_view key) {
    auto const* const value = fields_.take(key);
    if (value == nullptr) return;
    JsonObject languages(*value, fields_.at(key), reading_.problems());
    if (!value->is_object()) return;
    for (auto const& [language, words] : value->items()) {
      if (!is_key(language, "", 3) || language.size() < 2) {
        languages.problem(language, "is no language code; write two small letters like en or ru");
        continue;
      }
      TextSource text{language, std::string(key), {}};
      languages.text(language, kLongestText, text.text);
      if (text.text.empty()) continue;
      read_words(reading_, text, languages.at(language));
      campaign_.text_places.push_back(reading_.place(languages.at(language)));
      campaign_.texts.push_back(std::move(text));
    }
  }

  void budget(Json const& value) {
    read_budget(reading_, value, fields_.at("budget"), campaign_.budget);
    source().budgeted = true;
    source().free_minor = campaign_.budget.free_minor;
    source().free_issues = campaign_.budget.free_issues;
  }

  void fits_type() {
    auto const& needs = needs_of(source().type);
    std::string const type(to_text(source().type));
    if (needs.trigger && campaign_.trigger.empty()) {
      fields_.problem("trigger", "is missing; " + type + " needs what in the basket brings it about");
    }
    offer_fits(needs, type);
    if (needs.threshold != (source().threshold_minor > 0)) {
      fields_.problem("threshold", needs.threshold ? "is missing; " + type + " needs the amount it is about"
                                                   : "is not read by " + type + "; leave it out");
    }
    if (!needs.discount && source().discount != DiscountKind::none) {
      fields_.problem("discount", "is not read by " + type + "; leave it out");
    }
    if (source().type == OfferType::threshold && source().discount == DiscountKind::price) {
      fields_.problem("discount", "is a price, and a threshold's reward is off the receipt; write percent or amount");
    }
    stages_fit(type);
  }

  void offer_fits(TypeNeeds const& needs, std::string const& type) {
    auto const& offer = campaign_.offer;
    if (needs.offer == TypeNeeds::none) {
      if (!offer.empty())
        fields_.problem("offer", "names items; " + type + " offers more of its trigger: only quantity");
      return;
    }
    if (needs.offer != TypeNeeds::free && offer.empty()) {
      fields_.problem("offer", "is missing; " + type + " needs what is offered");
    }
    if (needs.offer != TypeNeeds::few) return;
    if (!offer.categories.empty()) {
      fields_.problem("offer/categories", "is not possible for " + type + "; name the items by skus");
    }
    if (offer.skus.size() > needs.most) {
      fields_.problem("offer/skus", "are " + std::to_string(offer.skus.size()) + "; " + type + " takes at most " +
                                        std::to_string(needs.most));
    }
  }

  void stages_fit(std::string const& type) {
    auto const possible = stages_of(source().type);
    auto const wrong = static_cast<std::uint8_t>(source().stages & ~possible);
    if (wrong != 0) {
      return fields_.problem("stages", "names " + words_of_mask(wrong, kStageWords) + "; " + type +
                                           " is only tried at " + words_of_mask(possible, kStageWords));
    }
    auto const paper = mask_of(Channel::receipt);
    auto const seen = static_cast<std::uint8_t>(mask_of(Channel::screen) | mask_of(Channel::display));
    bool const at_tender = (source().stages & mask_of(Stage::tender)) != 0;
    bool const before = (source().stages & ~mask_of(Stage::tender)) != 0;
    if (at_tender && !before && (source().channels & paper) == 0) {
      fields_.problem("channels", "lack receipt; at tender nothing else speaks");
    }
    if (before && !at_tender && (source().channels & seen) == 0) {
      fields_.problem("channels", "hold only receipt; before tender only screen and display speak");
    }
  }

  CampaignReading const& reading_;
  JsonObject fields_;
  Campaign campaign_;
  bool typed_ = false;
};

}  // namespace

TypeNeeds const& needs_of(OfferType type) noexcept {
  using Needs = TypeNeeds;
  // trigger, offer, at most so many, threshold, discount
  static constexpr std::array<Needs, kOfferTypes> kNeeds{{{false, Needs::free, 0, false, true},     // suggestion
                                                          {true, Needs::named, 0, false, true},     // upgrade
                                                          {true, Needs::none, 0, false, true},      // multi_buy
                                                          {false, Needs::free, 0, false, true},     // second_item
                                                          {true, Needs::named, 0, false, true},     // buy_get
                                                          {true, Needs::few, 3, false, true},       // set
                                                          {false, Needs::free, 0, true, true},      // threshold
                                                          {false, Needs::few, 16, true, false},     // gift
                                                          {false, Needs::free, 0, false, true},     // coupon
                                                          {false, Needs::free, 0, false, true},     // thank_you
                                                          {true, Needs::named, 0, false, false}}};  // notice
  return kNeeds[static_cast<std::size_t>(type)];
}

std::string words_of_mask(std::uint32_t mask, std::span<std::string_view const> words) {
  std::string text;
  for (std::size_t n = 0; n < words.size(); ++n) {
    if ((mask & 1U << n) != 0) text.append(text.empty() ? "" : ", ").append(words[n]);
  }
  return text;
}

void read_words(CampaignReading const& reading, TextSource const& text, std::string const& path) {
  for (auto const& fault : check_phrase(text.text, text.language).faults) reading.problem(path, fault);
}

void read_budget(CampaignReading const& reading, Json const& value, std::string const& path, BudgetSource& out) {
  auto const before = reading.problems().size();
  JsonObject fields(value, path, reading.problems());
  reading.amount(fields, "amount", out.minor);
  fields.integer("issues", 1, kUnlimited, out.issues);
  if (auto const* const free = fields.take("free_per_till")) {
    JsonObject each(*free, fields.at("free_per_till"), reading.problems());
    // What is not limited as a whole is not limited at a till either.
    out.free_minor = out.minor > 0 ? out.minor : kUnlimited;
    out.free_issues = out.issues > 0 ? out.issues : kUnlimited;
    reading.amount(each, "amount", out.free_minor);
    each.integer("issues", 0, kUnlimited, out.free_issues);
    each.finish();
  }
  fields.finish();
  if (out.minor == 0 && out.issues == 0 && reading.problems().size() == before) {
    reading.problem(path, "limits nothing; write an amount, issues or both");
  }
}

Campaign read_campaign(CampaignReading const& reading, Json const& value, std::string const& path) {
  return CampaignReader(reading, value, path).any();
}

Campaign read_coupon(CampaignReading const& reading, Json const& value, std::string const& path) {
  return CampaignReader(reading, value, path).coupon();
}

}  // namespace tillcue::models
