#include "tillcue/sync/hq_statistics.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace tillcue::sync;

namespace {

Moments moments(std::initializer_list<double> values) {
  Moments all;
  for (double const value : values) all.add(value);
  return all;
}

}  // namespace

TEST_CASE("mean and variance agree with the definition") {
  auto const m = moments({1000, 1200, 1400});
  CHECK(m.count() == 3);
  CHECK(m.mean() == doctest::Approx(1200));
  CHECK(m.variance() == doctest::Approx(40'000));
  CHECK(Moments{}.variance() == 0);
  CHECK(moments({5}).variance() == 0);
}

TEST_CASE("variance does not drown in a large common offset") {
  CHECK(moments({1e9 + 1, 1e9 + 2, 1e9 + 3}).variance() == doctest::Approx(1));
}

TEST_CASE("Welch's interval agrees with one worked by hand") {
  auto const d = welch(moments({1000, 1200, 1400}), moments({900, 1100}));
  REQUIRE(d);
  CHECK(d->difference == doctest::Approx(200));
  CHECK(d->degrees_of_freedom == doctest::Approx(2.882353).epsilon(1e-6));
  CHECK(d->low == doctest::Approx(-297.546760).epsilon(1e-4));
  CHECK(d->high == doctest::Approx(697.546760).epsilon(1e-4));
  CHECK_FALSE(d->clear());
}

TEST_CASE("there is no interval below two values an arm, nor when nothing varies") {
  CHECK_FALSE(welch(moments({1, 2, 3}), moments({1})));
  CHECK_FALSE(welch(Moments{}, moments({1, 2})));
  CHECK_FALSE(welch(moments({4, 4}), moments({4, 4})));
  CHECK(welch(moments({4, 4}), moments({4, 5})));
}

TEST_CASE("a large difference is clear, in either direction") {
  auto const high = moments({100, 101, 102, 103});
  auto const low = moments({1, 2, 3, 4});
  CHECK(welch(high, low)->clear());
  CHECK(welch(low, high)->clear());
}

TEST_CASE("about 95 of 100 intervals of equal arms contain 0") {
  std::mt19937 random{7};
  std::lognormal_distribution<double> basket{2.5, 0.8};
  int contains = 0;
  for (int round = 0; round < 1'000; ++round) {
    Moments a, b;
    for (int n = 0; n < 400; ++n) a.add(basket(random));
    for (int n = 0; n < 60; ++n) b.add(basket(random));
    contains += welch(a, b)->clear() ? 0 : 1;
  }
  CHECK(contains > 920);
  CHECK(contains < 980);
}
