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

/// Writes the rows of files of any format as one transactions.csv, in their order and with their texts. Of several
/// files, basket ids get the number of their file in front ("2:4711"), for an id holds within one file.
/// Errors  of reading and writing; invalid: more rows are bad than `limit` allows, or there is none.
Result<ImportSummary> import_csv(std::vector<std::string> const& files, ImportOptions const& options,
                                 BadRowLimit const& limit, std::string const& out, BadRows& bad);

}  // namespace tillcue::models
