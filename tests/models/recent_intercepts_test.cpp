#include "recent_intercepts.hpp"

#include <cmath>
#include <numeric>

#include <doctest/doctest.h>

#include "made.hpp"

using namespace tillcue::models;

namespace {

/// Of three items "tea" and "cake" are always bought, "ice" only in the last thirty of two hundred days.
Dataset summer() {
  std::vector<std::vector<std::string>> baskets;
  for (int n = 0; n < 4000; ++n) {
    baskets.push_back(n % 2 == 0 ? std::vector<std::string>{"tea", "cake"} : std::vector<std::string>{"tea"});
    if (n >= 3400) baskets.back().emplace_back("ice");
  }
  auto data = made::dataset(baskets);
  data.time_kind = TimeKind::calendar;
  for (std::size_t n = 0; n < data.baskets(); ++n) {
    data.times[n] = 1'700'000'000 + static_cast<std::int64_t>(n) * 86'400 / 20;
  }
  return data;
}

struct Learned {
  explicit Learned(Dataset given) : data(std::move(given)), all(data.baskets()) {
    std::iota(all.begin(), all.end(), 0U);
    Recency recency;
    recency.half_life_days = 180;
    recency.if_possible = true;
    auto made = weigh_baskets(data, all, recency);
    REQUIRE(made.has_value());
    weighed = std::move(*made);
  }
  [[nodiscard]] double share(std::string const& sku) const {
    return weighed.items.items[made::position(weighed.items, sku)].baskets / static_cast<double>(weighed.items.baskets);
  }

  Dataset data;
  std::vector<std::uint32_t> all;
  WeighedBaskets weighed;
};

/// Tea speaks for ice by a half; intercepts that leave each item its share.
Weights by_the_book(Learned const& learned, double power) {
  Weights weights;
  auto const& items = learned.weighed.items;
  weights.rows.resize(items.items.size());
  auto const ice = made::position(items, "ice"), tea = made::position(items, "tea");
  for (auto const& item : items.items) {
    weights.bias.push_back(static_cast<float>(std::pow(learned.share(item.sku), 1 - power)));
  }
  weights.rows[tea].push_back({static_cast<std::uint32_t>(ice), 0.5F});
  weights.bias[ice] -= static_cast<float>(0.5 * learned.share("tea"));
  return weights;
}

/// The share with a half-life of thirty days, and 500 baskets of the model's own.
double recent_share(Learned const& learned, std::string const& sku) {
  double all = 0, squares = 0, bought = 0;
  for (std::size_t n = 0; n < learned.data.baskets(); ++n) {
    auto const days = day_of(learned.data.times.back()) - day_of(learned.data.times[n]);
    auto const weight = std::exp2(-static_cast<double>(days) / 30);
    all += weight;
    squares += weight * weight;
    for (auto const item : learned.data.basket(n)) bought += learned.data.items[item].sku == sku ? weight : 0;
  }
  auto const effective = all * all / squares;
  return (effective * bought / all + 500 * learned.share(sku)) / (effective + 500);
}

}  // namespace

TEST_CASE("intercepts follow what is bought lately, and leave each item its recent share") {
  Learned const learned(summer());
  TrainingOptions const training;
  auto const linear = by_the_book(learned, training.popularity_power);
  auto weights = linear;
  follow_recent(weights, linear, learned.weighed.items, learned.weighed.recent, training);
  auto const ice = made::position(learned.weighed.items, "ice");
  auto const now = recent_share(learned, "ice");
  CHECK(now > 1.5 * learned.share("ice"));
  auto const expected =
      now / std::pow(learned.share("ice"), training.popularity_power) - 0.5 * recent_share(learned, "tea");
  CHECK(weights.bias[ice] == doctest::Approx(expected).epsilon(1e-4));
  auto const cake = made::position(learned.weighed.items, "cake");
  CHECK(weights.bias[cake] == doctest::Approx(linear.bias[cake]).epsilon(0.01));
  auto blended = linear;
  auto with_other = training;
  with_other.log_linear = 0.15;
  follow_recent(blended, linear, learned.weighed.items, learned.weighed.recent, with_other);
  CHECK(blended.bias[ice] - weights.bias[ice] ==
        doctest::Approx(0.15 * std::log(now / learned.share("ice"))).epsilon(1e-3));
}

TEST_CASE("with recency off or where nothing was bought lately intercepts stay, and above 1,000 items") {
  Learned const learned(summer());
  TrainingOptions const training;
  auto const linear = by_the_book(learned, training.popularity_power);
  auto const stays = [&](Counts const& counts, RecentSales const& recent) {
    auto weights = linear;
    follow_recent(weights, linear, counts, recent, training);
    return weights.bias == linear.bias;
  };
  auto const& items = learned.weighed.items;
  CHECK(!stays(items, learned.weighed.recent));
  CHECK(stays(items, {}));
  CHECK(stays(items, {std::vector<std::uint64_t>(items.items.size(), 0), 0, 0}));
  auto const off = weigh_baskets(learned.data, learned.all, {});
  REQUIRE(off.has_value());
  CHECK(off->recent == RecentSales{});
  auto many = items;
  many.items.resize(kSmallMenu + 1);
  CHECK(stays(many, learned.weighed.recent));
}
