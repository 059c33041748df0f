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

/// A budget as it is kept.
struct EnteredBudget {
  static constexpr std::int64_t kNotKnown = -1;

  std::string name;  ///< a campaign, or partner:NAME
  Allotment total{Allotment::kUnlimited, Allotment::kUnlimited};
  Allotment free{};                      ///< each terminal's without a grant, as the bundle says
  std::uint32_t terminals = 0;           ///< that the free allotment is counted for
  std::string currency{};                ///< of the bundle that brought it; empty: none did, or not known
  std::string scope{};                   ///< of that bundle's release
  Allotment file{kNotKnown, kNotKnown};  ///< the total as the campaigns file of that bundle has it
};

/// What head office says of a budget, part by part: a number, no limit (Allotment::kUnlimited), kAsInFile, or nothing:
/// then it stays what it was.
struct BudgetWord {
  static constexpr std::int64_t kAsInFile = -2;

  std::string name;
  std::optional<std::int64_t> minor{}, issues{};
  Allotment free{};  ///< of one that is new
  std::uint32_t terminals = 0;
};

/// All budgets with their ledgers, in memory and in HQ's database. Who shares: every terminal that has said what it
/// holds gets a slice, and another when half of it is spent; when nothing is left, a terminal that has nothing is given
/// what one that is online does not use. Threads  one at a time. Errors  those of the database; after one the owner
/// calls load().
class HqBudgets {
 public:
  Result<void> load(Database& db);
  /// What became of a total: whose grants, or whether they have a limit, have changed, and what the user is to be told.
  struct Entered {
    std::set<TerminalId> changed;
    std::string note;
  };
  /// Head office's word. What of the shares goes beyond a smaller total is called back at once.
  /// Errors  invalid (nothing is limited, negative, the file's figure asked for where none is known).
  Result<Entered> set(Database& db, BudgetWord const& word, std::int64_t now);
  /// What the bundle of a release has: `plan.total` is the file's. A figure that is the one of the bundle before
  /// changes nothing, so that head office's word stands over releases; nor does a release for part of the chain change
  /// what that of the chain brought.  Errors  rejected (another currency), as above.
  Result<Entered> bring(Database& db, EnteredBudget const& plan, std::int64_t now);
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
  Result<Entered> enter(Database& db, EnteredBudget const& plan, std::int64_t now);
  Result<void> call_back(Database& db, Entry& entry, std::set<TerminalId>& changed);
  [[nodiscard]] bool other_money(Entry const& entry, TerminalId const& terminal) const;

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
  std::map<TerminalId, std::string> currencies_;  ///< of the bundles they run, as far as known
};

/// What a terminal may spend yet, of its last share.
Allotment rest(BudgetLedger const& ledger, TerminalId const& terminal);
/// Of what is not limited nobody needs a share.
Allotment slice(Allotment total, std::size_t sharers);

}  // namespace tillcue::sync
