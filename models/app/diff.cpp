#include "tillcue/models/diff.hpp"

#include <cstdio>
#include <memory>

#include "command.hpp"

namespace tillcue::models::app {
namespace {

constexpr std::size_t kAsked = 5000;

struct Options {
  InputOptions input;
  std::string before, after;
  std::size_t top = 10;
  bool json = false;
};

Result<int> run(Options const& options) {
  auto const before = load_bundle(options.before);
  if (!before) return tl::unexpected(before.error());
  auto const after = load_bundle(options.after);
  if (!after) return tl::unexpected(after.error());
  auto baskets = baskets_of_rows(before->bundle(), after->bundle());
  std::string sample = "popular items of both, alone and with their neighbours";
  if (!options.input.transactions.empty()) {
    auto const data = load_transactions(options.input.transactions, options.input);
    if (!data) return tl::unexpected(data.error());
    baskets = baskets_of(*data, kAsked);
    sample = "of the transactions given";
  }
  auto const found = diff(*before, *after, baskets, std::move(sample));
  std::fputs((options.json ? json_report(found) : text_report(found, options.top)).c_str(), stdout);
  return kOk;
}

}  // namespace

void add_diff(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("diff", "What would change at the till if NEW replaced OLD.");
  command.add_option("OLD", options->before, "the bundle in the shops now")->required();
  command.add_option("NEW", options->after, "the bundle to come")->required();
  command.add_option("--transactions", options->input.transactions, "ask about these baskets (5000 of them at most)");
  command.add_option("--top", options->top, "lines of each list")
      ->check(whole_in_range(1, 1'000'000))
      ->capture_default_str();
  add_reading(command, options->input);
  command.add_flag("--json", options->json, "print one JSON object");
  command.footer("Example:\n  tillcue-models diff store.bundle new.bundle --transactions yesterday.csv.gz");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
