#include <algorithm>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "calibration_splits.hpp"
#include "made.hpp"
#include "tillcue/models/evaluation.hpp"
#include "tillcue/models/gate.hpp"
#include "tillcue/models/wording.hpp"

using namespace tillcue;
using namespace tillcue::models;

namespace {

std::int32_t last_day_of(Dataset const& data) {
  return day_of(*std::max_element(data.times.begin(), data.times.end()));
}

BuildOptions as_of(std::int32_t day, double half_life = kUsualHalfLife, std::uint32_t window = 0) {
  BuildOptions options;
  options.recency = {half_life, window, day};
  return options;
}

}  // namespace

TEST_CASE("what is after as-of exists for nothing: the bundle of the data cut there, its probabilities included") {
  auto const data = made::dated(3000);
  auto const day = last_day_of(data) - 6;
  auto const early = made::until(data, day);
  REQUIRE(early.baskets() < data.baskets());
  for (auto const half_life : {kUsualHalfLife, 0.0}) {
    for (std::uint32_t const window : {0U, 5U}) {
      auto const whole = build(data, {}, {}, as_of(day, half_life, window));
      auto const cut = build(early, {}, {}, as_of(day, half_life, window));
      REQUIRE_MESSAGE(whole.has_value(), whole.error().what);
      REQUIRE(cut.has_value());
      CHECK(whole->bundle == cut->bundle);
      CHECK(whole->calibration_queries == cut->calibration_queries);
      CHECK(whole->notes[0] == "recency: " + counted(data.baskets() - early.baskets(), "basket") + " after " +
                                   day_text(day) + " left out");
      CHECK(day_of(whole->to) <= day);
      CHECK((window == 0 ? whole->baskets == early.baskets() : day_of(whole->from) == day - 4));
    }
  }
  auto const none = build(data, {}, {}, as_of(last_day_of(data) - 400));
  REQUIRE(!none.has_value());
  CHECK(none.error().what.find("no basket counts as of ") == 0);
}

TEST_CASE("evaluate as of a day learns what was known then and asks for what came after") {
  auto const data = made::dated(3000);
  auto const day = last_day_of(data) - 6;
  auto const early = made::until(data, day);
  auto const result = evaluate(data, as_of(day), {});
  REQUIRE_MESSAGE(result.has_value(), result.error().what);
  CHECK(result->train_baskets == early.baskets());
  CHECK(result->test_baskets == data.baskets() - early.baskets());
  CHECK(day_of(result->train_to) == day);
  CHECK(day_of(result->test_from) == day + 1);
  CHECK(day_of(result->test_to) == last_day_of(data));
  auto const built = build(early, {}, {}, as_of(day));
  REQUIRE(built.has_value());
  CHECK(result->bundle_bytes == built->bundle.size());
  auto const none = evaluate(data, as_of(last_day_of(data)), {});
  REQUIRE(!none.has_value());
  CHECK(none.error().what.find("to ask for; choose an earlier --as-of, or none") != std::string::npos);
  auto const undated = evaluate(made::dataset(made::random_baskets(500, 20, 1)), as_of(day), {});
  REQUIRE(!undated.has_value());
  CHECK(undated.error().what.find("no dates, which --as-of needs") != std::string::npos);
}

TEST_CASE("evaluate with a window says how few baskets were learned from, and from when") {
  auto const data = made::dated(3000);
  BuildOptions options;
  options.recency = {kUsualHalfLife, 5, std::nullopt};
  auto const result = evaluate(data, options, {});
  REQUIRE(result.has_value());
  CHECK(result->train_baskets < 1000);
  CHECK(day_of(result->train_from) == day_of(result->train_to) - 4);
  auto const told = std::find_if(result->notes.begin(), result->notes.end(), [](auto const& note) {
    return note.find("baskets before the window or of no weight left out") != std::string::npos;
  });
  REQUIRE(told != result->notes.end());
  CHECK(text_report(*result).find("note: " + *told) != std::string::npos);
  CHECK(html_report(*result, "t").find("baskets before the window") != std::string::npos);
  auto const json = nlohmann::json::parse(json_report(*result));
  CHECK(std::find(json["notes"].begin(), json["notes"].end(), *told) != json["notes"].end());
}

TEST_CASE("the gate judges by what was known on the day as-of") {
  auto const data = made::dated(3000);
  auto const day = last_day_of(data) - 6;
  auto const early = made::until(data, day);
  auto const verdict_on = [&](Dataset const& seen) {
    auto const built = build(seen, {}, {}, as_of(day, kUsualHalfLife, 8));
    REQUIRE(built.has_value());
    auto running = Ranker::open(built->bundle);
    REQUIRE(running.has_value());
    auto const verdict = judge_release(seen, {}, as_of(day, kUsualHalfLife, 8), built->bundle, *running, {});
    REQUIRE_MESSAGE(verdict.has_value(), verdict.error().what);
    return verdict->note(false);
  };
  CHECK(verdict_on(data) == verdict_on(early));
}

TEST_CASE("windows in which nothing weighs anything count nothing") {
  auto const data = made::dated(3000);
  std::string how;
  auto const windows = calibration_splits(data, {}, how);
  std::vector<std::uint16_t> const nothing(data.baskets(), 0);
  CHECK(split_weights(windows, nothing) == std::vector<float>(windows.size(), 0));
}

TEST_CASE("few questions are told to say nothing, and places without a suggestion have no error of 0") {
  std::vector<std::vector<std::string>> const baskets(40, {"a", "b"});
  auto const result = evaluate(made::dataset(baskets), {}, {});
  REQUIRE_MESSAGE(result.has_value(), result.error().what);
  REQUIRE(result->queries == 16);
  REQUIRE(!result->notes.empty());
  CHECK(result->notes[0].find("so few say nothing about how good it is; give more transactions") != std::string::npos);
  REQUIRE(result->by_rank.back().bins.empty());
  auto const text = text_report(*result);
  CHECK(text.find("note: only ") != std::string::npos);
  auto const place = text.find("place 5");
  CHECK(text.substr(place, text.find('\n', place) - place).find("0.0000") == std::string::npos);
  auto const json = nlohmann::json::parse(json_report(*result));
  CHECK(json["calibration"]["by_rank"][4]["ece"].is_null());
  CHECK(json["calibration"]["by_rank"][0]["ece"].is_number());
}
