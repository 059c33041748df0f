#include "tillcue/models/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <doctest/doctest.h>

#include "calibration_grid.hpp"
#include "isotonic.hpp"
#include "tillcue/models/dataset.hpp"
#include "tillcue/models/evaluation.hpp"

using namespace tillcue::models;

namespace {

double draw(std::uint64_t& state) {
  state = mix(state);
  return static_cast<double>(state >> 11U) * 0x1.0p-53;
}

std::uint32_t read_map(tillcue::CalibrationSource const& map, float score) {
  auto ppm = map.points.front().ppm;
  for (auto const& point : map.points) {
    if (point.score <= score) ppm = point.ppm;
  }
  return ppm;
}

std::uint32_t read_map(Calibration const& calibration, float score, std::uint16_t basket_size) {
  auto const* point = &calibration.maps[0].points.front();
  for (auto const& other : calibration.maps[0].points) {
    if (other.score <= score) point = &other;
  }
  auto const& sizes = calibration.sizes;
  auto const group = std::upper_bound(sizes.begin(), sizes.end(), basket_size) - sizes.begin() - 1;
  return point->by_size[static_cast<std::size_t>(group)];
}

/// Purchases with probability score^2, whatever the basket.
std::vector<Observation> square(std::size_t count, std::uint64_t seed) {
  std::vector<Observation> observations;
  for (std::size_t n = 0; n < count; ++n) {
    double const score = draw(seed);
    bool const bought = draw(seed) < score * score;
    observations.push_back({static_cast<float>(score), bought, static_cast<std::uint16_t>(1 + n % 12)});
  }
  return observations;
}

/// The larger the basket, the less a score means: score^2 / sqrt(size).
std::vector<Observation> shrinking(std::size_t count, std::uint64_t seed) {
  std::vector<Observation> observations;
  for (std::size_t n = 0; n < count; ++n) {
    double const score = draw(seed);
    auto const size = static_cast<std::uint16_t>(1 + std::floor(40 * draw(seed) * draw(seed)));
    observations.push_back({static_cast<float>(score), draw(seed) < score * score / std::sqrt(size), size});
  }
  return observations;
}

Calibration learned_from(std::vector<Observation> const& first) { return calibrate({first}); }

double error_of(Calibration const& calibration, std::vector<Observation> const& fresh) {
  std::vector<Prediction> predictions;
  for (auto const& one : fresh) {
    predictions.push_back({read_map(calibration, one.score, one.basket_size), one.bought});
  }
  return measure_calibration(predictions, 20).ece;
}

}  // namespace

TEST_CASE("pool adjacent violators gives the textbook blocks") {
  // 0, 1, 0, 1, 1 -> 0 | (1+0)/2 | 1 | 1; with the second counting three times 0 | 3/4 | 1 | 1.
  std::vector<double> values{0, 1, 0, 1, 1};
  pool_adjacent_violators(values, std::vector<double>(5, 1.0));
  CHECK(values == std::vector<double>{0, .5, .5, 1, 1});
  values = {0, 1, 0, 1, 1};
  pool_adjacent_violators(values, std::vector<double>{1, 3, 1, 1, 1});
  CHECK(values == std::vector<double>{0, .75, .75, 1, 1});
  values = {3, 2, 1};
  pool_adjacent_violators(values, std::vector<double>(3, 1.0));
  CHECK(values == std::vector<double>{2, 2, 2});
}

TEST_CASE("an isotonic fit of observations has the textbook blocks") {
  // Means by score 1 2 3 4 5: 0, 1, 0, 1, 1 -> 0 | (1+0)/2 | 1.
  auto const points = isotonic({{3, false}, {1, false}, {2, true}, {5, true}, {4, true}}, 1);
  REQUIRE(points.size() == 3);
  CHECK(points[0].score == 1.0F);
  CHECK(points[0].ppm == 0);
  CHECK(points[1].score == 2.0F);
  CHECK(points[1].ppm == 500'000);
  CHECK(points[2].score == 4.0F);
  CHECK(points[2].ppm == 1'000'000);
}

TEST_CASE("equal scores are one block whatever order they came in") {
  auto const a = isotonic({{1, true}, {1, false}, {1, false}, {1, false}}, 1);
  auto const b = isotonic({{1, false}, {1, false}, {1, false}, {1, true}}, 1);
  REQUIRE(a.size() == 1);
  REQUIRE(b.size() == 1);
  CHECK(a[0].ppm == 250'000);
  CHECK(b[0].ppm == 250'000);
}

TEST_CASE("blocks are as large as asked, scores rise, probabilities do not fall") {
  auto const points = isotonic(square(5000, 3), 200);
  CHECK(points.size() > 5);
  CHECK(points.size() <= 25);
  for (std::size_t n = 1; n < points.size(); ++n) {
    CHECK(points[n].score > points[n - 1].score);
    CHECK(points[n].ppm > points[n - 1].ppm);
  }
  CHECK(isotonic({}, 50).empty());
  CHECK(isotonic({{1, true}}, 50).size() == 1);
}

TEST_CASE("few levels keep the order, the mean, and what is few already") {
  std::vector<double> values{.5, .1, .11, .12, .9, .52};
  std::vector<double> const weights{1, 2, 1, 1, 1, 3};
  few_levels(values, weights, 3);
  CHECK(values[1] == doctest::Approx((.1 * 2 + .11 + .12) / 4).epsilon(1e-5));
  CHECK(values[2] == values[1]);
  CHECK(values[0] == values[5]);
  CHECK(values[4] == doctest::Approx(.9));
  auto const before = values;
  few_levels(values, weights, 5);
  for (std::size_t n = 0; n < values.size(); ++n) CHECK(values[n] == doctest::Approx(before[n]));
}

TEST_CASE("blocks are equally filled, equal scores stay together, each observation is in the cell of its size") {
  std::vector<Observation> observations;
  for (std::uint16_t n = 0; n < 100; ++n) {
    observations.push_back({n < 50 ? 1.0F : static_cast<float>(n), n % 4 == 0, static_cast<std::uint16_t>(1 + n % 5)});
  }
  std::vector<std::uint16_t> const sizes{0, 2, 4};
  auto const grid = count_grid(observations, sizes, 5);
  REQUIRE(grid.blocks() == 4);  // the first takes half of them
  CHECK(grid.from[0] == 1.0F);
  CHECK(grid.from[1] == 50.0F);
  CHECK(grid.asked[0] == 10);  // a basket of one item
  CHECK(grid.asked[1] == 20);  // of two or three
  CHECK(grid.asked[2] == 20);
  CHECK(std::accumulate(grid.asked.begin(), grid.asked.end(), 0.0) == 100);
  CHECK(std::accumulate(grid.bought.begin(), grid.bought.end(), 0.0) == 25);
}

TEST_CASE("the fit adds up to what was bought, follows scores and sizes, and never falls with the score") {
  std::vector<std::uint16_t> const sizes{0, 2, 3, 4, 6, 8, 11, 16};
  auto const grid = count_grid(shrinking(20'000, 3), sizes, 20);
  auto const fitted = fit_grid(grid);
  double expected = 0, bought = 0;
  for (std::size_t cell = 0; cell < fitted.size(); ++cell) {
    expected += grid.asked[cell] * fitted[cell];
    bought += grid.bought[cell];
    if (cell >= grid.sizes) CHECK(fitted[cell] >= fitted[cell - grid.sizes]);
  }
  CHECK(expected == doctest::Approx(bought).epsilon(0.001));
  auto const last = fitted.size() - grid.sizes;
  CHECK(fitted[last] > 2 * fitted[last + 6]);
  // Nothing bought, everything bought, one observation, none: no sum runs away.
  for (bool const all : {false, true}) {
    auto const sure = fit_grid(count_grid({{1, all, 1}, {2, all, 2}}, sizes, 2));
    for (auto const p : sure) CHECK((all ? p > 0.9 : p < 0.1));
  }
  CHECK(fit_grid(count_grid({}, sizes, 5)).empty());
}

TEST_CASE("maps recover a known probability on fresh observations, by score and by size of the basket") {
  auto const plain = learned_from(square(40'000, 1));
  CHECK(error_of(plain, square(40'000, 77)) < 0.01);
  auto const sized = learned_from(shrinking(40'000, 1));
  CHECK(error_of(sized, shrinking(40'000, 77)) < 0.01);
  for (std::uint16_t const size : {1, 5, 20}) {
    std::vector<Observation> of_size;
    for (auto const& one : shrinking(400'000, 5)) {
      if (one.basket_size == size) of_size.push_back(one);
    }
    CHECK(error_of(sized, of_size) < 0.03);
  }
  // Over all sizes the plain points say the mean, which is what a reader goes by that knows no sizes.
  std::vector<Prediction> predictions;
  for (auto const& one : shrinking(40'000, 99)) predictions.push_back({read_map(sized.maps[0], one.score), one.bought});
  CHECK(measure_calibration(predictions, 20).ece < 0.012);
}

TEST_CASE("scores rise, no probability falls, and there are no more of them than can be told apart") {
  for (std::size_t const count : {60U, 3000U, 40'000U}) {
    auto const calibration = learned_from(shrinking(count, 3));
    auto const& points = calibration.maps.at(0).points;
    std::set<std::uint32_t> levels;
    for (std::size_t n = 0; n < points.size(); ++n) {
      REQUIRE(points[n].by_size.size() == calibration.sizes.size());
      levels.insert(points[n].by_size.begin(), points[n].by_size.end());
      if (n == 0) continue;
      CHECK(points[n].score > points[n - 1].score);
      CHECK(points[n].ppm >= points[n - 1].ppm);
      for (std::size_t s = 0; s < calibration.sizes.size(); ++s) {
        CHECK(points[n].by_size[s] >= points[n - 1].by_size[s]);
      }
    }
    CHECK(levels.size() <= (count < 20'000 ? 8 : 15));
    CHECK(points.size() <= std::max<std::size_t>(1, std::min<std::size_t>(20, count / 50)));
  }
}

TEST_CASE("groups of sizes are those that were seen; smaller baskets go by the first, larger ones by the last") {
  std::vector<Observation> some;
  for (std::uint16_t n = 0; n < 300; ++n) {
    some.push_back({1.0F + static_cast<float>(n), n % 2 == 0, static_cast<std::uint16_t>(5 + n % 8)});
  }
  CHECK(learned_from(some).sizes == std::vector<std::uint16_t>{0, 6, 8, 11});
}

TEST_CASE("observations in any order make the same maps") {
  auto some = shrinking(5000, 8);
  auto const a = learned_from(some);
  std::reverse(some.begin(), some.end());
  auto const b = learned_from(some);
  REQUIRE(a.maps[0].points.size() == b.maps[0].points.size());
  for (std::size_t n = 0; n < a.maps[0].points.size(); ++n) {
    CHECK(a.maps[0].points[n].score == b.maps[0].points[n].score);
    CHECK(a.maps[0].points[n].by_size == b.maps[0].points[n].by_size);
  }
}

namespace {

bool same(tillcue::CalibrationSource const& a, tillcue::CalibrationSource const& b) {
  return a.points.front().by_size == b.points.front().by_size && a.points.back().by_size == b.points.back().by_size &&
         a.points.size() == b.points.size();
}

/// How many ranks each map serves, the last one left out.
std::vector<std::size_t> served(Calibration const& calibration) {
  std::vector<std::size_t> ranks;
  for (std::size_t n = 0; n + 1 < calibration.maps.size(); ++n) {
    if (n > 0 && same(calibration.maps[n], calibration.maps[n - 1])) {
      ++ranks.back();
    } else {
      ranks.push_back(1);
    }
  }
  return ranks;
}

}  // namespace

TEST_CASE(
    "ranks with enough observations have their own map, further ones one together, what has too few its neighbour's") {
  RankedObservations seen(64);
  for (std::size_t rank = 0; rank < 64; ++rank) seen[rank] = square(3000, rank + 1);
  CHECK(served(calibrate(seen)) == std::vector<std::size_t>{1, 1, 1, 1, 1, 5, 10});
  for (std::size_t rank = 0; rank < 64; ++rank) seen[rank] = square(rank < 2 ? 600 : 300, rank + 1);
  CHECK(served(calibrate(seen)) == std::vector<std::size_t>{1, 1, 2, 6, 10});
  for (std::size_t rank = 0; rank < 64; ++rank) seen[rank] = square(rank < 20 ? 600 : 2, rank + 1);
  CHECK(served(calibrate(seen)) == std::vector<std::size_t>{1, 1, 1, 1, 1, 5});
  for (auto& some : seen) some = square(5, 5);
  CHECK(calibrate(seen).maps.size() == 1);
  for (auto& some : seen) some.clear();
  CHECK(calibrate(seen).maps.empty());
}

TEST_CASE("what stands far behind is told its own probability, not that of what stands before it at the same score") {
  RankedObservations seen(64);
  for (std::size_t rank = 0; rank < 64; ++rank) {
    seen[rank] = square(3000, rank + 1);
    std::uint64_t state = rank + 100;
    for (auto& one : seen[rank]) one.bought = one.bought && draw(state) < (rank < 10 ? 1 : rank < 20 ? .5 : .1);
  }
  auto const maps = calibrate(seen).maps;
  REQUIRE(maps.size() == 21);
  CHECK(read_map(maps[9], 0.95F) > 800'000);
  CHECK(read_map(maps[10], 0.95F) == doctest::Approx(450'000).epsilon(.15));
  CHECK(read_map(maps[20], 0.95F) == doctest::Approx(90'000).epsilon(.15));
}

TEST_CASE("without observations an item without weights gets its share of the baskets") {
  auto const [maps, sizes] = uncalibrated(0.1);
  CHECK(sizes.empty());
  REQUIRE(maps.size() == 1);
  CHECK(read_map(maps[0], static_cast<float>(std::pow(0.255, 0.9))) == 250'000);
  CHECK(read_map(maps[0], -1) == 0);
  CHECK(read_map(maps[0], 5) == 1'000'000);
}

TEST_CASE("the calibration error is the mean gap over equally filled bins") {
  std::vector<Prediction> predictions;
  for (int n = 0; n < 100; ++n) predictions.push_back({200'000, n % 2 == 0});
  auto const flat = measure_calibration(predictions, 1);
  CHECK(flat.ece == doctest::Approx(0.3));
  CHECK(flat.predicted == doctest::Approx(0.2));
  CHECK(flat.observed == doctest::Approx(0.5));
  CHECK(measure_calibration({}, 20).ece == 0);
}

namespace {

/// Baskets of `size` predictions of one in five that come true together or not at all.
std::vector<Prediction> right(std::uint32_t baskets, std::uint32_t size, std::uint64_t seed) {
  std::vector<Prediction> all;
  for (std::uint32_t basket = 0; basket < baskets; ++basket) {
    bool const bought = mix(basket * 31 + seed) % 5 == 0;
    for (std::uint32_t n = 0; n < size; ++n) all.push_back({200'000, bought, basket});
  }
  return all;
}

double mean_error(std::uint32_t baskets, std::uint32_t size) {
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed)
    sum += measure_calibration(right(baskets, size, seed << 32U), 20).ece;
  return sum / 200;
}

}  // namespace

TEST_CASE("the error told as chance is the one that right probabilities have, also where baskets say things together") {
  for (std::uint32_t const size : {1U, 10U}) {
    auto const told = measure_calibration(right(4000 / size, size, 7), 20).by_chance;
    CHECK(told == doctest::Approx(mean_error(4000 / size, size)).epsilon(0.12));
  }
  // Ten at a time are a tenth of the evidence.
  CHECK(mean_error(400, 10) > 2.5 * mean_error(4000, 1));
}
