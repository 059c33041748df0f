#include "tillcue/models/training.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <Eigen/Cholesky>

#include "cooccurrence.hpp"
#include "tillcue/models/parallel.hpp"
#include "tillcue/models/significance.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kTargetsPerPiece = 8;

// A weight of a frequent source is asked for more often, so of two equal ones the more frequent source keeps its own.
constexpr double kSourcePower = 0.3;
// A row as long as that is no short list of neighbours any more; the format's limit is 4,096.
constexpr std::uint32_t kMostInRow = 4'096;

// A pair expected in that many baskets or more is measured well: no effect shows as no weight. A rarer one, met a few
// times, may look like anything: it has to prove itself.
constexpr double kWellExpected = 5;

struct Scored {
  std::uint32_t rank;
  float value;
};

/// By falling size, ties by rank: what is kept must not depend on the order it was found in.
bool larger(Scored a, Scored b) {
  auto const x = std::fabs(a.value);
  auto const y = std::fabs(b.value);
  return x != y ? x > y : a.rank < b.rank;
}

void keep_largest(std::vector<Scored>& list, std::size_t count) {
  if (list.size() <= count) return;
  std::nth_element(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count), list.end(), larger);
  list.resize(count);
}

std::size_t support_of(TrainingOptions const& options, double baskets) {
  auto const most = std::max(options.support, options.most_support);
  return static_cast<std::size_t>(std::clamp(baskets / 4, double{1} * options.support, double{1} * most));
}

/// The sources most tied to `target`, by |G_ij| / sqrt((n_i + lambda)(n_j + lambda)); rising ranks. Pairs that may well
/// be coincidence are none. Of the items never bought with it only the most popular can matter: there the measure
/// grows with n_i.
void choose_support(Cooccurrence const& pairs, std::uint32_t target, TrainingOptions const& options,
                    std::vector<Scored>& pool, std::vector<std::uint32_t>& support) {
  pool.clear();
  auto const most = support_of(options, pairs.baskets(target));
  auto const strength = [&](std::uint32_t source, double together) {
    double const size = std::sqrt(pairs.baskets(source) + options.ridge);
    pool.push_back({source, static_cast<float>(pairs.centred(source, target, together) / size)});
  };
  auto const significant = [&](std::uint32_t source, double together) {
    auto const whole = [](double baskets) { return static_cast<std::uint64_t>(baskets); };
    return log_likelihood_ratio(whole(pairs.total()), whole(pairs.baskets(source)), whole(pairs.baskets(target)),
                                whole(together)) >= options.significance;
  };
  auto const partners = pairs.partners(target);
  for (auto const partner : partners) {
    double const excess = pairs.centred(partner.rank, target, partner.together);
    bool const rare = partner.together - excess < kWellExpected;
    if (excess > 0 && rare && (partner.together < 2 || !significant(partner.rank, partner.together))) continue;
    strength(partner.rank, partner.together);
  }
  std::size_t at = 0;
  std::uint32_t strangers = 0;
  for (std::uint32_t source = 0; source < pairs.size() && strangers < most; ++source) {
    while (at < partners.size() && partners[at].rank < source) ++at;
    if (source == target || (at < partners.size() && partners[at].rank == source)) continue;
    strength(source, 0);
    ++strangers;
  }
  keep_largest(pool, most);
  support.clear();
  for (auto const& source : pool) support.push_back(source.rank);
  std::sort(support.begin(), support.end());
}

struct Worker {
  Cooccurrence::Scratch scratch;
  std::vector<Scored> pool;
  std::vector<std::uint32_t> support;
};

using Columns = std::vector<std::vector<Scored>>;  ///< target -> its sources with weights, rising ranks

void solve(Cooccurrence const& pairs, std::uint32_t target, double ridge, Worker& worker, std::vector<Scored>& column) {
  column.clear();
  if (worker.support.empty()) return;
  pairs.gather(worker.support, target, ridge, worker.scratch);
  Eigen::LLT<Eigen::Ref<Eigen::MatrixXf>, Eigen::Lower> const factor(worker.scratch.gram);
  factor.solveInPlace(worker.scratch.right);
  for (std::size_t k = 0; k < worker.support.size(); ++k) {
    column.push_back({worker.support[k], worker.scratch.right(static_cast<Eigen::Index>(k))});
  }
}

/// choose(target, worker) fills worker.support.
template <class Choose>
Columns solve_all(Cooccurrence const& pairs, double ridge, unsigned wanted_threads, Choose const& choose) {
  Columns columns(pairs.size());
  auto const threads = thread_count(wanted_threads);
  std::vector<Worker> workers(threads);
  in_pieces(pairs.size(), kTargetsPerPiece, threads, [&](std::size_t begin, std::size_t end, unsigned number) {
    for (auto target = static_cast<std::uint32_t>(begin); target < end; ++target) {
      choose(target, workers[number]);
      solve(pairs, target, ridge, workers[number], columns[target]);
    }
  });
  return columns;
}

Columns fit(Cooccurrence const& pairs, TrainingOptions const& options) {
  return solve_all(pairs, options.ridge, options.threads, [&](std::uint32_t target, Worker& worker) {
    choose_support(pairs, target, options, worker.pool, worker.support);
  });
}

Columns refit(Cooccurrence const& pairs, TrainingOptions const& options, Columns const& columns) {
  return solve_all(pairs, options.refit_ridge, options.threads, [&](std::uint32_t target, Worker& worker) {
    worker.support.clear();
    for (auto const& source : columns[target]) worker.support.push_back(source.rank);
  });
}

/// Keeps the `budget` weights that matter most in the whole table, positive and negative.
Columns cut(Cooccurrence const& pairs, Columns const& columns, double budget) {
  struct Entry {
    float value;
    std::uint32_t source, target;
    float weight;
  };
  std::vector<float> often(pairs.size());
  for (std::uint32_t rank = 0; rank < pairs.size(); ++rank) {
    often[rank] = static_cast<float>(std::pow(pairs.baskets(rank), kSourcePower));
  }
  std::vector<Entry> all;
  for (std::uint32_t target = 0; target < columns.size(); ++target) {
    for (auto const& [source, weight] : columns[target]) {
      if (weight != 0) all.push_back({std::fabs(weight) * often[source], source, target, weight});
    }
  }
  auto const before = [](Entry const& a, Entry const& b) {
    if (a.value != b.value) return a.value > b.value;
    return a.target != b.target ? a.target < b.target : a.source < b.source;
  };
  auto const keep = static_cast<std::size_t>(std::max(0.0, budget));
  if (all.size() > keep) {
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(keep), all.end(), before);
    all.resize(keep);
  }
  std::sort(all.begin(), all.end(), [](Entry const& a, Entry const& b) {
    return a.target != b.target ? a.target < b.target : a.source < b.source;
  });
  std::vector<std::uint32_t> length(pairs.size(), 0);
  Columns kept(columns.size());
  for (auto const& entry : all) {
    if (length[entry.source]++ < kMostInRow) kept[entry.target].push_back({entry.source, entry.weight});
  }
  return kept;
}

/// Intercepts of items without weights: their share of the baskets.
std::vector<float> plain_bias(Counts const& counts, double power) {
  std::vector<float> bias;
  for (auto const& item : counts.items) {
    double const share = counts.baskets > 0 ? item.baskets / static_cast<double>(counts.baskets) : 0;
    bias.push_back(static_cast<float>(std::pow(share, 1 - power)));
  }
  return bias;
}

}  // namespace

struct Trainer::State {
  State(Counts const& counts, TrainingOptions const& given)
      : options(given),
        items(counts.items.size()),
        bias(plain_bias(counts, given.popularity_power)),
        pairs(counts, given.min_baskets),
        columns(fit(pairs, given)) {}

  [[nodiscard]] Columns strongest(double entries_per_item) const {
    return cut(pairs, columns, entries_per_item * static_cast<double>(items));
  }
  [[nodiscard]] Weights finished(Columns const& kept) const;

  TrainingOptions options;
  std::size_t items;
  std::vector<float> bias;
  Cooccurrence pairs;
  Columns columns;
};

Weights Trainer::State::finished(Columns const& kept) const {
  Weights weights;
  weights.rows.resize(items);
  weights.bias = bias;
  for (std::uint32_t target = 0; target < kept.size(); ++target) {
    double const share = pairs.baskets(target) / pairs.total();
    double const divisor = std::pow(share, options.popularity_power);
    double intercept = share;
    for (auto const& [source, weight] : kept[target]) {
      intercept -= pairs.baskets(source) / pairs.total() * weight;
      weights.rows[pairs.item(source)].push_back({pairs.item(target), static_cast<float>(weight / divisor)});
    }
    weights.bias[pairs.item(target)] = static_cast<float>(intercept / divisor);
  }
  return weights;
}

Trainer::Trainer(Counts const& counts, TrainingOptions const& options)
    : state_(std::make_unique<State>(counts, options)) {}

Trainer::~Trainer() = default;

Weights Trainer::strongest(double entries_per_item) const {
  return state_->finished(state_->strongest(entries_per_item));
}

Weights Trainer::weights(double entries_per_item) const {
  return state_->finished(refit(state_->pairs, state_->options, state_->strongest(entries_per_item)));
}

Weights train(Counts const& counts, TrainingOptions const& options) {
  return Trainer(counts, options).weights(options.entries_per_item);
}

}  // namespace tillcue::models
