#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace tillcue::models {

/// Rows of one basket that stand together in a file.
struct RowRun {
  std::uint32_t basket;  ///< within the file
  std::uint32_t rows;
  std::uint32_t line;  ///< of the first one; the largest number for all beyond it
};

/// What of one day's sales stands in a file again.
struct RepeatedDay {
  std::uint64_t baskets = 0;   ///< of the day, with two items at least
  std::uint64_t repeated = 0;  ///< of these
  std::uint64_t rows = 0;      ///< that are there again
  std::uint64_t line = 0;      ///< of the first of them
};

/// By day; kNoDay without dates. Those of shares of a file's baskets add up to those of the file.
struct RepeatedDays {
  std::map<std::int32_t, RepeatedDay> days;

  void add(RepeatedDays const& share);
};

/// Sales that stand in one file more than once, as of days that were pasted twice.
struct RepeatedSales {
  std::uint64_t line = 0;  ///< where the first repetition begins
  std::uint64_t rows = 0;
  std::uint64_t baskets = 0;
  std::int32_t first_day = 0;  ///< kNoDay without dates
  std::uint64_t days = 0;
};

/// What the search takes for each basket, but for the runs.
inline constexpr std::size_t kRepeatedBytesPerBasket = 16;

/// Looks for baskets whose rows come again as they were, in a run of their own behind the first ones. Shape  `rows` by
/// basket; `items` by basket, those of one in the order of the file; `times` by basket, or empty; `runs` empty where no
/// basket comes back. Cost   two passes over the rows. Only baskets of at most 1,000 rows are looked at.
RepeatedDays find_repeated_days(std::span<RowRun const> runs, std::span<std::uint32_t const> rows,
                                std::span<std::uint32_t const> items, std::span<std::int64_t const> times);

/// The days of which at least two baskets, with at least two items each, and a quarter of all are there again: the rule
/// that tells two files apart (find_duplicates).
std::optional<RepeatedSales> judge(RepeatedDays const& found);

/// What is told of them, with the mend.
std::string repeated_note(std::string const& name, RepeatedSales const& found);

}  // namespace tillcue::models
