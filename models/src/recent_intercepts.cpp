#include "recent_intercepts.hpp"

#include <algorithm>
#include <cmath>

namespace tillcue::models {
namespace {

constexpr double kOwnBaskets = 500;

std::vector<double> shares_of(Counts const& counts) {
  std::vector<double> shares;
  auto const all = std::max(1.0, static_cast<double>(counts.baskets));
  for (auto const& item : counts.items) shares.push_back(static_cast<double>(item.baskets) / all);
  return shares;
}

/// What was bought lately, beside the given shares, which count as kOwnBaskets.
std::vector<double> recent_shares(RecentSales const& recent, std::vector<double> const& shares) {
  auto const all = static_cast<double>(recent.baskets);
  // As many baskets of equal weight would err as much.
  auto const effective = all * all / static_cast<double>(recent.squares);
  std::vector<double> mixed;
  for (std::size_t n = 0; n < shares.size(); ++n) {
    auto const bought = static_cast<double>(recent.bought[n]) / all;
    mixed.push_back((effective * bought + kOwnBaskets * shares[n]) / (effective + kOwnBaskets));
  }
  return mixed;
}

}  // namespace

void follow_recent(Weights& weights, Weights const& linear, Counts const& counts, RecentSales const& recent,
                   TrainingOptions const& training) {
  if (counts.items.size() > kSmallMenu || recent.bought.empty() || recent.baskets == 0) return;
  auto const shares = shares_of(counts);
  auto const now = recent_shares(recent, shares);
  for (std::size_t n = 0; n < shares.size(); ++n) {
    if (shares[n] <= 0) continue;
    weights.bias[n] += static_cast<float>((now[n] - shares[n]) / std::pow(shares[n], training.popularity_power));
    if (training.log_linear > 0 && now[n] > 0) {
      weights.bias[n] += static_cast<float>(training.log_linear * std::log(now[n] / shares[n]));
    }
    for (auto const& entry : linear.rows[n]) {
      weights.bias[entry.target] -= static_cast<float>((now[n] - shares[n]) * static_cast<double>(entry.weight));
    }
  }
}

}  // namespace tillcue::models
