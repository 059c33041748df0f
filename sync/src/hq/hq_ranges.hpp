#pragma once

#include <cstdint>

#include "tillcue/sync/results.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// Which numbers of a stream are stored, as ranges that never touch. An acknowledgement is computed on this set, so a
/// late or missing batch can never be skipped by a maximum.
class StoredRanges {
 public:
  static Result<StoredRanges> prepare(Database& db);

  Result<void> add(std::int64_t stream, Ack::Range range);
  /// Fills `through` and `also`. When there are more ranges than fit, the one that holds `recent` is among them.
  Result<void> fill(std::int64_t stream, std::uint64_t recent, Ack& ack);

 private:
  StoredRanges(Statement touching, Statement erase, Statement insert, Statement lowest, Statement holding);
  Result<Ack::Range> absorb(std::int64_t stream, Ack::Range range);

  Statement touching_, erase_, insert_, lowest_, holding_;
};

}  // namespace tillcue::sync
