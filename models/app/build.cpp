#include <cstdio>
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "release_gate.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  InputOptions input;
  ShopOptions shop;
  BuildOptions build;
  ReleaseGate gate;
  std::string out, previous;
  bool uncalibrated = false, json = false;
};

nlohmann::json as_json(GateVerdict const& verdict, bool refused) {
  nlohmann::json checks = nlohmann::json::array();
  for (auto const& check : verdict.checks) {
    checks.push_back({{"what", check.what}, {"found", check.found}, {"passed", check.passed}});
  }
  return {{"gate", verdict.passed() ? "passed"
                   : refused        ? "failed"
                                    : "forced"},
          {"how", verdict.how},
          {"questions", verdict.questions},
          {"checks", checks}};
}

std::string too_large(std::size_t bytes, std::size_t most, std::size_t items) {
  return "--max-bytes " + std::to_string(most) + ": " + counted(items, "item") + " take " + counted(bytes, "byte") +
         " at least, with hardly any weights left; leave out what hardly sells, shorten names, or allow more";
}

/// Items of baskets that were too large are known to the data and to nobody else.
std::vector<std::string> sold_in(Dataset const& data) {
  std::vector<bool> is_sold(data.items.size(), false);
  for (auto const item : data.basket_items) is_sold[item] = true;
  std::vector<std::string> sold;
  for (std::size_t n = 0; n < is_sold.size(); ++n) {
    if (is_sold[n]) sold.push_back(data.items[n].sku);
  }
  return sold;
}

Error without_probabilities(Dataset const& data) {
  return {Code::invalid,
          "transactions: nothing to measure probabilities on: " + counted(data.baskets(), "basket") +
              ", and not one with two items could be kept back and asked for; give more transactions, or "
              "take rough probabilities with --uncalibrated"};
}

void summarise(Options const& options, std::size_t sold, Built const& built) {
  if (options.json) {
    nlohmann::json line = {{"bundle", options.out},
                           {"bytes", built.bundle.size()},
                           {"baskets", built.baskets},
                           {"items", sold},
                           {"calibration", built.calibration},
                           {"calibration_queries", built.calibration_queries}};
    if (auto const& verdict = options.gate.verdict()) line["gate"] = as_json(*verdict, options.gate.refused());
    if (options.gate.refused()) line["bundle"] = nullptr;
    std::printf("%s\n", line.dump().c_str());
    return;
  }
  std::printf("%s: %s from %s of %s; probabilities %s (%s)\n", options.out.c_str(),
              counted(built.bundle.size(), "byte").c_str(), counted(built.baskets, "basket").c_str(),
              counted(sold, "item").c_str(), built.calibration.c_str(),
              counted(built.calibration_queries, "question").c_str());
}

/// Builds with fewer weights while the file is larger than allowed. What does not shrink is left to the gate or
/// refused.
Result<Built> build_within(Options& options, Dataset const& data, Catalogue const& catalogue,
                           Campaigns const& campaigns, Progress const& progress) {
  constexpr int kTries = 5;
  constexpr double kLeastBytes = 4, kSpareBytes = 0.25;
  auto const most = options.gate.most_bytes();
  for (int tried = 1;; ++tried) {
    auto built = build(data, catalogue, campaigns, options.build, progress);
    if (!built || built->bundle.size() <= most) return built;
    if (options.build.bytes_per_item <= kLeastBytes) {
      return tl::unexpected(Error{Code::rejected, too_large(built->bundle.size(), most, data.items.size())});
    }
    auto const excess = static_cast<double>(built->bundle.size() - most) / static_cast<double>(data.items.size());
    auto const fewer = options.build.bytes_per_item - excess - kSpareBytes;
    bool const last = fewer < kLeastBytes || tried >= kTries;
    if (last && options.gate.wanted()) return built;
    options.build.bytes_per_item = last ? kLeastBytes : fewer;  // the smallest that can be is what is told
  }
}

Result<int> run(Options& options) {
  if (auto const applied = apply(options.shop, options.build.compile); !applied) return tl::unexpected(applied.error());
  if (auto const possible = can_write(options.out, files_of(options.input), kBundleFile); !possible)
    return tl::unexpected(possible.error());
  options.input.until = options.build.recency.as_of;
  options.input.dated_prices = true;
  auto const progress = progress_on_terminal();
  if (progress) progress("read transactions and items");
  auto const data = load_transactions(options.input.transactions, options.input, progress.advance());
  if (!data) return tl::unexpected(data.error());
  auto const catalogue = load_catalogue(options.input);
  if (!catalogue) return tl::unexpected(catalogue.error());
  Counts named;
  for (auto const& item : data->items) named.items.push_back({item.sku, 0, 0, {}});
  auto const sold = sold_in(*data);
  tell_missing(*catalogue, sold, options.input);
  auto const campaigns =
      load_campaigns(options.input, options.build.compile.currency, assortment_of(named, *catalogue));
  if (!campaigns) return tl::unexpected(campaigns.error());
  std::optional<Ranker> previous;
  if (!options.previous.empty()) {
    auto opened = load_bundle(options.previous);
    if (!opened) return tl::unexpected(opened.error());
    previous = std::move(*opened);
    options.build.compile.previous = &previous->bundle();
  }
  if (auto const set = options.gate.watch(*data, *catalogue, options.build, progress); !set) {
    return tl::unexpected(set.error());
  }
  auto const built = build_within(options, *data, *catalogue, *campaigns, progress);
  if (!built) return tl::unexpected(built.error());
  if (built->calibration == "none" && !options.uncalibrated) return tl::unexpected(without_probabilities(*data));
  tell_notes(built->notes);
  options.gate.show();
  if (options.gate.refused()) {
    if (options.json) summarise(options, sold.size(), *built);
    if (auto const kept = options.gate.refuse(options.out, built->bundle); !kept) return tl::unexpected(kept.error());
    return kRefused;
  }
  if (auto const written = write_file(options.out, std::span(built->bundle)); !written) {
    return tl::unexpected(written.error());
  }
  summarise(options, sold.size(), *built);
  return kOk;
}

}  // namespace

void add_build(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("build", "Transactions to bundle: count, train, calibrate, compile.");
  command
      .add_option("--transactions", options->input.transactions,
                  "transaction files: CSV, JSON lines or POSLog XML, plain or .gz")
      ->required();
  command.add_option("--items", options->input.items, "items file: names, categories, prices, flags");
  command.add_option("--campaigns", options->input.campaigns, "campaigns file (JSON): rules and coupons");
  command.add_option("--out", options->out, "bundle to write")->required();
  command.add_option(
      "--previous", options->previous,
      "the bundle the tills have: what hardly changed stays as it is, so that a delta is small (pack --base)");
  command.add_flag("--uncalibrated", options->uncalibrated,
                   "take rough probabilities where there are too few baskets to measure any");
  add_shop(command, options->shop);
  add_training(command, options->build);
  add_recency(command, options->build.recency);
  add_reading(command, options->input);
  options->gate.add_to(command);
  command.add_flag("--json", options->json, "print the summary as JSON");
  command.footer(
      "Examples:\n  tillcue-models build --transactions tills.csv.gz --out bundle\n"
      "  tillcue-models build --transactions sep.csv oct.csv --items items.csv --campaigns campaigns.json \\\n"
      "      --currency GBP --out bundle\n"
      "  tillcue-models build --transactions tills.csv.gz --replaces store.bundle --out new.bundle");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
