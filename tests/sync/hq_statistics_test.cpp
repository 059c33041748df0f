#include "tillcue/sync/hq_statistics.hpp"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tillcue::sync;

namespace {

Moments moments(std::initializer_list<double> values) {
  Moments all;
  for (double const value : values) all.add(value);
  return all;
}

StratifiedArms one_stratum(std::vector<double> const& treated, std::vector<double> const& holdout) {
  StratifiedArms arms;
  for (double const value : treated) arms.add("S", true, value);
  for (double const value : holdout) arms.add("S", false, value);
  return arms;
}

std::optional<MeanDifference> difference(std::vector<double> const& treated, std::vector<double> const& holdout) {
  return one_stratum(treated, holdout).compare().difference;
}

/// Of 1,000 made comparisons, in how many 0 is inside.
template <class Make>
int containing_nothing(Make const& make) {
  std::mt19937 random{7};
  int contains = 0;
  for (int round = 0; round < 1'000; ++round) {
    StratifiedArms arms;
    make(random, arms);
    auto const found = arms.compare().difference;
    contains += found && !found->clear() ? 1 : 0;
  }
  return contains;
}

void check_about_95_of_100(int contains) {
  CHECK(contains > 925);
  CHECK(contains < 975);
}

/// 40 customers, a quarter of whom always buys six times as much, 1,500 sales; half of the customers held out.
void few_regulars(std::mt19937& random, StratifiedArms& arms, double effect, bool by_customer) {
  std::uniform_int_distribution<int> anybody{0, 39};
  std::bernoulli_distribution half{0.5};
  std::lognormal_distribution<double> basket{2.5, 0.5};
  std::vector<bool> treated(40), large(40);
  for (std::size_t n = 0; n < 40; ++n) {
    treated[n] = half(random);
    large[n] = n % 4 == 0;
  }
  for (int n = 0; n < 1'500; ++n) {
    auto const who = static_cast<std::size_t>(anybody(random));
    bool const arm = by_customer ? treated[who] : half(random);
    arms.add(n % 3 == 0 ? "T1" : "T2", arm, basket(random) * (large[who] ? 6 : 1) + (arm ? effect : 0),
             "customer " + std::to_string(who));
  }
}

/// The holdout falls from 50 to 5 %, and baskets get dearer at the same time.
void changed_share(std::mt19937& random, StratifiedArms& arms, double effect) {
  std::lognormal_distribution<double> basket{2.3, 0.6};
  for (int n = 0; n < 2'000; ++n) {
    bool const later = n >= 1'000;
    bool const treated = !std::bernoulli_distribution{later ? 0.05 : 0.5}(random);
    arms.add(later ? "T1 2" : "T1 1", treated, basket(random) * (later ? 3 : 1) + (treated ? effect : 0));
  }
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

TEST_CASE("with one stratum it is Welch's interval, as worked by hand") {
  auto const d = difference({1000, 1200, 1400}, {900, 1100});
  REQUIRE(d);
  CHECK(d->difference == doctest::Approx(200));
  CHECK(d->degrees_of_freedom == doctest::Approx(2.882353).epsilon(1e-6));
  CHECK(d->low == doctest::Approx(-297.546760).epsilon(1e-4));
  CHECK(d->high == doctest::Approx(697.546760).epsilon(1e-4));
  CHECK_FALSE(d->clear());
}

TEST_CASE("there is no interval below two values an arm, nor when nothing varies") {
  CHECK_FALSE(difference({1, 2, 3}, {1}));
  CHECK_FALSE(difference({}, {1, 2}));
  CHECK_FALSE(difference({4, 4}, {4, 4}));
  CHECK(difference({4, 4}, {4, 5}));
}

TEST_CASE("a large difference is clear, in either direction") {
  std::vector<double> const high{100, 101, 102, 103}, low{1, 2, 3, 4};
  CHECK(difference(high, low)->clear());
  CHECK(difference(low, high)->clear());
}

TEST_CASE("strata are compared each by itself, weighted by what both arms have; one without both says nothing") {
  StratifiedArms arms;
  for (double const value : {10.0, 12.0}) arms.add("A", true, value);  // 11 against 9: 2 x 2 / 4
  for (double const value : {8.0, 10.0}) arms.add("A", false, value);
  for (double const value : {100.0, 102.0, 104.0}) arms.add("B", true, value);  // 102 against 97: 3 x 1 / 4
  arms.add("B", false, 97);
  for (int n = 0; n < 50; ++n) arms.add("C", true, 1'000 + n);
  auto const compared = arms.compare();
  CHECK(compared.strata == 2);
  CHECK(compared.treated == 5);
  CHECK(compared.holdout == 3);
  CHECK(compared.drawn_holdout == 3);
  CHECK(compared.holdout_mean == doctest::Approx((9 * 1 + 97 * 0.75) / 1.75));
  REQUIRE(compared.difference);
  CHECK(compared.difference->difference == doctest::Approx((2 * 1 + 5 * 0.75) / 1.75));
}

TEST_CASE("what was drawn together counts once: ten sales of one person are not ten persons") {
  StratifiedArms apart, together;
  for (int n = 0; n < 10; ++n) {
    for (int who = 0; who < 4; ++who) {
      double const value = 10 * who + 0.1 * n + (who % 2 == 0 ? 3 : 0);
      apart.add("S", who % 2 == 0, value);
      together.add("S", who % 2 == 0, value, "customer " + std::to_string(who));
    }
  }
  auto const a = apart.compare(), t = together.compare();
  REQUIRE(a.difference);
  REQUIRE(t.difference);
  CHECK(t.difference->difference == doctest::Approx(a.difference->difference));
  CHECK(t.drawn_treated == 2);
  CHECK(t.drawn_holdout == 2);
  CHECK(a.difference->clear());
  CHECK_FALSE(t.difference->clear());
  // Two means of persons an arm, with two degrees of freedom: Welch on 3.45, 23.45 and 10.45, 30.45.
  auto const persons = difference({3.45, 23.45}, {10.45, 30.45});
  CHECK(t.difference->low == doctest::Approx(persons->low).epsilon(1e-6));
}

TEST_CASE("one person alone in an arm is no sample, however often they come") {
  StratifiedArms arms;
  for (int n = 0; n < 40; ++n) {
    arms.add("S", true, n);
    arms.add("S", false, 5 + n % 3, "customer 1");
  }
  CHECK_FALSE(arms.compare().difference);
}

TEST_CASE("about 95 of 100 intervals of equal arms contain 0") {
  std::lognormal_distribution<double> basket{2.5, 0.8};
  check_about_95_of_100(containing_nothing([&](std::mt19937& random, StratifiedArms& arms) {
    for (int n = 0; n < 400; ++n) arms.add("S", true, basket(random));
    for (int n = 0; n < 60; ++n) arms.add("S", false, basket(random));
  }));
}

TEST_CASE("so do those of a holdout whose share changed while baskets got dearer") {
  check_about_95_of_100(
      containing_nothing([](std::mt19937& random, StratifiedArms& arms) { changed_share(random, arms, 0); }));
}

TEST_CASE("so do those of a holdout by customer, and of one by sale with the same customers") {
  for (bool const by_customer : {true, false}) {
    CAPTURE(by_customer);
    check_about_95_of_100(containing_nothing(
        [&](std::mt19937& random, StratifiedArms& arms) { few_regulars(random, arms, 0, by_customer); }));
  }
}

TEST_CASE("so do those of many small strata") {
  std::lognormal_distribution<double> basket{2.5, 0.8};
  check_about_95_of_100(containing_nothing([&](std::mt19937& random, StratifiedArms& arms) {
    for (int n = 0; n < 600; ++n) {
      auto const stratum = n % 100;
      arms.add(std::to_string(stratum), !std::bernoulli_distribution{0.1 + 0.004 * stratum}(random),
               (1 + stratum / 25) * basket(random));
    }
  }));
}

TEST_CASE("an effect that is there is found, whatever was drawn") {
  CHECK(containing_nothing([](std::mt19937& random, StratifiedArms& arms) { changed_share(random, arms, 3); }) < 100);
  CHECK(containing_nothing([](std::mt19937& random, StratifiedArms& arms) { few_regulars(random, arms, 40, true); }) <
        100);
  std::mt19937 random{11};
  StratifiedArms arms;
  changed_share(random, arms, 3);
  auto const found = arms.compare().difference;
  REQUIRE(found);
  CHECK(found->low < 3);
  CHECK(found->high > 3);
}
