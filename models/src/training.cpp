#include "tillcue/models/training.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <utility>

#include <Eigen/Cholesky>

#include "evidence.hpp"
#include "supports.hpp"
#include "tillcue/models/parallel.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kTargetsPerPiece = 8;

// A weight of a frequent source is asked for more often, so of two equal ones the more frequent source keeps its own.
constexpr double kSourcePower = 0.3;
// A row as long as that is no short list of neighbours any more; the format's limit is 4,096.
constexpr std::uint32_t kMostInRow = 4'096;

using Regression = Cooccurrence::Regression;
using Matrix = Eigen::Map<Eigen::MatrixXf>;
using Vector = Eigen::Map<Eigen::VectorXf>;

Matrix gram_of(Regression& regression) {
  auto const size = static_cast<Eigen::Index>(regression.support.size());
  return {regression.gram.data(), size, size};
}
Vector right_of(Regression& regression) {
  return {regression.right.data(), static_cast<Eigen::Index>(regression.support.size())};
}

/// Leaves the weights on the right side. Exactly, by Cholesky: for the few sources of the last word.
void solve_exactly(Regression& regression) {
  auto gram = gram_of(regression);
  auto right = right_of(regression);
  Eigen::LLT<Eigen::Ref<Eigen::MatrixXf>, Eigen::Upper> const factor(gram);
  factor.solveInPlace(right);
}

// What is left of the right side: far below the step of a weight of 5 bits.
constexpr float kResidual = 1e-4F;
constexpr int kMostSteps = 200;

/// The same by conjugate gradients on the scaled system: the ridge keeps it well conditioned, so that a dozen products
/// stand against support / 3 of them.  Source  Hestenes & Stiefel 1952; scaling by the diagonal as preconditioner.
void solve_closely(Regression& regression) {
  auto const gram = gram_of(regression);
  Eigen::VectorXf const scale = gram.diagonal().cwiseInverse();
  auto residual = right_of(regression);
  Eigen::VectorXf weights = Eigen::VectorXf::Zero(residual.size());
  Eigen::VectorXf scaled = scale.cwiseProduct(residual);
  Eigen::VectorXf direction = scaled;
  Eigen::VectorXf product(residual.size());
  float rest = residual.dot(scaled);
  float const enough = rest * kResidual * kResidual;
  for (int step = 0; step < kMostSteps && rest > enough; ++step) {
    product.noalias() = gram.selfadjointView<Eigen::Upper>() * direction;
    float const length = rest / direction.dot(product);
    weights += length * direction;
    residual -= length * product;
    scaled = scale.cwiseProduct(residual);
    float const next = residual.dot(scaled);
    direction = scaled + next / rest * direction;
    rest = next;
  }
  residual = weights;
}

template <class Solve>
void solve(Cooccurrence const& pairs, std::uint32_t target, double ridge, Solve const& solve, Regression& regression,
           std::vector<Scored>& column) {
  if (column.empty()) return;
  regression.support.clear();
  for (auto const& source : column) regression.support.push_back(source.rank);
  pairs.gather(target, ridge, regression);
  solve(regression);
  for (std::size_t k = 0; k < column.size(); ++k) column[k].value = regression.right[k];
}

/// Steps of a solve, for telling how far it is.
double work(std::vector<Scored> const& column) {
  auto const size = static_cast<double>(column.size());
  return size * size + 1;
}

/// Weighs the sources in `columns`, each target by itself.
template <class Solve>
void solve_all(Cooccurrence const& pairs, double ridge, unsigned wanted_threads, Columns& columns, Solve const& how,
               Advance const& advance) {
  auto const threads = thread_count(wanted_threads);
  std::vector<Regression> regressions(threads);
  double all = 0;
  for (auto const& column : columns) all += work(column);
  std::atomic<double> done{0};
  in_pieces(columns.size(), kTargetsPerPiece, threads, [&](std::size_t begin, std::size_t end, unsigned number) {
    double mine = 0;
    for (auto target = begin; target < end; ++target) {
      mine += work(columns[target]);
      solve(pairs, static_cast<std::uint32_t>(target), ridge, how, regressions[number], columns[target]);
    }
    auto const so_far = done.fetch_add(mine) + mine;
    if (number == 0 && advance) advance(std::min(so_far / all, 1.0));
  });
}

Columns fit(Cooccurrence const& pairs, TrainingOptions const& options, Advance const& advance) {
  auto columns = choose_supports(pairs, options);
  solve_all(pairs, options.ridge, options.threads, columns, solve_closely, advance);
  return columns;
}

/// Keeps the `budget` weights that matter most in the whole table, positive and negative; of equal ones the first.
Columns cut(Cooccurrence const& pairs, Columns const& columns, double budget) {
  std::vector<float> often(pairs.size());
  for (std::uint32_t rank = 0; rank < pairs.size(); ++rank) {
    often[rank] = static_cast<float>(std::pow(pairs.baskets(rank), kSourcePower));
  }
  auto const value = [&](Scored entry) { return std::fabs(entry.value) * often[entry.rank]; };
  std::vector<float> values;
  for (auto const& column : columns) {
    for (auto const entry : column) {
      if (entry.value != 0) values.push_back(value(entry));
    }
  }
  Columns kept(columns.size());
  auto const keep = std::min(static_cast<std::size_t>(std::max(0.0, budget)), values.size());
  if (keep == 0) return kept;
  auto const last = values.begin() + static_cast<std::ptrdiff_t>(keep - 1);
  std::nth_element(values.begin(), last, values.end(), std::greater<>());
  auto const least = *last;
  auto equal = keep - static_cast<std::size_t>(std::count_if(values.begin(), last, [&](float v) { return v > least; }));
  std::vector<std::uint32_t> length(pairs.size(), 0);
  for (std::uint32_t target = 0; target < columns.size(); ++target) {
    for (auto const entry : columns[target]) {
      if (entry.value == 0 || value(entry) < least) continue;
      if (value(entry) == least) {
        if (equal == 0) continue;
        --equal;
      }
      if (length[entry.rank]++ < kMostInRow) kept[target].push_back(entry);
    }
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
  State(Counts const& counts, std::shared_ptr<Cooccurrence const> given_pairs, TrainingOptions const& given,
        Advance const& advance)
      : options(given),
        items(counts.items.size()),
        bias(plain_bias(counts, given.popularity_power)),
        held(std::move(given_pairs)),
        pairs(*held),
        columns(fit(pairs, given, advance)) {}

  [[nodiscard]] Columns strongest(double entries_per_item) const {
    return cut(pairs, columns, entries_per_item * static_cast<double>(items));
  }
  [[nodiscard]] Weights finished(Columns const& kept) const;

  TrainingOptions options;
  std::size_t items;
  std::vector<float> bias;
  std::shared_ptr<Cooccurrence const> held;
  Cooccurrence const& pairs;
  Columns columns;
  std::optional<double> largest_p;  ///< of a significant pair, once it was asked for
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

Trainer::Trainer(Counts const& counts, TrainingOptions const& options, Advance const& advance)
    : Trainer(counts, Cooccurrence::of(counts, options.min_baskets), options, advance) {}

Trainer::Trainer(Counts const& items, std::shared_ptr<Cooccurrence const> pairs, TrainingOptions const& options,
                 Advance const& advance)
    : state_(std::make_unique<State>(items, std::move(pairs), options, advance)) {}

Trainer::~Trainer() = default;

Weights Trainer::strongest(double entries_per_item) const {
  return state_->finished(state_->strongest(entries_per_item));
}

Weights Trainer::weights(double entries_per_item, std::optional<double> refit_ridge) const {
  auto kept = state_->strongest(entries_per_item);
  auto const ridge = refit_ridge.value_or(state_->options.refit_ridge);
  solve_all(state_->pairs, ridge, state_->options.threads, kept, solve_exactly, {});
  return state_->finished(kept);
}

void Trainer::mark_significant(Weights& weights) const {
  auto& state = *state_;
  auto const threads = state.options.threads;
  if (!state.largest_p) state.largest_p = largest_significant_p(state.pairs, threads);
  models::mark_significant(state.pairs, *state.largest_p, threads, weights);
}

Weights train(Counts const& counts, TrainingOptions const& options) {
  return Trainer(counts, options).weights(options.entries_per_item);
}

}  // namespace tillcue::models
