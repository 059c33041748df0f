#include "selection.hpp"

#include <doctest/doctest.h>

#include "made.hpp"
#include "observation.hpp"

using namespace tillcue;
using namespace tillcue::models;
using made::dated;

TEST_CASE("the table keeps to its bytes an item, and uses them") {
  auto const data = made::dataset(made::random_baskets(20'000, 300, 12));
  auto const counts = count(data, 2);
  BuildOptions options;
  Trainer const trainer(counts, options.training);
  for (double const bytes : {24.0, 48.0, 96.0}) {
    options.bytes_per_item = bytes;
    auto const entries = entries_within(trainer, counts, options);
    REQUIRE(entries);
    auto const ranker = bare_ranker(counts, trainer.weights(*entries), options);
    REQUIRE(ranker);
    auto const used = static_cast<double>(ranker->bundle().affinity_bytes()) / 300;
    CHECK(used <= bytes);
    CHECK(used > 0.95 * bytes);
  }
}

TEST_CASE("a table that cannot hold anything is not an error, and one that can hold all holds all") {
  auto const data = made::dataset(made::random_baskets(500, 12, 12));
  auto const counts = count(data, 1);
  BuildOptions options;
  Trainer const trainer(counts, options.training);
  options.bytes_per_item = 1;
  CHECK(entries_within(trainer, counts, options).value() == 0);
  options.bytes_per_item = 4000;
  CHECK(entries_within(trainer, counts, options).value() >= 11);
}

TEST_CASE("dated baskets are split by date, others into folds when they are few") {
  std::string how;
  auto const by_date = selection_splits(dated(3000), 0.1, 15'000, how);
  CHECK(how == "held_out_by_time");
  CHECK(by_date.size() == 1);
  auto const folds = selection_splits(made::dataset(made::random_baskets(900, 20, 3)), 0.1, 15'000, how);
  CHECK(how == "three_folds");
  REQUIRE(folds.size() == 3);
  CHECK(folds[0].held.size() + folds[1].held.size() + folds[2].held.size() == 900);
  auto const enough = selection_splits(made::dataset(made::random_baskets(900, 20, 3)), 0.1, 100, how);
  CHECK(how == "held_out_by_hash");
  CHECK(enough.size() == 1);
}

TEST_CASE("what is chosen is at least as good as the default on the baskets it was chosen by") {
  auto const data = made::dataset(made::random_baskets(3000, 30, 17));
  BuildOptions options;
  auto const selected = select_model(data, options);
  REQUIRE(selected);
  RankedObservations plain(kObservedRanks);
  std::string how;
  for (auto const& split : selection_splits(data, options.held_share, options.enough_queries, how)) {
    append(plain, *observe(data, split, options));
  }
  BuildOptions chosen;
  chosen.training = *selected;
  RankedObservations seen(kObservedRanks);
  for (auto const& split : selection_splits(data, options.held_share, options.enough_queries, how)) {
    append(seen, *observe(data, split, chosen));
  }
  CHECK(discounted_hits(seen) >= discounted_hits(plain) - 0.001);
}

TEST_CASE("a hit counts less the further down it stands, and nothing where nothing was asked") {
  RankedObservations seen(kObservedRanks);
  CHECK(discounted_hits(seen) == 0);
  CHECK(hit_rate_5(seen) == 0);
  // Two questions: answered at place 1 and at place 7.
  for (std::size_t rank = 0; rank < kObservedRanks; ++rank) {
    seen[rank].push_back({0, rank == 0, 1});
    seen[rank].push_back({0, rank == 6, 1});
  }
  CHECK(discounted_hits(seen) == doctest::Approx((1 + 1.0 / 3) / 2));
  CHECK(hit_rate_5(seen) == doctest::Approx(0.5));
}

TEST_CASE("a small menu of items that have nothing to do with each other is held back in both solves") {
  std::vector<std::vector<std::string>> baskets;
  std::uint64_t state = 1;
  for (int n = 0; n < 1500; ++n) {
    auto& basket = baskets.emplace_back();
    for (int item = 0; item < 40; ++item) {
      state = mix(state + 1);
      if (state % 100 < static_cast<std::uint64_t>(40 / (item + 2))) basket.push_back("i" + std::to_string(item));
    }
    if (basket.empty()) basket.push_back("i0");
  }
  auto const selected = select_model(made::dataset(baskets), {});
  REQUIRE(selected);
  CHECK(selected->ridge == 200);
  CHECK(selected->refit_ridge == 200);
}

TEST_CASE("a large catalogue with few questions keeps the options given") {
  auto const data = made::dataset(made::random_baskets(3000, 1500, 17));
  BuildOptions options;
  options.training.ridge = 77;
  options.training.refit_ridge = 55;
  auto const selected = select_model(data, options);
  REQUIRE(selected);
  CHECK(selected->ridge == 77);
  CHECK(selected->refit_ridge == 55);
  CHECK(selected->log_linear == 0);
}

TEST_CASE("a large catalogue's second ridge is chosen on baskets kept back, and only for a clear gain") {
  auto const data = made::dataset(made::random_baskets(9000, 1200, 17));
  auto const split = hold_out(data, 0.1);
  BuildOptions options;
  options.enough_queries = 100;
  options.training.refit_ridge = 100'000;  // leaves hardly anything of the weights
  auto const hits = [&](TrainingOptions const& training) {
    auto asked = options;
    asked.training = training;
    return hit_rate_5(*observe(data, split, asked));
  };
  auto const selected = select_model(data, options);
  REQUIRE(selected);
  CHECK(selected->refit_ridge <= 30);
  CHECK(selected->ridge == options.training.ridge);
  CHECK(hits(*selected) >= hits(options.training) + 0.001);
}

TEST_CASE("for counts the model is chosen by baskets that are not in them, if these ask enough") {
  auto const judged = [](std::size_t items, std::size_t enough, TrainingOptions const& training) {
    auto const baskets = made::random_baskets(9000, items, 17);
    auto const counts = count(made::dataset({baskets.begin(), baskets.begin() + 8000}), 1);
    auto const later = made::dataset({baskets.begin() + 8000, baskets.end()});
    auto const all = made::all_of(later);
    BuildOptions options;
    options.enough_queries = enough;
    options.training = training;
    auto const selected = select_model({counts, later, {}}, Trainer(counts, training),
                                       {later, std::span(all).first(enough > 0 ? all.size() : 10)}, options);
    REQUIRE(selected);
    auto const hits = [&](TrainingOptions const& its) {
      auto ranker = bare_ranker(counts, train(counts, its), options);
      REQUIRE(ranker);
      return hit_rate_5(observations(*ranker, later, all, 20'000, kObservedRanks));
    };
    return std::pair(*selected, hits(*selected) - hits(training));
  };
  TrainingOptions poor;
  poor.ridge = 77;
  poor.refit_ridge = 100'000;  // leaves hardly anything of the weights
  auto const [large, gain] = judged(1200, 100, poor);
  CHECK(large.ridge == 77);  // what is fitted stays
  CHECK(large.refit_ridge <= 30);
  CHECK(gain >= 0.001);
  CHECK(judged(1200, 1'000'000, poor).first.refit_ridge == 100'000);
  auto const [small, small_gain] = judged(30, 100, poor);
  CHECK((small.ridge == 100 || small.ridge == 30 || small.ridge == 200));
  CHECK(small_gain >= 0);
  CHECK(judged(30, 0, poor).first.ridge == 77);  // ten baskets
}
