#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/engine.hpp"
#include "tillcue/models/logged_decisions.hpp"

namespace tillcue::models {

/// What a decision can bring.
enum class Earning : std::uint8_t {
  accepted,  ///< the offer was accepted
  bought,    ///< the offered item was in the basket in the end
  margin,    ///< of accepted offers, less their discounts, in minor units
};
inline constexpr std::size_t kEarnings = 3;

/// One offer of a log beside what another bundle, the candidate, would have said there.
struct Trial {
  std::uint64_t sale = 0;  ///< offers of one sale are alike
  bool speaks = false;     ///< the candidate makes an offer; its silence earns nothing, which needs no log
  bool possible = true;    ///< the log could have made it as well, with this propensity among those it offers to
  bool same = false;       ///< and it did
  double propensity = 1;
  double probability = 0;  ///< of the candidate's offer, and what it brings when taken: both by the log's bundle
  double gain = 0;
  double logged_probability = 0;           ///< of the offer made
  std::array<double, kEarnings> earned{};  ///< by the offer made
};

/// A mean with its 95 % interval.
struct Interval {
  double mean = 0, low = 0, high = 0;
};

/// Per offer situation; all of the same situations: those the log can speak for.
struct Earned {
  Interval log;              ///< what the log earned
  Interval ips;              ///< the candidate: inverse propensity weights
  Interval self_normalised;  ///< the same divided by the sum of the weights
  Interval doubly_robust;    ///< the acceptance expected by its probability, corrected by the weighted rest
  Interval lead;             ///< doubly_robust less log
};

/// Why a log does not answer.
enum class LogAnswer : std::uint8_t {
  yes,
  nothing_drawn,  ///< it never chose by chance, and the candidate would say something else
  little_common,  ///< the candidate too often says what the log could not have said
  few,            ///< too few offers of the log are the candidate's
};

struct OffPolicy {
  // Rows, and why they say nothing.
  std::size_t rows = 0, silent = 0, held_out = 0, other_kinds = 0, unanswered = 0, without_record = 0,
              of_other_bundles = 0, bad = 0;
  std::size_t situations = 0;  ///< the rest: the log made an offer
  std::size_t sales = 0;
  std::size_t silences = 0;   ///< where the candidate says nothing
  std::size_t possible = 0;   ///< where the log can speak for the candidate
  std::size_t same = 0;       ///< where it made the candidate's offer
  double effective = 0;       ///< offers as good as these: (sum of the weights)^2 / sum of their squares
  double largest_weight = 0;  ///< before clipping
  double clip = 0;
  std::size_t clipped = 0;  ///< weights that were larger
  LogAnswer answer = LogAnswer::yes;
  std::array<Earned, kEarnings> earned;
  std::string currency;  ///< of the margins
  int currency_digits = 2;
};

/// Smallest share of the situations the log must be able to speak for, and smallest number of effective offers.
inline constexpr double kLeastCommon = 0.8;
inline constexpr double kLeastEffective = 100;
/// Weights above it are cut to it: a little bias for much less variance.
inline constexpr double kUsualClip = 100;

/// Source  IPS: Horvitz & Thompson, JASA 47, 1952. Self-normalised: Swaminathan & Joachims, NIPS 2015. Doubly robust:
/// Dudik, Langford & Li, ICML 2011; its rewards are learned on the other half of the sales. Intervals by linearisation
/// with the sale as what was drawn (Cochran, Sampling Techniques, 1977, 6), corrected for skewness (Hall, 1992).
OffPolicy estimate(std::span<Trial const> trials, double clip = kUsualClip);

/// Decides every offer of a log again: with the bundle that made it and with the candidate.
/// Threads  one.
class Rehearsal {
 public:
  /// `decided_by`: the bundles the log may be of.
  Rehearsal(std::shared_ptr<Bundle const> candidate, std::vector<std::shared_ptr<Bundle const>> decided_by);
  ~Rehearsal();
  /// Takes a row; its complaint, or nothing.
  std::string take(LoggedDecision const& row);
  /// The estimate from all rows taken.
  [[nodiscard]] OffPolicy finish(BadRows const& bad, double clip) const;
  [[nodiscard]] std::span<Trial const> trials() const noexcept { return trials_; }

 private:
  class Engines;
  std::string rehearse(LoggedDecision const& row);

  std::shared_ptr<Bundle const> candidate_;
  std::vector<std::shared_ptr<Bundle const>> decided_by_;
  std::unique_ptr<Engines> engines_;
  OffPolicy counts_;
  std::vector<Trial> trials_;
};

/// Reads whole files, and estimates.
/// Errors  those of reading; invalid when too many rows are bad, or no row can be used, with the reasons.
Result<OffPolicy> off_policy(std::vector<std::string> const& files, std::shared_ptr<Bundle const> candidate,
                             std::vector<std::shared_ptr<Bundle const>> decided_by, double clip,
                             BadRowLimit const& limit, BadRows& bad);

/// Reports, each ending with a line end.
std::string off_policy_text(OffPolicy const& result);
std::string off_policy_json(OffPolicy const& result);
/// "earns more than the log did", "…less…", "no difference to be told", or why the log does not answer.
std::string off_policy_verdict(OffPolicy const& result);
/// Rows that say nothing, by why: "120 silent, 31 held out". Empty when there are none.
std::string off_policy_left_out(OffPolicy const& result);
/// On how much it rests.
std::string off_policy_basis(OffPolicy const& result);
/// One page that needs nothing else.
std::string off_policy_html(OffPolicy const& result, std::string_view title);

}  // namespace tillcue::models
