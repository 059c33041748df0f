#include <cstdio>
#include <memory>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "tillcue/models/evaluation.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  InputOptions input;
  BuildOptions build;
  EvaluationOptions evaluation;
  bool json = false;
};

nlohmann::json as_json(RankingQuality const& quality) {
  return {{"hr_1", quality.hit_rate_1},   {"hr_3", quality.hit_rate_3}, {"hr_5", quality.hit_rate_5},
          {"hr_10", quality.hit_rate_10}, {"mrr_10", quality.mrr_10},   {"coverage_10", quality.coverage_10}};
}

double per_item(std::size_t bytes, std::size_t items) {
  return items > 0 ? static_cast<double>(bytes) / static_cast<double>(items) : 0;
}

void print_json(Evaluation const& result) {
  nlohmann::json const line = {{"split", result.split},
                               {"train_baskets", result.train_baskets},
                               {"test_baskets", result.test_baskets},
                               {"queries", result.queries},
                               {"model", as_json(result.model)},
                               {"popularity", as_json(result.popularity)},
                               {"calibration",
                                {{"ece", result.calibration.ece},
                                 {"predicted", result.calibration.predicted},
                                 {"observed", result.calibration.observed}}},
                               {"size",
                                {{"items", result.items},
                                 {"bundle_bytes", result.bundle_bytes},
                                 {"affinity_bytes", result.affinity_bytes},
                                 {"affinity_bytes_per_item", per_item(result.affinity_bytes, result.items)}}}};
  std::printf("%s\n", line.dump().c_str());
}

void print_row(char const* name, RankingQuality const& quality) {
  std::printf("%-12s %7.4f %7.4f %7.4f %7.4f %7.4f %7.3f\n", name, quality.hit_rate_1, quality.hit_rate_3,
              quality.hit_rate_5, quality.hit_rate_10, quality.mrr_10, quality.coverage_10);
}

void print_text(Evaluation const& result) {
  std::printf("trained on %zu baskets, asked %zu hidden items of %zu later baskets (split %s)\n\n",
              result.train_baskets, result.queries, result.test_baskets, result.split.c_str());
  std::printf("%-12s %7s %7s %7s %7s %7s %7s\n", "", "HR@1", "HR@3", "HR@5", "HR@10", "MRR@10", "cov@10");
  print_row("model", result.model);
  print_row("popularity", result.popularity);
  std::printf("\nprobabilities of the first five: predicted %.4f, observed %.4f, calibration error %.4f\n",
              result.calibration.predicted, result.calibration.observed, result.calibration.ece);
  std::printf("bundle %zu bytes, %zu items, affinity %.1f bytes an item\n", result.bundle_bytes, result.items,
              per_item(result.affinity_bytes, result.items));
}

Result<int> run(Options const& options) {
  auto const progress = progress_on_terminal();
  if (progress) progress("read transactions");
  auto const data = load_transactions(options.input.transactions, options.input);
  if (!data) return tl::unexpected(data.error());
  // The items file does not change the ranking; it is read so that its faults are found before a release.
  if (auto const catalogue = load_catalogue(options.input); !catalogue) return tl::unexpected(catalogue.error());
  auto const result = evaluate(*data, options.build, options.evaluation, progress);
  if (!result) return tl::unexpected(result.error());
  if (options.json)
    print_json(*result);
  else
    print_text(*result);
  return kOk;
}

}  // namespace

void add_evaluate(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand(
      "evaluate", "How often the hidden item of a later basket is suggested, against plain popularity.");
  command
      .add_option("--transactions", options->input.transactions,
                  "transaction files: CSV, JSON lines or POSLog XML, plain or .gz")
      ->required();
  command.add_option("--items", options->input.items, "items file; checked");
  command.add_option("--test-share", options->evaluation.test_share, "share of the baskets kept for the questions")
      ->check(CLI::Range(0.01, 0.9))
      ->capture_default_str();
  command.add_option("--max-queries", options->evaluation.most_queries, "about how many questions to ask")
      ->capture_default_str();
  add_training(command, options->build.training);
  add_recency(command, options->build.recency, kUsualHalfLife);
  add_reading(command, options->input);
  command.add_flag("--json", options->json, "print one JSON object");
  command.footer("Example:\n  tillcue-models evaluate --transactions tills.csv.gz --json");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
