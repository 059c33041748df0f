#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tillcue/core/result.hpp"
#include "tillcue/sync/hq_budget_ledger.hpp"
#include "tillcue/sync/sqlite.hpp"
#include "tillcue/sync/word.hpp"

namespace tillcue::sync {

/// What HQ has heard of by its name: notes against a slip of the finger. Empty when the name is known, or nothing of
/// its kind is. No reason to refuse: what is named may come later, or was published before HQ wrote such names down.
/// Errors  those of the database.
Result<std::string> unknown_campaign(Database& db, std::string const& campaign);
Result<std::string> unknown_items(Database& db, std::vector<std::string> const& skus);
Result<std::string> unknown_scope(Database& db, Scope const& scope);

/// The same of a rollout's canaries.
/// Errors  rejected: none of those named is known and reads stages, so that the rollout would wait for ever; as above.
Result<std::string> unknown_canaries(Database& db, std::vector<std::string> const& canaries);
/// Those no terminal ever came as.
Result<std::vector<std::string>> never_heard_of(Database& db, std::vector<std::string> const& terminals);

/// Budgets are money, and HQ adds up what is spent under one name: whether a bundle's are of the currency they had.
/// Errors  rejected, with the mend; those of the database.
Result<void> check_budget_currency(Database& db, std::vector<BudgetPlan> const& plans, std::string_view currency);

/// The first few, and that there are more.
std::string some_of(std::vector<std::string> const& names);

}  // namespace tillcue::sync
