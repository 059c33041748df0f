#include "tillcue/sync/hq_statistics.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/students_t.hpp>

namespace tillcue::sync {

void Moments::add(double value) noexcept {
  ++count_;
  double const before = value - mean_;
  mean_ += before / static_cast<double>(count_);
  squares_ += before * (value - mean_);
}

// Source  Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
void Moments::add(std::uint64_t count, double sum, double squares) noexcept {
  if (count == 0) return;
  double const here = static_cast<double>(count_);
  double const more = static_cast<double>(count);
  double const apart = sum / more - mean_;
  squares_ += std::max(0.0, squares - sum * sum / more) + apart * apart * here * more / (here + more);
  mean_ += apart * more / (here + more);
  count_ += count;
}

double Moments::variance() const noexcept { return count_ < 2 ? 0 : squares_ / static_cast<double>(count_ - 1); }

std::optional<MeanDifference> welch(Moments const& a, Moments const& b, double confidence) {
  if (a.count() < 2 || b.count() < 2) return std::nullopt;
  double const na = static_cast<double>(a.count());
  double const nb = static_cast<double>(b.count());
  double const ea = a.variance() / na;
  double const eb = b.variance() / nb;
  if (!(ea + eb > 0)) return std::nullopt;

  double const freedom = (ea + eb) * (ea + eb) / (ea * ea / (na - 1) + eb * eb / (nb - 1));
  double const t = boost::math::quantile(boost::math::students_t(freedom), 0.5 + confidence / 2);
  double const difference = a.mean() - b.mean();
  double const half = t * std::sqrt(ea + eb);
  return MeanDifference{difference, difference - half, difference + half, freedom};
}

}  // namespace tillcue::sync
