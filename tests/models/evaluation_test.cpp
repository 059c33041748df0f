#include "tillcue/models/evaluation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "made.hpp"
#include "tillcue/models/sample.hpp"

using namespace tillcue;
using namespace tillcue::models;
using Json = nlohmann::json;

namespace {

Dataset sample_store(std::uint32_t days) {
  made::Folder folder;
  REQUIRE(write_sample({1, days, 600, 120, 20'688}, folder.path()).has_value());
  TransactionReader reader;
  REQUIRE(reader.add(folder.file("transactions.csv")).has_value());
  return reader.finish().value();
}

Ranker opened(Dataset const& data) {
  auto built = build(data, {}, {}, {});
  REQUIRE(built.has_value());
  auto ranker = Ranker::open(std::move(built->bundle));
  REQUIRE(ranker.has_value());
  return std::move(*ranker);
}

/// How often the largest confidence finds the hidden item among five, by the definition and over all items.
double rules_by_brute_force(Dataset const& data) {
  auto const split = hold_out(data, 0.2);
  auto const counts = count(data, split.train, 1);
  auto const items = static_cast<std::uint32_t>(counts.items.size());
  std::vector<std::vector<double>> both(items, std::vector<double>(items, 0));
  for (std::uint32_t i = 0; i < items; ++i) {
    for (auto at = counts.row[i]; at < counts.row[i + 1]; ++at) {
      both[i][counts.partner[at]] = both[counts.partner[at]][i] = counts.together[at];
    }
  }
  double hits = 0;
  double asked = 0;
  for (auto const n : split.held) {
    std::vector<std::uint32_t> basket;
    for (auto const item : data.basket(n)) basket.push_back(made::position(counts, data.items[item].sku));
    if (basket.size() < 2) continue;
    for (auto const hidden : basket) {
      std::vector<std::array<double, 3>> order;  // falling confidence, falling popularity, SKU order
      for (std::uint32_t j = 0; j < items; ++j) {
        if (j != hidden && std::find(basket.begin(), basket.end(), j) != basket.end()) continue;
        double best = 0;
        for (auto const i : basket) {
          if (i != hidden)
            best = std::max(best, static_cast<double>(static_cast<float>(both[i][j] / counts.items[i].baskets)));
        }
        order.push_back({-best, -static_cast<double>(counts.items[j].baskets), static_cast<double>(j)});
      }
      std::sort(order.begin(), order.end());
      for (std::size_t rank = 0; rank < 5; ++rank) hits += order[rank][2] == hidden ? 1 : 0;
      ++asked;
    }
  }
  return hits / asked;
}

}  // namespace

TEST_CASE("on the sample store the model beats popularity and its probabilities hold") {
  auto const result = evaluate(sample_store(30), {}, {});
  REQUIRE_MESSAGE(result.has_value(), result.error().what);
  CHECK(result->split == "by_time");
  CHECK(result->queries > 2000);
  CHECK(result->model.hit_rate_5 > result->other("popularity").hit_rate_5 * 1.15);
  CHECK(result->model.mrr_10 > result->other("popularity").mrr_10);
  CHECK(result->model.coverage_10 > result->other("popularity").coverage_10);
  CHECK(result->model.hit_rate_1 <= result->model.hit_rate_3);
  CHECK(result->model.hit_rate_3 <= result->model.hit_rate_5);
  CHECK(result->model.hit_rate_5 <= result->model.hit_rate_10);
  CHECK(result->calibration.ece < 0.015);
  CHECK(result->bundle_bytes > result->affinity_bytes);
}

TEST_CASE("without dates the split is by hash and nothing is asked that was never seen") {
  auto const result = evaluate(made::dataset(made::random_baskets(2000, 30, 1)), {}, {});
  REQUIRE(result.has_value());
  CHECK(result->split == "by_hash");
  CHECK(result->train_baskets == 1600);
  CHECK(result->test_baskets == 400);
  CHECK(result->model.hit_rate_5 > result->other("popularity").hit_rate_5);
}

TEST_CASE("with nothing to ask, evaluation says so") {
  std::vector<std::vector<std::string>> const singles(40, {"a"});
  auto const result = evaluate(made::dataset(singles), {}, {});
  REQUIRE(!result.has_value());
  CHECK(result.error().code == Code::invalid);
  CHECK(result.error().what.find("two known items") != std::string::npos);
}

TEST_CASE("every method answers the same questions, and its figures belong together") {
  auto const result = evaluate(sample_store(30), {}, {});
  REQUIRE(result.has_value());
  REQUIRE(result->others.size() == 3);
  for (auto const& method : result->others) {
    CAPTURE(method.name);
    CHECK(std::is_sorted(method.hit_rates.begin(), method.hit_rates.end()));
    CHECK(method.hit_rates[4] == method.hit_rate_5);
    CHECK(method.lead_hr_5.mean == doctest::Approx(result->model.hit_rate_5 - method.hit_rate_5).epsilon(1e-9));
    CHECK(method.lead_hr_5.low < method.lead_hr_5.mean);
    CHECK(method.lead_hr_5.high > method.lead_hr_5.mean);
    double hits = 0;
    std::size_t questions = 0;
    for (std::size_t n = 0; n < result->basket_sizes.size(); ++n) {
      hits += method.hit_rate_5_by_basket[n] * static_cast<double>(result->basket_sizes[n].questions);
      questions += result->basket_sizes[n].questions;
    }
    CHECK(questions == result->queries);
    CHECK(hits / static_cast<double>(questions) == doctest::Approx(method.hit_rate_5));
  }
  CHECK(result->other("rules").hit_rate_5 > result->other("popularity").hit_rate_5);
  CHECK(result->by_rank.size() == kCalibratedRanks);
  REQUIRE(result->further.size() == kFurtherRanks.size());
  for (std::size_t n = 0; n < kFurtherRanks.size(); ++n) {
    auto const& far = result->further[n];
    CAPTURE(n);
    REQUIRE(!far.bins.empty());
    CHECK(std::abs(far.predicted - far.observed) < .003);
    CHECK(far.observed < (n == 0 ? result->by_rank.back().observed : result->further[n - 1].observed));
  }
}

TEST_CASE("the rules of the comparison are those of the book") {
  auto const data = made::dataset(made::random_baskets(1500, 25, 3));
  auto const result = evaluate(data, {}, {});
  REQUIRE(result.has_value());
  CHECK(result->other("rules").hit_rate_5 == doctest::Approx(rules_by_brute_force(data)).epsilon(1e-12));
}

TEST_CASE("against itself a model ties, and a running bundle that has seen the answers is said to") {
  auto const data = sample_store(30);
  auto running = opened(data);
  EvaluationOptions options;
  options.running = &running;
  auto const seen = evaluate(data, {}, options);
  REQUIRE(seen.has_value());
  CHECK(seen->running.seen_baskets == seen->test_baskets);
  CHECK(text_report(*seen).find("which flatters it") != std::string::npos);
  // The same baskets as the model learned from, so the same bundle but for what the calendar says.
  auto const split = hold_out(data, 0.2);
  Dataset early = data;
  early.begin.resize(split.train.size() + 1);
  early.basket_items.resize(early.begin.back());
  early.times.resize(split.train.size());
  early.keys.resize(split.train.size());
  REQUIRE(split.train.back() + 1 == split.train.size());
  auto twin = opened(early);
  options.running = &twin;
  auto const fair = evaluate(data, {}, options);
  REQUIRE(fair.has_value());
  CHECK(fair->running.seen_baskets == 0);
  CHECK(fair->other("running").lead_hr_5.tie());
  CHECK(fair->other("running").hit_rate_5 == doctest::Approx(fair->model.hit_rate_5).epsilon(0.01));
}

TEST_CASE("a difference that could be none is a tie, and so is one too small to matter") {
  CHECK(Difference{0.01, -0.001, 0.021}.tie());
  CHECK(Difference{0.002, 0.001, 0.003}.tie());
  CHECK(!Difference{0.01, 0.002, 0.018}.tie());
  CHECK(!Difference{-0.01, -0.018, -0.002}.tie());
}

TEST_CASE("equal probabilities stay in one bin") {
  std::vector<Prediction> predictions;
  for (int n = 0; n < 1000; ++n) predictions.push_back({100'000, n < 100});
  auto const quality = measure_calibration(predictions, 20);
  CHECK(quality.bins.size() == 1);
  CHECK(quality.ece < 1e-9);
}

TEST_CASE("the page needs nothing from outside, says every figure without scripts and escapes what is foreign") {
  auto const result = evaluate(made::dataset(made::random_baskets(2000, 30, 1)), {}, {});
  REQUIRE(result.has_value());
  auto const page = html_report(*result, "a<b>&\"c\".csv");
  CHECK(page.find("a&lt;b&gt;&amp;&quot;c&quot;.csv") != std::string::npos);
  CHECK(page.find("a<b>") == std::string::npos);
  CHECK(page.find("<script src") == std::string::npos);
  CHECK(page.find("<link") == std::string::npos);
  CHECK(page.find("Chart.js v3") != std::string::npos);
  CHECK(page.find("Permission is hereby granted") != std::string::npos);
  for (auto const* const marker :
       {"@title@", "@style@", "@cards@", "@methods@", "@bins@", "@figures@", "@chart@", "@script@"}) {
    CHECK(page.find(marker) == std::string::npos);
  }
  char figure[16];
  std::snprintf(figure, sizeof figure, "<td>%.4f</td>", result->other("cosine").hit_rate_5);
  CHECK(page.find(figure) != std::string::npos);
  std::string const open = "id=\"figures\">";
  auto const begin = page.find(open) + open.size();
  auto const figures = Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  CHECK(figures == Json::parse(json_report(*result)));
  CHECK(figures["rules"]["model_lead"]["hr_5"]["tie"].is_boolean());
}

namespace {

struct Told {
  double error = 0, by_chance = 0;
};

/// Means over draws of few baskets whose probabilities are right, half of them coming true together or not at all.
Told drawn(std::uint32_t baskets, std::uint32_t size, bool together) {
  constexpr int kDraws = 2000;
  std::mt19937_64 random(17);
  std::uniform_real_distribution<double> one(0, 1);
  Told sum;
  for (int draw = 0; draw < kDraws; ++draw) {
    std::vector<Prediction> all;
    for (std::uint32_t basket = 0; basket < baskets; ++basket) {
      auto const common = one(random);
      auto const same = one(random) * 0.6;
      for (std::uint32_t n = 0; n < size; ++n) {
        double const p = together ? same : 0.6 * one(random);
        all.push_back({static_cast<std::uint32_t>(p * 1e6), (together ? common : one(random)) < p, basket});
      }
    }
    auto const quality = measure_calibration(std::move(all), 20);
    sum.error += quality.ece / kDraws;
    sum.by_chance += quality.by_chance / kDraws;
  }
  return sum;
}

}  // namespace

TEST_CASE("of few questions the error told as chance is no smaller than right probabilities show") {
  for (std::uint32_t const baskets : {1U, 2U, 8U, 40U}) {
    for (std::uint32_t const size : {1U, 5U, 15U}) {
      for (bool const together : {false, true}) {
        CAPTURE(baskets);
        CAPTURE(size);
        CAPTURE(together);
        auto const told = drawn(baskets, size, together);
        CHECK(told.by_chance > 0.97 * told.error);
        CHECK(told.by_chance < 2.2 * told.error);
      }
    }
  }
}

TEST_CASE("baskets with as many hits each do not make an error proven") {
  std::vector<Prediction> all;
  for (std::uint32_t n = 0; n < 40; ++n) all.push_back({100'000 + n, n % 5 == 0, n / 5});
  auto const quality = measure_calibration(all, 1);
  CHECK(quality.ece == doctest::Approx(0.1).epsilon(0.01));
  CHECK(quality.by_chance > 0.03);
}

TEST_CASE("probabilities that are wrong by much are still far beyond chance") {
  std::vector<Prediction> all;
  for (std::uint32_t n = 0; n < 5000; ++n) all.push_back({600'000, mix(n) % 5 == 0, n / 5});
  auto const quality = measure_calibration(all, 20);
  CHECK(quality.ece > 0.35);
  CHECK(quality.ece > 8 * quality.by_chance);
}
