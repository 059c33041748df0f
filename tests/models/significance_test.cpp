#include "tillcue/models/significance.hpp"

#include <cmath>

#include <doctest/doctest.h>

using namespace tillcue::models;

// The expected values were computed in exact rational arithmetic from the definitions.

TEST_CASE("the p-value is Fisher's, two-sided by doubling the smaller tail") {
  struct Known {
    std::uint64_t n, n_i, n_j, n_ij;
    double p, g2, lift;
  };
  for (auto const& [n, n_i, n_j, n_ij, p, g2, lift] : {
           Known{20, 8, 7, 6, 0.008875128998968008, 10.01643965413651, 2.142857142857143},
           Known{9835, 2513, 1903, 736, 2.887783109487506e-45, 200.07015955349704, 1.513634094824621},
           Known{1000, 5, 5, 2, 0.0003979968042849882, 15.412286863837531, 80.0},
           Known{1000, 100, 200, 5, 1.736577127210742e-05, 20.319954228601866, 0.25},
           Known{88162, 3, 4, 3, 7.005057659505248e-14, 63.23113088598874, 22040.5},
           Known{1000, 600, 700, 300, 4.977955725736866e-85, 389.9519874378526, 0.7142857142857143},
       }) {
    CAPTURE(n_ij);
    auto const found = significance(n, n_i, n_j, n_ij);
    CHECK(found.p == doctest::Approx(p).epsilon(1e-8));
    CHECK(found.p > 0);
    CHECK(found.g2 == doctest::Approx(g2).epsilon(1e-9));
    CHECK(found.lift == doctest::Approx(lift).epsilon(1e-12));
    CHECK(found.more_than_chance() == (lift > 1));
    CHECK(log_likelihood_ratio(n, n_j, n_i, n_ij) == doctest::Approx(found.g2).epsilon(1e-9));
  }
}

TEST_CASE("what chance alone would do is not significant") {
  auto const found = significance(100, 50, 50, 25);
  CHECK(found.p == 1);
  CHECK(found.g2 == doctest::Approx(0));
  CHECK(found.expected == doctest::Approx(25));
  CHECK(significance(10, 10, 10, 10).p == 1);
}

TEST_CASE("counts that cannot be have nothing to say") {
  for (auto const& found : {significance(0, 0, 0, 0), significance(10, 0, 5, 0), significance(10, 3, 4, 5),
                            significance(10, 11, 4, 2), significance(10, 8, 8, 2)}) {
    CHECK(found.p == 1);
    CHECK(found.g2 == 0);
    CHECK(std::isfinite(found.lift));
  }
}

TEST_CASE("false discovery rates are those of Benjamini and Hochberg, in the order given") {
  auto const rates = false_discovery_rates({0.03, 0.001, 0.02, 0.5}, 4);
  CHECK(rates[0] == doctest::Approx(0.04));
  CHECK(rates[1] == doctest::Approx(0.004));
  CHECK(rates[2] == doctest::Approx(0.04));
  CHECK(rates[3] == doctest::Approx(0.5));
  // Pairs never seen together are tests as well.
  CHECK(false_discovery_rates({0.001}, 100)[0] == doctest::Approx(0.1));
  CHECK(false_discovery_rates({0.5}, 100)[0] == 1);
  CHECK(false_discovery_rates({}, 10).empty());
}
