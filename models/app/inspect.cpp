#include <chrono>
#include <cstdio>
#include <memory>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "sets.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  std::string bundle;
  std::string sku;
  bool json = false;
  bool sets = false;
};

std::string date(std::int64_t seconds, char const* unlimited = "unknown") {
  if (seconds == 0) return unlimited;
  std::chrono::year_month_day const day{
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds{std::chrono::seconds{seconds}})};
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                static_cast<unsigned>(day.day()));
  return text;
}

/// The bundle says the first second without a campaign; a reader wants the last day with it.
std::string last_day(std::int64_t ends) { return ends == 0 ? "never" : date(ends - 1); }

nlohmann::json summary(Bundle const& bundle) {
  auto const& info = bundle.info();
  auto const& policy = bundle.policy();
  nlohmann::json campaigns = nlohmann::json::array();
  for (std::size_t n = 0; n < bundle.campaign_count(); ++n) {
    auto const campaign = bundle.campaign(n);
    campaigns.push_back({{"id", campaign.id},
                         {"headline", campaign.headline},
                         {"starts", date(campaign.starts, "always")},
                         {"ends", last_day(campaign.ends)},
                         {"valid_days", campaign.valid_days}});
  }
  return {{"bytes", bundle.bytes().size()},
          {"items", bundle.item_count()},
          {"weights", bundle.entry_count()},
          {"affinity_bytes", bundle.affinity_bytes()},
          {"baskets", info.baskets},
          {"data_from", date(info.data_from)},
          {"data_to", date(info.data_to)},
          {"currency", info.currency.text()},
          {"language", info.language},
          {"score_unit", info.score_unit},
          {"note", info.note},
          {"policy",
           {{"max_hints_per_sale", policy.max_hints_per_sale},
            {"max_hints_per_stage", policy.max_hints_per_stage},
            {"max_coupons_per_sale", policy.max_coupons_per_sale},
            {"min_items_before_hint", policy.min_items_before_hint},
            {"min_probability", policy.min_probability_ppm / 1e6},
            {"price_guard_percent", policy.price_guard_percent},
            {"holdout_percent", policy.holdout_permille / 10.0},
            {"default_margin_percent", policy.default_margin_percent}}},
          {"campaigns", campaigns}};
}

nlohmann::json row_of(Bundle const& bundle, ItemIx source) {
  auto const view = bundle.item(source);
  double const unit = bundle.info().score_unit;
  auto const row = bundle.row(source);
  std::vector<std::pair<Score, ItemIx>> entries;
  for (std::size_t n = 0; n < row.size(); ++n) entries.emplace_back(row.contribution(n), row.target(n));
  std::stable_sort(entries.begin(), entries.end(), [](auto const& a, auto const& b) { return a.first > b.first; });
  nlohmann::json neighbours = nlohmann::json::array();
  for (auto const& [weight, target] : entries) {
    auto const item = bundle.item(target);
    neighbours.push_back({{"sku", item.sku}, {"name", item.name}, {"weight", weight * unit}});
  }
  nlohmann::json result = {{"sku", view.sku},
                           {"name", view.name},
                           {"category", view.category},
                           {"bias", bundle.bias(source) * unit},
                           {"neighbours", neighbours}};
  if (view.price) result["price"] = to_text(*view.price);
  nlohmann::json flags = nlohmann::json::array();
  if (view.has(ItemFlag::age_restricted)) flags.push_back("age_restricted");
  if (view.has(ItemFlag::excluded)) flags.push_back("excluded");
  if (view.has(ItemFlag::not_for_sale)) flags.push_back("not_for_sale");
  result["flags"] = flags;
  return result;
}

std::string text_of(nlohmann::json const& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void print_summary(nlohmann::json const& facts) {
  for (auto const* const key : {"bytes", "items", "weights", "affinity_bytes", "baskets", "data_from", "data_to",
                                "currency", "language", "score_unit"}) {
    std::printf("%-16s %s\n", key, text_of(facts[key]).c_str());
  }
  std::printf("policy\n");
  for (auto const& [key, value] : facts["policy"].items())
    std::printf("  %-24s %s\n", key.c_str(), text_of(value).c_str());
  std::printf("campaigns        %zu\n", facts["campaigns"].size());
  for (auto const& campaign : facts["campaigns"]) {
    std::printf("  %s: %s (%s to %s, coupon valid %s days)\n", text_of(campaign["id"]).c_str(),
                text_of(campaign["headline"]).c_str(), text_of(campaign["starts"]).c_str(),
                text_of(campaign["ends"]).c_str(), text_of(campaign["valid_days"]).c_str());
  }
  std::printf("note\n%s", text_of(facts["note"]).c_str());
}

void print_row(nlohmann::json const& row) {
  std::printf("%s  %s  [%s]%s\nbias %.6f\n", text_of(row["sku"]).c_str(), text_of(row["name"]).c_str(),
              text_of(row["category"]).c_str(), row["flags"].empty() ? "" : (" " + row["flags"].dump()).c_str(),
              row["bias"].get<double>());
  for (auto const& neighbour : row["neighbours"]) {
    std::printf("%+10.6f  %-16s %s\n", neighbour["weight"].get<double>(), text_of(neighbour["sku"]).c_str(),
                text_of(neighbour["name"]).c_str());
  }
}

Result<int> run(Options const& options) {
  auto const ranker = load_bundle(options.bundle);
  if (!ranker) return tl::unexpected(ranker.error());
  auto const& bundle = ranker->bundle();
  if (options.sets) return print_sets(bundle, options.bundle, options.sku, options.json);
  nlohmann::json facts;
  if (options.sku.empty()) {
    facts = summary(bundle);
  } else {
    auto const item = bundle.find(options.sku);
    if (item == kNoItem) {
      return fail(Code::not_found, options.bundle + ": knows no item with SKU or GTIN '" + options.sku + "'");
    }
    facts = row_of(bundle, item);
  }
  if (options.json)
    std::printf("%s\n", text_of(facts).c_str());
  else if (options.sku.empty())
    print_summary(facts);
  else
    print_row(facts);
  return kOk;
}

}  // namespace

void add_inspect(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("inspect", "What a bundle holds, or the neighbours of one item.");
  command.add_option("--bundle", options->bundle, "bundle to look into")->required();
  command.add_option("--sku", options->sku, "SKU or GTIN: show this item's row");
  command.add_flag("--sets", options->sets, "show its sets instead, with --sku those of this item");
  command.add_flag("--json", options->json, "print one JSON object");
  command.footer("Example:\n  tillcue-models inspect --bundle bundle --sku 1001");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
