#include "tillcue/models/calibration.hpp"

#include <cmath>

#include <doctest/doctest.h>

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

/// Purchases with probability score^2.
std::vector<Observation> square(std::size_t count, std::uint64_t seed) {
  std::vector<Observation> observations;
  for (std::size_t n = 0; n < count; ++n) {
    double const score = draw(seed);
    observations.push_back({static_cast<float>(score), draw(seed) < score * score});
  }
  return observations;
}

}  // namespace

TEST_CASE("pool adjacent violators gives the textbook blocks") {
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

TEST_CASE("the map recovers a known probability on fresh observations") {
  tillcue::CalibrationSource const map{isotonic(square(40'000, 1), 400)};
  std::vector<Prediction> fresh;
  for (auto const& seen : square(40'000, 77)) fresh.push_back({read_map(map, seen.score), seen.bought});
  CHECK(measure_calibration(fresh, 20).ece < 0.01);
}

TEST_CASE("ranks with enough observations have their own map, the rest share the last") {
  RankedObservations seen(10);
  for (std::size_t rank = 0; rank < 10; ++rank) seen[rank] = square(rank < 2 ? 3000 : 500, rank + 1);
  CHECK(calibrate(seen).size() == 3);
  for (auto& some : seen) some = square(3000, 5);
  CHECK(calibrate(seen).size() == 6);
  for (auto& some : seen) some = square(100, 5);
  CHECK(calibrate(seen).size() == 1);
  for (auto& some : seen) some.clear();
  CHECK(calibrate(seen).empty());
}

TEST_CASE("without observations an item without weights gets its share of the baskets") {
  auto const maps = uncalibrated(0.1);
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
