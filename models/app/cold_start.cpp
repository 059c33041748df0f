#include <cstdio>
#include <memory>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "tillcue/models/cold_measure.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  InputOptions input;
  BuildOptions build;
  ColdMeasureOptions measure;
  bool json = false;
};

nlohmann::json as_json(ColdHits const& hits) {
  return {{"only", hits.only}, {"mixed", hits.mixed}, {"untouched", hits.untouched}};
}

nlohmann::json as_json(CalibrationQuality const& quality) {
  std::size_t suggestions = 0;
  for (auto const& bin : quality.bins) suggestions += bin.count;
  return {{"suggestions", suggestions},
          {"predicted", quality.predicted},
          {"observed", quality.observed},
          {"ece", quality.ece},
          {"ece_by_chance", quality.by_chance}};
}

void print_json(ColdMeasure const& result) {
  nlohmann::json const line = {
      {"hidden_items", result.hidden},
      {"borrowed_rows", result.borrowed},
      {"queries",
       {{"only", result.only_queries}, {"mixed", result.mixed_queries}, {"untouched", result.untouched_queries}}},
      {"hr_5",
       {{"empty", as_json(result.empty)}, {"borrowing", as_json(result.borrowing)}, {"full", as_json(result.full)}}},
      {"probabilities",
       {{"by_borrowed_rows", as_json(result.probabilities.by_borrowed)},
        {"others", as_json(result.probabilities.others)}}}};
  std::printf("%s\n", line.dump().c_str());
}

void print_text(ColdMeasure const& result) {
  std::printf("%s hidden, %s of them with a borrowed row\n\n", counted(result.hidden, "item").c_str(),
              grouped(result.borrowed).c_str());
  std::printf("%-32s %12s %12s %12s\n", "HR@5 of baskets with", "hidden only", "hidden, too", "none hidden");
  auto const row = [](char const* name, ColdHits const& hits) {
    std::printf("%-32s %12.4f %12.4f %12.4f\n", name, hits.only, hits.mixed, hits.untouched);
  };
  row("empty rows (popularity)", result.empty);
  row("borrowed rows", result.borrowing);
  row("nothing hidden", result.full);
  std::printf("%-32s %12zu %12zu %12zu\n", "questions", result.only_queries, result.mixed_queries,
              result.untouched_queries);
  std::printf("\n%-32s %12s %12s %12s %12s %12s\n", "first five, hidden in basket", "suggestions", "predicted",
              "observed", "ECE", "by chance");
  auto const calibration = [](char const* name, CalibrationQuality const& quality) {
    std::size_t suggestions = 0;
    for (auto const& bin : quality.bins) suggestions += bin.count;
    std::printf("%-32s %12zu %12.4f %12.4f %12.4f %12.4f\n", name, suggestions, quality.predicted, quality.observed,
                quality.ece, quality.by_chance);
  };
  calibration("by borrowed rows", result.probabilities.by_borrowed);
  calibration("the others", result.probabilities.others);
}

Result<int> run(Options const& options) {
  auto const progress = progress_on_terminal();
  if (progress) progress("read transactions and items");
  auto const data = load_transactions(options.input.transactions, options.input);
  if (!data) return tl::unexpected(data.error());
  auto const catalogue = load_catalogue(options.input);
  if (!catalogue) return tl::unexpected(catalogue.error());
  auto const result = measure_cold_start(*data, *catalogue, options.build, options.measure, progress);
  if (!result) return tl::unexpected(result.error());
  if (options.json)
    print_json(*result);
  else
    print_text(*result);
  return kOk;
}

}  // namespace

void add_cold_start(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand(
      "cold-start",
      "What a build knows of items it has never seen: hides some items and asks for what goes with them.");
  command.add_option("--transactions", options->input.transactions, "transaction files (.csv, .csv.gz)")->required();
  command.add_option("--items", options->input.items, "items file: names, brands and categories to go by")->required();
  command.add_option("--hide", options->measure.hide_share, "share of the items to hide")
      ->check(in_range(0.001, 0.9))
      ->capture_default_str();
  command.add_option("--keep", options->measure.keep, "baskets a hidden item is left in; 0: never sold")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  command.add_option("--max-queries", options->measure.most_queries, "about how many questions of each kind")
      ->check(whole_in_range(1, 1'000'000'000))
      ->capture_default_str();
  add_training(command, options->build);
  add_reading(command, options->input);
  command.add_flag("--json", options->json, "print one JSON object");
  command.footer("Example:\n  tillcue-models cold-start --transactions tills.csv.gz --items items.csv");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
