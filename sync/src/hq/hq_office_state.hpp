#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "hq_budgets.hpp"
#include "hq_rollout.hpp"
#include "hq_words.hpp"
#include "tillcue/sync/hq_office.hpp"
#include "tillcue/sync/hq_time.hpp"
#include "wire/json_fields.hpp"

namespace tillcue::sync {

/// The office between its files: hq_office.cpp says words and answers, hq_office_changes.cpp does what is asked,
/// hq_office_shows.cpp tells what there is.
struct HqOffice::State {
  OfficeParts parts;
  std::string chain;
  std::mutex mutex{};
  HqWords words;
  HqRollout rollout;
  HqBudgets budgets{};
  std::int64_t renewed = 0;
  std::atomic<std::int64_t> away_since{0};  ///< the broker; 0: it is there

  [[nodiscard]] std::int64_t now() const { return unix_seconds(parts.now()); }
  Result<void> together(std::function<Result<void>(Database&)> const& task);
  Result<std::uint64_t> say_live(Database& db, Scope const& scope);
  Result<void> say_grants(Database& db, std::set<TerminalId> const& terminals);

  using Answer = Result<Json>;
  /// A word's number, and what the user is to be told besides, if anything.
  struct Said {
    std::uint64_t number = 0;
    std::string note;
  };
  /// The answer to whoever changes what holds for a scope, in one transaction; notes a scope nobody ever was in.
  Answer say_word(WordKind kind, Scope const& scope, std::function<Result<Said>(Database&)> const& say);
  /// Changes what holds for a scope and says it. `change` tells what the user is to be told besides, if anything.
  Answer say_changed(Scope const& scope, std::function<Result<std::string>(Database&)> const& change);
  Answer stop(Fields& fields, bool on);
  Answer stock(Fields& fields);
  Answer campaigns(Fields& fields);
  Answer items(Fields& fields);
  Answer names(Fields& fields);
  Answer budget_set(Fields& fields);
  Answer budget_end(Fields& fields);
  Answer config(Fields& fields, Json const& request);
  Answer keys(Fields& fields);
  Answer forget(Fields& fields);
  Answer show();
  Answer holders(Fields& fields);
  Answer rollout_start(Fields& fields, bool check);
  Answer rollout_change(std::string_view what);
  Answer answer(Json const& request);
};

Result<std::set<TerminalId>> online_terminals(Database& db);

}  // namespace tillcue::sync
