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

namespace {

/// How far a value of that arm stands from its stratum's share of the treated.
double apart(std::array<Moments, 2> const& arms, bool treated) {
  auto const both = static_cast<double>(arms[0].count() + arms[1].count());
  auto const others = static_cast<double>(arms[treated ? 0 : 1].count()) / both;
  return treated ? others : -others;
}

bool both_arms(std::array<Moments, 2> const& arms) { return arms[0].count() > 0 && arms[1].count() > 0; }

/// What is expected of a value when the effect is the same everywhere.
double expected(std::array<Moments, 2> const& arms, bool treated, double effect) {
  auto const n0 = static_cast<double>(arms[0].count()), n1 = static_cast<double>(arms[1].count());
  return (n0 * arms[0].mean() + n1 * arms[1].mean()) / (n0 + n1) + effect * apart(arms, treated);
}

}  // namespace

/// What was drawn varies so much; apart for those in one arm, the other, and both.
struct StratifiedArms::Spread {
  double squares = 0;
  double weight = 0, weight_squares = 0;  ///< how evenly it is spread over who was drawn

  void add(double sum, double pull) {
    squares += sum * sum;
    weight += pull * pull;
    weight_squares += pull * pull * pull * pull;
  }
  /// As many equal ones would tell as much.
  [[nodiscard]] double drawn() const { return weight_squares > 0 ? weight * weight / weight_squares : 0; }
  [[nodiscard]] double freedom() const { return std::max(drawn() - 1, 0.5); }
  [[nodiscard]] double variance() const { return squares * (1 + 1 / freedom()); }
};

std::uint32_t StratifiedArms::stratum_of(std::string_view name) {
  auto const known = names_.find(name);
  if (known != names_.end()) return known->second;
  names_.emplace(name, static_cast<std::uint32_t>(strata_.size()));
  strata_.emplace_back();
  return static_cast<std::uint32_t>(strata_.size() - 1);
}

void StratifiedArms::add(std::string_view stratum, bool treated, double value, std::string_view drawn) {
  auto const at = stratum_of(stratum);
  strata_[at].all[treated ? 1 : 0].add(value);
  if (drawn.empty()) {
    strata_[at].alone[treated ? 1 : 0].add(value);
    return;
  }
  auto who = drawn_.find(drawn);
  if (who == drawn_.end()) who = drawn_.emplace(drawn, static_cast<std::uint32_t>(drawn_.size())).first;
  values_.push_back({who->second, at, value, treated});
}

void StratifiedArms::add(std::string_view stratum, bool treated, std::uint64_t count, double sum, double squares) {
  auto& at = strata_[stratum_of(stratum)];
  at.all[treated ? 1 : 0].add(count, sum, squares);
  at.alone[treated ? 1 : 0].add(count, sum, squares);
}

void StratifiedArms::add_alone(Stratum const& stratum, double effect, std::array<Spread, 3>& spreads, Compared& out) {
  for (bool const treated : {false, true}) {
    auto const& alone = stratum.alone[treated ? 1 : 0];
    auto const count = static_cast<double>(alone.count());
    double const pull = apart(stratum.all, treated);
    double const off = alone.mean() - expected(stratum.all, treated, effect);
    auto& spread = spreads[treated ? 1 : 0];
    spread.squares += pull * pull * (alone.variance() * std::max(count - 1, 0.0) + count * off * off);
    spread.weight += count * pull * pull;
    spread.weight_squares += count * pull * pull * pull * pull;
    (treated ? out.drawn_treated : out.drawn_holdout) += alone.count();
  }
}

void StratifiedArms::add_drawn(double effect, std::array<Spread, 3>& spreads, Compared& out) const {
  auto values = values_;
  std::stable_sort(values.begin(), values.end(), [](Value const& a, Value const& b) { return a.drawn < b.drawn; });
  for (std::size_t begin = 0, end = 0; begin < values.size(); begin = end) {
    double sum = 0, pull = 0;
    std::array<bool, 2> in{};
    for (; end < values.size() && values[end].drawn == values[begin].drawn; ++end) {
      auto const& value = values[end];
      auto const& arms = strata_[value.stratum].all;
      if (!both_arms(arms)) continue;
      sum += apart(arms, value.treated) * (value.value - expected(arms, value.treated, effect));
      pull += std::abs(apart(arms, value.treated));
      in[value.treated ? 1 : 0] = true;
    }
    if (!in[0] && !in[1]) continue;
    spreads[in[0] && in[1] ? 2 : in[1] ? 1 : 0].add(sum, pull);
    out.drawn_holdout += in[0] ? 1 : 0;
    out.drawn_treated += in[1] ? 1 : 0;
  }
}

StratifiedArms::Compared StratifiedArms::compare(double confidence) const {
  Compared out;
  double weight = 0, difference = 0, held_out = 0;
  for (auto const& [all, alone] : strata_) {
    if (!both_arms(all)) continue;
    ++out.strata;
    out.holdout += all[0].count();
    out.treated += all[1].count();
    double const here = static_cast<double>(all[1].count()) * apart(all, true);
    weight += here;
    difference += here * (all[1].mean() - all[0].mean());
    held_out += here * all[0].mean();
  }
  if (out.strata == 0) return out;
  double const effect = difference / weight;
  out.holdout_mean = held_out / weight;

  std::array<Spread, 3> spreads{};
  for (auto const& stratum : strata_) {
    if (both_arms(stratum.all)) add_alone(stratum, effect, spreads, out);
  }
  add_drawn(effect, spreads, out);
  double variance = 0, uneven = 0;
  for (auto const& spread : spreads) {
    variance += spread.variance();
    uneven += spread.variance() * spread.variance() / spread.freedom();
  }
  if (out.drawn_treated < 2 || out.drawn_holdout < 2 || !(variance > 0)) return out;
  // Each stratum's mean was taken from the same values.
  auto const count = static_cast<double>(out.treated + out.holdout);
  double const taken = count / (count - static_cast<double>(out.strata) + 1);
  double const freedom = variance * variance / uneven;
  double const t = boost::math::quantile(boost::math::students_t(freedom), 0.5 + confidence / 2);
  double const half = t * std::sqrt(variance * taken) / weight;
  out.difference = MeanDifference{effect, effect - half, effect + half, freedom};
  return out;
}

}  // namespace tillcue::sync
