#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "tillcue/models/counted_source.hpp"

namespace tillcue::models {

/// How many baskets each day has.
using BasketsByDay = std::map<std::int32_t, std::uint64_t>;
BasketsByDay baskets_by_day(Dataset const& data);
/// Adds those of counted sources; what has no date is passed over.
void add_days(BasketsByDay& days, std::span<CountedSource const> sources);

/// The last days, when they stand long after all others: a clock was wrong, or a date was typed. Whoever counts ages
/// from them takes everything that was really sold for old.
struct StrayDays {
  std::int32_t first = kNoDay, last = kNoDay;
  std::int32_t others_end = kNoDay;  ///< the last day of all others
  std::uint64_t baskets = 0;
  bool few = false;  ///< no more than rows may be bad (BadRowLimit): nothing is lost without them

  /// "9 years after all others"
  [[nodiscard]] std::string how_late() const;
};

/// Looks at the days alone, at no clock, so that the same sales give the same bundle on any day. Days are stray behind
/// a gap of 30 days and more that is more than twice as long as every gap before it, with a fifth of the baskets or
/// less; a few of them come first where there are others, too.
std::optional<StrayDays> find_stray_days(BasketsByDay const& days);

/// What is said of many, which are counted all the same.
std::string note_of_many(StrayDays const& stray);
/// What is said of those that stay in a counts file, for `train` to leave out; `where` they are.
std::string note_of_counted(StrayDays const& stray, std::string const& where);

/// Takes the baskets from the day `first` on out of `data`; items stay known to it.
void leave_out_from(Dataset& data, std::int32_t first);

}  // namespace tillcue::models
