#include "supports.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "tillcue/models/parallel.hpp"
#include "tillcue/models/significance.hpp"

namespace tillcue::models {
namespace {

// A pair expected in that many baskets or more is measured well: no effect shows as no weight. A rarer one, met a few
// times, may look like anything: it has to prove itself.
constexpr double kWellExpected = 5;
constexpr unsigned kMostGroups = 8;

/// By falling size, ties by rank: what is kept must not depend on the order it was found in.
bool larger(Scored a, Scored b) {
  auto const x = std::fabs(a.value);
  auto const y = std::fabs(b.value);
  return x != y ? x > y : a.rank < b.rank;
}

/// Fills the columns of some targets while the rows of the whole table go by.
class Chooser {
 public:
  Chooser(Cooccurrence const& pairs, TrainingOptions const& options, Columns& columns, std::uint32_t mask,
          std::uint32_t group)
      : pairs_(pairs),
        options_(options),
        columns_(columns),
        mask_(mask),
        group_(group),
        least_expected_(options.least_expected.value_or(pairs.size() > kSmallMenu ? 1 : 0)),
        strangers_(pairs.size(), 0) {
    for (std::uint32_t rank = 0; rank < pairs.size(); ++rank) {
      size_.push_back(std::sqrt(pairs.baskets(rank) + options.ridge));
    }
  }

  void run() {
    for (std::uint32_t rank = 0; rank < pairs_.size(); ++rank) {
      // Partners rise, so those never met are what lies between them.
      std::uint32_t next = 0;
      auto const strangers_end = end_of_expected(rank);
      pairs_.each(rank, [&](std::uint32_t partner, float together) {
        for (; next < std::min(partner, strangers_end); ++next) stranger(rank, next);
        next = partner + 1;
        if (mine(rank) || mine(partner)) met(rank, partner, together);
      });
      for (; next < strangers_end; ++next) stranger(rank, next);
    }
    for (std::uint32_t target = 0; target < columns_.size(); ++target) {
      if (mine(target)) finish(target);
    }
  }

 private:
  [[nodiscard]] bool mine(std::uint32_t target) const { return (target & mask_) == group_; }
  [[nodiscard]] std::size_t most(std::uint32_t target) const {
    auto const most = std::max(options_.support, options_.most_support);
    return static_cast<std::size_t>(
        std::clamp(pairs_.baskets(target) / 4, double{1} * options_.support, double{1} * most));
  }

  /// The more popular items expected in baskets of `rank` often enough to say something by their absence.
  [[nodiscard]] std::uint32_t end_of_expected(std::uint32_t rank) const {
    std::uint32_t low = 0;
    for (auto high = rank; low < high;) {
      auto const middle = low + (high - low) / 2;
      bool const often = pairs_.baskets(middle) * pairs_.baskets(rank) / pairs_.total() >= least_expected_;
      (often ? low : high) = often ? middle + 1 : middle;
    }
    return low;
  }

  void stranger(std::uint32_t rank, std::uint32_t popular) {
    if (mine(rank) && strangers_[rank] < most(rank)) {
      ++strangers_[rank];
      add(rank, popular, 0);
    }
    if (mine(popular) && strangers_[popular] < most(popular)) {
      ++strangers_[popular];
      add(popular, rank, 0);
    }
  }

  void met(std::uint32_t a, std::uint32_t b, double together) {
    double const excess = pairs_.centred(a, b, together);
    if (excess > 0 && together - excess < kWellExpected && (together < 2 || !significant(a, b, together))) return;
    if (mine(a)) add(a, b, together);
    if (mine(b)) add(b, a, together);
  }
  [[nodiscard]] bool significant(std::uint32_t a, std::uint32_t b, double together) const {
    auto const whole = [](double baskets) { return static_cast<std::uint64_t>(baskets); };
    return log_likelihood_ratio(whole(pairs_.total()), whole(pairs_.baskets(a)), whole(pairs_.baskets(b)),
                                whole(together)) >= options_.significance;
  }

  void add(std::uint32_t target, std::uint32_t source, double together) {
    auto& column = columns_[target];
    column.push_back({source, static_cast<float>(pairs_.centred(source, target, together) / size_[source])});
    if (auto const count = most(target); column.size() >= count + count / 2 + 64) keep_largest(column, count);
  }
  void finish(std::uint32_t target) {
    auto& column = columns_[target];
    keep_largest(column, most(target));
    column.shrink_to_fit();
    std::sort(column.begin(), column.end(), [](Scored a, Scored b) { return a.rank < b.rank; });
  }
  static void keep_largest(std::vector<Scored>& list, std::size_t count) {
    if (list.size() <= count) return;
    std::nth_element(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count), list.end(), larger);
    list.resize(count);
  }

  Cooccurrence const& pairs_;
  TrainingOptions const& options_;
  Columns& columns_;
  std::uint32_t mask_, group_;
  double least_expected_;
  std::vector<double> size_;
  std::vector<std::uint32_t> strangers_;  ///< how many each target has
};

}  // namespace

Columns choose_supports(Cooccurrence const& pairs, TrainingOptions const& options) {
  Columns columns(pairs.size());
  auto const threads = thread_count(options.threads);
  auto const groups = std::bit_floor(std::min(threads, kMostGroups));
  in_pieces(groups, 1, groups, [&](std::size_t group, std::size_t, unsigned) {
    Chooser(pairs, options, columns, groups - 1, static_cast<std::uint32_t>(group)).run();
  });
  return columns;
}

}  // namespace tillcue::models
