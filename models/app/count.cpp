#include <cstdio>
#include <memory>

#include "command.hpp"
#include "tillcue/models/atomic_file.hpp"

namespace tillcue::models::app {
namespace {

constexpr std::size_t kLargestCounts = std::size_t{64} << 30U;

struct Options {
  InputOptions input;
  std::vector<std::string> merge;
  std::string out;
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

Result<Counts> counted(Options const& options, Progress const& progress) {
  if (progress) progress("read transactions");
  auto const data = load_transactions(options.input.transactions, options.input);
  if (!data) return tl::unexpected(data.error());
  if (progress) progress("count pairs");
  return count(*data, options.threads);
}

Result<int> run(Options const& options) {
  auto const progress = progress_on_terminal();
  auto const counts = options.merge.empty() ? counted(options, progress) : merged(options.merge);
  if (!counts) return tl::unexpected(counts.error());
  if (progress) progress("write counts");
  if (auto const written = write_file(options.out, encode(*counts)); !written) return tl::unexpected(written.error());
  if (progress) progress("");
  std::printf("%s: %llu baskets, %zu items, %llu pairs\n", options.out.c_str(),
              static_cast<unsigned long long>(counts->baskets), counts->items.size(),
              static_cast<unsigned long long>(counts->pairs()));
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
