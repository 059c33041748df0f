#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tillcue/models/counts.hpp"
#include "tillcue/models/import.hpp"

namespace tillcue::models {

struct DayCounts {
  std::int32_t day = kNoDay;
  Counts counts;
};

/// Counts every day of the files apart, by rising day; added up they are the counts of the whole. A basket belongs to
/// the day of its first row's time; baskets without a date are left out.
/// `data` is what was read from `files`, each of which is read once more.
/// Errors  invalid (no dates), those of reading.
/// Cost  memory of the transactions twice.
Result<std::vector<DayCounts>> count_by_day(Dataset const& data, std::span<std::string const> files,
                                            ImportOptions const& options, TransactionLimits limits, unsigned threads);

}  // namespace tillcue::models
