#include "tillcue/models/training.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <Eigen/Cholesky>

#include "cooccurrence.hpp"
#include "tillcue/models/parallel.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kTargetsPerPiece = 8;

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

/// The sources most tied to `target`, by |G_ij| / sqrt((n_i + lambda)(n_j + lambda)); rising ranks.
/// Of the items never bought with it only the most popular can matter: there the measure grows with n_i.
void choose_support(Cooccurrence const& pairs, std::uint32_t target, TrainingOptions const& options,
                    std::vector<Scored>& pool, std::vector<std::uint32_t>& support) {
  pool.clear();
  auto const strength = [&](std::uint32_t source, double together) {
    double const size = std::sqrt(pairs.baskets(source) + options.ridge);
    pool.push_back({source, static_cast<float>(pairs.centred(source, target, together) / size)});
  };
  auto const partners = pairs.partners(target);
  for (auto const partner : partners) strength(partner.rank, partner.together);
  std::size_t at = 0;
  std::uint32_t strangers = 0;
  for (std::uint32_t source = 0; source < pairs.size() && strangers < options.support; ++source) {
    while (at < partners.size() && partners[at].rank < source) ++at;
    if (source == target || (at < partners.size() && partners[at].rank == source)) continue;
    strength(source, 0);
    ++strangers;
  }
  keep_largest(pool, options.support);
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

Columns fit(Cooccurrence const& pairs, TrainingOptions const& options) {
  Columns columns(pairs.size());
  auto const threads = thread_count(options.threads);
  std::vector<Worker> workers(threads);
  in_pieces(pairs.size(), kTargetsPerPiece, threads, [&](std::size_t begin, std::size_t end, unsigned number) {
    auto& worker = workers[number];
    for (auto target = static_cast<std::uint32_t>(begin); target < end; ++target) {
      choose_support(pairs, target, options, worker.pool, worker.support);
      solve(pairs, target, options.ridge, worker, columns[target]);
    }
  });
  return columns;
}

/// Keeps each source's largest weights, positive and negative.
Columns truncate(Columns const& columns, std::size_t neighbours) {
  Columns rows(columns.size());
  for (std::uint32_t target = 0; target < columns.size(); ++target) {
    for (auto const& [source, weight] : columns[target]) {
      if (weight != 0) rows[source].push_back({target, weight});
    }
  }
  Columns kept(columns.size());
  for (std::uint32_t source = 0; source < rows.size(); ++source) {
    keep_largest(rows[source], neighbours);
    for (auto const& [target, weight] : rows[source]) kept[target].push_back({source, weight});
  }
  return kept;
}

void refit(Cooccurrence const& pairs, TrainingOptions const& options, Columns& columns) {
  auto const threads = thread_count(options.threads);
  std::vector<Worker> workers(threads);
  in_pieces(pairs.size(), kTargetsPerPiece, threads, [&](std::size_t begin, std::size_t end, unsigned number) {
    auto& worker = workers[number];
    for (auto target = static_cast<std::uint32_t>(begin); target < end; ++target) {
      worker.support.clear();
      for (auto const& source : columns[target]) worker.support.push_back(source.rank);
      solve(pairs, target, options.refit_ridge, worker, columns[target]);
    }
  });
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

Weights train(Counts const& counts, TrainingOptions const& options) {
  Weights weights;
  weights.rows.resize(counts.items.size());
  weights.bias = plain_bias(counts, options.popularity_power);
  Cooccurrence const pairs(counts, options.min_baskets);
  auto columns = truncate(fit(pairs, options), options.neighbours);
  refit(pairs, options, columns);
  for (std::uint32_t target = 0; target < columns.size(); ++target) {
    double const share = pairs.baskets(target) / pairs.total();
    double const divisor = std::pow(share, options.popularity_power);
    double intercept = share;
    for (auto const& [source, weight] : columns[target]) {
      intercept -= pairs.baskets(source) / pairs.total() * weight;
      weights.rows[pairs.item(source)].push_back({pairs.item(target), static_cast<float>(weight / divisor)});
    }
    weights.bias[pairs.item(target)] = static_cast<float>(intercept / divisor);
  }
  return weights;
}

}  // namespace tillcue::models
