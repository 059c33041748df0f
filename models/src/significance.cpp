#include "tillcue/models/significance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tillcue::models {
namespace {

/// Terms below this share of the sum so far cannot be seen in it.
constexpr double kNegligible = 1e-17;

double real(std::uint64_t value) { return static_cast<double>(value); }

/// lgamma_r, because lgamma writes a global that threads would fight for.
double log_factorial(double value) {
  int sign = 0;
  return ::lgamma_r(value + 1, &sign);
}

double log_choose(double n, double k) { return log_factorial(n) - log_factorial(k) - log_factorial(n - k); }

/// The four cells of the table: both, only one, only the other, neither.
struct Cells {
  double both, only_i, only_j, neither;

  [[nodiscard]] double total() const { return both + only_i + only_j + neither; }
  [[nodiscard]] double log_probability() const {
    auto const i = both + only_i;
    return log_choose(i, both) + log_choose(only_j + neither, only_j) - log_choose(total(), both + only_j);
  }
  /// P(one more together) / P(this many together).
  [[nodiscard]] double up() const { return only_i * only_j / ((both + 1) * (neither + 1)); }
  [[nodiscard]] double down() const { return both * neither / ((only_i + 1) * (only_j + 1)); }
  void move(double step) {
    both += step;
    neither += step;
    only_i -= step;
    only_j -= step;
  }
};

/// Sum of the probabilities from here away from the mean, in units of the first one: the terms fall all the way.
double tail_from(Cells cells, bool upwards) {
  double sum = 1;
  double term = 1;
  for (;;) {
    term *= upwards ? cells.up() : cells.down();
    if (term <= sum * kNegligible) return sum;
    sum += term;
    cells.move(upwards ? 1 : -1);
  }
}

double x_log_ratio(double x, double expected) { return x > 0 ? x * std::log(x / expected) : 0; }

bool possible(std::uint64_t n, std::uint64_t n_i, std::uint64_t n_j, std::uint64_t n_ij) {
  return n_i <= n && n_j <= n && n_ij <= std::min(n_i, n_j) && n_i - n_ij <= n - n_j;
}

Cells cells_of(std::uint64_t n, std::uint64_t n_i, std::uint64_t n_j, std::uint64_t n_ij) {
  return {real(n_ij), real(n_i - n_ij), real(n_j - n_ij), real(n - n_j - (n_i - n_ij))};
}

}  // namespace

double log_likelihood_ratio(std::uint64_t n, std::uint64_t n_i, std::uint64_t n_j, std::uint64_t n_ij) {
  if (!possible(n, n_i, n_j, n_ij) || n_i == 0 || n_j == 0) return 0;
  auto const cells = cells_of(n, n_i, n_j, n_ij);
  double const all = real(n);
  double const i = real(n_i) / all;
  double const j = real(n_j);
  double const sum = x_log_ratio(cells.both, i * j) + x_log_ratio(cells.only_i, i * (all - j)) +
                     x_log_ratio(cells.only_j, (1 - i) * j) + x_log_ratio(cells.neither, (1 - i) * (all - j));
  return std::max(0.0, 2 * sum);
}

Significance significance(std::uint64_t n, std::uint64_t n_i, std::uint64_t n_j, std::uint64_t n_ij) {
  Significance result;
  if (!possible(n, n_i, n_j, n_ij) || n_i == 0 || n_j == 0) return result;
  result.expected = real(n_i) * real(n_j) / real(n);
  result.lift = real(n_ij) / result.expected;
  result.g2 = log_likelihood_ratio(n, n_i, n_j, n_ij);
  auto const cells = cells_of(n, n_i, n_j, n_ij);
  bool const upwards = real(n_ij) >= result.expected;
  result.p = std::min(1.0, 2 * std::exp(cells.log_probability()) * tail_from(cells, upwards));
  return result;
}

std::vector<double> false_discovery_rates(std::vector<double> const& p, std::uint64_t tests) {
  auto const asked = static_cast<double>(std::max<std::uint64_t>(tests, p.size()));
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return p[a] < p[b]; });
  std::vector<double> rates(p.size(), 1.0);
  double least = 1;
  for (auto n = order.size(); n-- > 0;) {
    least = std::min(least, p[order[n]] * asked / static_cast<double>(n + 1));
    rates[order[n]] = least;
  }
  return rates;
}

}  // namespace tillcue::models
