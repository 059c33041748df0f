#include "tillcue/models/campaigns.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "campaign_reading.hpp"
#include "campaign_types.hpp"
#include "json_text.hpp"
#include "shipped_text.hpp"
#include "tillcue/models/legal.hpp"

namespace tillcue::models {
namespace {

using Json = nlohmann::json;

class Parser {
 public:
  Parser(Currency currency, Assortment const& assortment, JsonLines const& lines)
      : reading_(currency, assortment, lines, problems_) {}

  Campaigns parse(Json const& root) {
    JsonObject top(root, "", problems_);
    (void)top.take("$schema");  // for editors
    if (auto const* const value = top.take("policy")) policy(*value);
    if (auto const* const value = top.take("exclude")) exclude(*value);
    top.each("campaigns",
             [this](Json const& value, std::string const& path) { keep(read_campaign(reading_, value, path)); });
    top.each("coupons",
             [this](Json const& value, std::string const& path) { keep(read_coupon(reading_, value, path)); });
    if (auto const* const value = top.take("partners")) partners(*value);
    top.each("ladders", [this](Json const& value, std::string const& path) { ladder(value, path); });
    top.each("never", [this](Json const& value, std::string const& path) { never(value, path); });
    if (auto const* const value = top.take("techniques")) techniques(*value);
    top.each("boosts", [this](Json const& value, std::string const& path) { boost(value, path); });
    if (auto const* const value = top.take("legal")) legal(*value);
    if (auto const* const value = top.take("texts")) texts(*value);
    top.finish();
    return std::move(result_);
  }
  [[nodiscard]] std::vector<std::string> const& problems() const { return problems_; }

 private:
  void policy(Json const& value) {
    JsonObject fields(value, "/policy", problems_);
    auto& policy = result_.policy;
    fields.integer("max_hints_per_sale", 0, 100, policy.max_hints_per_sale);
    fields.integer("max_hints_per_stage", 0, 100, policy.max_hints_per_stage);
    fields.integer("max_coupons_per_sale", 0, 10, policy.max_coupons_per_sale);
    fields.integer("min_items_before_hint", 0, 1000, policy.min_items_before_hint);
    fields.scaled("min_probability", 0, 1, 1e6, policy.min_probability_ppm);
    fields.integer("price_guard_percent", 1, 10'000, policy.price_guard_percent);
    fields.scaled("holdout_percent", 0, 100, 10, policy.holdout_permille);
    fields.integer("holdout_salt", 0, 0xFFFF'FFFFLL, policy.holdout_salt);
    static constexpr std::array<std::string_view, 2> kHoldout{"sale", "customer"};
    if (auto const by = fields.word("holdout_by", kHoldout)) policy.holdout_by_customer = *by == 1;
    fields.integer("default_margin_percent", 0, 100, policy.default_margin_percent);
    fields.scaled("exploration_percent", 0, 100, 10, policy.exploration_permille);
    fields.integer("second_item_percent", 1, 100, policy.second_item_percent);
    fields.integer("quiet_scans_per_minute", 0, 1000, policy.quiet_scans_per_minute);
    fields.integer("cooldown_seconds", 0, 3600, policy.cooldown_seconds);
    fields.integer("max_hints_per_customer_day", 0, 1000, policy.max_hints_per_customer_day);
    fields.integer("max_coupons_per_customer_day", 0, 1000, policy.max_coupons_per_customer_day);
    fields.integer("max_down_sells", 0, 10, policy.max_down_sells);
    fields.integer("gap_percent", 1, 100, policy.gap_percent);
    fields.integer("trust_visits", 0, 1000, policy.trust_visits);
    fields.integer("large_upgrade_percent", 0, 1000, policy.large_upgrade_percent);
    fields.integer("upsell_least_percent", 0, 1000, policy.upsell_least_percent);
    fields.scaled("expert_probability", 0, 1, 1e6, policy.expert_probability_ppm);
    fields.finish();
  }

  void exclude(Json const& value) {
    JsonObject fields(value, "/exclude", problems_);
    reading_.selection(fields, result_.excluded);
    fields.finish();
  }

  void keep(Campaign campaign) {
    auto const& id = campaign.source.id;
    if (!id.empty() && !ids_.insert(id).second) {
      reading_.problem(campaign.place.path + "/id", "'" + id + "' is there twice; rename one");
    }
    result_.campaigns.push_back(std::move(campaign));
  }

  void partners(Json const& value) {
    JsonObject names(value, "/partners", problems_);
    if (!value.is_object()) return;
    for (auto const& [name, budget] : value.items()) {
      PartnerRule rule;
      rule.place = reading_.place(names.at(name));
      rule.budget.name = "partner:" + name;
      if (name.empty() || name.size() > kMaxIdentifier) {
        names.problem(name, "is no name of 1 to " + std::to_string(kMaxIdentifier) + " bytes");
      }
      read_budget(reading_, budget, names.at(name), rule.budget);
      result_.partners.push_back(std::move(rule));
    }
  }

  void ladder(Json const& value, std::string const& path) {
    JsonObject fields(value, path, problems_);
    LadderRule rule;
    rule.place = reading_.place(path);
    reading_.skus(fields, "skus", rule.skus);
    fields.finish();
    std::set<std::string> const once(rule.skus.begin(), rule.skus.end());
    if (once.size() != rule.skus.size()) fields.problem("skus", "names an item twice; keep it once");
    if (once.size() < 2) fields.problem("skus", "needs two or more, from the smallest or plainest to the best");
    result_.ladders.push_back(std::move(rule));
  }

  void part(JsonObject& fields, std::string_view key, Selection& out) {
    auto const* const value = fields.take(key);
    if (value == nullptr) return fields.problem(key, "is missing; name skus or categories");
    JsonObject part(*value, fields.at(key), problems_);
    reading_.selection(part, out);
    part.finish();
    if (out.empty() && value->is_object()) fields.problem(key, "names nothing; name skus or categories");
  }

  void never(Json const& value, std::string const& path) {
    JsonObject fields(value, path, problems_);
    NeverRule rule;
    rule.place = reading_.place(path);
    part(fields, "with", rule.with);
    part(fields, "offer", rule.offer);
    fields.boolean("both_ways", rule.both_ways);
    fields.finish();
    result_.never.push_back(std::move(rule));
  }

  void techniques(Json const& value) {
    JsonObject fields(value, "/techniques", problems_);
    if (!value.is_object()) return;
    for (auto const& [category, unused] : value.items()) {
      if (!reading_.knows_category(category)) {
        fields.problem(category, "is no category of the items or transactions; correct or remove it");
      }
      if (auto const which = fields.word(category, kTechniqueWords)) {
        result_.techniques.emplace_back(category, static_cast<Technique>(*which));
      }
    }
  }

  void boost(Json const& value, std::string const& path) {
    JsonObject fields(value, path, problems_);
    BoostRule rule;
    rule.place = reading_.place(path);
    reading_.selection(fields, rule.what);
    if (fields.require("percent"))
      fields.integer("percent", 1, 1000, rule.percent);
    else
      (void)fields.take("percent");
    fields.finish();
    if (rule.what.empty() && value.is_object()) reading_.problem(path, "names nothing; name skus or categories");
    result_.boosts.push_back(std::move(rule));
  }

  void legal(Json const& value) {
    JsonObject fields(value, "/legal", problems_);
    auto& legal = result_.legal;
    legal.place = reading_.place("/legal");
    fields.text("country", 2, legal.country);
    if (!legal.country.empty() && !knows_country(legal.country)) {
      fields.problem("country", "'" + legal.country + "' is none we know packs of; write one of " + known_countries() +
                                    ", or leave it out and name packs");
    }
    if (auto const* const packs = fields.take("packs")) {
      legal.own_packs = packs->is_array();
      pack_names(fields, "packs", legal.packs);
    }
    pack_names(fields, "no_trigger", legal.silent);
    reading_.skus(fields, "except", legal.except);
    fields.finish();
  }

  void pack_names(JsonObject& fields, std::string_view key, std::vector<std::string>& out) {
    fields.texts(key, out);
    for (std::size_t n = 0; n < out.size(); ++n) {
      if (find_pack(out[n]) != nullptr) continue;
      fields.problem(std::string(key) + "/" + std::to_string(n),
                     "'" + out[n] + "' is no pack; there are " + known_packs());
    }
  }

  void texts(Json const& value) {
    JsonObject languages(value, "/texts", problems_);
    if (!value.is_object()) return;
    for (auto const& [language, entries] : value.items()) {
      (void)languages.take(language);
      if (!is_key(language, "", 3) || language.size() < 2) {
        languages.problem(language, "is no language code; write two small letters like en or ru");
      }
      JsonObject keys(entries, languages.at(language), problems_);
      if (!entries.is_object()) continue;
      for (auto const& [key, words] : entries.items()) {
        if (!is_key(key, "_.0123456789", 64)) {
          keys.problem(key, "is no text key; write small letters, digits, _ and . only");
        }
        TextSource text{language, key, {}};
        keys.text(key, kLongestText, text.text);
        read_words(reading_, text, keys.at(key));
        result_.text_places.push_back(reading_.place(keys.at(key)));
        result_.texts.push_back(std::move(text));
      }
    }
  }

  std::vector<std::string> problems_;
  CampaignReading reading_;
  Campaigns result_;
  std::set<std::string> ids_;
};

}  // namespace

Result<Campaigns> parse_campaigns(std::string_view json, std::string const& name, Currency currency,
                                  Assortment const& assortment) {
  auto const root = parse_json(json, name);
  if (!root) return tl::unexpected(root.error());
  JsonLines const lines(json);
  Parser parser(currency, assortment, lines);
  auto campaigns = parser.parse(*root);
  auto problems = parser.problems();
  for (auto const& path : lines.repeated()) problems.push_back(path + ": is there twice; keep one");
  if (problems.empty()) return campaigns;
  return tl::unexpected(all_problems(problems, lines, name));
}

std::string_view campaigns_schema() noexcept {
  for (auto const& [name, text] : shipped_texts()) {
    if (name == "campaigns.schema") return text;
  }
  return {};
}

}  // namespace tillcue::models
