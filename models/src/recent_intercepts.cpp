#include "recent_intercepts.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

#include "log_linear.hpp"

namespace tillcue::models {
namespace {

constexpr double kHalfLifeDays = 30;
constexpr double kOwnBaskets = 500;

/// Positions in the counts of the data's items; counts.items.size() for those they lack.
std::vector<std::size_t> places(Dataset const& data, Counts const& counts) {
  std::unordered_map<std::string_view, std::size_t> place;
  for (std::size_t n = 0; n < counts.items.size(); ++n) place.emplace(counts.items[n].sku, n);
  std::vector<std::size_t> of;
  for (auto const& item : data.items) {
    auto const found = place.find(item.sku);
    of.push_back(found == place.end() ? counts.items.size() : found->second);
  }
  return of;
}

std::vector<double> shares_of(Counts const& counts) {
  std::vector<double> shares;
  auto const all = std::max(1.0, static_cast<double>(counts.baskets));
  for (auto const& item : counts.items) shares.push_back(static_cast<double>(item.baskets) / all);
  return shares;
}

/// Adds what was bought lately to the given shares, which count as kOwnBaskets.
std::vector<double> recent_shares(LearnedFrom const& from, std::vector<double> const& shares) {
  constexpr double kDaySeconds = 86'400;
  auto const& data = from.data;
  auto const counts_at_all = [&](std::uint32_t n) { return from.weights[n] > 0 && data.times[n] != kNoTime; };
  std::int64_t latest = kNoTime;
  for (auto const n : from.baskets) {
    if (counts_at_all(n)) latest = std::max(latest, data.times[n]);
  }
  auto const place = places(data, from.counts);
  std::vector<double> bought(shares.size() + 1, 0);  // the last is nobody's
  double all = 0, squares = 0;
  for (auto const n : from.baskets) {
    if (!counts_at_all(n)) continue;
    auto const age = static_cast<double>(latest - data.times[n]) / kDaySeconds;
    auto const weight = std::exp2(-age / kHalfLifeDays);
    all += weight;
    squares += weight * weight;
    for (auto const item : data.basket(n)) bought[place[item]] += weight;
  }
  if (all <= 0) return shares;
  // As many baskets of equal weight would err as much.
  auto const effective = all * all / squares;
  auto recent = shares;
  for (std::size_t n = 0; n < recent.size(); ++n) {
    recent[n] = (effective * bought[n] / all + kOwnBaskets * shares[n]) / (effective + kOwnBaskets);
  }
  return recent;
}

}  // namespace

void follow_recent(Weights& weights, Weights const& linear, LearnedFrom const& from, TrainingOptions const& training) {
  if (from.counts.items.size() > kSmallMenu) return;
  if (from.baskets.empty() || from.weights.empty() || from.data.time_kind != TimeKind::calendar) return;
  auto const shares = shares_of(from.counts);
  auto const recent = recent_shares(from, shares);
  for (std::size_t n = 0; n < shares.size(); ++n) {
    if (shares[n] <= 0) continue;
    weights.bias[n] += static_cast<float>((recent[n] - shares[n]) / std::pow(shares[n], training.popularity_power));
    if (training.log_linear > 0 && recent[n] > 0) {
      weights.bias[n] += static_cast<float>(training.log_linear * std::log(recent[n] / shares[n]));
    }
    for (auto const& entry : linear.rows[n]) {
      weights.bias[entry.target] -= static_cast<float>((recent[n] - shares[n]) * static_cast<double>(entry.weight));
    }
  }
}

}  // namespace tillcue::models
