#include "tillcue/models/sample.hpp"

#include <cstdio>
#include <memory>

#include "command.hpp"
#include "tillcue/models/field.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  SampleOptions sample;
  std::string start;
  std::string out;
  bool force = false;
};

Result<int> run(Options options) {
  if (!options.start.empty()) {
    auto const seconds = options.start.size() == 10 ? parse_iso8601(options.start) : std::nullopt;
    if (!seconds) return fail(Code::invalid, "--start: '" + options.start + "' is no date like 2026-08-23");
    options.sample.first_day = *seconds / 86'400;
  }
  auto const report = write_sample(options.sample, options.out, options.force);
  if (!report) return tl::unexpected(report.error());
  std::printf("%s: %zu products, %zu customers, %zu baskets with %zu rows in %s\n", options.out.c_str(),
              report->products, report->customers, report->baskets, report->rows,
              counted(options.sample.days, "day").c_str());
  return kOk;
}

}  // namespace

void add_sample(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("sample", "Write a believable store to try everything on.");
  command.add_option("--out", options->out, "folder to write to; made when missing")->required();
  command.add_option("--seed", options->sample.seed, "another number, another store's tills")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--days", options->sample.days, "of transactions")
      ->check(CLI::Range(1, 3650))
      ->capture_default_str();
  command.add_option("--customers", options->sample.customers, "with a card")
      ->check(CLI::Range(10, 1'000'000))
      ->capture_default_str();
  command.add_option("--baskets-per-day", options->sample.baskets_per_day, "on an average day")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command.add_option("--start", options->start, "first day, 2026-08-23 when not given");
  command.add_flag("--force", options->force, "replace files of these names that hold something else");
  command.footer(
      "Writes transactions.csv, today.csv (one more day, to replay), items.csv and campaigns.json (English),\n"
      "items.ru.csv and campaigns.ru.json (the same in Russian).\n\n"
      "Example:\n  tillcue-models sample --out store --seed 7 --days 30");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
