#include "calibration_grid.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "isotonic.hpp"

namespace tillcue::models {
namespace {

// How much the curves are held, in observations; chosen on training parts of six data sets (models/MEASURED.md).
constexpr double kSmoothScores = 1000;  // second differences of the mean over the sizes
constexpr double kSmoothSizes = 100;    // second differences of the mean over the blocks
constexpr double kFlatSizes = 3;        // first differences of it
constexpr double kAdditive = 1000;      // differences of differences

/// Of a symmetric matrix, the lower triangle is used.
struct Matrix {
  explicit Matrix(std::size_t n) : size(n), at(n * n, 0) {}
  double& operator()(std::size_t row, std::size_t column) { return at[row * size + column]; }
  double operator()(std::size_t row, std::size_t column) const { return at[row * size + column]; }

  std::size_t size;
  std::vector<double> at;
};

/// Adds weight * v v', v being sparse.
void add_square(Matrix& to, std::vector<std::pair<std::size_t, double>> const& v, double weight) {
  for (auto const& [row, a] : v) {
    for (auto const& [column, b] : v) {
      if (column <= row) to(row, column) += weight * a * b;
    }
  }
}

class Penalties {
 public:
  Penalties(std::size_t blocks, std::size_t sizes) : blocks_(blocks), sizes_(sizes), sum_(blocks * sizes) {
    for (std::size_t b = 0; b + 2 < blocks; ++b) add_square(sum_, over_blocks(b, {1, -2, 1}), kSmoothScores);
    for (std::size_t s = 0; s + 2 < sizes; ++s) add_square(sum_, over_sizes(s, {1, -2, 1}), kSmoothSizes);
    for (std::size_t s = 0; s + 1 < sizes; ++s) add_square(sum_, over_sizes(s, {-1, 1}), kFlatSizes);
    for (std::size_t b = 0; b + 1 < blocks; ++b) {
      for (std::size_t s = 0; s + 1 < sizes; ++s) {
        add_square(sum_, {{cell(b, s), 1}, {cell(b, s + 1), -1}, {cell(b + 1, s), -1}, {cell(b + 1, s + 1), 1}},
                   kAdditive);
      }
    }
  }
  [[nodiscard]] Matrix const& sum() const noexcept { return sum_; }

 private:
  using Terms = std::vector<std::pair<std::size_t, double>>;

  [[nodiscard]] std::size_t cell(std::size_t block, std::size_t size) const { return block * sizes_ + size; }
  [[nodiscard]] Terms over_blocks(std::size_t first, std::vector<double> const& steps) const {
    Terms terms;
    for (std::size_t k = 0; k < steps.size(); ++k) {
      for (std::size_t s = 0; s < sizes_; ++s)
        terms.emplace_back(cell(first + k, s), steps[k] / static_cast<double>(sizes_));
    }
    return terms;
  }
  [[nodiscard]] Terms over_sizes(std::size_t first, std::vector<double> const& steps) const {
    Terms terms;
    for (std::size_t k = 0; k < steps.size(); ++k) {
      for (std::size_t b = 0; b < blocks_; ++b)
        terms.emplace_back(cell(b, first + k), steps[k] / static_cast<double>(blocks_));
    }
    return terms;
  }

  std::size_t blocks_, sizes_;
  Matrix sum_;
};

/// Solves a x = b for positive definite a, by Cholesky; `b` becomes x.
void solve(Matrix a, std::vector<double>& b) {
  auto const n = a.size;
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      auto const* const left = &a.at[i * n];
      auto const* const right = &a.at[j * n];
      double const sum = a(i, j) - std::inner_product(left, left + j, right, 0.0);
      a(i, j) = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / a(j, j);
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a(i, k) * b[k];
    b[i] /= a(i, i);
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a(k, i) * b[k];
    b[i] /= a(i, i);
  }
}

double rate(double logit) { return 1 / (1 + std::exp(-logit)); }

/// One step of Newton's method; returns its largest part.
double improve(CalibrationGrid const& grid, Matrix const& penalties, std::vector<double>& logits) {
  auto curvature = penalties;
  std::vector<double> step(logits.size());
  for (std::size_t n = 0; n < logits.size(); ++n) {
    double const p = rate(logits[n]);
    curvature(n, n) += grid.asked[n] * p * (1 - p) + 1e-6;
    step[n] = grid.bought[n] - grid.asked[n] * p;
    for (std::size_t k = 0; k < logits.size(); ++k) {
      step[n] -= (k <= n ? penalties(n, k) : penalties(k, n)) * logits[k];
    }
  }
  solve(std::move(curvature), step);
  double largest = 0;
  for (std::size_t n = 0; n < logits.size(); ++n) {
    double const part = std::clamp(step[n], -1.0, 1.0);
    logits[n] += part;
    largest = std::max(largest, std::abs(part));
  }
  return largest;
}

void let_none_fall(CalibrationGrid const& grid, std::vector<double>& values) {
  std::vector<double> column(grid.blocks()), weights(grid.blocks());
  for (std::size_t s = 0; s < grid.sizes; ++s) {
    for (std::size_t b = 0; b < grid.blocks(); ++b) {
      column[b] = values[b * grid.sizes + s];
      weights[b] = grid.asked[b * grid.sizes + s] + 1e-3;
    }
    pool_adjacent_violators(column, weights);
    for (std::size_t b = 0; b < grid.blocks(); ++b) values[b * grid.sizes + s] = column[b];
  }
}

}  // namespace

CalibrationGrid count_grid(std::vector<Observation> observations, std::span<std::uint16_t const> sizes,
                           std::size_t blocks) {
  std::sort(observations.begin(), observations.end(), [](auto const& a, auto const& b) { return a.score < b.score; });
  CalibrationGrid grid;
  grid.sizes = std::max<std::size_t>(1, sizes.size());
  std::size_t begun = 0;
  auto const part = [&](std::size_t n) { return n * blocks / observations.size(); };
  for (std::size_t n = 0; n < observations.size(); ++n) {
    auto const& one = observations[n];
    if (n == 0 || (part(n) > part(begun) && one.score > observations[n - 1].score)) {
      grid.from.push_back(one.score);
      begun = n;
    }
    grid.asked.resize(grid.blocks() * grid.sizes, 0);
    grid.bought.resize(grid.blocks() * grid.sizes, 0);
    auto const size = std::upper_bound(sizes.begin(), sizes.end(), one.basket_size) - sizes.begin();
    auto const cell =
        (grid.blocks() - 1) * grid.sizes + static_cast<std::size_t>(std::max<std::ptrdiff_t>(1, size) - 1);
    grid.asked[cell] += one.weight;
    grid.bought[cell] += one.bought ? one.weight : 0;
  }
  return grid;
}

std::vector<double> fit_grid(CalibrationGrid const& grid) {
  constexpr int kMostSteps = 50;
  constexpr double kStill = 1e-6;
  auto const asked = std::accumulate(grid.asked.begin(), grid.asked.end(), 0.0);
  auto const bought = std::accumulate(grid.bought.begin(), grid.bought.end(), 0.0);
  double const mean = std::clamp(bought / std::max(asked, 1.0), 1e-5, 1 - 1e-5);
  std::vector<double> values(grid.asked.size(), std::log(mean / (1 - mean)));
  Penalties const penalties(grid.blocks(), grid.sizes);
  for (int step = 0; step < kMostSteps && improve(grid, penalties.sum(), values) > kStill; ++step) {
  }
  for (auto& value : values) value = rate(value);
  let_none_fall(grid, values);
  return values;
}

void few_levels(std::span<double> values, std::span<double const> weights, std::size_t most) {
  constexpr int kRounds = 50;
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  auto const scaled = [&](std::size_t n) { return std::asin(std::sqrt(std::clamp(values[n], 0.0, 1.0))); };
  auto const weight = [&](std::size_t n) { return weights[n] + 1e-6; };
  std::vector<double> centres;
  for (std::size_t level = 0; level < most && !order.empty(); ++level) {
    centres.push_back(scaled(order[(2 * level + 1) * order.size() / (2 * most)]));
  }
  std::vector<std::size_t> level_of(values.size());
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> sum(centres.size(), 0), mass(centres.size(), 0);
    std::size_t level = 0;
    for (auto const n : order) {
      auto const x = scaled(n);
      while (level + 1 < centres.size() && std::abs(x - centres[level + 1]) <= std::abs(x - centres[level])) ++level;
      level_of[n] = level;
      sum[level] += weight(n) * x;
      mass[level] += weight(n);
    }
    for (std::size_t k = 0; k < centres.size(); ++k) {
      if (mass[k] > 0) centres[k] = sum[k] / mass[k];
    }
  }
  std::vector<double> sum(centres.size(), 0), mass(centres.size(), 0);
  for (auto const n : order) {
    sum[level_of[n]] += weight(n) * values[n];
    mass[level_of[n]] += weight(n);
  }
  for (auto const n : order) values[n] = sum[level_of[n]] / mass[level_of[n]];
}

}  // namespace tillcue::models
