#include <algorithm>
#include <utility>

#include "hq_budgets.hpp"
#include "tillcue/sync/hq_known.hpp"
#include "tillcue/sync/hq_numbers.hpp"

namespace tillcue::sync {
namespace {

constexpr auto kNone = Allotment::kUnlimited;

std::string figure(std::int64_t value) { return value == kNone ? "none" : std::to_string(value); }

std::string figures(Allotment of) { return "amount " + figure(of.minor) + ", issues " + figure(of.issues); }

void add_note(std::string& note, std::string const& more) { note += (note.empty() ? "" : "; ") + more; }

/// What is given out, what files that are gone may have spent and what unknown terminals have by their bundles.
Allotment gone_of(BudgetLedger const& ledger) {
  auto const limits = ledger.total();
  auto probe = ledger;
  probe.set_total({kNone - 1, kNone - 1});
  auto const left = probe.left();
  return {limits.minor == kNone ? 0 : kNone - 1 - left.minor, limits.issues == kNone ? 0 : kNone - 1 - left.issues};
}

/// A part that was not limited is now, or the other way round.
bool other_limits(Allotment before, Allotment now) {
  return (before.minor == kNone) != (now.minor == kNone) || (before.issues == kNone) != (now.issues == kNone);
}

bool beyond(std::int64_t part, std::int64_t total) { return total != kNone && part > total; }

/// One part of head office's word.
Result<std::int64_t> said(std::optional<std::int64_t> word, std::int64_t now, std::int64_t in_file,
                          std::string const& name) {
  if (!word) return now;
  if (*word != BudgetWord::kAsInFile) return *word;
  if (in_file != EnteredBudget::kNotKnown) return in_file;
  return fail(Code::not_found, "budget " + name + ": no campaigns file is known that has it; say a number");
}

}  // namespace

Result<HqBudgets::Entered> HqBudgets::set(Database& db, BudgetWord const& word, std::int64_t now) {
  EnteredBudget plan;
  auto const known = budgets_.find(word.name);
  if (known != budgets_.end()) plan = known->second.plan;
  if (known == budgets_.end()) {
    plan.name = word.name;
    plan.free = word.free;
    plan.terminals = word.terminals;
  }
  auto const minor = said(word.minor, plan.total.minor, plan.file.minor, word.name);
  auto const issues = said(word.issues, plan.total.issues, plan.file.issues, word.name);
  if (!minor || !issues) return tl::unexpected{(minor ? issues : minor).error()};
  plan.total = {*minor, *issues};
  return enter(db, plan, now);
}

Result<HqBudgets::Entered> HqBudgets::bring(Database& db, EnteredBudget const& plan, std::int64_t now) {
  auto const known = budgets_.find(plan.name);
  auto next = plan;
  next.file = plan.total;
  if (known == budgets_.end()) return enter(db, next, now);
  if (auto same = check_budget_currency(db, {{plan.name, {}, {}}}, plan.currency); !same)
    return tl::unexpected{same.error()};
  auto const& was = known->second.plan;
  auto const name = "budget " + plan.name;
  if (was.scope == "all" && plan.scope != "all" && !plan.scope.empty()) {
    Entered out;
    if (plan.total != was.total) {
      out.note = name + " stays at " + figures(was.total) + ", of the release for the chain: one for " + plan.scope +
                 " does not change it (its file says " + figures(plan.total) + ")";
    }
    return out;
  }
  // Only what the file says otherwise than the one before is news; all else is head office's own word, or the same.
  bool const first = was.file.minor == EnteredBudget::kNotKnown;
  if (!first && plan.total.minor == was.file.minor) next.total.minor = was.total.minor;
  if (!first && plan.total.issues == was.file.issues) next.total.issues = was.total.issues;
  next.free = was.free;
  next.terminals = was.terminals;
  auto const before = was.total;
  auto done = enter(db, next, now);
  if (!done) return done;
  std::string note;
  if (next.total != before) note = name + ": " + figures(before) + " before, " + figures(next.total) + " now";
  if (next.total != plan.total) {
    add_note(note, name + " stays at " + figures(next.total) + ", as head office said it; the campaigns file says " +
                       figures(plan.total) + " as before (tillcue-hq budget set --name " + plan.name +
                       " --amount file --issues file takes it)");
  }
  if (!done->note.empty()) add_note(note, done->note);
  done->note = std::move(note);
  return done;
}

/// Keeps the plan and makes it the ledger's total.
Result<HqBudgets::Entered> HqBudgets::enter(Database& db, EnteredBudget const& plan, std::int64_t now) {
  bool const bounded = plan.total.minor != kNone || plan.total.issues != kNone;
  if (!bounded) {
    return fail(Code::invalid, "budget " + plan.name +
                                   ": limit its amount, its issues or both; `budget end` ends it, and its campaign "
                                   "has the bundle's free share only");
  }
  if (plan.total.minor < 0 || plan.total.issues < 0 || plan.free.minor < 0 || plan.free.issues < 0) {
    return fail(Code::invalid, "budget " + plan.name + ": nothing may be negative");
  }
  auto put = db.prepare(
      "INSERT OR REPLACE INTO budgets(name, minor, issues, free_minor, free_issues, terminals, since, currency, scope, "
      "file_minor, file_issues) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  if (!put) return tl::unexpected{put.error()};
  put->bind(1, plan.name).bind(2, plan.total.minor).bind(3, plan.total.issues).bind(4, plan.free.minor);
  put->bind(5, plan.free.issues).bind(6, std::int64_t{plan.terminals}).bind(7, now);
  put->bind(8, plan.currency).bind(9, plan.scope).bind(10, plan.file.minor).bind(11, plan.file.issues);
  if (auto done = put->run(); !done) return tl::unexpected{done.error()};
  auto const known = budgets_.find(plan.name);
  if (known == budgets_.end()) {
    budgets_.emplace(plan.name, Entry{plan, BudgetLedger{plan.total, plan.free, plan.terminals}});
    return Entered{};
  }
  auto& entry = known->second;
  bool const limits_changed = other_limits(entry.plan.total, plan.total);
  entry.plan = plan;
  entry.ledger.set_total(plan.total);
  Entered out;
  auto const spent = entry.ledger.spent();
  if (beyond(spent.minor, plan.total.minor) || beyond(spent.issues, plan.total.issues)) {
    out.note = "more than that is spent already: amount " + std::to_string(spent.minor) + ", issues " +
               std::to_string(spent.issues);
  }
  if (auto done = call_back(db, entry, out.changed); !done) return tl::unexpected{done.error()};
  if (!out.changed.empty()) {
    add_note(out.note, "what " + counted(out.changed.size(), "terminal") +
                           " did not spend of shares beyond it is called back; who is offline may spend it until "
                           "it hears that");
  }
  // Whether a share has a limit is the total's, not the grant's: everybody's is another one now, whatever its number.
  if (limits_changed) {
    for (auto const& [terminal, account] : entry.ledger.accounts()) out.changed.insert(terminal);
  }
  return out;
}

/// What is given out beyond the total: everybody keeps a slice of what is not spent, nothing when all of it is. It is
/// free when a terminal has said that it does not count on it any more.
Result<void> HqBudgets::call_back(Database& db, Entry& entry, std::set<TerminalId>& changed) {
  auto& ledger = entry.ledger;
  auto const total = entry.plan.total, gone = gone_of(ledger);
  bool const money = beyond(gone.minor, total.minor), offers = beyond(gone.issues, total.issues);
  if (!money && !offers) return {};
  // What nobody can be asked for: spent, or promised by bundles to who has not come yet.
  auto fixed = gone;
  std::vector<TerminalId> holders;
  for (auto const& [terminal, account] : ledger.accounts()) {
    holders.push_back(terminal);
    auto const most = account.most();
    fixed.minor -= money ? most.minor - account.spent.minor : 0;
    fixed.issues -= offers ? most.issues - account.spent.issues : 0;
  }
  auto const part = [&](std::int64_t whole, std::int64_t of) {
    return std::max<std::int64_t>(whole - of, 0) / std::max<std::int64_t>(static_cast<std::int64_t>(holders.size()), 1);
  };
  Allotment const keeps{money ? part(total.minor, fixed.minor) : kNone,
                        offers ? part(total.issues, fixed.issues) : kNone};
  for (auto const& terminal : holders) {
    auto const number = ledger.grant_of(terminal).number;
    if (ledger.take_back(terminal, keeps).number == number) continue;
    changed.insert(terminal);
    if (auto done = keep(db, entry, terminal); !done) return done;
  }
  return {};
}

}  // namespace tillcue::sync
