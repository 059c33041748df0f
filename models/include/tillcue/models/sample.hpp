#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tillcue/core/result.hpp"

namespace tillcue::models {

struct SampleOptions {
  std::uint64_t seed = 1;
  std::uint32_t days = 90;
  std::uint32_t customers = 2500;
  std::uint32_t baskets_per_day = 300;
  std::int64_t first_day = 20'688;  ///< days since 1970: 2026-08-23
};

struct SampleReport {
  std::size_t products = 0, customers = 0, baskets = 0, rows = 0;
};

/// Writes a made-up grocery store into a folder: transactions.csv, today.csv (the day after, to replay), items.csv,
/// campaigns.json, and the Russian items.ru.csv and campaigns.ru.json. Products, brands and people are invented.
/// The same options give the same bytes, on every machine.
/// Errors  io; invalid: without `replace`, a file of one of these names is there and holds something else.
Result<SampleReport> write_sample(SampleOptions const& options, std::string const& folder, bool replace = false);

}  // namespace tillcue::models
