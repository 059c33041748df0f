#pragma once

#include "tillcue/core/bundle.hpp"

namespace tillcue::models {

/// What the affinity table's entries would take, in bits an entry, in the best code that gives each weight and each
/// place a fixed probability: how far a parcel is from what simple codes can do. Row lengths, scales and levels are not
/// in it. All 0 without entries or with a plain table.
/// Source  zero-order entropy: Shannon, Bell System Technical Journal 27, 1948.
struct TableBound {
  double weights = 0;  ///< entropy of the weight codes, all rows together
  double sets = 0;     ///< log2 of the number of sets of so many targets, mean over the rows: ids in any order
  double gaps = 0;     ///< entropy of the gaps between targets: ids in the order they have

  [[nodiscard]] double bits() const noexcept { return weights + (sets < gaps ? sets : gaps); }
};
TableBound table_bound(Bundle const& bundle);

}  // namespace tillcue::models
