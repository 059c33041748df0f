#include <cstdio>
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "counts_input.hpp"
#include "sets.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/item_row.hpp"
#include "tillcue/models/policy_facts.hpp"
#include "tillcue/models/weighing.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  std::string bundle;
  std::string sku;
  std::string counts;
  std::size_t top = 20;
  bool json = false;
  bool sets = false;
};

/// The bundle says the first second without a campaign; a reader wants the last day with it.
std::string last_day(std::int64_t ends) { return ends == 0 ? "never" : date_text(ends - 1); }

nlohmann::json policy_json(Policy const& policy) {
  nlohmann::json out;
  for (auto const& fact : policy_facts(policy)) {
    auto& value = out[std::string(fact.name)];
    if (fact.as == PolicyFact::As::word) {
      value = fact.word;
    } else if (fact.as == PolicyFact::As::whole) {
      value = static_cast<std::int64_t>(fact.number);
    } else {
      value = fact.number;
    }
  }
  return out;
}

nlohmann::json summary(Bundle const& bundle) {
  auto const& info = bundle.info();
  nlohmann::json campaigns = nlohmann::json::array();
  for (std::size_t n = 0; n < bundle.campaign_count(); ++n) {
    auto const campaign = bundle.campaign(n);
    campaigns.push_back({{"id", campaign.id},
                         {"type", to_text(campaign.type)},
                         {"headline", campaign.headline},
                         {"starts", date_text(campaign.starts, "always")},
                         {"ends", last_day(campaign.ends)},
                         {"valid_days", campaign.valid_days}});
  }
  nlohmann::json out = {{"bytes", bundle.bytes().size()},
                        {"items", bundle.item_count()},
                        {"weights", bundle.entry_count()},
                        {"affinity_bytes", bundle.affinity_bytes()},
                        {"baskets", info.baskets},
                        {"data_from", date_text(info.data_from)},
                        {"data_to", date_text(info.data_to)},
                        {"currency", info.currency.text()},
                        {"language", info.language},
                        {"score_unit", info.score_unit},
                        {"note", info.note},
                        {"policy", policy_json(bundle.policy())},
                        {"ladder_steps", bundle.ladder_count()},
                        {"campaigns", campaigns}};
  if (auto const weighing = weighing_in(info.note); weighing.on) {
    out["half_life_days"] = weighing.half_life_days;
    out["window_days"] = weighing.window_days;
    out["baskets_read"] = weighing.baskets;
  }
  return out;
}

std::string text_of(nlohmann::json const& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void print_summary(nlohmann::json const& facts, Bundle const& bundle) {
  auto const& info = bundle.info();
  for (auto const* const key : {"bytes", "items", "weights", "affinity_bytes", "baskets", "data_from", "data_to",
                                "currency", "language", "score_unit", "ladder_steps"}) {
    auto const baskets = std::string_view(key) == "baskets";
    std::printf("%-16s %s\n", key,
                baskets ? baskets_text(info.baskets, weighing_in(info.note)).c_str() : text_of(facts[key]).c_str());
  }
  std::printf("policy\n");
  for (auto const& [key, value] : facts["policy"].items())
    std::printf("  %-28s %s\n", key.c_str(), text_of(value).c_str());
  std::printf("campaigns        %zu\n", facts["campaigns"].size());
  for (auto const& campaign : facts["campaigns"]) {
    std::printf("  %s: %s, %s (%s to %s, coupon valid %s days)\n", text_of(campaign["id"]).c_str(),
                text_of(campaign["type"]).c_str(), text_of(campaign["headline"]).c_str(),
                text_of(campaign["starts"]).c_str(), text_of(campaign["ends"]).c_str(),
                text_of(campaign["valid_days"]).c_str());
  }
  std::printf("note\n%s", text_of(facts["note"]).c_str());
}

Result<int> show_item(Options const& options, Ranker& ranker) {
  auto const item = ranker.bundle().find(options.sku);
  if (item == kNoItem) {
    return fail(Code::not_found, options.bundle + ": knows no item with SKU or GTIN '" + options.sku + "'");
  }
  std::optional<Counts> counts;
  if (!options.counts.empty()) {
    auto const bytes = read_file(options.counts, kLargestCounts);
    if (!bytes) return tl::unexpected(bytes.error());
    auto decoded = decode(*bytes);
    if (!decoded) return tl::unexpected(decoded.error().within(options.counts));
    counts = std::move(*decoded);
  }
  auto const row = item_row(ranker, item, counts ? &*counts : nullptr);
  std::fputs((options.json ? json_report(row) : text_report(row, options.top)).c_str(), stdout);
  return kOk;
}

Result<int> run(Options const& options) {
  auto ranker = load_bundle(options.bundle);
  if (!ranker) return tl::unexpected(ranker.error());
  if (options.sets) return print_sets(ranker->bundle(), options.bundle, options.sku, options.json);
  if (!options.sku.empty()) return show_item(options, *ranker);
  auto const facts = summary(ranker->bundle());
  if (options.json)
    std::printf("%s\n", text_of(facts).c_str());
  else
    print_summary(facts, ranker->bundle());
  return kOk;
}

}  // namespace

void add_inspect(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("inspect", "What a bundle holds, or the neighbours of one item.");
  command.add_option("--bundle", options->bundle, "bundle to look into")->required();
  auto* const sku = command.add_option("--sku", options->sku, "SKU or GTIN: show this item's row");
  command.add_option("--counts", options->counts, "counts file: what each weight of the row rests on")->needs(sku);
  command.add_option("--top", options->top, "lines of either list of weights")
      ->check(whole_in_range(1, 1'000'000))
      ->capture_default_str();
  command.add_flag("--sets", options->sets, "show its sets instead, with --sku those of this item");
  command.add_flag("--json", options->json, "print one JSON object");
  command.footer(
      "Examples:\n  tillcue-models inspect --bundle bundle\n"
      "  tillcue-models inspect --bundle bundle --sku 1001 --counts autumn.counts");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
