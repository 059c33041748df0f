#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tillcue/core/live.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/sync/results.hpp"

namespace tillcue::sync {

/// A terminal's share of a budget, numbered so that late and repeated messages do no harm.
struct BudgetGrant {
  std::uint32_t number = 0;  ///< rises with every change of this terminal's share
  Allotment share;           ///< of the whole campaign, what was spent before included
};

/// What a terminal says of its share.
struct BudgetReport {
  std::uint32_t number = 0;  ///< of the last grant it applied; 0: none yet
  Allotment spent;
  Epoch epoch{};           ///< of the file it counts in; none: an older program's
  std::uint64_t turn = 0;  ///< of what was spent there: rises with each change; 0: not told
};

/// A budget as the campaigns file has it: what a ledger is made from, and the name its grants go by.
struct BudgetPlan {
  std::string name;  ///< as Live::grant() takes it
  Allotment total, free;
};

/// Those of a bundle (Bundle::budget), by rising name.
std::vector<BudgetPlan> budget_plans(Bundle const& bundle);

/// Splits one budget among terminals that may be offline for weeks, so that all of them together never exceed it: a
/// share counts as gone from the moment it is sent, and what is taken back is free only when the terminal has said that
/// it no longer counts on it. What a terminal gives back is free when it says so in a later turn. One that was set up
/// anew counts from nothing, in another file: all that the file before it may have spent is then spent, and of what the
/// total does not limit, what it told.
/// Threads  one. Nothing here fails; asking for more than is left gives what is left.
class BudgetLedger {
 public:
  /// What stands between head office and one terminal; kept over a restart.
  struct Account {
    std::uint32_t confirmed = 0;              ///< number of the last grant known to be applied
    std::map<std::uint32_t, Allotment> open;  ///< grants from `confirmed` on: one of them is in force there
    Allotment spent;                          ///< as last reported; without turns: the most
    Epoch epoch{};                            ///< of the file it counts in
    std::uint64_t turn = 0;                   ///< of `spent`
    std::uint32_t files = 1;                  ///< it has counted in
    Allotment before;                         ///< counted as spent for those that are gone

    /// The most it may count on whichever of them that is.
    [[nodiscard]] Allotment most() const;
    [[nodiscard]] BudgetGrant last() const;
  };

  /// `free`: what each of at most `terminals` terminals may spend before any grant (Bundle: free_minor, free_issues);
  /// it counts as given to all of them.
  BudgetLedger(Allotment total, Allotment free, std::uint32_t terminals);

  /// What may still be given, to anybody; of what the total does not limit, without end.
  [[nodiscard]] Allotment left() const;
  /// Raises a terminal's share by what it wants in addition, as far as it is there. The grant has to be sent until a
  /// report with its number comes back.
  BudgetGrant give(TerminalId const& terminal, Allotment more);
  /// Asks a terminal to do with `keep` more than it was last known to have spent.
  BudgetGrant take_back(TerminalId const& terminal, Allotment keep);
  /// The terminal counts in the file of that epoch: it has an account from now on. Another file than before: the old
  /// one's account is closed, with the most it may have spent.  Returns whether anything is new.
  bool counts_in(TerminalId const& terminal, Epoch epoch);
  /// From a terminal, in any order, any number of times. Impossible numbers are ignored.
  void reported(TerminalId const& terminal, BudgetReport const& report);

  /// The last grant made to a terminal; number 0 when there was none.
  [[nodiscard]] BudgetGrant grant_of(TerminalId const& terminal) const;
  /// Told, or counted as spent for files that are gone.
  [[nodiscard]] Allotment spent() const;

  [[nodiscard]] std::map<TerminalId, Account> const& accounts() const noexcept { return accounts_; }
  /// Puts back what accounts() told before a restart.
  void restore(TerminalId const& terminal, Account account);
  [[nodiscard]] Allotment total() const noexcept { return total_; }
  /// A budget made larger or smaller; what was given stays given.
  void set_total(Allotment total) noexcept { total_ = total; }

 private:
  Account& account(TerminalId const& terminal);
  Allotment first_share();

  Allotment total_, free_;
  std::uint32_t unknown_;  ///< terminals that have not been heard of yet
  std::map<TerminalId, Account> accounts_;
};

}  // namespace tillcue::sync
