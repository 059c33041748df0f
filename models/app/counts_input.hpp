#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tillcue/models/recency.hpp"

namespace tillcue::models::app {

/// Of a counts file, in bytes: 64 GiB, and half of the addresses where these are fewer.
inline constexpr std::size_t kLargestCounts = static_cast<std::size_t>(
    std::min<std::uint64_t>(std::uint64_t{64} << 30U, std::numeric_limits<std::size_t>::max() / 2));

/// Reads counts files and adds them up, each by the age of its days when recency is on, and prints what is worth
/// knowing on standard error. Files are read twice, so that only a few are in memory at once.
/// Errors  of the files; invalid: two of them hold the same sales.
Result<RecentCounts> load_counts(std::vector<std::string> const& files, Recency const& recency, bool allow_duplicates);

}  // namespace tillcue::models::app
