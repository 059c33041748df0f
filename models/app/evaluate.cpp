#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>

#include "command.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/evaluation.hpp"
#include "tillcue/models/off_policy.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  InputOptions input;
  BuildOptions build;
  EvaluationOptions evaluation;
  std::string running;
  std::vector<std::string> decisions;
  std::vector<std::string> decided_by;
  std::string candidate;
  double clip = kUsualClip;
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

/// What there is to report: either or both.
struct Findings {
  std::optional<Evaluation> evaluation;
  std::optional<OffPolicy> log;

  [[nodiscard]] OffPolicy const* logged() const { return log ? &*log : nullptr; }
  [[nodiscard]] std::string text() const {
    auto out = evaluation ? text_report(*evaluation) : std::string();
    if (log) out += (out.empty() ? "" : "\n") + off_policy_text(*log);
    return out;
  }
  [[nodiscard]] std::string json() const {
    return evaluation ? json_report(*evaluation, logged()) : "{\"off_policy\":" + off_policy_json(*log) + "}\n";
  }
  [[nodiscard]] std::string html(Options const& options) const {
    return evaluation ? html_report(*evaluation, title_of(options.input.transactions), logged())
                      : off_policy_html(*log, title_of(options.decisions));
  }
};

Result<void> write_reports(Options const& options, Findings const& found) {
  if (options.json == kStandardOutput) {
    std::fputs(found.json().c_str(), stdout);
  } else {
    std::fputs(found.text().c_str(), stdout);
    if (!options.json.empty()) {
      if (auto const written = write_file(options.json, found.json()); !written) return written;
    }
  }
  if (options.html.empty()) return {};
  return write_file(options.html, found.html(options));
}

/// Before minutes of work for them.
Result<void> can_write_reports(Options const& options) {
  auto inputs = files_of(options.input, options.decisions);
  inputs.insert(inputs.end(), options.decided_by.begin(), options.decided_by.end());
  inputs.insert(inputs.end(), {options.running, options.candidate});
  for (auto const& file : {options.json, options.html}) {
    if (file.empty() || file == kStandardOutput) continue;
    if (auto const possible = can_write(file, inputs); !possible) return possible;
  }
  return {};
}

Result<Evaluation> foresee(Options& options, Progress const& progress) {
  std::optional<Ranker> running;
  if (!options.running.empty()) {
    auto opened = load_bundle(options.running);
    if (!opened) return tl::unexpected(opened.error());
    running = std::move(*opened);
    options.evaluation.running = &*running;
  }
  if (progress) progress("read transactions");
  auto const data = load_transactions(options.input.transactions, options.input);
  if (!data) return tl::unexpected(data.error());
  auto const catalogue = load_catalogue(options.input);
  if (!catalogue) return tl::unexpected(catalogue.error());
  options.evaluation.catalogue = &*catalogue;
  options.evaluation.seconds = [] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
  return evaluate(*data, options.build, options.evaluation, progress);
}

Result<OffPolicy> look_back(Options const& options, Progress const& progress) {
  auto const candidate = load_bundle(options.candidate);
  if (!candidate) return tl::unexpected(candidate.error());
  std::vector<std::shared_ptr<Bundle const>> then;
  for (auto const& path : options.decided_by) {
    auto const opened = load_bundle(path);
    if (!opened) return tl::unexpected(opened.error());
    then.push_back(opened->share());
  }
  if (progress) progress("decide the log again");
  BadRows bad;
  auto result =
      off_policy(options.decisions, candidate->share(), std::move(then), options.clip, options.input.bad_rows, bad);
  if (progress) progress("");
  tell(bad);
  return result;
}

/// What the options need of each other.
Result<void> complete(Options& options) {
  if (options.decisions.empty() && options.input.transactions.empty()) {
    return fail(Code::unsupported, "evaluate: give --transactions, --decisions or both");
  }
  if (options.decisions.empty() != options.candidate.empty()) {
    return fail(Code::unsupported, "evaluate: --decisions and --candidate go together");
  }
  if (options.decided_by.empty() && !options.running.empty()) options.decided_by.push_back(options.running);
  if (!options.decisions.empty() && options.decided_by.empty()) {
    return fail(Code::unsupported, "evaluate: say with --decided-by which bundles made the decisions");
  }
  return {};
}

Result<int> run(Options options) {
  if (auto const good = complete(options); !good) {
    std::fprintf(stderr, "%s\n", good.error().what.c_str());
    return kUsage;
  }
  if (auto const possible = can_write_reports(options); !possible) return tl::unexpected(possible.error());
  auto const progress = progress_on_terminal();
  Findings found;
  if (!options.input.transactions.empty()) {
    auto result = foresee(options, progress);
    if (!result) return tl::unexpected(result.error());
    found.evaluation = std::move(*result);
  }
  if (!options.decisions.empty()) {
    auto result = look_back(options, progress);
    if (!result) return tl::unexpected(result.error());
    found.log = std::move(*result);
  }
  if (auto const written = write_reports(options, found); !written) return tl::unexpected(written.error());
  return kOk;
}

}  // namespace

void add_evaluate(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand(
      "evaluate",
      "How well the hidden items of later baskets are found, against simpler methods and what runs now; what a "
      "bundle would have earned on the tills' logs.");
  command.add_option("--transactions", options->input.transactions,
                     "transaction files: CSV, JSON lines or POSLog XML, plain or .gz");
  command.add_option("--items", options->input.items, "items file: names, categories, prices, flags");
  command.add_option("--running", options->running, "the bundle in the shops now: asked the same questions");
  command.add_option("--decisions", options->decisions,
                     "what the tills decided, as written by tillcue-hq export --decisions: with --candidate");
  command.add_option("--candidate", options->candidate, "the bundle that might be released: what it would have earned");
  command.add_option("--decided-by", options->decided_by,
                     "the bundles that made the decisions; without, that of --running");
  command.add_option("--clip", options->clip, "largest weight of a decision")
      ->check(in_range(1, 1e6))
      ->capture_default_str();
  auto* const test_share =
      command.add_option("--test-share", options->evaluation.test_share, "share of the baskets kept for the questions")
          ->check(in_range(0.01, 0.9))
          ->capture_default_str();
  command.add_option("--max-queries", options->evaluation.most_queries, "about how many questions to ask")
      ->check(whole_in_range(1, 1'000'000'000))
      ->capture_default_str();
  command
      .add_option("--rebuild-every", options->evaluation.rebuild_every_days,
                  "look at what age costs: ask for the test baskets in turn, of one bundle and of one built anew "
                  "every so many days")
      ->check(whole_in_range(1, 3'650))
      ->type_name("DAYS");
  add_training(command, options->build);
  add_recency(command, options->build.recency);
  command.get_option("--as-of")
      ->description("learn as if it were that day, and ask for what was sold after it; instead of --test-share")
      ->default_str("none: the last --test-share of the baskets is asked for")
      ->excludes(test_share);
  add_reading(command, options->input);
  auto* const json =
      command.add_option("--json", options->json, "JSON into this file; without one, instead of the text")
          ->expected(0, 1)
          ->type_name("[FILE]");
  command.add_option("--html", options->html, "one page with tables and charts, for a browser");
  command.footer(
      "Examples:\n  tillcue-models evaluate --transactions tills.csv.gz --html report.html\n"
      "  tillcue-models evaluate --transactions tills.csv.gz --running store.bundle --json > report.json\n"
      "  tillcue-models evaluate --decisions week.csv --decided-by store.bundle --candidate new.bundle --html "
      "log.html");
  command.callback([options, json, &action] {
    if (json->count() > 0 && options->json.empty()) options->json = kStandardOutput;
    action = [options] { return run(*options); };
  });
}

}  // namespace tillcue::models::app
