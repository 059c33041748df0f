#include "tillcue/sync/hq_budget_ledger.hpp"

#include <algorithm>
#include <utility>

namespace tillcue::sync {
namespace {

Allotment plus(Allotment a, Allotment b) {
  auto const add = [](std::int64_t x, std::int64_t y) {
    std::int64_t sum = 0;
    return __builtin_add_overflow(x, y, &sum) ? Allotment::kUnlimited : sum;
  };
  return {add(a.minor, b.minor), add(a.issues, b.issues)};
}

Allotment minus(Allotment a, Allotment b) {
  return {std::max<std::int64_t>(a.minor - b.minor, 0), std::max<std::int64_t>(a.issues - b.issues, 0)};
}

Allotment most_of(Allotment a, Allotment b) { return {std::max(a.minor, b.minor), std::max(a.issues, b.issues)}; }
Allotment least_of(Allotment a, Allotment b) { return {std::min(a.minor, b.minor), std::min(a.issues, b.issues)}; }

Allotment not_negative(Allotment a) { return most_of(a, {}); }

/// 0 of the campaigns file: not limited.
std::int64_t limit_of(std::int64_t said) { return said > 0 ? said : Allotment::kUnlimited; }

}  // namespace

std::vector<BudgetPlan> budget_plans(Bundle const& bundle) {
  std::vector<BudgetPlan> plans;
  for (std::size_t n = 0; n < bundle.budget_count(); ++n) {
    auto const budget = bundle.budget(n);
    plans.push_back({std::string(budget.name),
                     {limit_of(budget.minor), limit_of(budget.issues)},
                     {budget.free_minor, budget.free_issues}});
  }
  return plans;
}

BudgetLedger::BudgetLedger(Allotment total, Allotment free, std::uint32_t terminals)
    : total_(not_negative(total)), free_(not_negative(free)), unknown_(terminals) {}

Allotment BudgetLedger::Account::most() const {
  // A share below what was spent before is not obeyed backwards.
  Allotment most = spent;
  for (auto const& [number, share] : open) most = most_of(most, share);
  return most;
}

BudgetGrant BudgetLedger::Account::last() const { return {open.rbegin()->first, open.rbegin()->second}; }

Allotment BudgetLedger::left() const {
  Allotment gone;
  for (auto const& [terminal, account] : accounts_) gone = plus(gone, plus(account.before, account.most()));
  for (std::uint32_t n = 0; n < unknown_; ++n) gone = plus(gone, free_);
  auto left = minus(total_, gone);
  if (total_.minor == Allotment::kUnlimited) left.minor = Allotment::kUnlimited;
  if (total_.issues == Allotment::kUnlimited) left.issues = Allotment::kUnlimited;
  return left;
}

/// What a file may spend before any grant. One more than was planned for has what its bundle says all the same: counted
/// as far as it is there, and the rest when it reports.
Allotment BudgetLedger::first_share() {
  if (unknown_ == 0) return least_of(free_, left());
  --unknown_;
  return free_;
}

BudgetLedger::Account& BudgetLedger::account(TerminalId const& terminal) {
  auto const [place, fresh] = accounts_.try_emplace(terminal);
  if (fresh) place->second.open.emplace(0, first_share());
  return place->second;
}

bool BudgetLedger::counts_in(TerminalId const& terminal, Epoch epoch) {
  auto const [place, fresh] = accounts_.try_emplace(terminal);
  auto& to = place->second;
  if (!fresh && to.epoch == epoch) return false;
  Account next;
  next.epoch = epoch;
  if (!fresh) {
    next.files = to.files + 1;
    // A share of what is not limited is no sum of money: what was told to be spent of it is all there is to count.
    auto may_have_spent = to.most();
    if (total_.minor == Allotment::kUnlimited) may_have_spent.minor = to.spent.minor;
    if (total_.issues == Allotment::kUnlimited) may_have_spent.issues = to.spent.issues;
    next.before = plus(to.before, may_have_spent);
  }
  to = std::move(next);
  to.open.emplace(0, first_share());
  return true;
}

void BudgetLedger::restore(TerminalId const& terminal, Account kept) {
  auto& to = account(terminal);
  unknown_ -= std::min(unknown_, std::max(kept.files, 1U) - 1);
  if (!kept.open.empty()) to = std::move(kept);
}

BudgetGrant BudgetLedger::give(TerminalId const& terminal, Allotment more) {
  auto& to = account(terminal);
  auto const last = to.last();
  // More than its share is spent where that was not limited at the time.
  auto const share = plus(most_of(last.share, to.spent), least_of(not_negative(more), left()));
  if (share == last.share) return last;
  to.open.emplace(last.number + 1, share);
  return to.last();
}

BudgetGrant BudgetLedger::take_back(TerminalId const& terminal, Allotment keep) {
  auto& from = account(terminal);
  auto const last = from.last();
  auto const share = least_of(last.share, plus(from.spent, not_negative(keep)));
  if (share == last.share) return last;
  from.open.emplace(last.number + 1, share);
  return from.last();
}

void BudgetLedger::reported(TerminalId const& terminal, BudgetReport const& report) {
  (void)counts_in(terminal, report.epoch);
  auto& from = account(terminal);
  if (report.number > from.last().number) return;
  if (report.turn > from.turn) {
    from.spent = report.spent;  // also when it is less: that much was given back
    from.turn = report.turn;
  } else if (report.turn == 0) {
    from.spent = most_of(from.spent, report.spent);
  }
  if (report.number <= from.confirmed) return;
  from.confirmed = report.number;
  from.open.erase(from.open.begin(), from.open.find(report.number));
}

BudgetGrant BudgetLedger::grant_of(TerminalId const& terminal) const {
  auto const found = accounts_.find(terminal);
  return found == accounts_.end() ? BudgetGrant{0, free_} : found->second.last();
}

Allotment BudgetLedger::spent() const {
  Allotment sum;
  for (auto const& [terminal, account] : accounts_) sum = plus(sum, plus(account.before, account.spent));
  return sum;
}

}  // namespace tillcue::sync
