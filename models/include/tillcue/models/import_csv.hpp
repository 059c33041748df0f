#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tillcue/models/atomic_file.hpp"
#include "tillcue/models/import.hpp"

namespace tillcue::models {

struct ImportSummary {
  std::uint64_t rows = 0;     ///< written
  std::uint64_t returns = 0;  ///< of them with a quantity of 0 or less
};

struct ImportCsvOptions {
  ImportOptions format = {};
  BadRowLimit bad_rows = {};
  bool allow_duplicates = false;  ///< two files may hold the same sales
  std::uint64_t memory = 0;       ///< bytes that looking for the same sales may take; 0: half of the machine's
};

/// Writes the rows of files of any format as one transactions.csv, in their order and with their texts. Of several
/// files, basket ids get the number of their file in front ("2:4711"), for an id holds within one file.
/// On the way the baskets are collected, for behind it nobody sees that two files held the same sales. What does not
/// fit the memory is written all the same, unlooked at, and noted.
/// Errors  of reading and writing; invalid: more rows are bad than allowed, there is none, or two files hold the same
///         sales: nothing is written.
Result<ImportSummary> import_csv(std::vector<std::string> const& files, ImportCsvOptions const& options,
                                 std::string const& out, BadRows& bad);

}  // namespace tillcue::models
