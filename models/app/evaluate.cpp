#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>

#include "command.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/evaluation.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  InputOptions input;
  BuildOptions build;
  EvaluationOptions evaluation;
  std::string running;
  std::string json;
  std::string html;
};

/// CLI11 hands this over for --json without a file.
constexpr char const* kStandardOutput = "-";

std::string title_of(std::vector<std::string> const& files) {
  auto title = files.front();
  if (files.size() > 1) title += " and " + counted(files.size() - 1, "more file");
  return title;
}

Result<void> write_reports(Options const& options, Evaluation const& result) {
  if (options.json == kStandardOutput) {
    std::fputs(json_report(result).c_str(), stdout);
  } else {
    std::fputs(text_report(result).c_str(), stdout);
    if (!options.json.empty()) {
      if (auto const written = write_file(options.json, json_report(result)); !written) return written;
    }
  }
  if (options.html.empty()) return {};
  return write_file(options.html, html_report(result, title_of(options.input.transactions)));
}

Result<int> run(Options options) {
  std::optional<Ranker> running;
  if (!options.running.empty()) {
    auto opened = load_bundle(options.running);
    if (!opened) return tl::unexpected(opened.error());
    running = std::move(*opened);
    options.evaluation.running = &*running;
  }
  auto const progress = progress_on_terminal();
  if (progress) progress("read transactions");
  auto const data = load_transactions(options.input.transactions, options.input);
  if (!data) return tl::unexpected(data.error());
  auto const catalogue = load_catalogue(options.input);
  if (!catalogue) return tl::unexpected(catalogue.error());
  options.evaluation.catalogue = &*catalogue;
  options.evaluation.seconds = [] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
  auto const result = evaluate(*data, options.build, options.evaluation, progress);
  if (!result) return tl::unexpected(result.error());
  if (auto const written = write_reports(options, *result); !written) return tl::unexpected(written.error());
  return kOk;
}

}  // namespace

void add_evaluate(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand(
      "evaluate", "How well the hidden items of later baskets are found, against simpler methods and what runs now.");
  command
      .add_option("--transactions", options->input.transactions,
                  "transaction files: CSV, JSON lines or POSLog XML, plain or .gz")
      ->required();
  command.add_option("--items", options->input.items, "items file: names, categories, prices, flags");
  command.add_option("--running", options->running, "the bundle in the shops now: asked the same questions");
  command.add_option("--test-share", options->evaluation.test_share, "share of the baskets kept for the questions")
      ->check(CLI::Range(0.01, 0.9))
      ->capture_default_str();
  command.add_option("--max-queries", options->evaluation.most_queries, "about how many questions to ask")
      ->capture_default_str();
  add_training(command, options->build);
  add_recency(command, options->build.recency, kUsualHalfLife);
  add_reading(command, options->input);
  auto* const json =
      command.add_option("--json", options->json, "JSON into this file; without one, instead of the text")
          ->expected(0, 1)
          ->type_name("[FILE]");
  command.add_option("--html", options->html, "one page with tables and charts, for a browser");
  command.footer(
      "Examples:\n  tillcue-models evaluate --transactions tills.csv.gz --html report.html\n"
      "  tillcue-models evaluate --transactions tills.csv.gz --running store.bundle --json > report.json");
  command.callback([options, json, &action] {
    if (json->count() > 0 && options->json.empty()) options->json = kStandardOutput;
    action = [options] { return run(*options); };
  });
}

}  // namespace tillcue::models::app
