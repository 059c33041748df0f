#include <cstdio>
#include <memory>

#include "command.hpp"
#include "tillcue/models/import_csv.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  InputOptions input;
  std::string out;
};

/// Behind import the ids of two files differ, and nobody can see any more that they were the same sales.
Result<void> refuse_doubles_of(InputOptions const& input) {
  auto const& files = input.transactions;
  if (files.size() < 2 || input.allow_duplicates) return {};
  auto limits = limits_of(input);
  limits.bad_rows = 1;  // import_csv judges them
  TransactionReader reader(limits);
  for (auto const& file : files) {
    if (auto const added = add_sales(reader, file, input.import); !added) return added;
  }
  auto const data = reader.finish();
  if (!data) return tl::unexpected(data.error());
  return refuse_doubles(*data, files);
}

Result<int> run(Options const& options) {
  if (auto const single = refuse_doubles_of(options.input); !single) return tl::unexpected(single.error());
  BadRows bad;
  auto const done =
      import_csv(options.input.transactions, options.input.import, options.input.bad_rows, options.out, bad);
  if (!done) return tl::unexpected(done.error());
  tell(bad);
  std::printf("%s: %llu rows, %llu of them returns\n", options.out.c_str(), static_cast<unsigned long long>(done->rows),
              static_cast<unsigned long long>(done->returns));
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
