#pragma once

#include <cstdint>
#include <map>
#include <optional>
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

/// All budgets with their ledgers, in memory and in HQ's database. Who shares: every terminal that has said what it
/// holds gets a slice, and another when half of it is spent; when nothing is left, a terminal that has nothing is given
/// what one that is online does not use. Threads  one at a time. Errors  those of the database; after one the owner
/// calls load().
class HqBudgets {
 public:
  Result<void> load(Database& db);
  /// Enters a budget or changes its total. Errors  invalid (nothing is limited, negative).
  Result<void> enter(Database& db, EnteredBudget const& plan, std::int64_t now);
  /// Forgets it; its campaign falls back to the bundle's free allotment.  Errors  not_found.
  Result<void> end(Database& db, std::string const& name);
  struct Heard {
    std::set<TerminalId> changed;  ///< whose grants have changed
    std::string notice;            ///< for the log: something is odd about the file it counts in
    bool by_turns = false;         ///< two files of that name speak by turns: two terminals have it
  };
  /// What a terminal said. `online`: from whom something may be taken back. One that counts in another file than before
  /// was set up anew; an earlier file that speaks again is not believed.
  Result<Heard> heard(Database& db, Held const& held, std::set<TerminalId> const& online, std::int64_t now);
  /// Slices for everybody there; whose grants have changed.
  Result<std::set<TerminalId>> share_out(Database& db, std::set<TerminalId> const& online);

  [[nodiscard]] std::map<std::string, LiveContent::Grant> grants_of(TerminalId const& terminal) const;
  /// The file they are for.
  [[nodiscard]] Epoch epoch_of(TerminalId const& terminal) const;
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

  /// In which a terminal counts, and counted before.
  struct Files {
    Epoch now{};
    std::uint64_t turn = 0;  ///< the last one told
    std::set<Epoch> gone;
    std::optional<Epoch> last{};  ///< heard since the start
  };
  Result<void> load_files(Database& db);
  Result<bool> believe(Database& db, Held const& held, std::int64_t now, Heard& out);
  Result<void> keep_file(Database& db, TerminalId const& terminal, Files const& files, std::int64_t now);

  std::map<std::string, Entry> budgets_;
  std::map<TerminalId, Files> files_;
};

}  // namespace tillcue::sync
