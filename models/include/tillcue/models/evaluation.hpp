#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/models/pipeline.hpp"
#include "tillcue/models/ranker.hpp"

namespace tillcue::models {

struct OffPolicy;

/// Suggestions looked at per question, and how many of them count for calibration.
inline constexpr std::size_t kEvaluatedRanks = 10;
inline constexpr std::size_t kCalibratedRanks = 5;

/// Places behind these, as far down as a till looks for what it may offer: first and last, from 1.
struct RankRange {
  std::size_t first, last;
};
inline constexpr std::array<RankRange, 3> kFurtherRanks{{{6, 10}, {11, 20}, {21, 64}}};

/// The model's figure less another method's on the same questions, with a 95 % interval. Baskets are what was drawn, so
/// the interval allows for the questions of one basket being alike.
/// Source  ratio estimator over clusters, Cochran, Sampling Techniques, 1977, 6.
struct Difference {
  double mean = 0, low = 0, high = 0;

  /// Less than 0.3 points matters to nobody, and what could as well be none is none.
  static constexpr double kTie = 0.003;
  [[nodiscard]] bool tie() const noexcept { return (low <= 0 && high >= 0) || (mean < kTie && mean > -kTie); }
};

/// How well one method finds the hidden items. Shares of 1.
struct MethodReport {
  std::string name;  ///< model, popularity, rules, cosine, running
  double hit_rate_1 = 0, hit_rate_3 = 0, hit_rate_5 = 0, hit_rate_10 = 0;
  double mrr_10 = 0;
  double coverage_10 = 0;                           ///< share of the items sold in training suggested at least once
  std::array<double, kEvaluatedRanks> hit_rates{};  ///< at 1, 2, ... 10
  std::vector<double> hit_rate_5_by_basket;         ///< per Evaluation::basket_sizes
  std::vector<double> hit_rate_5_by_popularity;     ///< per Evaluation::popularity, of the hidden item
  std::vector<double> coverage_10_by_popularity;    ///< per Evaluation::popularity
  Difference lead_hr_1, lead_hr_5, lead_hr_10, lead_mrr_10;  ///< the model less this method; all 0 for the model
};

/// Predicted against observed purchase rates.
struct CalibrationQuality {
  struct Bin {
    double predicted = 0, observed = 0;
    std::size_t count = 0;
  };
  double ece = 0;         ///< expected calibration error: mean |predicted - observed| over equally filled bins,
                          ///< equal probabilities in one
  double by_chance = 0;   ///< the error to expect of these questions if every probability were right
  double predicted = 0;   ///< mean probability
  double observed = 0;    ///< base rate
  double log_loss = 0;    ///< mean of -log(what was said of what came true): the smaller, the more is said rightly
  std::vector<Bin> bins;  ///< by rising probability
};

/// A part of the questions or of the items.
struct Bucket {
  std::string name;
  std::size_t questions = 0;
  std::size_t items = 0;  ///< 0 where it parts questions only
};

/// The bundle in the shops now.
struct RunningFacts {
  std::size_t items = 0, bundle_bytes = 0, affinity_bytes = 0;
  std::int64_t data_to = 0;      ///< seconds since 1970; 0 unknown
  std::size_t seen_baskets = 0;  ///< test baskets it may have learned from: those not later than its data
  CalibrationQuality first_five, first;
  std::size_t unseen_queries = 0;  ///< of the test baskets it cannot have seen, when it may have seen others
  Difference unseen_lead_hr_5;     ///< the model's lead on those
};

/// The baskets kept back, asked as they were sold: of one bundle all along, and of one built anew every so many days of
/// everything sold until then. Questions are the items that a bundle built then knows, so what is new on the shelves is
/// among them.
struct Ageing {
  struct Answers {
    double hit_rate_5 = 0;
    CalibrationQuality first_five, first;
  };
  struct Stretch {
    std::int64_t from = 0;  ///< its first day; seconds since 1970
    std::size_t queries = 0;
    Answers once, anew;
  };
  std::uint32_t every_days = 0;  ///< 0: not asked for
  std::size_t bundles = 0;       ///< built, the first one included
  std::size_t queries = 0;
  Answers once, anew;
  Difference lead_hr_5;  ///< of those built anew
  std::vector<Stretch> stretches;
};

struct Evaluation {
  std::string split;  ///< by_time or by_hash
  /// Of what was really learned from and asked: what is outside the window is not among it.
  std::size_t train_baskets = 0, test_baskets = 0, queries = 0;
  std::int64_t train_from = 0, train_to = 0, test_from = 0, test_to = 0;  ///< seconds since 1970; 0 without dates
  MethodReport model;
  std::vector<MethodReport> others;
  std::vector<Bucket> basket_sizes, popularity;
  CalibrationQuality calibration;                         ///< the first five suggestions together
  std::vector<CalibrationQuality> by_rank;                ///< each of the first five
  std::vector<CalibrationQuality> further;                ///< per kFurtherRanks, of every eighth question
  std::vector<CalibrationQuality> calibration_by_basket;  ///< the first five, per basket_sizes
  std::size_t items = 0, bundle_bytes = 0, affinity_bytes = 0, weights = 0;
  std::size_t items_sold = 0;      ///< in training; what bytes an item are by, as --bytes-per-item
  double build_seconds = 0;        ///< by EvaluationOptions::seconds
  std::vector<std::string> notes;  ///< of the build, worth telling the user
  bool has_running = false;
  RunningFacts running;
  Ageing ageing;

  /// By name; the model itself when nothing is called so.
  [[nodiscard]] MethodReport const& other(std::string_view name) const;
};

struct EvaluationOptions {
  double test_share = 0.2;
  std::size_t most_queries = 40'000;     ///< about; drawn from all test baskets when they hold more
  Catalogue const* catalogue = nullptr;  ///< given to build()
  Ranker* running = nullptr;             ///< asked as well
  std::uint32_t rebuild_every_days = 0;  ///< 0: how the model ages is not looked at
  std::function<double()> seconds{};     ///< a clock to time the build with
};

/// Builds on the earlier baskets and asks for the hidden items of the later ones: the last `test_share` by date, or by
/// hashed basket id when there are no dates; with recency.as_of those after that day, of a bundle as it was then. Raw
/// rankings; the model, popularity, association rules (largest confidence), item cosine (50 neighbours) and the running
/// bundle answer the same questions. An item nobody bought in training is no question. Errors  of build(); invalid when
/// no test basket has two known items, none is after as-of, or ageing is to be looked at without dates or in more
/// than 200 bundles.
Result<Evaluation> evaluate(Dataset const& data, BuildOptions const& build_options, EvaluationOptions const& options,
                            Progress const& progress = {});

struct Prediction {
  std::uint32_t ppm = 0;
  bool bought = false;
  std::uint32_t basket = 0;  ///< what is said of one basket is right or wrong together
};

/// The error of right probabilities is no zero: it is the mean distance of as many draws from what was predicted. With
/// the baskets as what was drawn the sum of a bin is nearly normal, and its mean distance sqrt(2 / pi) of its
/// deviation. Source  Bröcker & Smith, Weather and Forecasting 22, 2007, for the question; clusters as for Difference.
CalibrationQuality measure_calibration(std::vector<Prediction> predictions, std::size_t bins);

/// "0.2345 against 0.2301" and the like is for people: reports of an evaluation, each ending with a line end; with
/// `log` also of what it would have earned there.
std::string text_report(Evaluation const& evaluation);
std::string json_report(Evaluation const& evaluation, OffPolicy const* log = nullptr);
/// One page that needs nothing else: tables, and charts drawn by Chart.js.
std::string html_report(Evaluation const& evaluation, std::string_view title, OffPolicy const* log = nullptr);

}  // namespace tillcue::models
