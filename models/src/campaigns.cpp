#include "tillcue/models/campaigns.hpp"

#include <algorithm>
#include <set>

#include "json_object.hpp"
#include "tillcue/models/field.hpp"

namespace tillcue::models {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kLongestText = 4096;
constexpr std::int64_t kDay = 86'400;

class Parser {
 public:
  Parser(Currency currency, Assortment const& assortment) : currency_(currency), assortment_(assortment) {}

  Campaigns parse(Json const& root) {
    JsonObject top(root, "", problems_);
    if (auto const* const value = top.take("policy")) policy(*value);
    if (auto const* const value = top.take("exclude")) exclude(*value);
    if (auto const* const value = top.take("coupons")) coupons(*value);
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
    fields.integer("default_margin_percent", 0, 100, policy.default_margin_percent);
    fields.finish();
  }

  void known(std::vector<std::string> const& names, std::unordered_set<std::string> const& all, std::string const& path,
             std::string_view what) {
    for (std::size_t n = 0; n < names.size(); ++n) {
      if (all.count(names[n]) > 0) continue;
      problems_.push_back(path + "/" + std::to_string(n) + ": '" + names[n] + "' is no " + std::string(what) +
                          " of the items or transactions; correct or remove it");
    }
  }

  void exclude(Json const& value) {
    JsonObject fields(value, "/exclude", problems_);
    fields.texts("skus", result_.excluded_skus);
    fields.texts("categories", result_.excluded_categories);
    known(result_.excluded_skus, assortment_.skus, fields.at("skus"), "SKU");
    known(result_.excluded_categories, assortment_.categories, fields.at("categories"), "category");
    fields.finish();
  }

  /// Minor units of "1.50" or 1.5, without rounding away what the currency cannot express.
  void amount(JsonObject& fields, std::string_view key, std::int64_t& out) {
    auto const* const value = fields.take(key);
    if (value == nullptr) return;
    auto const text = value->is_string() ? value->get<std::string>() : value->is_number() ? value->dump() : "";
    auto const money = parse_money(text, currency_);
    if (money && money->minor >= 0) {
      out = money->minor;
    } else {
      fields.problem(key, "is " + value->dump() + "; write an amount in " + std::string(currency_.text()) +
                              " like \"1.50\", not negative");
    }
  }

  /// Seconds of a date or a time; a date as an end means the whole of that day.
  void moment(JsonObject& fields, std::string_view key, bool end, std::int64_t& out) {
    std::string text;
    fields.text(key, kLongestText, text);
    if (text.empty()) return;
    auto const seconds = parse_iso8601(text);
    if (!seconds) {
      fields.problem(key, "is '" + text + "'; write a date like 2026-12-31 or 2026-12-31T18:00:00");
      return;
    }
    bool const date_only = text.size() == 10;
    out = *seconds + (end && date_only ? kDay : 0);
  }

  void discount(Json const& value, std::string const& path, CampaignSource& coupon) {
    JsonObject fields(value, path, problems_);
    auto const before = problems_.size();
    fields.integer("percent", 1, 100, coupon.value);
    if (coupon.value > 0) coupon.discount = DiscountKind::percent;
    std::int64_t off = 0;
    amount(fields, "amount", off);
    if (off > 0) {
      if (coupon.discount == DiscountKind::percent) {
        problems_.push_back(path + ": has both percent and amount; keep one");
      }
      coupon.discount = DiscountKind::amount;
      coupon.value = off;
    }
    fields.finish();
    if (coupon.discount == DiscountKind::none && problems_.size() == before) {
      problems_.push_back(path +
                          ": says neither percent nor amount; write {\"percent\": 20} or {\"amount\": \"1.50\"}");
    }
  }

  void coupon(Json const& value, std::string const& path) {
    JsonObject fields(value, path, problems_);
    Coupon coupon;
    auto& source = coupon.source;
    if (fields.require("id")) {
      fields.text("id", kMaxIdentifier, source.id);
      if (source.id.empty())
        fields.problem("id", "is no name; write a short text of its own");
      else if (!ids_.insert(source.id).second)
        fields.problem("id", "'" + source.id + "' is there twice; rename one");
    } else {
      (void)fields.take("id");
    }
    fields.text("headline", kLongestText, source.headline);
    fields.text("terms", kLongestText, source.terms);
    if (auto const* const off = fields.take("discount")) discount(*off, fields.at("discount"), source);
    moment(fields, "starts", false, source.starts);
    moment(fields, "ends", true, source.ends);
    if (source.starts != 0 && source.ends != 0 && source.ends <= source.starts) {
      fields.problem("ends", "is not after starts; swap or correct them");
    }
    fields.integer("valid_days", 1, 3650, source.valid_days);
    fields.scaled("min_probability", 0, 1, 1e6, source.min_probability_ppm);
    amount(fields, "min_basket", source.min_basket_minor);
    fields.texts("skus", coupon.skus);
    fields.texts("categories", coupon.categories);
    known(coupon.skus, assortment_.skus, fields.at("skus"), "SKU");
    known(coupon.categories, assortment_.categories, fields.at("categories"), "category");
    fields.finish();
    result_.coupons.push_back(std::move(coupon));
  }

  void coupons(Json const& value) {
    if (!value.is_array()) {
      problems_.push_back(std::string("/coupons: is ") + value.type_name() + "; write a list [...] of coupons");
      return;
    }
    for (std::size_t n = 0; n < value.size(); ++n) coupon(value[n], "/coupons/" + std::to_string(n));
  }

  static bool is_key(std::string_view text, std::string_view more, std::size_t most) {
    return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [&](char c) {
      return (c >= 'a' && c <= 'z') || more.find(c) != std::string_view::npos;
    });
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
        result_.texts.push_back(std::move(text));
      }
    }
  }

  Currency currency_;
  Assortment const& assortment_;
  Campaigns result_;
  std::vector<std::string> problems_;
  std::set<std::string> ids_;
};

/// The line on which `what` says the fault is, or on which the one token that it quotes stands; 0 when it is open.
std::size_t line_of(std::string_view json, std::string_view what) {
  constexpr std::string_view kAt = "at line ";
  if (auto const at = what.find(kAt); at != std::string_view::npos) {
    std::size_t line = 0;
    for (char const c : what.substr(at + kAt.size())) {
      if (c < '0' || c > '9') break;
      line = line * 10 + static_cast<std::size_t>(c - '0');
    }
    return line;
  }
  auto const open = what.find('\'');
  auto const close = what.rfind('\'');
  if (open == close) return 0;
  auto const token = what.substr(open + 1, close - open - 1);
  auto const found = json.find(token);
  if (found == std::string_view::npos || json.find(token, found + 1) != std::string_view::npos) return 0;
  return 1 +
         static_cast<std::size_t>(std::count(json.begin(), json.begin() + static_cast<std::ptrdiff_t>(found), '\n'));
}

tl::unexpected<Error> no_json(std::string_view json, std::string const& name, std::string_view what) {
  // The library puts its own code in brackets in front.
  if (auto const bracket = what.find("] "); bracket != std::string_view::npos) what.remove_prefix(bracket + 2);
  auto const line = line_of(json, what);
  return fail(Code::invalid,
              name + (line > 0 ? ":" + std::to_string(line) : "") + ": is not JSON: " + std::string(what));
}

}  // namespace

Result<Campaigns> parse_campaigns(std::string_view json, std::string const& name, Currency currency,
                                  Assortment const& assortment) {
  Json root;
  try {
    root = Json::parse(json, nullptr, true, true);
  } catch (Json::out_of_range const& error) {
    return no_json(json, name, std::string(error.what()) + "; write a smaller number");
  } catch (Json::exception const& error) {
    return no_json(json, name, error.what());
  }
  Parser parser(currency, assortment);
  auto campaigns = parser.parse(root);
  auto const& problems = parser.problems();
  if (problems.empty()) return campaigns;
  std::string text = name + ": " + std::to_string(problems.size()) + (problems.size() == 1 ? " problem" : " problems");
  for (auto const& problem : problems) text += "\n  " + problem;
  return fail(Code::invalid, std::move(text));
}

}  // namespace tillcue::models
