#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tillcue/models/recency.hpp"

namespace tillcue::models::app {

inline constexpr std::size_t kLargestCounts = std::size_t{64} << 30U;

/// Reads counts files and adds them up, each by the age of its days when recency is on, and prints what is worth
/// knowing on standard error. Files are read twice, so that only a few are in memory at once.
/// Errors  of the files; invalid: two of them hold the same sales.
Result<RecentCounts> load_counts(std::vector<std::string> const& files, Recency const& recency, bool allow_duplicates);

}  // namespace tillcue::models::app
