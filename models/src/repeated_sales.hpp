#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace tillcue::models {

/// Rows of one basket that stand together in a file.
struct RowRun {
  std::uint32_t basket;  ///< within the file
  std::uint32_t rows;
  std::uint32_t line;  ///< of the first one; the largest number for all beyond it
};

/// Sales that stand in one file more than once, as of days that were pasted twice.
struct RepeatedSales {
  std::uint64_t line = 0;  ///< where the first repetition begins
  std::uint64_t rows = 0;
  std::uint64_t baskets = 0;
  std::int32_t first_day = 0;  ///< kNoDay without dates
  std::uint64_t days = 0;
};

/// Looks for baskets whose rows come again as they were, in a run of their own behind the first ones: at least two of a
/// day, with at least two items each, and a quarter of that day's. The same rule tells two files apart
/// (find_duplicates). Shape  `rows` by basket; `items` by basket, those of one in the order of the file; `times` by
/// basket, or empty. Cost   two passes over the rows. Only baskets of at most 1,000 rows are looked at.
std::optional<RepeatedSales> find_repeated_sales(std::span<RowRun const> runs, std::span<std::uint32_t const> rows,
                                                 std::span<std::uint32_t const> items,
                                                 std::span<std::int64_t const> times);

}  // namespace tillcue::models
