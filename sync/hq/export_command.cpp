#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "program.hpp"
#include "tillcue/sync/hq_export.hpp"
#include "tillcue/sync/hq_numbers.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/hq_time.hpp"

namespace tillcue::sync {
namespace {

struct Options {
  std::string database, out, since;
  bool decisions = false;
};

Result<ExportOptions> period_of(Options const& options) {
  ExportOptions wanted;
  if (!options.since.empty()) {
    auto const since = parse_since(options.since, clock_now());
    if (!since) return tl::unexpected{since.error().within("--since")};
    wanted.since = *since;
  }
  return wanted;
}

/// What the last line of the command says.
Result<std::string> write(Options const& options) {
  auto const period = period_of(options);
  if (!period) return tl::unexpected{period.error()};
  auto db = open_hq_reader(options.database);
  if (!db) return tl::unexpected{db.error().within("--db")};
  if (options.decisions) {
    auto const count = export_decisions(*db, options.out, *period);
    if (!count) return tl::unexpected{count.error()};
    return options.out + ": " + counted(*count, "decision");
  }
  auto const done = export_transactions(*db, options.out, *period);
  if (!done) return tl::unexpected{done.error()};
  if (done->sales == 0) std::cerr << "tillcue-hq: no finished sale in this period; the file holds the header only\n";
  if (done->thinned > 0) {
    std::cerr << "tillcue-hq: " << counted(done->thinned, "more sale")
              << " came as sums by day, from terminals that were nearly full; the lines of such sales are gone\n";
  }
  return options.out + ": " + counted(done->sales, "sale") + ", " + counted(done->rows, "row");
}

Exit run(Options const& options) {
  auto const done = write(options);
  if (!done) return report_error(done.error());
  std::cout << *done << '\n';
  return Exit::done;
}

}  // namespace

void add_export_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const command = app.add_subcommand("export", "Collected sales as transactions.csv for the next training");
  command->add_option("--db", options->database, "HQ's database (may be in use by serve)")->required();
  command->add_option("--out", options->out, "File; .gz is compressed")->required();
  command->add_option("--since", options->since, "2026-11-21, 2026-11-21T08:00:00 (UTC), or an age: 7d, 24h, 30m");
  command->add_flag("--decisions", options->decisions, "Decisions with their answers and replay records instead");
  command->footer(
      "Example:\n  tillcue-hq export --db hq.sqlite --out transactions.csv.gz --since 90d\n"
      "  tillcue-hq export --db hq.sqlite --out decisions.csv.gz --decisions --since 7d\n"
      "  tillcue-models build --transactions transactions.csv.gz --out next.bundle");
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace tillcue::sync
