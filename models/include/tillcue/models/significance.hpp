#pragma once

#include <cstdint>
#include <vector>

namespace tillcue::models {

/// Of the pairs called significant so many may be coincidences (false discoveries).
inline constexpr double kSignificantRate = 0.05;

/// How surprising it is that two items share so many, or so few, baskets.
struct Significance {
  double expected = 0;  ///< baskets together if neither item knew of the other: n_i n_j / n
  double lift = 0;      ///< n_ij / expected; 0 when nothing is expected
  double g2 = 0;        ///< log-likelihood ratio, >= 0; about chi-squared with one degree of freedom
  double p = 1;         ///< exact and two-sided: twice the smaller hypergeometric tail, at most 1

  [[nodiscard]] bool more_than_chance() const noexcept { return lift > 1; }
};

/// Of `n` baskets `n_i` hold one item, `n_j` the other and `n_ij` both. Counts that cannot be (n_ij above n_i, n_i
/// above n, ...) have nothing to say: p = 1. Threads  any.  Cost  about a microsecond; more only where hundreds of
/// shared baskets are expected. Source  G2: Dunning, Computational Linguistics 19(1), 1993; the tail: Fisher's exact
/// test.
Significance significance(std::uint64_t n, std::uint64_t n_i, std::uint64_t n_j, std::uint64_t n_ij);

/// The log-likelihood ratio alone: four logarithms, for millions of pairs.
double log_likelihood_ratio(std::uint64_t n, std::uint64_t n_i, std::uint64_t n_j, std::uint64_t n_ij);

/// The p-values adjusted for having asked `tests` times (at least as many as there are; those left out count as 1):
/// keeping what is at most r leaves an expected share r of coincidences among what is kept. In the order given.
/// Source  Benjamini & Hochberg, J. R. Stat. Soc. B 57(1), 1995.
std::vector<double> false_discovery_rates(std::vector<double> const& p, std::uint64_t tests);

}  // namespace tillcue::models
