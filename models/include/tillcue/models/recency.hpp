#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tillcue/models/counts.hpp"
#include "tillcue/models/weighing.hpp"

namespace tillcue::models {

/// How much older sales count. With neither half-life nor window all count alike.
struct Recency {
  double half_life_days = 0;          ///< a basket this much older counts half; 0: age does not matter
  std::uint32_t window_days = 0;      ///< older baskets do not count; 0: all do
  std::optional<std::int32_t> as_of;  ///< the day ages are counted from, later baskets do not count; else the last one
  bool if_possible = false;           ///< without dates, or with too many baskets for it, as if it were off

  [[nodiscard]] bool is_on() const noexcept { return half_life_days > 0 || window_days > 0 || as_of.has_value(); }
};

/// The default of all commands, which models/MEASURED.md measures as the best of one for all: 180 days where there are
/// dates.
inline constexpr double kUsualHalfLife = 180;

/// Weights are whole numbers of 1/256 basket, so that sums are exact in any order.
inline constexpr unsigned kWeightBits = 8;
inline constexpr std::uint32_t kFullWeight = 1U << kWeightBits;

/// What a basket of `day` counts on the day `as_of`: 256 * 2^(-age / half-life), rounded; 0 outside the window, after
/// `as_of` and without a date.
std::uint32_t weight_of(std::int32_t day, std::int32_t as_of, Recency const& recency);

/// What each basket of a data set counts, in 1/256; empty: all count whole.
using BasketWeights = std::span<std::uint16_t const>;

/// What was bought lately, with a half-life of 30 days: whole numbers again, by whole days. Of small menus with recency
/// on (kSmallMenu); else empty.
struct RecentSales {
  std::vector<std::uint64_t> bought;  ///< per item of the counts beside it; in 2^-16 baskets
  std::uint64_t baskets = 0;          ///< in 2^-16
  std::uint64_t squares = 0;          ///< of the weights of the baskets, in 2^-32
  friend bool operator==(RecentSales const&, RecentSales const&) = default;
};

/// Baskets and what they weigh, counted but for their pairs.
struct WeighedBaskets {
  Counts items;                        ///< in 1/256 baskets when recency is on
  std::vector<std::uint32_t> baskets;  ///< those that count
  std::vector<std::uint16_t> weights;  ///< as BasketWeights, of the whole data set; 0 for baskets not given
  RecentSales recent;
  Weighing weighing;
  std::int32_t as_of = kNoDay;
  std::uint64_t too_old = 0, too_late = 0, undated = 0;  ///< baskets
  std::vector<std::string> notes;                        ///< worth telling the user
};

/// `data` as it was on the day recency.as_of.
struct UpToDay {
  std::optional<Dataset> data;     ///< nothing: all of what was given
  std::vector<std::string> notes;  ///< what is not in it
};
/// Without what is later, and without what has no date, when an as-of is given: whoever holds baskets back must not
/// learn from what comes after them. Prices and quantities stay those of all of `data`.
/// Errors  invalid: no dates, or nothing left.
Result<UpToDay> up_to_day(Dataset const& data, Recency const& recency);

/// The given baskets of `data`, each by its weight; all alike when recency is off. Without window and as-of a basket
/// without a date weighs as the oldest one.
/// Errors  invalid: recency for data without dates, nothing inside the window; unsupported: a count beyond 32 bits.
Result<WeighedBaskets> weigh_baskets(Dataset const& data, std::span<std::uint32_t const> baskets,
                                     Recency const& recency);

/// Counts with recency, and what it left out.
struct RecentCounts {
  Counts counts;                       ///< in 1/256 baskets when recency is on
  std::vector<std::uint16_t> weights;  ///< as BasketWeights, of the data set counted; 0 for baskets not given
  RecentSales recent;
  Weighing weighing;
  std::int32_t as_of = kNoDay;
  std::uint64_t too_old = 0, too_late = 0, undated = 0;  ///< baskets
  std::vector<std::string> notes;                        ///< worth telling the user
};

/// weigh_baskets() and their pairs. Errors  of that.
Result<RecentCounts> count_recent(Dataset const& data, std::span<std::uint32_t const> baskets, Recency const& recency,
                                  unsigned threads = 0);

/// Plain counts under the name of their file.
struct NamedCounts {
  std::string name;
  Counts counts;
};

/// Why counts files, of which `heads` suffice, are not weighed where nothing was asked for; empty when they are. Ages
/// must be known and differ: dates, days that can be told apart, no more baskets than weigh_baskets() takes.
std::string why_not_weighed(std::span<NamedCounts const> heads);

class RecentSalesSum;

/// Adds up counts of several files, each by the age of its days; plain sums when recency is off. A file of several days
/// counts by the mean weight of its dated baskets, which is told. The result does not depend on the order of the files.
class RecentSum {
 public:
  /// `as_of`: the day ages are counted from, for when recency does not say; see last_day().
  RecentSum(Recency const& recency, std::int32_t as_of);
  ~RecentSum();

  /// Errors  invalid (no dates, or a file of an older version that spans days), those of merge().
  Result<void> add(NamedCounts part);
  /// Errors  invalid: nothing inside the window; those of merge().
  Result<RecentCounts> finish();

 private:
  Result<std::uint32_t> weight(NamedCounts const& part);
  Result<void> fold();

  Recency recency_;
  std::int32_t as_of_;
  std::uint64_t read_ = 0;  ///< baskets, whole
  std::vector<Counts> parts_;
  std::vector<std::uint32_t> weights_;
  std::unique_ptr<RecentSalesSum> recent_;  // with recency on
  RecentCounts result_;
};

/// The last day in the counts, kNoDay when they have no dates.
std::int32_t last_day(Counts const& counts);

}  // namespace tillcue::models
