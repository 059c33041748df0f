#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "tillcue/models/import.hpp"
#include "tillcue/models/pipeline.hpp"
#include "tillcue/models/ranker.hpp"
#include "tillcue/models/transactions.hpp"

namespace tillcue::models::app {

/// What the program returns. Documented in --help and in models/README.md.
enum ExitCode : int {
  kOk = 0,
  kFailed = 1,      ///< the system failed: a file cannot be written, memory, ...
  kUsage = 2,       ///< the command line is wrong
  kBadInput = 3,    ///< an input file is missing or was refused
  kSomeErrors = 4,  ///< score: answered, but at least one line was no query
  kRefused = 5,     ///< build --replaces: the new bundle is worse than the running one
};

/// Runs after the command line was read. An error is printed and turned into an exit code.
using Action = std::function<Result<int>()>;

/// Each adds its subcommand, which sets `action` when it is chosen.
void add_sample(CLI::App& program, Action& action);
void add_count(CLI::App& program, Action& action);
void add_import(CLI::App& program, Action& action);
void add_train(CLI::App& program, Action& action);
void add_build(CLI::App& program, Action& action);
void add_diff(CLI::App& program, Action& action);
void add_evaluate(CLI::App& program, Action& action);
void add_inspect(CLI::App& program, Action& action);
void add_score(CLI::App& program, Action& action);
void add_cold_start(CLI::App& program, Action& action);
void add_sets(CLI::App& program, Action& action);
void add_campaign(CLI::App& program, Action& action);
void add_replay(CLI::App& program, Action& action);
void add_pack(CLI::App& program, Action& action);
void add_unpack(CLI::App& program, Action& action);

/// "tillcue-models: TEXT" on standard error, and the exit code that fits.
int report(Error const& error);

/// Prints steps with their times on standard error when that is a terminal.
Progress progress_on_terminal();

/// Options several commands share.
struct InputOptions {
  std::vector<std::string> transactions;
  std::string items;
  std::string campaigns;
  BadRowLimit bad_rows;
  ImportOptions import;
  bool allow_duplicates = false;
  std::optional<std::int32_t> until{};  ///< as TransactionLimits; of --as-of, where it says what is read
  bool want_strays = false;
  bool dated_prices = false;  ///< as TransactionLimits
};
/// All files these options read, and `more`: what is written must be none of them.
std::vector<std::string> files_of(InputOptions const& input, std::vector<std::string> more = {});
/// An option whose values are words; another word is an error that lists them.
template <class Value>
CLI::Option* add_choice(CLI::App& command, std::string const& option, Value& value,
                        std::vector<std::pair<std::string, Value>> const& choices, std::string const& help) {
  auto const choose = [&value, choices, option](std::string const& word) {
    std::string list;
    for (auto const& [known, means] : choices) {
      if (known == word) {
        value = means;
        return;
      }
      list += (list.empty() ? "" : ", ") + known;
    }
    throw CLI::ValidationError(option, '\'' + word + "' is none of " + list);
  };
  return command.add_option_function<std::string>(option, choose, help);
}

/// CLI::Range for fractions: that one lets "nan" pass, which no bound is compared with, and has words of its own.
CLI::Validator in_range(double low, double high);
/// --format, --poslog-sku, --allow-duplicates, --max-bad-rows.
void add_reading(CLI::App& command, InputOptions& input);
/// --half-life, --window, --as-of.
void add_recency(CLI::App& command, Recency& recency);
void add_threads(CLI::App& command, unsigned& threads);
void add_training(CLI::App& command, BuildOptions& build);
struct ShopOptions {
  std::string currency = "EUR";
  std::string language = "en";
};
void add_shop(CLI::App& command, ShopOptions& shop);
Result<void> apply(ShopOptions const& shop, CompileOptions& compile);

/// The limits that go with the options.
TransactionLimits limits_of(InputOptions const& input);
/// Prints the notes and bad rows of an input on standard error.
void tell(BadRows const& bad);
/// Reads files and prints what was odd about them on standard error.
Result<Dataset> load_transactions(std::vector<std::string> const& files, InputOptions const& input,
                                  Advance const& advance = {});
Result<Catalogue> load_catalogue(InputOptions const& input);
/// Says which sold SKUs the items file does not know.
void tell_missing(Catalogue const& catalogue, std::vector<std::string> const& sold, InputOptions const& input);
void tell_notes(std::vector<std::string> const& notes);
Result<Campaigns> load_campaigns(InputOptions const& input, Currency currency, Assortment const& assortment);
Result<Ranker> load_bundle(std::string const& path);

}  // namespace tillcue::models::app
