#include <cstdio>
#include <memory>

#include "command.hpp"
#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/count_files.hpp"

namespace tillcue::models::app {
namespace {

constexpr std::size_t kLargestCounts = std::size_t{64} << 30U;

struct Options {
  InputOptions input;
  std::vector<std::string> merge;
  std::string out;
  std::string temporary;
  std::uint64_t memory = 0;
  unsigned threads = 0;
};

Result<Counts> load(std::string const& path) {
  auto const bytes = read_file(path, kLargestCounts);
  if (!bytes) return tl::unexpected(bytes.error());
  auto counts = decode(*bytes);
  if (!counts) return tl::unexpected(counts.error().within(path));
  return counts;
}

Result<Counts> merged(std::vector<std::string> const& files) {
  std::vector<Counts> parts;
  for (auto const& file : files) {
    auto part = load(file);
    if (!part) return tl::unexpected(part.error());
    parts.push_back(std::move(*part));
  }
  return merge(parts);
}

Result<CountedFiles> counted(Options const& options, Progress const& progress) {
  CountFilesOptions how;
  how.limits = limits_of(options.input);
  how.limits.threads = options.threads;
  how.memory = options.memory;
  how.temporary = options.temporary;
  BadRows bad;
  auto result = count_files(options.input.transactions, options.out, how, bad, progress);
  if (result) tell(bad);
  return result;
}

Result<CountedFiles> added_up(Options const& options, Progress const& progress) {
  auto const counts = merged(options.merge);
  if (!counts) return tl::unexpected(counts.error());
  if (progress) progress("write counts");
  if (auto const written = write_file(options.out, encode(*counts)); !written) return tl::unexpected(written.error());
  if (progress) progress("");
  return CountedFiles{counts->baskets, counts->items.size(), counts->pairs(), 1};
}

Result<int> run(Options const& options) {
  auto const progress = progress_on_terminal();
  auto const counts = options.merge.empty() ? counted(options, progress) : added_up(options, progress);
  if (!counts) return tl::unexpected(counts.error());
  auto const shares = counts->shares == 1 ? "" : " (in " + std::to_string(counts->shares) + " shares)";
  std::printf("%s: %llu baskets, %zu items, %llu pairs%s\n", options.out.c_str(),
              static_cast<unsigned long long>(counts->baskets), counts->items,
              static_cast<unsigned long long>(counts->pairs), shares.c_str());
  return kOk;
}

}  // namespace

void add_count(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("count", "Count items and pairs of items; counts files add up.");
  auto* const transactions =
      command.add_option("--transactions", options->input.transactions, "transaction files (.csv, .csv.gz)");
  auto* const merge = command.add_option("--merge", options->merge, "counts files to add up");
  transactions->excludes(merge);
  command.add_option("--out", options->out, "counts file to write")->required();
  command
      .add_option("--memory", options->memory,
                  "bytes for baskets and pairs, like 512MB or 4GB (0: half of the machine's); what does not fit is "
                  "counted share by share")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  command.add_option("--tmp", options->temporary, "folder for what does not fit; else that of --out")
      ->check(CLI::ExistingDirectory);
  add_threads(command, options->threads);
  add_max_bad_rows(command, options->input);
  command.footer(
      "Examples:\n  tillcue-models count --transactions mon.csv.gz --out mon.counts\n"
      "  tillcue-models count --merge mon.counts tue.counts --out week.counts");
  command.callback([options, &action] {
    if (options->input.transactions.empty() && options->merge.empty()) {
      throw CLI::RequiredError("--transactions or --merge");
    }
    action = [options] { return run(*options); };
  });
}

}  // namespace tillcue::models::app
