#include "evidence.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tillcue/models/parallel.hpp"
#include "tillcue/models/significance.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kRanksPerPiece = 16;

// p-values are told apart by their order of magnitude in steps of a tenth of e: down to e^-60 = 1e-26, which is beyond
// doubt for any number of pairs.
constexpr std::size_t kStepsPerE = 10, kSteps = 60 * kStepsPerE;
// With a smaller ratio p is above any rate asked for; with a larger one it is beyond doubt.
constexpr double kHopeless = 2.5, kBeyondDoubt = 120;

using Steps = std::array<std::uint64_t, kSteps + 1>;

/// Two-sided; 1 for pairs that are together as often as expected or less.
class PairTest {
 public:
  explicit PairTest(Cooccurrence const& pairs) : pairs_(pairs), total_(whole(pairs.total())) {}

  [[nodiscard]] double p(std::uint32_t a, std::uint32_t b, double together) const {
    if (pairs_.centred(a, b, together) <= 0) return 1;
    auto const n_a = whole(pairs_.baskets(a)), n_b = whole(pairs_.baskets(b)), n_ab = whole(together);
    auto const ratio = log_likelihood_ratio(total_, n_a, n_b, n_ab);
    if (ratio < kHopeless) return 1;
    return ratio > kBeyondDoubt ? 0 : significance(total_, n_a, n_b, n_ab).p;
  }

 private:
  static std::uint64_t whole(double baskets) { return static_cast<std::uint64_t>(baskets); }

  Cooccurrence const& pairs_;
  std::uint64_t total_;
};

/// The step a p-value lies in: all of the step is at most largest_of(step).
std::size_t step_of(double p) {
  if (p <= 0) return kSteps;
  return std::min(kSteps, static_cast<std::size_t>(std::max(0.0, -std::log(p) * double{kStepsPerE})));
}
double largest_of(std::size_t step) { return std::exp(-static_cast<double>(step) / kStepsPerE); }

}  // namespace

double largest_significant_p(Cooccurrence const& pairs, unsigned wanted_threads) {
  PairTest const test(pairs);
  auto const threads = thread_count(wanted_threads);
  std::vector<Steps> found(threads, Steps{});
  in_pieces(pairs.size(), kRanksPerPiece, threads, [&](std::size_t begin, std::size_t end, unsigned number) {
    for (auto rank = begin; rank < end; ++rank) {
      auto const a = static_cast<std::uint32_t>(rank);
      pairs.each(a, [&](std::uint32_t b, float together) { ++found[number][step_of(test.p(a, b, together))]; });
    }
  });
  auto const items = static_cast<double>(pairs.size());
  auto const asked = items * (items - 1) / 2;
  double kept = 0, largest = 0;
  for (auto step = kSteps + 1; step-- > 0;) {
    for (auto const& steps : found) kept += static_cast<double>(steps[step]);
    if (kept > 0 && largest_of(step) * asked <= kSignificantRate * kept) largest = largest_of(step);
  }
  return largest;
}

void mark_significant(Cooccurrence const& pairs, double largest_p, unsigned wanted_threads, Weights& weights) {
  // The weights of each pair, with its less popular item.
  struct Marked {
    std::uint32_t partner;
    WeightSource* weight;
  };
  std::vector<std::uint32_t> rank_of(weights.rows.size(), pairs.size());
  for (std::uint32_t rank = 0; rank < pairs.size(); ++rank) rank_of[pairs.item(rank)] = rank;
  std::vector<std::vector<Marked>> of(pairs.size());
  for (std::size_t item = 0; item < weights.rows.size(); ++item) {
    for (auto& weight : weights.rows[item]) {
      weight.significant = false;
      auto const [low, high] = std::minmax(rank_of[item], rank_of[weight.target]);
      if (high < pairs.size() && weight.weight > 0) of[high].push_back({low, &weight});
    }
  }
  PairTest const test(pairs);
  in_pieces(
      pairs.size(), kRanksPerPiece, thread_count(wanted_threads), [&](std::size_t begin, std::size_t end, unsigned) {
        for (auto rank = begin; rank < end; ++rank) {
          auto& wanted = of[rank];
          std::sort(wanted.begin(), wanted.end(), [](auto const& x, auto const& y) { return x.partner < y.partner; });
          auto next = wanted.begin();
          auto const a = static_cast<std::uint32_t>(rank);
          pairs.each(a, [&](std::uint32_t b, float together) {
            while (next != wanted.end() && next->partner < b) ++next;
            if (next == wanted.end() || next->partner != b) return;
            bool const proven = test.p(a, b, together) <= largest_p;
            for (; next != wanted.end() && next->partner == b; ++next) next->weight->significant = proven;
          });
        }
      });
}

}  // namespace tillcue::models
