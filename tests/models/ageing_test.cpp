#include <algorithm>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "made.hpp"
#include "tillcue/models/evaluation.hpp"
#include "tillcue/models/wording.hpp"

using namespace tillcue;
using namespace tillcue::models;
using Json = nlohmann::json;

namespace {

/// Forty days of sales: each main item goes with one extra, and from day thirty on with another one.
Dataset with_a_change_of_taste() {
  std::string text = "basket_id,timestamp,sku\n";
  std::uint64_t state = 7;
  for (int n = 0; n < 4000; ++n) {
    state = mix(state);
    auto const day = n / 100;
    auto const main = state % 30;
    auto const other = (state >> 20U) % 30;
    auto const* const extra = day < 30 ? "old" : "new";
    char date[32];
    std::snprintf(date, sizeof date, "2026-%02d-%02d 10:%02d:00", day < 30 ? 4 : 5, day % 30 + 1, n % 60);
    auto const head = "b" + std::to_string(n) + "," + date + ",";
    text += head + "main" + std::to_string(main) + "\n" + head + extra + std::to_string(main) + "\n";
    text += head + "main" + std::to_string(other) + "\n";
  }
  return made::read(text).value();
}

EvaluationOptions every(std::uint32_t days) {
  EvaluationOptions options;
  options.rebuild_every_days = days;
  return options;
}

/// A midday.
std::string date_of(int day) { return date_text(std::int64_t{20'000 + day} * 86'400) + " 12:00:00"; }

}  // namespace

TEST_CASE("a bundle built anew learns what changed, one built once does not") {
  auto const result = evaluate(with_a_change_of_taste(), {}, every(2));
  REQUIRE_MESSAGE(result.has_value(), result.error().what);
  auto const& ageing = result->ageing;
  CHECK(ageing.every_days == 2);
  CHECK(ageing.bundles == 4);
  REQUIRE(ageing.stretches.size() == 4);
  std::size_t queries = 0;
  for (auto const& stretch : ageing.stretches) queries += stretch.queries;
  CHECK(ageing.queries == queries);
  CHECK(ageing.lead_hr_5.mean == doctest::Approx(ageing.anew.hit_rate_5 - ageing.once.hit_rate_5));
  auto const& first = ageing.stretches.front();
  CHECK(first.once.hit_rate_5 == first.anew.hit_rate_5);
  CHECK(first.from == result->test_from / 86'400 * 86'400);
  auto const& last = ageing.stretches.back();
  CHECK(last.from == first.from + std::int64_t{6} * 86'400);
  CHECK(last.anew.hit_rate_5 > last.once.hit_rate_5 + 0.02);
  CHECK(ageing.lead_hr_5.low > 0);
}

TEST_CASE("what a bundle built anew answers is what evaluate says of the day before: it knows nothing later") {
  auto const data = made::dated(3000);
  BuildOptions options;
  options.recency = {kUsualHalfLife, 0, std::nullopt};
  auto const watched = evaluate(data, options, every(2));
  REQUIRE_MESSAGE(watched.has_value(), watched.error().what);
  REQUIRE(watched->ageing.stretches.size() == 2);
  auto const& second = watched->ageing.stretches[1];
  options.recency.as_of = day_of(second.from) - 1;
  auto const alone = evaluate(made::until(data, day_of(second.from) + 1), options, {});
  REQUIRE_MESSAGE(alone.has_value(), alone.error().what);
  CHECK(second.queries == alone->queries);
  CHECK(second.anew.hit_rate_5 == doctest::Approx(alone->model.hit_rate_5).epsilon(1e-12));
  CHECK(second.anew.first_five.ece == doctest::Approx(alone->calibration.ece).epsilon(1e-12));
}

TEST_CASE("ageing stands in the three reports, and in none when nobody asked for it") {
  auto const data = with_a_change_of_taste();
  auto const result = evaluate(data, {}, every(2));
  REQUIRE(result.has_value());
  auto const text = text_report(*result);
  CHECK(text.find("one built anew every 2 days (4 bundles)") != std::string::npos);
  CHECK(text.find("  2026-05-03") != std::string::npos);
  auto const json = Json::parse(json_report(*result));
  CHECK(json["ageing"]["stretches"].size() == 4);
  CHECK(json["ageing"]["stretches"][3]["from"] == "2026-05-09");
  CHECK(json["ageing"]["anew"]["hr_5"] == result->ageing.anew.hit_rate_5);
  auto const page = html_report(*result, "t");
  CHECK(page.find("What age costs") != std::string::npos);
  CHECK(page.find("<canvas id=\"ageing-said\"") != std::string::npos);
  auto const plain = evaluate(data, {}, {});
  REQUIRE(plain.has_value());
  CHECK(plain->ageing.every_days == 0);
  CHECK(text_report(*plain).find("built anew") == std::string::npos);
  CHECK(!Json::parse(json_report(*plain)).contains("ageing"));
  CHECK(html_report(*plain, "t").find("<canvas id=\"ageing") == std::string::npos);
}

TEST_CASE("without dates, and with more bundles than anybody waits for, ageing is refused before they are built") {
  auto const undated = evaluate(made::dataset(made::random_baskets(500, 20, 1)), {}, every(7));
  REQUIRE(!undated.has_value());
  CHECK(undated.error().what.find("no dates, which --rebuild-every needs") != std::string::npos);
  std::string text = "basket_id,timestamp,sku\n";
  for (int n = 0; n < 1500; ++n) {
    auto const head = "b" + std::to_string(n) + "," + date_of(n) + ",";
    text += head + "i" + std::to_string(n % 7) + "\n" + head + "j" + std::to_string(n % 5) + "\n";
  }
  auto const many = evaluate(made::read(text).value(), {}, every(1));
  REQUIRE(!many.has_value());
  CHECK(many.error().what.find("--rebuild-every 1 takes 300 bundles and at most 200 are built") != std::string::npos);
}
