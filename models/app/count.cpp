#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <string_view>

#include "command.hpp"
#include "counts_input.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/count_files.hpp"
#include "tillcue/models/day_counts.hpp"
#include "tillcue/models/stray_days.hpp"
#include "tillcue/models/wording.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  InputOptions input;
  std::vector<std::string> merge;
  std::string out;
  bool by_day = false;
  std::string out_dir;
  bool replace = false;
  std::string temporary;
  std::uint64_t memory = 0;
  unsigned threads = 0;
};

Result<CountedFiles> counted(Options const& options, Progress const& progress) {
  CountFilesOptions how;
  how.limits = limits_of(options.input);
  how.limits.threads = options.threads;
  how.memory = options.memory;
  how.import = options.input.import;
  how.allow_duplicates = options.input.allow_duplicates;
  how.temporary = options.temporary;
  BadRows bad;
  auto result = count_files(options.input.transactions, options.out, how, bad, progress);
  if (result) tell(bad);
  return result;
}

Result<CountedFiles> added_up(Options const& options, Progress const& progress) {
  auto sum = load_counts(options.merge, {}, options.input.allow_duplicates);
  if (!sum) return tl::unexpected(sum.error());
  auto const& counts = sum->counts;
  if (progress) progress("write counts");
  if (auto const written = write_file(options.out, encode(counts)); !written) return tl::unexpected(written.error());
  if (progress) progress("");
  return CountedFiles{counts.baskets, counts.items.size(), counts.pairs(), 1};
}

Result<int> count_to_file(Options const& options) {
  auto const inputs = files_of(options.input, options.merge);
  if (auto const possible = can_write(options.out, inputs, kCountsFile); !possible)
    return tl::unexpected(possible.error());
  auto const progress = progress_on_terminal();
  auto const counts = options.merge.empty() ? counted(options, progress) : added_up(options, progress);
  if (!counts) return tl::unexpected(counts.error());
  auto const shares = counts->shares == 1 ? "" : " (in " + std::to_string(counts->shares) + " shares)";
  std::printf("%s: %s, %s, %s%s\n", options.out.c_str(), models::counted(counts->baskets, "basket").c_str(),
              models::counted(counts->items, "item").c_str(), models::counted(counts->pairs, "pair").c_str(),
              shares.c_str());
  return kOk;
}

/// A day file that is already there is only replaced by the same bytes, or when told to: it may be another store's.
Result<void> write_day(Options const& options, DayCounts const& day) {
  auto const path = (std::filesystem::path(options.out_dir) / (day_text(day.day) + ".counts")).string();
  auto const bytes = encode(day.counts);
  std::error_code none;
  if (!options.replace && std::filesystem::exists(path, none)) {
    auto const there = read_file(path, kLargestCounts);
    if (!there) return tl::unexpected(there.error());
    if (*there == bytes) return {};
    return fail(Code::invalid, path +
                                   ": is there already and holds other sales; choose another --out-dir (one a "
                                   "store), or --replace");
  }
  return write_file(path, bytes);
}

/// Before the sales are read, which may take minutes.
Result<void> make_folder(std::string const& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed)
    return fail(Code::io, folder + ": cannot make this folder: " + failed.message() + "; choose another --out-dir");
  return can_write((std::filesystem::path(folder) / "day.counts").string());
}

Result<int> count_days(Options const& options) {
  if (auto const made = make_folder(options.out_dir); !made) return tl::unexpected(made.error());
  auto const progress = progress_on_terminal();
  if (progress) progress("read transactions");
  auto input = options.input;
  input.want_strays = true;  // their day gets a file
  auto const data = load_transactions(input.transactions, input, progress.advance());
  if (!data) return tl::unexpected(data.error());
  if (progress) progress("count day by day");
  auto const days =
      count_by_day(*data, options.input.transactions, options.input.import, limits_of(options.input), options.threads);
  if (!days) return tl::unexpected(days.error());
  std::uint64_t baskets = 0;
  for (auto const& day : *days) {
    if (auto const written = write_day(options, day); !written) return tl::unexpected(written.error());
    baskets += day.counts.baskets;
  }
  if (progress) progress("");
  if (auto const stray = find_stray_days(baskets_by_day(*data))) {
    tell_notes({note_of_counted(*stray, options.out_dir + '/' + day_text(stray->first) + ".counts")});
  }
  if (baskets < data->baskets()) {
    auto const undated = data->baskets() - baskets;
    tell_notes(
        {models::counted(undated, "basket") + " without a date " + (undated == 1 ? "is" : "are") + " in no day file"});
  }
  std::printf("%s: %s, %s to %s, %s\n", options.out_dir.c_str(), models::counted(days->size(), "day file").c_str(),
              days->empty() ? "" : day_text(days->front().day).c_str(),
              days->empty() ? "" : day_text(days->back().day).c_str(), models::counted(baskets, "basket").c_str());
  return kOk;
}

/// "512MB": bytes, with K, M, G or T for 1024 and its powers.
std::uint64_t bytes_of(std::string const& text) {
  constexpr std::string_view kUnits = "KMGT";
  std::uint64_t number = 0;
  auto const [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit(rest, text.data() + text.size());
  for (auto& c : unit) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  unit.erase(std::remove(unit.begin(), unit.end(), ' '), unit.end());
  auto const power = unit.empty() ? std::string_view::npos : kUnits.find(unit[0]);
  if (power != std::string_view::npos) unit.erase(0, 1);
  auto const shift = power != std::string_view::npos ? 10 * (static_cast<unsigned>(power) + 1) : 0U;
  bool const known = unit.empty() || unit == "B" || (shift > 0 && unit == "IB");
  if (error != std::errc() || !known || number > (std::numeric_limits<std::uint64_t>::max() >> shift)) {
    throw CLI::ValidationError(
        "--memory",
        '\'' + text + "' is no size; write bytes, or a whole number with K, M, G or " + "T, like 512MB or 4GB");
  }
  constexpr std::uint64_t kLeast = 4096;
  auto const bytes = number << shift;
  if (bytes > 0 && bytes < kLeast) {
    throw CLI::ValidationError(
        "--memory", '\'' + text + "' is too little to count in: 4K at least, or 0 for half of the machine's");
  }
  return bytes;
}

void check(Options const& options) {
  if (options.input.transactions.empty() && options.merge.empty()) {
    throw CLI::RequiredError("--transactions or --merge");
  }
  if (options.by_day ? options.out_dir.empty() : options.out.empty()) {
    throw CLI::RequiredError(options.by_day ? "--out-dir" : "--out");
  }
}

}  // namespace

void add_count(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("count", "Count items and pairs of items; counts files add up.");
  auto* const transactions = command.add_option("--transactions", options->input.transactions,
                                                "transaction files: CSV, JSON lines or POSLog XML, plain or .gz");
  auto* const merge = command.add_option("--merge", options->merge, "counts files to add up");
  transactions->excludes(merge);
  auto* const out = command.add_option("--out", options->out, "counts file to write");
  auto* const by_day = command.add_flag("--by-day", options->by_day, "a counts file for each day, for --out-dir");
  command.add_option("--out-dir", options->out_dir, "folder for YYYY-MM-DD.counts")->needs(by_day)->excludes(out);
  command.add_flag("--replace", options->replace, "replace day files that hold other sales")->needs(by_day);
  by_day->excludes(merge);
  auto* const memory = command
                           .add_option_function<std::string>(
                               "--memory", [options](std::string const& text) { options->memory = bytes_of(text); },
                               "bytes for baskets and pairs, like 512MB or 4GB (0: half of the machine's); "
                               "what does not fit is counted share by share")
                           ->default_str("0");
  auto* const temporary =
      command.add_option("--tmp", options->temporary, "folder for what does not fit; else that of --out")
          ->check(CLI::ExistingDirectory);
  for (auto* const option : {memory, temporary}) option->excludes(merge)->excludes(by_day);
  add_threads(command, options->threads);
  add_reading(command, options->input);
  command.footer(
      "Examples:\n  tillcue-models count --transactions mon.csv.gz --out mon.counts\n"
      "  tillcue-models count --merge mon.counts tue.counts --out week.counts\n"
      "  tillcue-models count --transactions november.csv --by-day --out-dir days");
  command.callback([options, &action] {
    check(*options);
    action = [options] { return options->by_day ? count_days(*options) : count_to_file(*options); };
  });
}

}  // namespace tillcue::models::app
