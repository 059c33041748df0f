#include "tillcue/models/evaluation.hpp"

#include <doctest/doctest.h>

#include "made.hpp"
#include "tillcue/models/sample.hpp"

using namespace tillcue;
using namespace tillcue::models;

TEST_CASE("on the sample store the model beats popularity and its probabilities hold") {
  made::Folder folder;
  REQUIRE(write_sample({1, 30, 600, 120, 20'688}, folder.path()).has_value());
  TransactionReader reader;
  REQUIRE(reader.add(folder.file("transactions.csv")).has_value());
  auto const result = evaluate(reader.finish().value(), {}, {});
  REQUIRE_MESSAGE(result.has_value(), result.error().what);
  CHECK(result->split == "by_time");
  CHECK(result->queries > 2000);
  CHECK(result->model.hit_rate_5 > result->popularity.hit_rate_5 * 1.15);
  CHECK(result->model.mrr_10 > result->popularity.mrr_10);
  CHECK(result->model.coverage_10 > result->popularity.coverage_10);
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
  CHECK(result->model.hit_rate_5 > result->popularity.hit_rate_5);
}

TEST_CASE("with nothing to ask, evaluation says so") {
  std::vector<std::vector<std::string>> const singles(40, {"a"});
  auto const result = evaluate(made::dataset(singles), {}, {});
  REQUIRE(!result.has_value());
  CHECK(result.error().code == Code::invalid);
  CHECK(result.error().what.find("two known items") != std::string::npos);
}
