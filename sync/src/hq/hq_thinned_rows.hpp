#pragma once

#include <cstdint>
#include <vector>

#include "tillcue/sync/results.hpp"
#include "tillcue/sync/sqlite.hpp"
#include "tillcue/sync/thinned.hpp"

namespace tillcue::sync {

/// The sums that stand in the place of results, in tables that reports ask.
class ThinnedRows {
 public:
  static Result<ThinnedRows> prepare(Database& db);

  /// `event` is the row of the inbox, `stream` its numbering, `first` its number.
  Result<void> write(std::int64_t event, std::int64_t stream, std::uint64_t first, Thinned const& sums);
  /// Is one of these numbers stored by itself?
  Result<bool> stored_within(std::int64_t stream, Ack::Range range);
  /// The numbers behind their own that sums stand for, as far as they touch `range`.
  Result<std::vector<Ack::Range>> covering(std::int64_t stream, Ack::Range range);

 private:
  ThinnedRows(Statement head, Statement offer, Statement sale, Statement stored, Statement covering);
  Result<void> write_offer(std::int64_t event, Thinned::OfferKey const& key, Thinned::Offers const& cell);
  Result<void> write_sales(std::int64_t event, Thinned::SalesKey const& key, Thinned::Sales const& cell);

  Statement head_, offer_, sale_, stored_, covering_;
};

}  // namespace tillcue::sync
