#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "office_client.hpp"
#include "program.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/hq_terminals.hpp"

namespace tillcue::sync {
namespace {

struct Options {
  std::string database;
  bool json = false;
};

struct Forgetting {
  OfficeClient office;
  std::string terminal;
};

Exit forget(Forgetting const& options) {
  auto const done = options.office.ask({{"do", "forget"}, {"terminal", options.terminal}});
  if (!done) return report_error(done.error());
  std::cout << options.terminal
            << " is forgotten: its results stay, and what it may have spent of budgets stays "
               "counted. If it ever speaks again it is known again\n";
  return Exit::done;
}

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
  command->add_option("--db", options->database, "HQ's database (may be in use by serve)");
  command->add_flag("--json", options->json, "One JSON object");
  command->footer(
      "Example:\n  tillcue-hq terminals --db hq.sqlite\n"
      "  tillcue-hq terminals forget till-9 --db hq.sqlite");
  command->callback([options, command, &chosen] {
    if (!command->get_subcommands().empty()) return;
    if (options->database.empty()) throw CLI::RequiredError("--db");
    chosen = [options] { return run(*options); };
  });
  auto const forgetting = std::make_shared<Forgetting>();
  auto* const below = command->add_subcommand("forget", "Forgets a terminal that will not come again");
  below->add_option("NAME", forgetting->terminal, "As `terminals` shows it")->required();
  forgetting->office.add_to(*below);
  below->footer(
      "Its results stay, and what it may have spent of budgets stays counted. One that is connected\n"
      "is refused.");
  below->callback([forgetting, &chosen] { chosen = [forgetting] { return forget(*forgetting); }; });
}

}  // namespace tillcue::sync
