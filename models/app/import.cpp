#include <cstdio>
#include <memory>

#include "command.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/import_csv.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  InputOptions input;
  std::string out;
};

Result<int> run(Options const& options) {
  auto const& input = options.input;
  if (auto const possible = can_write(options.out, input.transactions, kSalesFile); !possible) {
    return tl::unexpected(possible.error());
  }
  BadRows bad;
  ImportCsvOptions how;
  how.format = input.import;
  how.bad_rows = input.bad_rows;
  how.allow_duplicates = input.allow_duplicates;
  auto const done = import_csv(input.transactions, how, options.out, bad);
  if (!done) return tl::unexpected(done.error());
  tell(bad);
  std::printf("%s: %s, %s\n", options.out.c_str(), counted(done->rows, "row").c_str(),
              counted(done->returns, "return").c_str());
  return kOk;
}

}  // namespace

void add_import(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command =
      *program.add_subcommand("import", "Sales as JSON lines or ARTS POSLog XML to transactions.csv, checked.");
  command.add_option("files", options->input.transactions, "sales: CSV, JSON lines or POSLog XML, plain or .gz")
      ->required();
  command.add_option("--out", options->out, "transactions.csv to write")->required();
  add_reading(command, options->input);
  command.footer(
      "The other commands read these formats as well; import is for looking at what was understood.\n\n"
      "Example:\n  tillcue-models import poslog-2026-11-20.xml.gz --out transactions.csv");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
