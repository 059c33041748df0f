#pragma once

#include <cstdint>

#include "tillcue/core/outcome.hpp"
#include "tillcue/sync/results.hpp"
#include "tillcue/sync/sqlite.hpp"

namespace tillcue::sync {

/// Takes decoded events apart into the tables that reports ask.
class EventRows {
 public:
  static Result<EventRows> prepare(Database& db);

  /// `event` is the row of the inbox, `stream` its numbering; a word of a newer terminal is stored as it came.
  Result<void> write(std::int64_t event, std::int64_t stream, Outcome const& outcome, NewerWords const& newer = {});

 private:
  EventRows(Statement sale, Statement line, Statement decision, Statement answer, Statement coupon);

  struct Key {
    std::int64_t event, stream, at;
  };
  Result<void> write_one(Key key, DecisionMade const& decision, NewerWords const& newer);
  Result<void> write_one(Key key, OfferAnswered const& answer, NewerWords const& newer);
  Result<void> write_one(Key key, CouponIssued const& coupon, NewerWords const& newer);
  Result<void> write_one(Key key, SaleClosed const& sale, NewerWords const& newer);

  Statement sale_, line_, decision_, answer_, coupon_;
};

}  // namespace tillcue::sync
