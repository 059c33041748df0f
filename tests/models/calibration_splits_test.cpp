#include "calibration_splits.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "made.hpp"
#include "questions.hpp"

using namespace tillcue;
using namespace tillcue::models;
using made::dated;

TEST_CASE("the last baskets calibrate when they ask enough") {
  BuildOptions options;
  options.enough_queries = 500;
  std::string how;
  CHECK(calibration_splits(dated(3000), options, how).size() == 1);
  CHECK(how == "held_out_by_time");
  CHECK(calibration_splits(made::dataset(made::random_baskets(3000, 40, 6)), options, how).size() == 1);
  CHECK(how == "held_out_by_hash");
}

TEST_CASE("with dates and fewer questions every window is asked of all that came before it, and of nothing later") {
  auto const data = dated(3000);
  std::string how;
  auto const windows = calibration_splits(data, {}, how);
  CHECK(how == "rolling_by_time");
  REQUIRE(windows.size() == 4);
  std::size_t before = 0;
  for (auto const& window : windows) {
    REQUIRE(!window.held.empty());
    CHECK(window.held.size() == 300);
    auto const time_of = [&](auto n) { return data.times[n]; };
    auto first = time_of(window.held[0]), last = time_of(window.train[0]);
    for (auto const n : window.held) first = std::min(first, time_of(n));
    for (auto const n : window.train) last = std::max(last, time_of(n));
    CHECK(last <= first);
    CHECK(window.train.size() == (before == 0 ? 1800 : before));
    before = window.train.size() + window.held.size();
  }
  CHECK(before == 3000);
}

TEST_CASE("the answers of a window count by the mean weight of its baskets, the heaviest window's whole") {
  auto const data = dated(3000);
  std::string how;
  auto const windows = calibration_splits(data, {}, how);
  Recency recency;
  recency.half_life_days = 30;
  auto const weighed = weigh_baskets(data, made::all_of(data), recency);
  REQUIRE(weighed.has_value());
  auto const each = split_weights(windows, weighed->weights);
  REQUIRE(each.size() == 4);
  CHECK(each[3] == 1);
  for (std::size_t n = 0; n < 3; ++n) {
    auto const days_older =
        static_cast<double>(data.times[windows[3].held[0]] - data.times[windows[n].held[0]]) / 86'400;
    CHECK(each[n] == doctest::Approx(std::exp2(-days_older / 30)).epsilon(0.05));
  }
  CHECK(split_weights(windows, {}) == std::vector<float>(4, 1));
  CHECK(split_weights({}, {}).empty());
}

TEST_CASE("without dates, or with hardly any questions, ten folds ask everything once") {
  std::string how;
  for (auto const& data : {made::dataset(made::random_baskets(900, 20, 3)), dated(300)}) {
    auto const folds = calibration_splits(data, {}, how);
    CHECK(how == "ten_folds");
    CHECK(folds.size() == 10);
    std::vector<std::uint32_t> asked;
    for (auto const& fold : folds) asked.insert(asked.end(), fold.held.begin(), fold.held.end());
    std::sort(asked.begin(), asked.end());
    CHECK(std::unique(asked.begin(), asked.end()) == asked.end());
    CHECK(asked.size() == data.baskets());
  }
}

TEST_CASE("when there are more questions than wanted a part of each basket's is asked, of all baskets alike") {
  auto const data = made::dataset(made::random_baskets(3000, 40, 6));
  auto const counts = count(data, 1);
  auto const all = make_questions(counts, data, made::all_of(data), 1'000'000);
  auto const some = make_questions(counts, data, made::all_of(data), all.count / 4);
  CHECK(all.count > 8000);
  CHECK(static_cast<double>(some.count) == doctest::Approx(static_cast<double>(all.count) / 4).epsilon(0.05));
  CHECK(some.baskets.size() > all.baskets.size() / 2);
  std::size_t sum = 0;
  for (std::size_t n = 0; n < some.baskets.size(); ++n) {
    CHECK(some.hidden[n] >= 1);
    CHECK(some.hidden[n] <= some.baskets[n].size());
    sum += some.hidden[n];
    auto whole = some.baskets[n];
    auto const at = std::find(all.asked.begin(), all.asked.end(), some.asked[n]);
    REQUIRE(at != all.asked.end());
    auto before = all.baskets[static_cast<std::size_t>(at - all.asked.begin())];
    std::sort(whole.begin(), whole.end());
    std::sort(before.begin(), before.end());
    CHECK(whole == before);  // nothing of the rest is lost to go by
  }
  CHECK(sum == some.count);
}
