#include "log_linear.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

namespace tillcue::models {
namespace {

constexpr int kPasses = 6;
constexpr std::size_t kBatch = 32;
constexpr float kStep = 0.05F;
constexpr float kFirstSquares = 0.01F;  // before any gradient was seen: keeps the first steps short
constexpr double kStartShare = 0.7;     // of the log lift: several sources say the same thing
constexpr double kLeastLift = 0.2;

struct Entry {
  std::uint32_t target;
  float weight;
  float gradient = 0, squares = kFirstSquares;
};

/// A parameter's step, by all the gradients it has seen.
void step(float gradient, float& squares, float& value) {
  squares += gradient * gradient;
  value -= kStep * gradient / std::sqrt(squares);
}

/// A basket to learn from, in the counts' positions, and how much it counts.
struct Lesson {
  std::vector<std::uint32_t> basket;
  float weight = 1;
};

class Learner {
 public:
  Learner(Counts const& counts, Weights const& linear, double power);
  void pass(std::vector<Lesson> const& lessons, std::vector<std::uint32_t> const& order);
  [[nodiscard]] Weights result(Weights const& shape) const;

 private:
  enum Mark : char { kUntouched, kTouched, kInBasket };

  void begin_batch();
  void ask(Lesson const& lesson);
  void add_row(std::uint32_t source, float sign);
  void question(Lesson const& lesson, std::uint32_t hidden);
  void end_batch();

  std::vector<std::vector<Entry>> rows_;
  std::vector<float> bias_, bias_squares_;
  // Of the batch.
  std::vector<double> empty_;  // exp(bias)
  double empty_total_ = 0, inverse_ = 0, questions_ = 0;
  // Of the pass.
  double log_odds_ = 0, asked_ = 0;
  std::vector<float> bias_gradient_;
  std::vector<std::uint32_t> used_rows_;
  std::vector<char> row_used_;
  // Of the basket.
  std::vector<float> score_, share_;
  std::vector<char> mark_;
  std::vector<std::uint32_t> touched_;
  double empty_in_basket_ = 0;
};

Learner::Learner(Counts const& counts, Weights const& linear, double power) {
  auto const items = counts.items.size();
  auto const total = std::max(1.0, static_cast<double>(counts.baskets));
  auto const share = [&](std::size_t item) { return std::max(0.5, double{1} * counts.items[item].baskets) / total; };
  for (auto const& row : linear.rows) {
    auto& mine = rows_.emplace_back();
    for (auto const& entry : row) {
      double const plain = entry.weight * std::pow(share(entry.target), power);
      double const lift = std::max(kLeastLift, 1 + plain / share(entry.target));
      mine.push_back({entry.target, static_cast<float>(kStartShare * std::log(lift))});
    }
  }
  for (std::size_t item = 0; item < items; ++item) bias_.push_back(static_cast<float>(std::log(share(item))));
  bias_squares_.assign(items, kFirstSquares);
  bias_gradient_.assign(items, 0);
  empty_.assign(items, 0);
  row_used_.assign(items, 0);
  score_.assign(items, 0);
  share_.assign(items, 0);
  mark_.assign(items, kUntouched);
}

void Learner::begin_batch() {
  empty_total_ = inverse_ = questions_ = 0;
  for (std::size_t item = 0; item < bias_.size(); ++item) {
    empty_[item] = std::exp(double{1} * bias_[item]);
    empty_total_ += empty_[item];
  }
}

void Learner::add_row(std::uint32_t source, float sign) {
  for (auto const& entry : rows_[source]) score_[entry.target] += sign * entry.weight;
}

/// The gradient of one question. An item that no row touches has its empty-basket odds, exp(bias) / Z: those are summed
/// up as 1 / Z alone, and only what differs is corrected here.
void Learner::question(Lesson const& lesson, std::uint32_t hidden) {
  auto const& basket = lesson.basket;
  double odds = empty_total_ - empty_in_basket_;
  for (auto const item : touched_) {
    if (mark_[item] != kTouched) continue;
    share_[item] = std::exp(bias_[item] + score_[item]);
    odds += share_[item] - empty_[item];
  }
  double const asked = std::exp(double{1} * bias_[hidden] + score_[hidden]);
  double const each = lesson.weight / std::max(odds + asked, 1e-20);
  inverse_ += each;
  questions_ += lesson.weight;
  for (auto const item : touched_) {
    if (mark_[item] != kTouched) continue;
    share_[item] = static_cast<float>(share_[item] * each);
    bias_gradient_[item] += share_[item] - static_cast<float>(empty_[item] * each);
  }
  for (auto const item : basket) bias_gradient_[item] -= static_cast<float>(empty_[item] * each);
  log_odds_ += lesson.weight * std::log(std::max(odds + asked, 1e-20));
  asked_ += lesson.weight;
  auto const missed = static_cast<float>(asked * each - lesson.weight);
  bias_gradient_[hidden] += missed;
  for (auto const source : basket) {
    if (source == hidden) continue;
    for (auto& entry : rows_[source]) {
      if (mark_[entry.target] == kTouched)
        entry.gradient += share_[entry.target];
      else if (entry.target == hidden)
        entry.gradient += missed;
    }
  }
}

void Learner::ask(Lesson const& lesson) {
  auto const& basket = lesson.basket;
  touched_.clear();
  empty_in_basket_ = 0;
  for (auto const item : basket) {
    mark_[item] = kInBasket;
    empty_in_basket_ += empty_[item];
    if (row_used_[item] == 0) used_rows_.push_back(item);
    row_used_[item] = 1;
  }
  for (auto const source : basket) {
    for (auto const& entry : rows_[source]) {
      if (mark_[entry.target] != kUntouched) continue;
      mark_[entry.target] = kTouched;
      touched_.push_back(entry.target);
    }
    add_row(source, 1);
  }
  for (auto const hidden : basket) {
    add_row(hidden, -1);
    question(lesson, hidden);
    add_row(hidden, 1);
  }
  for (auto const item : touched_) mark_[item] = kUntouched, score_[item] = 0;
  for (auto const item : basket) mark_[item] = kUntouched, score_[item] = 0;
}

void Learner::end_batch() {
  auto const mean = static_cast<float>(1 / std::max(1.0, questions_));
  for (std::size_t item = 0; item < bias_.size(); ++item) {
    auto const gradient = (bias_gradient_[item] + static_cast<float>(empty_[item] * inverse_)) * mean;
    step(gradient, bias_squares_[item], bias_[item]);
    bias_gradient_[item] = 0;
  }
  for (auto const source : used_rows_) {
    for (auto& entry : rows_[source]) {
      step(entry.gradient * mean, entry.squares, entry.weight);
      entry.gradient = 0;
    }
    row_used_[source] = 0;
  }
  used_rows_.clear();
}

void Learner::pass(std::vector<Lesson> const& lessons, std::vector<std::uint32_t> const& order) {
  log_odds_ = asked_ = 0;
  for (std::size_t begin = 0; begin < order.size(); begin += kBatch) {
    begin_batch();
    for (auto n = begin; n < std::min(order.size(), begin + kBatch); ++n) ask(lessons[order[n]]);
    end_batch();
  }
}

/// What is left out of a score, log Z of the basket, is taken off on average: it grows with what was learned, and
/// probabilities measured on one model's scores have to hold for another's.
Weights Learner::result(Weights const& shape) const {
  Weights weights = shape;
  auto const log_odds = static_cast<float>(asked_ > 0 ? log_odds_ / asked_ : 0);
  weights.bias = bias_;
  for (auto& bias : weights.bias) bias -= log_odds;
  for (std::size_t source = 0; source < rows_.size(); ++source) {
    for (std::size_t n = 0; n < rows_[source].size(); ++n) weights.rows[source][n].weight = rows_[source][n].weight;
  }
  return weights;
}

/// The baskets that ask something and count.
std::vector<Lesson> lessons_of(Counts const& counts, Dataset const& data, std::span<std::uint32_t const> baskets,
                               BasketWeights basket_weights) {
  std::unordered_map<std::string_view, std::uint32_t> place;
  for (std::uint32_t item = 0; item < counts.items.size(); ++item) place.emplace(counts.items[item].sku, item);
  std::vector<std::uint32_t> place_of;
  for (auto const& item : data.items) {
    auto const found = place.find(item.sku);
    place_of.push_back(found == place.end() ? 0xFFFF'FFFFU : found->second);
  }
  std::vector<Lesson> lessons;
  for (auto const n : baskets) {
    auto const weight = basket_weights.empty() ? kFullWeight : basket_weights[n];
    std::vector<std::uint32_t> basket;
    for (auto const item : data.basket(n)) {
      if (place_of[item] != 0xFFFF'FFFFU) basket.push_back(place_of[item]);
    }
    if (weight == 0 || basket.size() < 2) continue;
    lessons.push_back({std::move(basket), static_cast<float>(weight) / kFullWeight});
  }
  return lessons;
}

}  // namespace

Weights log_linear(Counts const& counts, Dataset const& data, std::span<std::uint32_t const> baskets,
                   Weights const& linear, double power, BasketWeights basket_weights) {
  auto const lessons = lessons_of(counts, data, baskets, basket_weights);
  std::vector<std::uint32_t> order(lessons.size());
  Learner learner(counts, linear, power);
  for (int pass = 0; pass < kPasses; ++pass) {
    // Another order each time, the same on every machine.
    std::vector<std::uint64_t> key(lessons.size());
    for (std::uint32_t n = 0; n < lessons.size(); ++n) {
      order[n] = n;
      key[n] = mix(n + (static_cast<std::uint64_t>(pass) << 32U));
    }
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return key[a] < key[b]; });
    learner.pass(lessons, order);
  }
  return learner.result(linear);
}

Weights blend(Weights const& linear, Weights const& other, double alpha) {
  Weights weights = linear;
  auto const share = static_cast<float>(alpha);
  for (std::size_t item = 0; item < weights.rows.size(); ++item) {
    weights.bias[item] += share * other.bias[item];
    for (std::size_t n = 0; n < weights.rows[item].size(); ++n) {
      weights.rows[item][n].weight += share * other.rows[item][n].weight;
    }
  }
  return weights;
}

Weights add_second_model(Counts const& counts, Dataset const& data, std::span<std::uint32_t const> baskets,
                         Weights const& linear, double power, double alpha, BasketWeights basket_weights) {
  if (alpha <= 0) return linear;
  auto const lessons = counts.items.size() > kSmallMenu ? std::span<std::uint32_t const>{} : baskets;
  return blend(linear, log_linear(counts, data, lessons, linear, power, basket_weights), alpha);
}

}  // namespace tillcue::models
