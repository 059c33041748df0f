#include "selection.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "cooccurrence.hpp"
#include "log_linear.hpp"
#include "observation.hpp"
#include "recent_intercepts.hpp"

namespace tillcue::models {
namespace {

constexpr std::uint64_t kFolds = 3;
constexpr std::size_t kSelectionQueries = 20'000;
constexpr double kMostEntriesPerItem = 512;

struct Ridge {
  double first, refit;
};
// A menu whose table holds nearly every pair is cut by nothing but its ridge, so one of them is strong in both solves.
constexpr std::array<Ridge, 3> kRidges{{{100, 60}, {30, 9}, {200, 200}}};
constexpr std::array<double, 4> kBlends{0, 0.05, 0.15, 0.5};

// On large catalogues, beside the one given.
constexpr std::array<double, 2> kRefitRidges{30, 15};
constexpr double kLiftShare = 0.02;
// Less than that may be chance: the options given, measured on many sets, stay.
constexpr double kWorthChanging = 0.001;

using Measure = double (*)(RankedObservations const&);

/// One way to learn, and how well it answered on all splits so far.
struct Candidate {
  TrainingOptions training;
  double hits = 0, asked = 0;

  [[nodiscard]] double rate() const { return asked > 0 ? hits / asked : 0; }
};

/// What one split's questions are put to, and by what the answers are measured.
struct Examination {
  Judges judges;
  BuildOptions const& options;
  Measure measure;
  std::size_t most = kSelectionQueries;
};

Result<void> ask(Candidate& candidate, Counts const& counts, Weights const& weights, Examination const& given) {
  auto ranker = bare_ranker(counts, weights, given.options);
  if (!ranker) return tl::unexpected(ranker.error());
  auto const seen = observations(*ranker, given.judges.data, given.judges.baskets, given.most, kObservedRanks);
  auto const questions = static_cast<double>(seen[0].size());
  candidate.hits += given.measure(seen) * questions;
  candidate.asked += questions;
  return {};
}

Candidate const& best_of(std::vector<Candidate> const& candidates) {
  return *std::max_element(candidates.begin(), candidates.end(),
                           [](auto const& a, auto const& b) { return a.rate() < b.rate(); });
}

std::vector<Candidate> ridges_to_try(TrainingOptions const& training) {
  std::vector<Candidate> candidates;
  for (auto const& ridge : kRidges) {
    candidates.push_back({training});
    candidates.back().training.ridge = ridge.first;
    candidates.back().training.refit_ridge = ridge.refit;
  }
  return candidates;
}

/// `weights`, made of `linear`, as they will be served.
Weights up_to_date(Weights weights, Weights const& linear, LearnedFrom const& from, TrainingOptions const& training) {
  if (from.recent != nullptr) follow_recent(weights, linear, from.counts, *from.recent, training);
  return weights;
}

Result<void> try_each(std::vector<Candidate>& candidates, LearnedFrom const& from, Examination const& given) {
  for (auto& candidate : candidates) {
    auto const linear = train(from.counts, candidate.training);
    auto const asked = ask(candidate, from.counts, up_to_date(linear, linear, from, candidate.training), given);
    if (!asked) return asked;
  }
  return {};
}

/// Asks all ways to learn a small menu on one split: each ridge with each blend.
Result<void> try_blends(std::vector<Candidate>& candidates, LearnedFrom const& from, Examination const& given) {
  for (std::size_t first = 0; first < candidates.size(); first += kBlends.size()) {
    auto const& training = candidates[first].training;
    auto const linear = train(from.counts, training);
    auto const other =
        log_linear(from.counts, from.data, from.baskets, linear, training.popularity_power, from.weights);
    for (auto& candidate : std::span(candidates).subspan(first, kBlends.size())) {
      auto const alpha = candidate.training.log_linear;
      auto const mixed = up_to_date(alpha > 0 ? blend(linear, other, alpha) : linear, linear, from, candidate.training);
      auto const asked = ask(candidate, from.counts, mixed, given);
      if (!asked) return asked;
    }
  }
  return {};
}

/// The best ridge and blend with the log-linear model, chosen together: a blend makes up for some of the ridge.
Result<TrainingOptions> select_small(Dataset const& data, std::vector<Split> const& splits,
                                     BuildOptions const& options) {
  std::vector<Candidate> candidates;
  for (auto const& linear : ridges_to_try(options.training)) {
    for (auto const alpha : kBlends) {
      candidates.push_back(linear);
      candidates.back().training.log_linear = alpha;
    }
  }
  for (auto const& split : splits) {
    auto const recent = count_recent(data, split.train, options.recency, options.training.threads);
    if (!recent) return tl::unexpected(recent.error());
    LearnedFrom const from{recent->counts, data, split.train, recent->weights, &recent->recent};
    Examination const given{{data, split.held}, options, discounted_hits, kSelectionQueries / splits.size()};
    auto const tried = try_blends(candidates, from, given);
    if (!tried) return tl::unexpected(tried.error());
  }
  return best_of(candidates).training;
}

/// The ways to finish a large catalogue's model, the one given first.
std::vector<Candidate> ways_to_finish(TrainingOptions const& training) {
  std::vector<Candidate> candidates{{training}};
  for (auto const ridge : kRefitRidges) {
    candidates.push_back({training});
    candidates.back().training.refit_ridge = ridge;
  }
  for (std::size_t n = 0, plain = candidates.size(); n < plain; ++n) {
    candidates.push_back({candidates[n].training});
    candidates.back().training.log_linear = kLiftShare;
  }
  return candidates;
}

/// The best finish of what is fitted once, when it is clearly better than the one given.
Result<TrainingOptions> best_finish(Trainer const& trainer, LearnedFrom const& from, Judges const& judges,
                                    BuildOptions const& options) {
  auto candidates = ways_to_finish(options.training);
  for (auto& candidate : candidates) {
    auto const asked =
        ask(candidate, from.counts, blended(trainer, from, candidate.training), {judges, options, hit_rate_5});
    if (!asked) return tl::unexpected(asked.error());
  }
  auto const& best = best_of(candidates);
  return best.rate() >= candidates.front().rate() + kWorthChanging ? best.training : options.training;
}

/// How to finish a large catalogue's model, on the baskets before those kept back.
Result<TrainingOptions> select_finish(Dataset const& data, BuildOptions const& options) {
  auto const& training = options.training;
  auto const split = hold_out(data, std::min(options.held_share, 0.5));
  if (split.train.empty() || questions_in(data, split.held) < options.enough_queries) return training;
  auto const weighed = weigh_baskets(data, split.train, options.recency);
  if (!weighed) return tl::unexpected(weighed.error());
  auto pairs = count_cooccurrence(data, *weighed, training.min_baskets, training.threads, {});
  if (!pairs) return tl::unexpected(pairs.error());
  Trainer const trainer(weighed->items, std::move(*pairs), training);
  return best_finish(trainer, {weighed->items, data, split.train, weighed->weights, &weighed->recent},
                     {data, split.held}, options);
}

}  // namespace

Weights blended(Trainer const& trainer, LearnedFrom const& from, TrainingOptions const& training) {
  auto const linear = trainer.weights(training.entries_per_item, training.refit_ridge);
  auto weights = add_second_model(from.counts, from.data, from.baskets, linear, training.popularity_power,
                                  training.log_linear, from.weights);
  return up_to_date(std::move(weights), linear, from, training);
}

std::size_t questions_in(Dataset const& data, std::span<std::uint32_t const> baskets) {
  std::size_t count = 0;
  for (auto const n : baskets) count += data.basket(n).size() > 1 ? data.basket(n).size() : 0;
  return count;
}

std::vector<Split> selection_splits(Dataset const& data, double share, std::size_t enough, std::string& how) {
  bool const dated = data.time_kind == TimeKind::calendar;
  // The future is what is asked for, so dated baskets are split by date as long as that leaves anything to judge by.
  for (double const part : {share, 2 * share, 3 * share}) {
    auto split = hold_out(data, std::min(part, 0.5));
    auto const asked = questions_in(data, split.held);
    bool const last = part > 2.5 * share;
    if (asked >= enough || (dated && last && asked >= kFewQuestions)) {
      how = dated ? "held_out_by_time" : "held_out_by_hash";
      return {std::move(split)};
    }
    if (!dated) break;
  }
  how = "three_folds";
  std::vector<Split> folds;
  for (std::uint64_t fold = 0; fold < kFolds; ++fold) {
    folds.push_back(fold_out(data, fold, kFolds));
    if (folds.back().train.empty() || folds.back().held.empty()) folds.pop_back();
  }
  return folds;
}

Result<TrainingOptions> select_model(Dataset const& data, BuildOptions const& options) {
  if (data.items.size() > kSmallMenu) return select_finish(data, options);
  std::string how;
  auto const splits = selection_splits(data, options.held_share, options.enough_queries, how);
  if (splits.empty()) return options.training;
  return select_small(data, splits, options);
}

Result<TrainingOptions> select_model(LearnedFrom const& from, Trainer const& trainer, Judges const& judges,
                                     BuildOptions const& options) {
  auto const asked = questions_in(judges.data, judges.baskets);
  if (from.counts.items.size() > kSmallMenu) {
    if (asked < options.enough_queries) return options.training;
    return best_finish(trainer, from, judges, options);
  }
  if (asked < kFewQuestions) return options.training;
  auto candidates = ridges_to_try(options.training);
  auto const tried = try_each(candidates, from, {judges, options, discounted_hits});
  if (!tried) return tl::unexpected(tried.error());
  return best_of(candidates).training;
}

Result<double> entries_within(Trainer const& trainer, Counts const& counts, BuildOptions const& options) {
  auto const items = static_cast<double>(std::max<std::size_t>(1, counts.items.size()));
  auto const sold = static_cast<double>(std::max<std::size_t>(1, counts.items_sold()));
  double const budget = options.bytes_per_item * sold;
  struct Table {
    double bytes, entries;
  };
  auto const table_with = [&](double wanted) -> Result<Table> {
    auto const weights = trainer.strongest(wanted);
    auto const ranker = bare_ranker(counts, weights, options);
    if (!ranker) return tl::unexpected(ranker.error());
    double entries = 0;
    for (auto const& row : weights.rows) entries += static_cast<double>(row.size());
    return Table{static_cast<double>(ranker->bundle().affinity_bytes()), entries / items};
  };
  auto const bare = table_with(0);
  if (!bare) return tl::unexpected(bare.error());
  // Nearly a straight line: a few secants reach it. What is returned was seen to keep to the budget.
  double good = 0;
  double tried = options.training.entries_per_item;
  for (int step = 0; step < 6; ++step) {
    auto const table = table_with(tried);
    if (!table) return tl::unexpected(table.error());
    bool const fits = table->bytes <= budget;
    if (fits) good = tried;
    bool const all = table->entries < tried * 0.999;  // there are no more
    if (fits && (all || table->bytes > 0.99 * budget)) break;
    double const each = (table->bytes - bare->bytes) / std::max(table->entries, 1e-6);
    tried = std::min(kMostEntriesPerItem, (budget - bare->bytes) / std::max(each, 1e-6) * 0.997);
    if (tried <= good) break;
  }
  return good;
}

}  // namespace tillcue::models
