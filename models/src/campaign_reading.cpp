#include "campaign_reading.hpp"

#include <algorithm>

#include "tillcue/models/field.hpp"

namespace tillcue::models {
namespace {

constexpr std::int64_t kDay = 86'400;

}  // namespace

void CampaignReading::known(std::vector<std::string> const& names, std::unordered_set<std::string> const& all,
                            std::string const& path, std::string_view what) const {
  for (std::size_t n = 0; n < names.size(); ++n) {
    if (all.count(names[n]) > 0) continue;
    problem(path + "/" + std::to_string(n),
            "'" + names[n] + "' is no " + std::string(what) + " of the items or transactions; correct or remove it");
  }
}

void CampaignReading::amount(JsonObject& fields, std::string_view key, std::int64_t& out) const {
  auto const* const value = fields.take(key);
  if (value == nullptr) return;
  auto const text = value->is_string() ? value->get<std::string>() : value->is_number() ? value->dump() : "";
  auto const money = parse_money(text, currency_);
  if (money && money->minor >= 0 && money->minor <= 1'000'000'000'000) {
    out = money->minor;
  } else {
    fields.problem(key, "is " + value->dump(-1, ' ', false, Json::error_handler_t::replace) + "; write an amount in " +
                            std::string(currency_.text()) + " like \"1.50\", not negative");
  }
}

void CampaignReading::moment(JsonObject& fields, std::string_view key, bool end, std::int64_t& out) const {
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

void CampaignReading::skus(JsonObject& fields, std::string_view key, std::vector<std::string>& out) const {
  fields.texts(key, out);
  known(out, assortment_.skus, fields.at(key), "SKU");
}

void CampaignReading::selection(JsonObject& fields, Selection& out) const {
  skus(fields, "skus", out.skus);
  fields.texts("categories", out.categories);
  known(out.categories, assortment_.categories, fields.at("categories"), "category");
}

bool is_key(std::string_view text, std::string_view more, std::size_t most) {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || more.find(c) != std::string_view::npos;
  });
}

}  // namespace tillcue::models
