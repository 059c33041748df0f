#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tillcue/sync/hq_report.hpp"

namespace tillcue::sync {

/// What full terminals summed up, into the totals of an empty report; whole UTC days from the day of `since` on.
/// `predicted` of an offer stays a sum, and `unanswered` is worked out from all of them.  Errors  as Statement.
Result<void> read_thinned(Database& db, ReportOptions const& options, Report& report);

constexpr std::int64_t kDay = 86'400'000;  ///< ms
/// What sales are compared within: a till, and what they were drawn with.
std::string stratum(std::string_view terminal, std::string const& drawn_with);
std::string day_of(std::int64_t day);

/// The entry of a currency, made when it is not there.
Report::Impact& impact_in(Report& report, Currency currency);

}  // namespace tillcue::sync
