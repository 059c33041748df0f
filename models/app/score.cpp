#include <cstdio>
#include <iostream>
#include <memory>

#include "command.hpp"
#include "tillcue/models/score_query.hpp"

namespace tillcue::models::app {
namespace {

struct Options {
  std::string bundle;
  ScoreOptions score;
};

constexpr std::size_t kFlushAt = 64 * 1024;

bool flush(std::string& out) {
  bool const written = std::fwrite(out.data(), 1, out.size(), stdout) == out.size() && std::fflush(stdout) == 0;
  out.clear();
  return written;
}

Result<int> run(Options const& options) {
  auto ranker = load_bundle(options.bundle);
  if (!ranker) return tl::unexpected(ranker.error());
  QueryScorer scorer(*ranker, options.score);
  std::ios::sync_with_stdio(false);
  std::string line;
  std::string out;
  std::size_t number = 0;
  std::size_t errors = 0;
  bool written = true;
  while (written && std::getline(std::cin, line)) {
    ++number;
    if (!scorer.answer(line, out)) {
      ++errors;
      if (errors <= 20) std::fprintf(stderr, "score: line %zu is no query; see the answer\n", number);
    }
    // Someone who types a line waits for the answer; a file does not.
    if (out.size() >= kFlushAt || std::cin.rdbuf()->in_avail() <= 0) written = flush(out);
  }
  written = flush(out) && written;
  if (!written) return fail(Code::io, "score: cannot write the answers");
  if (errors == 0) return kOk;
  std::fprintf(stderr, "score: %zu of %zu lines were no queries\n", errors, number);
  return kSomeErrors;
}

}  // namespace

void add_score(CLI::App& program, Action& action) {
  auto const options = std::make_shared<Options>();
  auto& command = *program.add_subcommand("score", "Answer JSON lines on standard input as a till would.");
  command.add_option("--bundle", options->bundle, "bundle to ask")->required();
  command.add_option("--k", options->score.count, "suggestions per answer")
      ->check(whole_in_range(1, kMaxRank))
      ->capture_default_str();
  command.add_flag("--raw", options->score.raw, "the ranking alone, without the bundle's rules");
  command.footer(
      "Input   {\"basket\":[\"sku\",...], \"stage\":\"subtotal\", \"customer\":\"...\"}, a line each\n"
      "Output  {\"suggestions\":[{\"sku\",\"score\",\"probability\",\"reason\"},...]}, a line each, in order;\n"
      "        {\"error\":...} for a line that is no query, and exit code 4. Without --raw at most 8, by the rules;\n"
      "        when these let nothing pass \"silence\" says why: too_few_items, cap_reached, nothing_fits.\n\n"
      "Example:\n  echo '{\"basket\":[\"1001\",\"1002\"]}' | tillcue-models score --bundle bundle --k 5 --raw");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tillcue::models::app
