#include <nlohmann/json.hpp>

#include "tillcue/models/item_row.hpp"

namespace tillcue::models {
namespace {

using Json = nlohmann::ordered_json;

Json as_json(RowEntry const& entry) {
  Json out = {{"sku", entry.sku}, {"name", entry.name}, {"weight", entry.weight}};
  if (entry.borrowed) out["borrowed"] = true;
  if (!entry.why.empty()) out["why"] = entry.why;
  if (!entry.counted) return out;
  out["baskets"] = entry.own;
  out["together"] = entry.together;
  out["expected"] = entry.significance.expected;
  out["lift"] = entry.significance.lift;
  out["confidence"] = entry.confidence;
  out["g2"] = entry.significance.g2;
  out["p"] = entry.significance.p;
  out["false_discovery_rate"] = entry.false_discovery;
  return out;
}

Json as_json(std::vector<RowEntry> const& entries) {
  Json out = Json::array();
  for (auto const& entry : entries) out.push_back(as_json(entry));
  return out;
}

}  // namespace

std::string json_report(ItemRow const& row) {
  Json out = {{"sku", row.sku}, {"name", row.name}, {"category", row.category}, {"bias", row.intercept}};
  if (!row.price.empty()) out["price"] = row.price;
  out["flags"] = row.flags;
  if (row.counted) {
    out["baskets_counted"] = row.baskets;
    out["baskets"] = row.own;
  }
  out["neighbours"] = as_json(row.neighbours);
  out["incoming"] = as_json(row.incoming);
  out["ladder"] = Json::array();
  for (auto const& rung : row.ladder) {
    auto const* const how = rung.by_size() ? (rung.up ? "larger" : "smaller") : (rung.up ? "better" : "below");
    out["ladder"].push_back({{how, rung.sku},
                             {"name", rung.name},
                             {"share", rung.share},
                             {"size_percent", rung.size_percent},
                             {"manual", rung.manual}});
  }
  out["suggestions"] = Json::array();
  for (auto const& suggestion : row.suggestions) {
    out["suggestions"].push_back({{"sku", suggestion.sku},
                                  {"name", suggestion.name},
                                  {"probability", suggestion.probability},
                                  {"reason", suggestion.reason}});
  }
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace tillcue::models
