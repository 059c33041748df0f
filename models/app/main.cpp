#include <cstdio>
#include <exception>

#include "app/standard_output.hpp"
#include "command.hpp"

using namespace tillcue::models::app;

namespace {

int run(int argc, char** argv) {
  CLI::App program("Learns what is bought together and compiles it into a bundle for the tills.", "tillcue-models");
  program.set_version_flag("--version", TILLCUE_VERSION);
  program.require_subcommand(0, 1);  // none is told below: so a word that is no command is told by that word
  program.footer(
      "Exit codes: 0 done; 1 the system failed (disk, permissions); 2 wrong command line; 3 an input file is missing "
      "or "
      "was refused; 4 score, replay: some lines were no queries, or decided otherwise; 5 build --replaces: worse than "
      "the running "
      "bundle.\n\nExample:\n  tillcue-models sample --out store\n"
      "  tillcue-models build --transactions store/transactions.csv --items store/items.csv \\\n"
      "      --campaigns store/campaigns.json --out store/bundle\n"
      "  echo '{\"basket\":[\"1001\"]}' | tillcue-models score --bundle store/bundle --k 5");
  Action action;
  add_sample(program, action);
  add_import(program, action);
  add_count(program, action);
  add_train(program, action);
  add_build(program, action);
  add_evaluate(program, action);
  add_diff(program, action);
  add_inspect(program, action);
  add_score(program, action);
  add_cold_start(program, action);
  add_sets(program, action);
  add_campaign(program, action);
  add_replay(program, action);
  add_pack(program, action);
  add_unpack(program, action);
  try {
    program.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    return tillcue::tell_wrong_line(program, error) == 0 ? kOk : kUsage;
  }
  if (!action) {
    auto const below = program.get_subcommands();  // a group of commands that was given none
    std::fprintf(stderr, "tillcue-models: a command is missing; tillcue-models%s --help lists them\n",
                 below.empty() ? "" : (' ' + below.front()->get_name()).c_str());
    return kUsage;
  }
  auto const done = action();
  return done ? *done : report(done.error());
}

}  // namespace

int main(int argc, char** argv) {
  int code = kFailed;
  try {
    code = run(argc, argv);
  } catch (std::exception const& error) {
    code = report({tillcue::Code::io, error.what()});
  }
  auto const said = tillcue::flush_standard_output();
  if (said || code == kFailed) return code;  // a failure was told
  auto const lost = report(said.error());
  return code == kOk || code == kSomeErrors ? lost : code;
}
