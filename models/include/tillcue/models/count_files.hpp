#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tillcue/models/bad_rows.hpp"
#include "tillcue/models/counts.hpp"
#include "tillcue/models/import.hpp"
#include "tillcue/models/progress.hpp"
#include "tillcue/models/transactions.hpp"

namespace tillcue::models {

struct CountFilesOptions {
  TransactionLimits limits;  ///< threads, bad rows; its memory and share are set from what follows
  std::uint64_t memory = 0;  ///< bytes for baskets and pairs, besides the table of items; 0: half of the machine's
  ImportOptions import;
  bool allow_duplicates = false;  ///< else files with the same sales are refused
  std::string temporary;          ///< folder for what does not fit; empty: that of the counts file
};

struct CountedFiles {
  std::uint64_t baskets = 0;
  std::size_t items = 0;
  std::uint64_t pairs = 0;
  std::uint32_t shares = 1;  ///< in how many parts the baskets had to be counted
};

/// Transactions to a counts file, the same bytes as encode(count(...)) with sources_of() gives. The table of pairs is
/// written as it is counted; baskets that do not fit the memory are counted share by share (the files are read once for
/// each), and the rows, in temporary files without a name, merged. Errors  those of add_sales() and merge(); io;
/// invalid: a file that cannot be read twice outgrows the memory, two files hold the same sales.
Result<CountedFiles> count_files(std::vector<std::string> const& files, std::string const& out,
                                 CountFilesOptions const& options, BadRows& bad, Progress const& progress = {});

}  // namespace tillcue::models
