#include "tillcue/models/pipeline.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/ranker.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

Ranker opened(Built built) {
  auto ranker = Ranker::open(std::move(built.bundle));
  REQUIRE_MESSAGE(ranker.has_value(), ranker.error().what);
  return std::move(*ranker);
}

struct Outcome {
  double probability;
  bool bought;
};

/// What the bundle says of its first suggestion for every item hidden, by rising probability, and how it came out.
std::vector<Outcome> first_suggestions(Ranker& ranker, Dataset const& data) {
  std::vector<std::uint32_t> all(data.baskets());
  std::iota(all.begin(), all.end(), 0U);
  std::vector<Outcome> seen;
  leave_one_out(ranker, data, all, 1'000'000, 1, [&](ItemIx hidden, std::span<Scored const> top) {
    seen.push_back(
        {ranker.bundle().probability(top[0].score, 0, ranker.scorer().basket_size()).ppm / 1e6, top[0].item == hidden});
  });
  std::sort(seen.begin(), seen.end(), [](auto const& a, auto const& b) { return a.probability < b.probability; });
  return seen;
}

double predicted(std::span<Outcome const> seen) {
  return std::accumulate(seen.begin(), seen.end(), 0.0, [](double sum, auto const& o) { return sum + o.probability; });
}

double bought(std::span<Outcome const> seen) {
  return static_cast<double>(std::count_if(seen.begin(), seen.end(), [](auto const& o) { return o.bought; }));
}

}  // namespace

TEST_CASE("transactions become a bundle that suggests what goes along") {
  auto const data = made::dataset(made::random_baskets(4000, 40, 1));
  auto const built = build(data, {}, {}, {});
  REQUIRE_MESSAGE(built.has_value(), built.error().what);
  CHECK(built->calibration == "ten_folds");
  auto ranker = opened(*built);
  auto const& bundle = ranker.bundle();
  CHECK(bundle.info().baskets == 4000);
  std::size_t found = 0;
  for (int n = 0; n < 20; n += 2) {
    ItemIx const basket[] = {bundle.find("i" + std::to_string(n))};
    auto const wanted = bundle.find("i" + std::to_string(n + 1));
    for (auto const& suggestion : ranker.rank(basket, 3)) found += suggestion.item == wanted ? 1 : 0;
  }
  CHECK(found >= 8);
}

TEST_CASE("the same transactions give the same bytes, with any number of threads") {
  auto const data = made::dataset(made::random_baskets(1500, 60, 2));
  BuildOptions options;
  options.training.threads = 1;
  auto const one = build(data, {}, {}, options)->bundle;
  options.training.threads = 3;
  CHECK(build(data, {}, {}, options)->bundle == one);
}

TEST_CASE("many baskets are calibrated on the held-out ones, few by folds, single items not at all") {
  BuildOptions options;
  options.enough_queries = 200;
  auto const data = made::dataset(made::random_baskets(3000, 30, 3));
  auto const many = build(data, {}, {}, options);
  REQUIRE(many.has_value());
  CHECK(many->calibration == "held_out_by_hash");
  CHECK(many->calibration_queries >= 200);

  std::vector<std::vector<std::string>> const singles(50, {"a"});
  auto const none = build(made::dataset(singles), {}, {}, options);
  REQUIRE_MESSAGE(none.has_value(), none.error().what);
  CHECK(none->calibration == "none");
  REQUIRE(!none->notes.empty());
  CHECK(none->notes[0].find("rough") != std::string::npos);
  CHECK(none->notes[1].find("'a' is in 100.0 % of the baskets; if it is a bag") != std::string::npos);
  REQUIRE(many->notes.size() == 1);
  CHECK(many->notes[0].find("questions to calibrate on: the probabilities are rough") != std::string::npos);

  std::string dated = "basket_id,timestamp,sku\n";
  for (int n = 0; n < 3000; ++n) {
    auto const start = std::to_string(n) + ",2026-01-" + std::to_string(10 + n % 20) + ",";
    dated += start + "i" + std::to_string(n % 7) + "\n" + start + "i" + std::to_string(n % 11 + 3) + "\n";
  }
  auto const by_time = build(made::read(dated).value(), {}, {}, options);
  REQUIRE(by_time.has_value());
  CHECK(by_time->calibration == "held_out_by_time");
}

TEST_CASE("one basket with one item is enough for a bundle") {
  auto const built = build(made::dataset({{"a"}}), {}, {}, {});
  REQUIRE_MESSAGE(built.has_value(), built.error().what);
  auto ranker = opened(*built);
  CHECK(ranker.bundle().item_count() == 1);
  CHECK(ranker.rank({}, 5).size() == 1);
}

TEST_CASE("probabilities of the first suggestions match what later baskets hold") {
  auto const baskets = made::random_baskets(20'000, 50, 4);
  auto const split = baskets.begin() + 12'000;
  auto const earlier = made::dataset({baskets.begin(), split});
  auto const later = made::dataset({split, baskets.end()});
  auto calibrated = opened(*build(earlier, {}, {}, {}));
  auto rough = opened(*build_from_counts(made::counted(count(earlier, 1)), nullptr, {}, {}, {}));
  auto const seen = first_suggestions(calibrated, later);
  REQUIRE(seen.size() > 10'000);
  // In thirds by probability: a map that gives every suggestion the base rate would pass over the whole alone.
  for (std::size_t third = 0; third < 3; ++third) {
    auto const part = std::span(seen).subspan(third * seen.size() / 3, seen.size() / 3);
    CAPTURE(third);
    CHECK(predicted(part) == doctest::Approx(bought(part)).epsilon(0.06));
  }
  CHECK(predicted(std::span(seen).last(seen.size() / 3)) > 1.5 * predicted(std::span(seen).first(seen.size() / 3)));
  // The measure tells good probabilities from bad ones.
  auto const guessed = first_suggestions(rough, later);
  CHECK(predicted(guessed) != doctest::Approx(bought(guessed)).epsilon(0.06));
}

TEST_CASE("counts alone become a bundle, calibrated on baskets given or roughly without") {
  auto const data = made::dataset(made::random_baskets(3000, 30, 5));
  auto const later = made::dataset(made::random_baskets(1500, 30, 6));
  auto const counts = count(data, 1);
  auto const calibrated = build_from_counts(made::counted(counts), &later, {}, {}, {});
  REQUIRE(calibrated.has_value());
  CHECK(calibrated->calibration == "baskets_given");
  CHECK(calibrated->notes.size() == 1);  // that there are no sets
  auto const rough = build_from_counts(made::counted(counts), nullptr, {}, {}, {});
  REQUIRE(rough.has_value());
  CHECK(rough->calibration == "none");
  CHECK(rough->notes.size() == 2);
}

TEST_CASE("the weights from counts are those from baskets where neither has the questions to choose a model by") {
  auto const data = made::dataset(made::random_baskets(3000, 1100, 5));
  BuildOptions options;
  options.enough_queries = 1'000'000;
  auto a = opened(*build_from_counts(made::counted(count(data, 1)), nullptr, {}, {}, options));
  auto b = opened(*build(data, {}, {}, options));
  ItemIx const basket[] = {a.bundle().find("i0"), a.bundle().find("i3")};
  auto const left = a.rank(basket, 10);
  auto const right = b.rank(basket, 10);
  REQUIRE(left.size() == right.size());
  for (std::size_t n = 0; n < left.size(); ++n) {
    CHECK(left[n].item == right[n].item);
    CHECK(left[n].score == right[n].score);
  }
}

TEST_CASE("counts of a small menu are fitted again with the ridge that the baskets given chose") {
  auto const counts = count(made::dataset(made::random_baskets(3000, 30, 5)), 1);
  auto const later = made::dataset(made::random_baskets(1500, 30, 6));
  BuildOptions far;
  far.training.ridge = 5000;
  far.training.refit_ridge = 5000;
  auto const usual = build_from_counts(made::counted(counts), &later, {}, {}, {});
  auto const chosen = build_from_counts(made::counted(counts), &later, {}, {}, far);
  REQUIRE((usual && chosen));
  CHECK(chosen->bundle == usual->bundle);
}

TEST_CASE("progress names the steps and ends with nothing") {
  std::vector<std::string> steps;
  auto const built = build(made::dataset(made::random_baskets(50, 5, 7)), {}, {}, {},
                           [&](std::string_view step) { steps.emplace_back(step); });
  REQUIRE(built.has_value());
  CHECK(steps == std::vector<std::string>{"choose the model", "count pairs", "fit weights", "fill the table",
                                          "calibrate on held-out baskets", "mine sets", "write bundle", ""});
}

TEST_CASE("one model to calibrate by is told step by step, of many how many are done") {
  auto const data = made::dataset(made::random_baskets(400, 20, 7));
  std::vector<std::string> steps;
  std::vector<double> shares;
  Progress const progress([&](std::string_view step) { steps.emplace_back(step), shares.clear(); },
                          [&](double share) {
                            if (steps.back() == "calibrate on held-out baskets") shares.push_back(share);
                          });
  BuildOptions options;
  options.enough_queries = 20;
  auto const one = build(data, {}, {}, options, progress);
  REQUIRE(one.has_value());
  CHECK(one->calibration == "held_out_by_hash");
  CHECK(std::count(steps.begin(), steps.end(), "fit weights") == 2);
  std::vector<double> last;
  steps.clear();
  auto const many = build(data, {}, {}, {},
                          Progress(
                              [&](std::string_view step) {
                                if (!shares.empty()) last = shares;
                                shares.clear();
                                steps.emplace_back(step);
                              },
                              progress.advance()));
  REQUIRE(many.has_value());
  CHECK(many->calibration == "ten_folds");
  CHECK(std::count(steps.begin(), steps.end(), "fit weights") == 1);
  REQUIRE(last.size() == 10);
  CHECK(last.back() == 1);
}
