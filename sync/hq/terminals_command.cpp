#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "program.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/hq_terminals.hpp"

namespace tillcue::sync {
namespace {

struct Options {
  std::string database;
  bool json = false;
};

Exit run(Options const& options) {
  auto db = open_hq_reader(options.database);
  if (!db) return report_error(db.error().within("--db"));
  auto const fleet = read_fleet(*db);
  if (!fleet) return report_error(fleet.error().within("--db"));
  std::cout << (options.json ? to_json(*fleet) : to_text(*fleet, clock_now()));
  return Exit::done;
}

}  // namespace

void add_terminals_command(CLI::App& app, Command& chosen) {
  auto const options = std::make_shared<Options>();
  auto* const command = app.add_subcommand("terminals", "Presence, release, lag, pending results, last error");
  command->add_option("--db", options->database, "HQ's database (may be in use by serve)")->required();
  command->add_flag("--json", options->json, "One JSON object");
  command->footer("Example:\n  tillcue-hq terminals --db hq.sqlite");
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace tillcue::sync
