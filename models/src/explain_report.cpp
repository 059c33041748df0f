#include <nlohmann/json.hpp>

#include "tillcue/models/campaign_explain.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

using Json = nlohmann::ordered_json;

std::string who(NotMade const& entry) {
  auto text = entry.campaign.empty() ? std::string() : entry.campaign;
  if (entry.sku.empty()) return text;
  return text + (text.empty() ? "" : ": ") + entry.name + " (" + entry.sku + ")";
}

void offer_text(MadeOffer const& offer, std::string const& currency, std::string& out) {
  out += "  " + offer.script + '\n';
  out += "    " + offer.reason + '\n';
  out += "    " + offer.name + " (" + offer.sku + ")";
  for (auto const& extra : offer.more) out += " + " + extra;
  if (!offer.price.empty()) out += ", " + offer.price;
  if (!offer.discount.empty()) out += ", " + offer.discount;
  out += "; " + offer.type + (offer.campaign.empty() ? ", learned" : ", campaign " + offer.campaign);
  out += "; bought with " + percent(offer.probability, 1) + ", expected margin " + decimals(offer.expected_margin, 4) +
         " " + currency + "; reason " + offer.code;
  if (!offer.with.empty()) out += " (" + offer.with + ")";
  out += '\n';
}

Json as_json(MadeOffer const& offer) {
  Json out = {{"type", offer.type},     {"kind", offer.kind},          {"sku", offer.sku},    {"name", offer.name},
              {"script", offer.script}, {"reason_text", offer.reason}, {"reason", offer.code}};
  if (!offer.campaign.empty()) out["campaign"] = offer.campaign;
  if (!offer.with.empty()) out["with"] = offer.with;
  if (!offer.more.empty()) out["more"] = offer.more;
  if (!offer.price.empty()) out["price"] = offer.price;
  if (!offer.discount.empty()) out["discount"] = offer.discount;
  out["probability"] = offer.probability;
  out["expected_margin"] = offer.expected_margin;
  return out;
}

}  // namespace

std::string text_report(Explanation const& explanation, std::size_t shown) {
  std::string out = "At " + explanation.stage + ": ";
  if (explanation.offers.empty())
    out += "nothing, because " + explanation.silence + ".\n";
  else
    out += "\n";
  for (std::size_t n = 0; n < explanation.offers.size(); ++n) {
    if (n == 1) out += "next in rank\n";
    offer_text(explanation.offers[n], explanation.currency, out);
  }
  for (auto const& sku : explanation.unknown) out += "not known here: " + sku + '\n';
  std::string campaigns, learned;
  std::size_t more = 0, listed = 0;
  for (auto const& entry : explanation.not_made) {
    auto const line = "  " + who(entry) + ": " + entry.why + '\n';
    if (!entry.campaign.empty())
      campaigns += line;
    else if (listed++ < shown)
      learned += line;
    else
      ++more;
  }
  if (!campaigns.empty()) out += "\nCampaigns not made\n" + campaigns;
  if (!learned.empty()) out += "\nLearned suggestions not made\n" + learned;
  if (more > 0) out += "  ... and " + grouped(more) + " more (--top, --json)\n";
  return out;
}

std::string json_report(Explanation const& explanation) {
  Json out = {{"stage", explanation.stage}, {"silence", explanation.silence}, {"currency", explanation.currency}};
  out["offers"] = Json::array();
  for (auto const& offer : explanation.offers) out["offers"].push_back(as_json(offer));
  out["not_made"] = Json::array();
  for (auto const& entry : explanation.not_made) {
    Json line;
    if (!entry.campaign.empty()) line["campaign"] = entry.campaign;
    if (!entry.sku.empty()) {
      line["sku"] = entry.sku;
      line["name"] = entry.name;
    }
    if (!entry.rule.empty()) line["rule"] = entry.rule;
    line["why"] = entry.why;
    out["not_made"].push_back(std::move(line));
  }
  out["unknown"] = explanation.unknown;
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace tillcue::models
