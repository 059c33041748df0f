#include "sets.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "tillcue/models/weighing.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  std::string bundle;
  std::string sku;
  std::size_t most = kSetsShown;
  bool json = false;
};

std::optional<Money> price_of(Bundle const& bundle, SetView const& set) {
  auto sum = bundle.price(set.main);
  for (std::size_t n = 0; n < set.extra_count && sum; ++n) {
    auto const price = bundle.price(set.extras[n]);
    if (price)
      sum->minor += price->minor;
    else
      sum.reset();
  }
  return sum;
}

nlohmann::json as_json(Bundle const& bundle, ItemIx item) {
  auto const view = bundle.item(item);
  return {{"sku", view.sku}, {"name", view.name}};
}

nlohmann::json as_json(Bundle const& bundle, SetView const& set) {
  nlohmann::json extras = nlohmann::json::array();
  for (std::size_t n = 0; n < set.extra_count; ++n) extras.push_back(as_json(bundle, set.extras[n]));
  nlohmann::json out = {{"main", as_json(bundle, set.main)},
                        {"extras", extras},
                        {"baskets", set.baskets},
                        {"main_baskets", set.main_baskets},
                        {"joint_lift", set.lift_milli / 1000.0}};
  if (auto const price = price_of(bundle, set)) out["price"] = to_text(*price);
  return out;
}

void print(Bundle const& bundle, SetView const& set) {
  auto const price = price_of(bundle, set);
  auto const main = bundle.item(set.main);
  std::printf("%7u %8u %8.2f %12s  %s  %.*s", set.baskets, set.main_baskets, set.lift_milli / 1000.0,
              price ? to_text(*price).c_str() : "-", std::string(main.sku).c_str(), static_cast<int>(main.name.size()),
              main.name.data());
  for (std::size_t n = 0; n < set.extra_count; ++n) {
    auto const extra = bundle.item(set.extras[n]);
    std::printf(" + %.*s", static_cast<int>(extra.name.size()), extra.name.data());
  }
  std::printf("\n");
}

/// Of one item, or of all: those in the most baskets first.
std::vector<SetView> chosen(Bundle const& bundle, Range range, std::size_t most) {
  std::vector<SetView> sets;
  for (std::uint32_t n = 0; n < range.count; ++n) sets.push_back(bundle.set(range.first + n));
  std::stable_sort(sets.begin(), sets.end(), [](auto const& a, auto const& b) { return a.baskets > b.baskets; });
  if (sets.size() > most) sets.resize(most);
  return sets;
}

Result<int> run(Options const& options) {
  auto const ranker = load_bundle(options.bundle);
  if (!ranker) return tl::unexpected(ranker.error());
  return print_sets(ranker->bundle(), options.bundle, options.sku, options.json, options.most);
}

void list_sets(Bundle const& bundle, Range range, std::size_t most, bool json) {
  auto const sets = chosen(bundle, range, most);
  if (json) {
    nlohmann::json list = nlohmann::json::array();
    for (auto const& set : sets) list.push_back(as_json(bundle, set));
    nlohmann::json const line = {{"count", bundle.set_count()}, {"sets", list}};
    std::printf("%s\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return;
  }
  std::printf("%s in the bundle, %s\n", counted(bundle.set_count(), "set").c_str(),
              sets.empty() && range.count == 0 && bundle.set_count() > 0 ? "none with this main item"
                                                                         : (grouped(sets.size()) + " shown").c_str());
  if (sets.empty()) return;
  if (auto const weighing = weighing_in(bundle.info().note); weighing.on) {
    std::printf("baskets are %s\n", weighing_text(weighing).c_str());
  }
  std::printf("%7s %8s %8s %12s  %s\n", "baskets", "of main", "lift", "price", "main item + extras");
  for (auto const& set : sets) print(bundle, set);
}

}  // namespace

Result<int> print_sets(Bundle const& bundle, std::string const& file, std::string const& sku, bool json,
                       std::size_t most) {
  Range range{0, static_cast<std::uint32_t>(bundle.set_count())};
  if (!sku.empty()) {
    auto const item = bundle.find(sku);
    if (item == kNoItem) return fail(Code::not_found, file + ": knows no item with SKU or GTIN '" + sku + "'");
    range = bundle.sets_of(item);
  }
  list_sets(bundle, range, most, json);
  return kOk;
}

void add_sets(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("sets", "The mined sets of a bundle: a main item and what completes it.");
  command.add_option("--bundle", options->bundle, "bundle to look into")->required();
  command.add_option("--sku", options->sku, "SKU or GTIN: only the sets of this main item");
  command.add_option("--most", options->most, "sets to show")
      ->check(whole_in_range(1, 1'000'000))
      ->capture_default_str();
  command.add_flag("--json", options->json, "print one JSON object");
  command.footer(
      "baskets: with the whole set; of main: with its main item; lift: how much oftener than its best part and the\n"
      "rest would meet by chance.\n\nExample:\n  tillcue-models sets --bundle bundle --most 20");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
