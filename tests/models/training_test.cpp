#include "tillcue/models/training.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "made.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

/// Solves by Gauss with pivoting: slow, and nothing in common with the code under test.
Vector solve(Matrix a, Vector b) {
  auto const n = b.size();
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (auto row = column; row < n; ++row) {
      if (std::fabs(a[row][column]) > std::fabs(a[pivot][column])) pivot = row;
    }
    std::swap(a[pivot], a[column]);
    std::swap(b[pivot], b[column]);
    for (auto row = column + 1; row < n; ++row) {
      double const factor = a[row][column] / a[column][column];
      for (auto k = column; k < n; ++k) a[row][k] -= factor * a[column][k];
      b[row] -= factor * b[column];
    }
  }
  for (auto row = n; row-- > 0;) {
    for (auto k = row + 1; k < n; ++k) b[row] -= a[row][k] * b[k];
    b[row] /= a[row][row];
  }
  return b;
}

/// The model by the book: centred Gram matrix, ridge for each target on every other item, the `budget` weights with the
/// largest |w| n_i^0.3 of the table, refit, intercept, popularity power. `weights[i][j]`.
struct Reference {
  Matrix weights;
  Vector bias;
};

Reference by_the_book(Counts const& counts, TrainingOptions const& options, std::size_t budget) {
  auto const items = counts.items.size();
  auto const total = static_cast<double>(counts.baskets);
  Matrix gram(items, Vector(items, 0));
  for (std::size_t i = 0; i < items; ++i) {
    gram[i][i] = counts.items[i].baskets;
    for (auto at = counts.row[i]; at < counts.row[i + 1]; ++at) {
      gram[i][counts.partner[at]] = gram[counts.partner[at]][i] = counts.together[at];
    }
  }
  for (std::size_t i = 0; i < items; ++i) {
    for (std::size_t j = 0; j < items; ++j) {
      gram[i][j] -= static_cast<double>(counts.items[i].baskets) * counts.items[j].baskets / total;
    }
  }
  auto const fit = [&](std::size_t target, std::vector<std::size_t> const& sources, double ridge) {
    Matrix a;
    Vector b;
    for (auto const i : sources) {
      Vector row;
      for (auto const k : sources) row.push_back(gram[i][k] + (i == k ? ridge : 0));
      a.push_back(row);
      b.push_back(gram[i][target]);
    }
    return solve(a, b);
  };
  Reference result{Matrix(items, Vector(items, 0)), Vector(items, 0)};
  for (std::size_t target = 0; target < items; ++target) {
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < items; ++i) {
      if (i != target) others.push_back(i);
    }
    auto const w = fit(target, others, options.ridge);
    for (std::size_t k = 0; k < others.size(); ++k) result.weights[others[k]][target] = w[k];
  }
  Vector sizes;
  auto const size = [&](std::size_t i, std::size_t j) {
    return std::fabs(result.weights[i][j]) * std::pow(counts.items[i].baskets, 0.3);
  };
  for (std::size_t i = 0; i < items; ++i) {
    for (std::size_t j = 0; j < items; ++j) sizes.push_back(size(i, j));
  }
  std::sort(sizes.rbegin(), sizes.rend());
  for (std::size_t i = 0; i < items; ++i) {
    for (std::size_t j = 0; j < items; ++j) {
      if (size(i, j) < sizes[budget - 1]) result.weights[i][j] = 0;
    }
  }
  for (std::size_t target = 0; target < items; ++target) {
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < items; ++i) {
      if (result.weights[i][target] != 0) kept.push_back(i);
    }
    auto const w = fit(target, kept, options.refit_ridge);
    double const share = counts.items[target].baskets / total;
    double intercept = share;
    for (std::size_t k = 0; k < kept.size(); ++k) {
      intercept -= counts.items[kept[k]].baskets / total * w[k];
      result.weights[kept[k]][target] = w[k] / std::pow(share, options.popularity_power);
    }
    result.bias[target] = intercept / std::pow(share, options.popularity_power);
  }
  return result;
}

Counts counts_of(std::size_t baskets, std::size_t items, std::uint64_t seed) {
  return count(made::dataset(made::random_baskets(baskets, items, seed)), 2);
}

bool same(Weights const& a, Weights const& b) {
  if (a.bias != b.bias || a.rows.size() != b.rows.size()) return false;
  for (std::size_t n = 0; n < a.rows.size(); ++n) {
    auto const equal = [](WeightSource x, WeightSource y) { return x.target == y.target && x.weight == y.weight; };
    if (!std::equal(a.rows[n].begin(), a.rows[n].end(), b.rows[n].begin(), b.rows[n].end(), equal)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("weights and intercepts equal the model by the book on a dense small case") {
  auto const counts = counts_of(900, 18, 11);
  TrainingOptions options;
  options.entries_per_item = 5;
  options.significance = 0;
  auto const expected = by_the_book(counts, options, 18 * 5);
  auto const weights = train(counts, options);
  std::size_t entries = 0;
  std::size_t negative = 0;
  for (std::size_t i = 0; i < counts.items.size(); ++i) {
    CHECK(weights.bias[i] == doctest::Approx(expected.bias[i]).epsilon(0.001));
    entries += weights.rows[i].size();
    for (auto const& [target, weight, significant] : weights.rows[i]) {
      CHECK(significant);  // not asked for yet
      CHECK(target != i);
      CHECK(std::fabs(weight - expected.weights[i][target]) < 2e-4);
      negative += weight < 0 ? 1 : 0;
    }
  }
  CHECK(entries == 18 * 5);
  CHECK(negative > 0);
}

TEST_CASE("the weights do not depend on the number of threads") {
  auto const counts = counts_of(500, 120, 3);
  TrainingOptions options;
  options.threads = 1;
  auto const one = train(counts, options);
  options.threads = 2;
  CHECK(same(train(counts, options), one));
  options.threads = 7;
  CHECK(same(train(counts, options), one));
}

TEST_CASE("a small support keeps the strongest ties") {
  auto const counts = counts_of(2000, 60, 8);
  TrainingOptions options;
  options.support = options.most_support = 8;
  options.entries_per_item = 2;
  auto const weights = train(counts, options);
  // Even items pull the next odd one along: that must be among the two kept.
  std::size_t found = 0;
  for (int n = 0; n < 20; n += 2) {
    auto const source = made::position(counts, "i" + std::to_string(n));
    auto const target = made::position(counts, "i" + std::to_string(n + 1));
    for (auto const& entry : weights.rows[source]) found += entry.target == target && entry.weight > 0 ? 1 : 0;
  }
  CHECK(found >= 9);
}

TEST_CASE("rare items get an intercept and no weights") {
  auto baskets = made::random_baskets(300, 10, 2);
  baskets.push_back({"rare", "i0"});
  auto const counts = count(made::dataset(baskets), 1);
  auto const weights = train(counts, {});
  auto const rare = made::position(counts, "rare");
  CHECK(weights.rows[rare].empty());
  CHECK(weights.bias[rare] == doctest::Approx(std::pow(1.0 / 301, 0.9)));
  for (auto const& row : weights.rows) {
    for (auto const& entry : row) CHECK(entry.target != rare);
  }
}

TEST_CASE("no basket, a single item and single-item baskets are learned without weights") {
  CHECK(train({}, {}).rows.empty());
  auto const one = train(count(made::dataset({{"a"}}), 1), {});
  CHECK(one.rows[0].empty());
  CHECK(one.bias[0] == doctest::Approx(1.0));
  std::vector<std::vector<std::string>> const singles(20, {"a"});
  CHECK(train(count(made::dataset(singles), 1), {}).rows[0].empty());
}

TEST_CASE("a rare pair that may be coincidence gets no weight, a rare pair that is none keeps it") {
  auto baskets = made::random_baskets(4000, 30, 5);
  auto const before = count(made::dataset(baskets), 1);
  auto const twentieth = std::find_if(before.items.begin(), before.items.end(),
                                      [](CountedItem const& item) { return item.baskets > 120 && item.baskets < 240; });
  REQUIRE(twentieth != before.items.end());
  for (int n = 0; n < 12; ++n) {
    // Twelve times each: "true" always with its friend, "alone" twice with an item that a twentieth of all baskets
    // hold: three times what is expected, and still nothing.
    baskets.push_back({"true", "friend"});
    baskets.push_back(n < 2 ? std::vector<std::string>{"alone", twentieth->sku} : std::vector<std::string>{"alone"});
  }
  auto const counts = count(made::dataset(baskets), 1);
  auto const weight = [&](Weights const& weights, std::string const& source, std::string const& target) {
    for (auto const& entry : weights.rows[made::position(counts, source)]) {
      if (entry.target == made::position(counts, target)) return entry.weight;
    }
    return 0.0F;
  };
  TrainingOptions options;
  options.entries_per_item = 1000;
  auto const tested = train(counts, options);
  CHECK(weight(tested, "true", "friend") > 0.1F);
  CHECK(weight(tested, "friend", "true") > 0.1F);
  auto rare_and_met = [&](Weights const& weights) {
    std::size_t found = 0;
    for (std::uint32_t item = 0; item < counts.items.size(); ++item) {
      for (auto const& entry : weights.rows[item]) {
        bool const rare = counts.items[item].baskets < 20 || counts.items[entry.target].baskets < 20;
        found += rare && entry.weight > 0 ? 1 : 0;
      }
    }
    return found;
  };
  CHECK(rare_and_met(tested) == 2);
  options.significance = 0;
  CHECK(rare_and_met(train(counts, options)) > 2);
}

TEST_CASE("a smaller budget keeps a part of a larger one's weights, and frequent sources keep more") {
  auto const counts = counts_of(6000, 80, 21);
  Trainer const trainer(counts, {});
  auto const small = trainer.strongest(4);
  auto const large = trainer.strongest(12);
  std::size_t entries = 0, in_frequent = 0;
  for (std::uint32_t item = 0; item < small.rows.size(); ++item) {
    entries += small.rows[item].size();
    if (counts.items[item].baskets > 600) in_frequent += small.rows[item].size();
    for (auto const& entry : small.rows[item]) {
      auto const same = [&](WeightSource const& other) { return other.target == entry.target; };
      CHECK(std::any_of(large.rows[item].begin(), large.rows[item].end(), same));
    }
  }
  CHECK(entries == 4 * 80);
  CHECK(in_frequent > 0);
}

TEST_CASE("never bought together says something only where it was to be expected once") {
  // "red" and "white" are in a tenth of the baskets each, "thread" in 30 of 2,000 without "white" (3 expected), and
  // "needle" in 5 without either (0.5 expected).
  std::vector<std::vector<std::string>> baskets;
  for (int n = 0; n < 2000; ++n) {
    std::vector<std::string> basket{n % 2 == 0 ? "bread" : "milk"};
    if (n % 10 == 0) basket.push_back("red");
    if (n % 10 == 5) basket.push_back("white");
    if (n % 10 == 1 && n < 300) basket.push_back("thread");
    if (n % 10 == 3 && n < 50) basket.push_back("needle");
    baskets.push_back(basket);
  }
  auto const counts = count(made::dataset(baskets), 1);
  auto const weight = [&](TrainingOptions options, std::string const& source, std::string const& target) {
    options.entries_per_item = 1000;
    auto const weights = train(counts, options);
    for (auto const& entry : weights.rows[made::position(counts, source)]) {
      if (entry.target == made::position(counts, target)) return entry.weight;
    }
    return 0.0F;
  };
  TrainingOptions once;
  once.least_expected = 1;
  CHECK(weight(once, "white", "thread") < 0);
  CHECK(weight(once, "white", "red") < 0);
  CHECK(weight(once, "white", "needle") == 0);
  CHECK(weight(once, "needle", "white") == 0);
  CHECK(weight({}, "white", "needle") != 0);
  CHECK(weight({}, "needle", "white") != 0);
}

TEST_CASE("without being told, only more than 1,000 items ask for one expected basket") {
  // Every item is in five baskets of thousands: no two that never met were expected to.
  auto const negatives = [](std::size_t others) {
    std::vector<std::vector<std::string>> baskets;
    for (std::size_t n = 0; n < 5 * others; ++n) {
      std::vector<std::string> basket{"item" + std::to_string(n % others)};
      if (n % others == 0) basket.push_back("a");
      if (n % others == 1) basket.push_back("b");
      baskets.push_back(basket);
    }
    auto const counts = count(made::dataset(baskets), 1);
    TrainingOptions options;
    options.entries_per_item = 1000;
    std::size_t found = 0;
    for (auto const& row : train(counts, options).rows) {
      for (auto const& entry : row) found += entry.weight < 0 ? 1 : 0;
    }
    return found;
  };
  CHECK(negatives(kSmallMenu - 2) > 0);
  CHECK(negatives(kSmallMenu - 1) == 0);
}
