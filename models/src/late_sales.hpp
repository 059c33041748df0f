#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tillcue/models/bad_rows.hpp"
#include "tillcue/models/dataset.hpp"

namespace tillcue::models {

/// A basket of the open file.
struct LateBasket {
  std::int64_t time = kNoTime;
  std::uint64_t line = 0;  ///< of its first row
};

/// Knows of the latest baskets where they stand, so that strays (stray_days.hpp) can be told by file and line.
class LateSales {
 public:
  static constexpr std::size_t kShown = 20;

  void add(std::string const& file, std::vector<LateBasket> const& latest);
  /// Takes a few stray baskets out of `data`, and notes them; of many notes that they are there.
  void judge(Dataset& data, BadRows& bad) const;

 private:
  struct Sale {
    std::string file;
    LateBasket basket;
  };
  std::vector<Sale> latest_;  ///< of all files, in the order they were read
};

/// Notes when all visit numbers look like seconds or milliseconds since 1970: then nobody meant visit numbers.
void note_unix_times(Dataset const& data, BadRows& bad);

}  // namespace tillcue::models
