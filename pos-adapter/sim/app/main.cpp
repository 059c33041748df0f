#include <iostream>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "app/standard_output.hpp"
#include "commands.hpp"

namespace {

using namespace tillcue::pos::sim;

int run(int argc, char** argv) {
  CLI::App app("tillcue-pos: a scriptable POS, a virtual receipt printer, and a hand on the protocol");
  app.set_version_flag("--version", TILLCUE_VERSION);
  app.require_subcommand(0, 1);  // none is told below: so a word that is no command is told by that word
  app.footer(
      "Exit codes: 0 all well, 1 the terminal refused something, 2 wrong command line, 3 wrong input, 4 the terminal "
      "was "
      "lost.\n"
      "Examples:\n"
      "  tillcue-pos printer --listen 127.0.0.1:9100 --show\n"
      "  tillcue-pos print --to tcp:127.0.0.1:9101 --chunk 1 receipt.bin\n"
      "  tillcue-pos run --terminal 127.0.0.1:7707 --transactions transactions.csv.gz --items items.csv --baskets 5\n"
      "  tillcue-pos coupon --headline -20% --product Tea --serial 7KQ2M9XR4T --code128 7KQ2M9XR4T --out tea.bin\n"
      "  tillcue-pos layout --profile epson-tm-t20 --out layout.json captured/*.bin\n"
      "  echo '{\"type\":\"ping\",\"id\":1}' | tillcue-pos script --terminal 127.0.0.1:7707");
  Command chosen;
  add_run(app, chosen);
  add_print(app, chosen);
  add_printer(app, chosen);
  add_script(app, chosen);
  add_coupon(app, chosen);
  add_layout(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& error) {
    return tillcue::tell_wrong_line(app, error) == 0 ? 0 : kExitUsage;
  }
  if (!chosen) {
    std::cerr << "tillcue-pos: a command is missing; tillcue-pos --help lists them\n";
    return kExitUsage;
  }
  return chosen();
}

}  // namespace

int main(int argc, char** argv) {
  int const code = run(argc, argv);
  auto const said = tillcue::flush_standard_output();
  if (said || code != 0) return code;  // a failure was told
  std::cerr << "tillcue-pos: error: " << said.error().what << '\n';
  return kExitInput;
}
