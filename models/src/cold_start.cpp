#include "tillcue/models/cold_start.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "relatives.hpp"
#include "tillcue/models/parallel.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kLevels = 2;  // names, category
constexpr std::size_t kItemsPerPiece = 64;
constexpr std::uint32_t kLenders = 20;
constexpr std::size_t kMostExamples = 2000;

using Row = std::vector<WeightSource>;
using LevelWeights = std::array<double, kLevels>;

/// A row under construction; all zero between uses.
class RowSum {
 public:
  explicit RowSum(std::size_t items) : sum_(items, 0.0), seen_(items, 0) {}

  void add(Row const& row, double weight) {
    for (auto const& entry : row) {
      if (seen_[entry.target] == 0) touched_.push_back(entry.target);
      seen_[entry.target] = 1;
      sum_[entry.target] += weight * entry.weight;
    }
  }
  /// The largest entries but `own`, by rising target.
  Row take(std::size_t most, std::uint32_t own) {
    Row row;
    for (auto const target : touched_) {
      auto const weight = static_cast<float>(sum_[target]);
      if (target != own && weight != 0) row.push_back({target, weight});
      sum_[target] = 0;
      seen_[target] = 0;
    }
    touched_.clear();
    auto const larger = [](WeightSource const& a, WeightSource const& b) {
      auto const x = std::fabs(a.weight), y = std::fabs(b.weight);
      return x != y ? x > y : a.target < b.target;
    };
    if (row.size() > most) {
      std::nth_element(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(most), row.end(), larger);
      row.resize(most);
    }
    std::sort(row.begin(), row.end(), [](auto const& a, auto const& b) { return a.target < b.target; });
    return row;
  }

 private:
  std::vector<double> sum_;
  std::vector<char> seen_;
  std::vector<std::uint32_t> touched_;
};

double dot(Row const& a, Row const& b) {
  double sum = 0;
  for (std::size_t n = 0, k = 0; n < a.size() && k < b.size();) {
    if (a[n].target == b[k].target)
      sum += static_cast<double>(a[n++].weight) * b[k++].weight;
    else if (a[n].target < b[k].target)
      ++n;
    else
      ++k;
  }
  return sum;
}

/// Least squares with weights of 0 to 1 for two predictors, the second counting only for what the first leaves over.
LevelWeights solve(std::array<LevelWeights, kLevels> const& square, LevelWeights const& right) {
  auto const alone = [&](std::size_t n) {
    return square[n][n] > 0 ? std::clamp(right[n] / square[n][n], 0.0, 1.0) : 0.0;
  };
  auto const determinant = square[0][0] * square[1][1] - square[0][1] * square[0][1];
  if (determinant <= 1e-9 * square[0][0] * square[1][1])
    return square[0][0] > 0 ? LevelWeights{alone(0), 0} : LevelWeights{0, alone(1)};
  auto const first = (right[0] * square[1][1] - right[1] * square[0][1]) / determinant;
  auto const second = (right[1] * square[0][0] - right[0] * square[0][1]) / determinant;
  if (first < 0) return {0, alone(1)};
  if (second < 0) return {alone(0), 0};
  return {std::min(first, 1.0), std::min(second, 1.0)};
}

class Lender {
 public:
  Lender(BundleSource const& source, Relatives const& relatives, std::size_t entries)
      : source_(source), relatives_(relatives), entries_(entries), sum_(source.items.size()) {}

  /// The average row of the item's relatives at one level; empty without relatives.
  Row average(std::uint32_t item, std::size_t level) {
    if (level == 0)
      relatives_.by_name(item, relatives_found_);
    else
      relatives_.by_category(item, relatives_found_);
    double total = 0;
    for (auto const& relative : relatives_found_) total += relative.weight;
    if (total <= 0) return {};
    for (auto const& relative : relatives_found_) sum_.add(source_.rows[relative.item], relative.weight / total);
    return sum_.take(entries_, item);
  }
  /// own + share * (what the levels say together); empty when they say nothing.
  Row lend(std::uint32_t item, LevelWeights const& weights, double share) {
    std::array<Row, kLevels> parts;
    for (std::size_t level = 0; level < kLevels; ++level) {
      if (weights[level] > 0) parts[level] = average(item, level);
    }
    if (parts[0].empty() && parts[1].empty()) return {};
    sum_.add(source_.rows[item], 1);
    for (std::size_t level = 0; level < kLevels; ++level) sum_.add(parts[level], share * weights[level]);
    return sum_.take(std::max(entries_, source_.rows[item].size()), item);
  }

 private:
  BundleSource const& source_;
  Relatives const& relatives_;
  std::size_t entries_;
  RowSum sum_;
  std::vector<Relative> relatives_found_;
};

/// What the relatives' rows are worth: each proven item's own row predicted from those of the others.
LevelWeights measure_levels(BundleSource const& source, Relatives const& relatives, std::span<char const> proven,
                            std::size_t entries) {
  std::vector<std::uint32_t> examples;
  for (std::uint32_t n = 0; n < proven.size(); ++n) {
    if (proven[n] != 0) examples.push_back(n);
  }
  auto const step = std::max<std::size_t>(1, (examples.size() + kMostExamples - 1) / kMostExamples);
  std::array<LevelWeights, kLevels> square{};
  LevelWeights right{};
  Lender lender(source, relatives, entries);
  for (std::size_t n = 0; n < examples.size(); n += step) {
    auto own = source.rows[examples[n]];
    std::sort(own.begin(), own.end(), [](auto const& a, auto const& b) { return a.target < b.target; });
    std::array<Row, kLevels> const parts{lender.average(examples[n], 0), lender.average(examples[n], 1)};
    for (std::size_t a = 0; a < kLevels; ++a) {
      for (std::size_t b = 0; b < kLevels; ++b) square[a][b] += dot(parts[a], parts[b]);
      right[a] += dot(parts[a], own);
    }
  }
  return solve(square, right);
}

/// A cold item is taken to be a little popular, as its category is; never more than the evidence there could be.
void set_intercept(BundleSource& source, std::uint32_t item, std::uint32_t n, std::span<std::uint32_t const> members,
                   std::span<std::uint32_t const> baskets, ColdStartOptions const& options) {
  if (source.baskets == 0 || n >= options.min_baskets) return;
  double const median = members.empty() ? 0 : baskets[members[members.size() / 2]];
  auto const taken = std::max<double>(n, std::min<double>(options.target_share * median, options.min_baskets));
  source.bias[item] = plain_intercept(taken, static_cast<double>(source.baskets), options);
}

}  // namespace

float plain_intercept(double taken, double baskets, ColdStartOptions const& options) {
  if (baskets <= 0) return 0;
  auto const linear = std::pow(taken / baskets, 1 - options.popularity_power);
  auto const least = 0.5;  // as the log-linear model begins
  return static_cast<float>(linear + options.log_linear * std::log(std::max(taken, least) / baskets));
}

ColdStartReport warm_up(BundleSource& source, std::span<std::uint32_t const> baskets, Catalogue const& catalogue,
                        ColdStartOptions const& options) {
  ColdStartReport report;
  std::vector<char> proven(source.items.size(), 0);
  std::vector<std::uint32_t> cold;
  for (std::uint32_t n = 0; n < proven.size(); ++n) {
    if (baskets[n] < options.below) cold.push_back(n);
    proven[n] = baskets[n] >= kLenders && !source.rows[n].empty() ? 1 : 0;
  }
  report.cold = cold.size();
  if (!options.borrow || cold.empty() || catalogue.items.empty()) return report;
  Relatives const relatives(source, catalogue, baskets, proven);
  auto const weights = measure_levels(source, relatives, proven, options.entries);
  report.name_weight = weights[0];
  report.category_weight = weights[1];
  std::vector<Row> rows(cold.size());
  auto const workers = thread_count(options.threads);
  std::vector<Lender> lenders(workers, Lender(source, relatives, options.entries));
  in_pieces(cold.size(), kItemsPerPiece, workers, [&](std::size_t begin, std::size_t end, unsigned number) {
    for (auto at = begin; at < end; ++at) {
      auto const item = cold[at];
      if ((source.items[item].flags & static_cast<std::uint16_t>(ItemFlag::not_for_sale)) != 0) continue;
      rows[at] = lenders[number].lend(item, weights, options.prior_baskets / (baskets[item] + options.prior_baskets));
    }
  });
  for (std::size_t at = 0; at < cold.size(); ++at) {
    auto const item = cold[at];
    set_intercept(source, item, baskets[item], relatives.category(source.items[item].category), baskets, options);
    if (rows[at].empty()) continue;
    source.rows[item] = std::move(rows[at]);
    source.items[item].flags =
        static_cast<std::uint16_t>(source.items[item].flags | static_cast<std::uint16_t>(ItemFlag::borrowed_row));
    ++report.borrowed;
  }
  return report;
}

}  // namespace tillcue::models
