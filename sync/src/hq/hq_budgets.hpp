#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "tillcue/sync/hq_budget_ledger.hpp"
#include "tillcue/sync/sqlite.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::sync {

/// A budget as head office enters it.
struct EnteredBudget {
  std::string name;  ///< a campaign, or partner:NAME
  Allotment total{Allotment::kUnlimited, Allotment::kUnlimited};
  Allotment free{};             ///< each terminal's without a grant, as the bundle says
  std::uint32_t terminals = 0;  ///< that the free allotment is counted for
};

/// All budgets with their ledgers, in memory and in HQ's database. Who shares: every terminal that has spoken gets a
/// slice, and another when half of it is spent; when nothing is left, a terminal that has nothing is given what one
/// that is online does not use. Threads  one at a time. Errors  those of the database; after one the owner calls
/// load().
class HqBudgets {
 public:
  Result<void> load(Database& db);
  /// Enters a budget or changes its total. Errors  invalid (nothing is limited, negative).
  Result<void> enter(Database& db, EnteredBudget const& plan, std::int64_t now);
  /// Forgets it; its campaign falls back to the bundle's free allotment.  Errors  not_found.
  Result<void> end(Database& db, std::string const& name);
  /// What a terminal said. `online`: from whom something may be taken back.
  /// Returns whose grants have changed.
  Result<std::set<TerminalId>> heard(Database& db, Held const& held, std::set<TerminalId> const& online);
  /// Slices for everybody there; whose grants have changed.
  Result<std::set<TerminalId>> share_out(Database& db, std::set<TerminalId> const& online);

  [[nodiscard]] std::map<std::string, LiveContent::Grant> grants_of(TerminalId const& terminal) const;
  struct Entry {
    EnteredBudget plan;
    BudgetLedger ledger;
  };
  [[nodiscard]] std::map<std::string, Entry> const& all() const noexcept { return budgets_; }
  [[nodiscard]] std::set<TerminalId> holders() const;

 private:
  Result<void> supply(Database& db, Entry& entry, TerminalId const& terminal, std::set<TerminalId> const& online,
                      std::set<TerminalId>& changed);
  Result<void> keep(Database& db, Entry const& entry, TerminalId const& terminal);

  std::map<std::string, Entry> budgets_;
};

}  // namespace tillcue::sync
