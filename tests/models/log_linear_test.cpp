#include "log_linear.hpp"

#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "made.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

/// By dense arithmetic over the whole catalogue; what is in the basket is no answer.
std::vector<double> scores(Weights const& weights, std::vector<std::uint32_t> const& basket, std::uint32_t hidden) {
  std::vector<double> score(weights.bias.begin(), weights.bias.end());
  for (auto const source : basket) {
    if (source == hidden) continue;
    for (auto const& entry : weights.rows[source]) score[entry.target] += entry.weight;
  }
  for (auto const item : basket) {
    if (item != hidden) score[item] = -INFINITY;
  }
  return score;
}

double total_odds(std::vector<double> const& scores) {
  return std::accumulate(scores.begin(), scores.end(), 0.0, [](double sum, double one) { return sum + std::exp(one); });
}

/// What the model believes of the hidden item.
double probability(Weights const& weights, std::vector<std::uint32_t> const& basket, std::uint32_t hidden) {
  auto const score = scores(weights, basket, hidden);
  return std::exp(score[hidden]) / total_odds(score);
}

struct Shop {
  Dataset data;
  Counts counts;
  Weights linear;
};

Shop shop(std::size_t baskets, std::size_t items, std::uint64_t seed) {
  Shop made{made::dataset(made::random_baskets(baskets, items, seed)), {}, {}};
  made.counts = count(made.data, 1);
  made.linear = train(made.counts, {});
  return made;
}

double log_loss(Shop const& shop, Weights const& weights, Dataset const& data) {
  double loss = 0;
  std::size_t questions = 0;
  for (std::size_t n = 0; n < data.baskets(); ++n) {
    std::vector<std::uint32_t> basket;
    for (auto const item : data.basket(n)) basket.push_back(made::position(shop.counts, data.items[item].sku));
    if (basket.size() < 2) continue;
    for (auto const hidden : basket) loss -= std::log(probability(weights, basket, hidden)), ++questions;
  }
  return loss / static_cast<double>(questions);
}

}  // namespace

TEST_CASE("scores are log probabilities on average, however much the model has learned") {
  for (std::size_t const baskets : {600, 2400}) {
    auto const made = shop(baskets, 25, 4);
    auto const other = log_linear(made.counts, made.data, made::all_of(made.data), made.linear, 0.1);
    double sum = 0, questions = 0;
    for (std::size_t n = 0; n < made.data.baskets(); ++n) {
      std::vector<std::uint32_t> basket;
      for (auto const item : made.data.basket(n))
        basket.push_back(made::position(made.counts, made.data.items[item].sku));
      if (basket.size() < 2) continue;
      for (auto const hidden : basket) {
        sum += std::log(total_odds(scores(other, basket, hidden)));
        ++questions;
      }
    }
    // The parameters move a little while the last pass is on.
    CHECK(sum / questions == doctest::Approx(0).epsilon(0.03));
  }
}

TEST_CASE("the log-linear model has the linear one's entries and always the same numbers") {
  auto const made = shop(600, 25, 4);
  auto const one = log_linear(made.counts, made.data, made::all_of(made.data), made.linear, 0.1);
  auto const two = log_linear(made.counts, made.data, made::all_of(made.data), made.linear, 0.1);
  REQUIRE(one.rows.size() == made.linear.rows.size());
  for (std::size_t item = 0; item < one.rows.size(); ++item) {
    REQUIRE(one.rows[item].size() == made.linear.rows[item].size());
    CHECK(one.bias[item] == two.bias[item]);
    for (std::size_t n = 0; n < one.rows[item].size(); ++n) {
      CHECK(one.rows[item][n].target == made.linear.rows[item][n].target);
      CHECK(one.rows[item][n].weight == two.rows[item][n].weight);
    }
  }
}

TEST_CASE("learning lowers the log loss on baskets it has not seen, by dense arithmetic") {
  auto const made = shop(3000, 25, 4);
  auto const fresh = made::dataset(made::random_baskets(500, 25, 99));
  // No baskets: what it begins with.
  auto const before = log_linear(made.counts, made.data, {}, made.linear, 0.1);
  auto const after = log_linear(made.counts, made.data, made::all_of(made.data), made.linear, 0.1);
  CHECK(log_loss(made, after, fresh) < log_loss(made, before, fresh) - 0.01);
}

TEST_CASE("with one question asked again and again its answer becomes near certain") {
  std::vector<std::vector<std::string>> baskets(400, {"a", "b"});
  for (int n = 0; n < 400; ++n) baskets.push_back({"c", "d"});
  Shop made{made::dataset(baskets), {}, {}};
  made.counts = count(made.data, 1);
  made.linear = train(made.counts, {});
  auto const weights = log_linear(made.counts, made.data, made::all_of(made.data), made.linear, 0.1);
  auto const a = made::position(made.counts, "a");
  auto const b = made::position(made.counts, "b");
  CHECK(probability(weights, {a, b}, b) > 0.8);
}

TEST_CASE("a question counts as much as its basket") {
  std::vector<std::vector<std::string>> baskets(300, {"a", "b"});
  for (int n = 0; n < 300; ++n) baskets.push_back({"a", "c"});
  Shop made{made::dataset(baskets), {}, {}};
  made.counts = count(made.data, 1);
  made.linear = train(made.counts, {});
  auto const a = made::position(made.counts, "a"), b = made::position(made.counts, "b");
  auto const believed = [&](std::vector<std::uint16_t> const& weights) {
    return probability(log_linear(made.counts, made.data, made::all_of(made.data), made.linear, 0.1, weights), {a, b},
                       b);
  };
  std::vector<std::uint16_t> weights(600, kFullWeight);
  CHECK(believed(weights) == believed({}));
  CHECK(believed(weights) == doctest::Approx(0.5).epsilon(0.1));
  std::fill(weights.begin() + 300, weights.end(), kFullWeight / 8);
  auto const faded = believed(weights);
  CHECK(faded > 0.7);
  CHECK(faded < 0.97);
  // What counts nothing is as if it were not there.
  std::fill(weights.begin() + 300, weights.end(), std::uint16_t{0});
  auto first = made::all_of(made.data);
  first.resize(300);
  auto const alone = log_linear(made.counts, made.data, first, made.linear, 0.1);
  CHECK(believed(weights) == probability(alone, {a, b}, b));
}

TEST_CASE("a blend adds entry by entry") {
  Weights const one{{{{1, 2.0F}}, {}}, {1.0F, 3.0F}};
  Weights const two{{{{1, 10.0F}}, {}}, {4.0F, -2.0F}};
  auto const sum = blend(one, two, 0.5);
  CHECK(sum.rows[0][0].weight == 7.0F);
  CHECK(sum.bias == std::vector<float>{3.0F, 2.0F});
}

TEST_CASE("of a large catalogue what the second model begins with is blended in, of a small menu what it learned") {
  for (std::size_t const items : {25, 2000}) {
    auto const made = shop(2000, items, 4);
    bool const large = made.data.items.size() > kSmallMenu;
    CHECK(large == (items == 2000));
    auto const all = made::all_of(made.data);
    auto const lessons = large ? std::span<std::uint32_t const>{} : all;
    auto const expected = blend(made.linear, log_linear(made.counts, made.data, lessons, made.linear, 0.1), 0.02);
    auto const mixed = add_second_model(made.counts, made.data, all, made.linear, 0.1, 0.02);
    CHECK(mixed.bias == expected.bias);
    for (std::size_t item = 0; item < mixed.rows.size(); ++item) {
      REQUIRE(mixed.rows[item].size() == expected.rows[item].size());
      for (std::size_t n = 0; n < mixed.rows[item].size(); ++n) {
        CHECK(mixed.rows[item][n].weight == expected.rows[item][n].weight);
      }
    }
    CHECK(add_second_model(made.counts, made.data, all, made.linear, 0.1, 0).bias == made.linear.bias);
  }
}
