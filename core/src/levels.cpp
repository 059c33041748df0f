#include "levels.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace tillcue {
namespace {

constexpr int kRounds = 60;
constexpr std::size_t kSplits = 16;  ///< ways to share the levels out between both kinds

using Values = std::vector<std::int16_t>;

std::int64_t divided(std::int64_t sum, std::int64_t count) noexcept {
  return (2 * sum + (sum >= 0 ? count : -count)) / (2 * count);
}

/// The weights of one kind: counts and sums up to each of them, so that a cell's mean and its error cost two look-ups.
class Weights {
 public:
  template <class Counts>
  explicit Weights(Counts const& counts) {
    for (std::int32_t weight = -format::kMaxLevel; weight <= format::kMaxLevel; ++weight) {
      auto const times = static_cast<std::int64_t>(counts[static_cast<std::size_t>(weight + format::kMaxLevel)]);
      count_.push_back(count_.back() + times);
      sum_.push_back(sum_.back() + times * weight);
      square_.push_back(square_.back() + times * weight * weight);
      if (times == 0) continue;
      if (count_[count_.size() - 2] == 0) least_ = weight;
      most_ = weight;
    }
  }
  [[nodiscard]] bool empty() const noexcept { return count_.back() == 0; }

  /// `size` levels with little squared error (Lloyd 1982, Max 1960), and that error.
  std::pair<Values, std::int64_t> levels(std::size_t size) const {
    auto values = evenly_spaced(size);
    for (int round = 0; round < kRounds; ++round) {
      auto const before = values;
      for_cells(before, [&](std::size_t n, std::size_t begin, std::size_t end) {
        auto const count = count_[end] - count_[begin];
        if (count > 0) values[n] = static_cast<std::int16_t>(divided(sum_[end] - sum_[begin], count));
      });
      if (values == before) break;
    }
    std::int64_t error = 0;
    for_cells(values, [&](std::size_t n, std::size_t begin, std::size_t end) {
      auto const value = std::int64_t{values[n]};
      error += square_[end] - square_[begin] - 2 * value * (sum_[end] - sum_[begin]) +
               value * value * (count_[end] - count_[begin]);
    });
    return {std::move(values), error};
  }

 private:
  /// Over the range there are weights in: a level without any of its own would never move.
  [[nodiscard]] Values evenly_spaced(std::size_t size) const {
    Values values;
    auto const range = std::int64_t{most_} - least_;
    for (std::size_t n = 0; n < size; ++n) {
      auto const from_least = size > 1 ? range * static_cast<std::int64_t>(n) / static_cast<std::int64_t>(size - 1) : 0;
      values.push_back(static_cast<std::int16_t>(least_ + from_least));
    }
    return values;
  }
  /// visit(n, begin, end): which places have level n as their nearest, ties to the lower.
  template <class Visit>
  static void for_cells(Values const& values, Visit const& visit) {
    std::size_t begin = 0;
    for (std::size_t n = 0; n < values.size(); ++n) {
      auto const border = n + 1 < values.size() ? values[n] + values[n + 1] : 2 * format::kMaxLevel;
      // Ties go to the lower level, hence up to floor(border / 2).
      auto const last = border >= 0 ? border / 2 : -((-border + 1) / 2);
      auto const end = static_cast<std::size_t>(last + format::kMaxLevel) + 1;
      visit(n, begin, end);
      begin = end;
    }
  }

  std::vector<std::int64_t> count_{0}, sum_{0}, square_{0};
  std::int32_t least_ = 0, most_ = 0;
};

/// Of both kinds.
using Both = std::array<Values, 2>;

Both shared_out(Weights const& others, Weights const& significant, std::size_t size) {
  if (significant.empty()) return {others.levels(size).first, {}};
  if (others.empty()) return {Values{}, significant.levels(size).first};
  Both best;
  std::int64_t least = -1;
  for (std::size_t share = 1; share < kSplits; ++share) {
    auto const theirs = size * share / kSplits;
    if (theirs == 0) continue;
    auto [a, error_a] = others.levels(size - theirs);
    auto [b, error_b] = significant.levels(theirs);
    if (least >= 0 && error_a + error_b >= least) continue;
    least = error_a + error_b;
    best = {std::move(a), std::move(b)};
  }
  // The nearest level of a weight must be one alone, whatever its kind: these are even, those odd.
  for (auto& value : best[0]) value = static_cast<std::int16_t>(value - value % 2);
  for (auto& value : best[1]) value = static_cast<std::int16_t>(value % 2 == 0 ? value + 1 : value);
  return best;
}

}  // namespace

Levels::Levels(Histogram const& histogram, unsigned bits) {
  auto const both = shared_out(Weights(histogram.counts_[0]), Weights(histogram.counts_[1]), std::size_t{1} << bits);
  std::vector<std::pair<std::int16_t, bool>> all;
  for (std::size_t kind = 0; kind < both.size(); ++kind) {
    for (auto const value : both[kind]) all.emplace_back(value, kind == 1);
  }
  std::sort(all.begin(), all.end());
  for (auto const& [value, significant] : all) {
    values_.push_back(value);
    significant_.push_back(significant);
  }
  fill_books();
}

Levels::Levels(std::vector<std::int16_t> values, std::vector<bool> significant)
    : values_(std::move(values)), significant_(std::move(significant)) {
  fill_books();
}

void Levels::fill_books() {
  for (std::size_t n = 0; n < values_.size(); ++n) {
    auto& book = books_[significant_[n] ? 1 : 0];
    book.values.push_back(values_[n]);
    book.codes.push_back(static_cast<std::uint8_t>(n));
  }
}

std::uint64_t Levels::error(Histogram const& histogram) const noexcept {
  std::uint64_t sum = 0;
  for (std::size_t kind = 0; kind < books_.size(); ++kind) {
    auto const& book = books_[kind];
    for (std::int32_t weight = -format::kMaxLevel; weight <= format::kMaxLevel; ++weight) {
      auto off = std::abs(weight);
      if (!book.values.empty()) off = std::min(off, std::abs(weight - book.values[book.nearest(weight)]));
      sum += histogram.counts_[kind][Histogram::place(weight)] * static_cast<std::uint64_t>(off * off);
    }
  }
  return sum;
}

std::size_t Levels::Book::nearest(std::int32_t weight) const noexcept {
  auto const above = std::lower_bound(values.begin(), values.end(), weight);
  auto const n = static_cast<std::size_t>(above - values.begin());
  if (above == values.begin()) return 0;
  if (above == values.end() || weight - values[n - 1] <= values[n] - weight) return n - 1;
  return n;
}

std::optional<std::uint8_t> Levels::code(std::int32_t weight, bool significant) const noexcept {
  auto const& book = books_[significant ? 1 : 0];
  if (book.values.empty()) return std::nullopt;
  auto const n = book.nearest(weight);
  auto const value = book.values[n];
  if (value == 0 || std::abs(weight) < std::abs(weight - value)) return std::nullopt;
  return book.codes[n];
}

}  // namespace tillcue
