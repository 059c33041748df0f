#include "hq_budgets.hpp"

#include <algorithm>

namespace tillcue::sync {
namespace {

/// A slice is the total among all who share it, in this many rounds.
constexpr std::int64_t kRounds = 4;
/// Of a terminal's earlier files so many are remembered.
constexpr std::size_t kMaxGone = 64;

template <class... More>
Result<void> run(Database& db, std::string_view sql, std::string const& name, More const&... more) {
  auto statement = db.prepare(sql);
  if (!statement) return tl::unexpected{statement.error()};
  statement->bind(1, name);
  (statement->bind(2, more), ...);
  return statement->run();
}

using Ledgers = std::map<std::string, HqBudgets::Entry>;

Result<Ledgers> read_plans(Database& db) {
  auto rows = db.prepare(
      "SELECT name, minor, issues, free_minor, free_issues, terminals, currency, scope, file_minor, file_issues FROM "
      "budgets");
  if (!rows) return tl::unexpected{rows.error()};
  Ledgers found;
  for (;;) {
    auto const there = rows->step();
    if (!there) return tl::unexpected{there.error()};
    if (!*there) return found;
    EnteredBudget plan{std::string{rows->text(0)},           {rows->integer(1), rows->integer(2)},
                       {rows->integer(3), rows->integer(4)}, static_cast<std::uint32_t>(rows->integer(5)),
                       std::string{rows->text(6)},           std::string{rows->text(7)},
                       {rows->integer(8), rows->integer(9)}};
    BudgetLedger ledger{plan.total, plan.free, plan.terminals};
    auto name = plan.name;
    found.emplace(std::move(name), HqBudgets::Entry{std::move(plan), std::move(ledger)});
  }
}

using Accounts = std::map<std::pair<std::string, std::string>, BudgetLedger::Account>;

Result<Accounts> read_accounts(Database& db) {
  Accounts found;
  auto rows = db.prepare(
      "SELECT name, terminal, confirmed, minor, issues, epoch, files, before_minor, before_issues FROM accounts");
  if (!rows) return tl::unexpected{rows.error()};
  for (auto there = rows->step();; there = rows->step()) {
    if (!there) return tl::unexpected{there.error()};
    if (!*there) break;
    auto& account = found[{std::string{rows->text(0)}, std::string{rows->text(1)}}];
    account.confirmed = static_cast<std::uint32_t>(rows->integer(2));
    account.spent = {rows->integer(3), rows->integer(4)};
    account.epoch = Epoch{static_cast<std::uint64_t>(rows->integer(5))};
    account.files = static_cast<std::uint32_t>(rows->integer(6));
    account.before = {rows->integer(7), rows->integer(8)};
  }
  auto grants = db.prepare("SELECT name, terminal, number, minor, issues FROM grants");
  if (!grants) return tl::unexpected{grants.error()};
  for (auto there = grants->step();; there = grants->step()) {
    if (!there) return tl::unexpected{there.error()};
    if (!*there) return found;
    found[{std::string{grants->text(0)}, std::string{grants->text(1)}}].open.emplace(
        static_cast<std::uint32_t>(grants->integer(2)), Allotment{grants->integer(3), grants->integer(4)});
  }
}

/// Of the bundle it runs, where that was published with --db.
Result<void> learn_currency(Database& db, TerminalId const& terminal, std::map<TerminalId, std::string>& known) {
  auto row = db.prepare(
      "SELECT c.currency FROM terminals t JOIN releases r ON r.release = t.release JOIN currencies c USING(bundle) "
      "WHERE t.terminal = ?1");
  if (!row) return tl::unexpected{row.error()};
  auto const there = row->bind(1, terminal.value).step();
  if (!there) return tl::unexpected{there.error()};
  if (*there) known[terminal] = row->text(0);
  return {};
}

}  // namespace

Allotment rest(BudgetLedger const& ledger, TerminalId const& terminal) {
  auto const found = ledger.accounts().find(terminal);
  if (found == ledger.accounts().end()) return {};
  auto const& account = found->second;
  auto const share = account.last().share;
  return {std::max<std::int64_t>(share.minor - account.spent.minor, 0),
          std::max<std::int64_t>(share.issues - account.spent.issues, 0)};
}

Allotment slice(Allotment total, std::size_t sharers) {
  auto const part = [&](std::int64_t whole) -> std::int64_t {
    if (whole == Allotment::kUnlimited) return 0;
    return std::max<std::int64_t>(whole / (kRounds * static_cast<std::int64_t>(std::max<std::size_t>(sharers, 1))), 1);
  };
  return {part(total.minor), part(total.issues)};
}

Result<void> HqBudgets::load(Database& db) {
  auto plans = read_plans(db);
  if (!plans) return tl::unexpected{plans.error()};
  auto accounts = read_accounts(db);
  if (!accounts) return tl::unexpected{accounts.error()};
  if (auto done = load_files(db); !done) return done;
  for (auto& [key, account] : *accounts) {
    auto const entry = plans->find(key.first);
    if (auto const file = files_.find(TerminalId{key.second}); file != files_.end()) account.turn = file->second.turn;
    if (entry != plans->end()) entry->second.ledger.restore(TerminalId{key.second}, std::move(account));
  }
  budgets_ = std::move(*plans);
  return {};
}

Result<void> HqBudgets::load_files(Database& db) {
  auto rows = db.prepare("SELECT terminal, epoch, gone, turn FROM live_files");
  if (!rows) return tl::unexpected{rows.error()};
  files_.clear();
  for (auto there = rows->step();; there = rows->step()) {
    if (!there) return tl::unexpected{there.error()};
    if (!*there) return {};
    auto& files = files_[TerminalId{std::string{rows->text(0)}}];
    Epoch const epoch{static_cast<std::uint64_t>(rows->integer(1))};
    if (rows->integer(2) != 0) files.gone.insert(epoch);
    if (rows->integer(2) != 0) continue;
    files.now = epoch;
    files.turn = static_cast<std::uint64_t>(rows->integer(3));
  }
}

Result<void> HqBudgets::keep_file(Database& db, TerminalId const& terminal, Files const& files, std::int64_t now) {
  if (auto done = run(db, "UPDATE live_files SET gone = 1 WHERE terminal = ?1", terminal.value); !done) return done;
  auto put =
      db.prepare("INSERT OR REPLACE INTO live_files(terminal, epoch, turn, since, gone) VALUES(?1, ?2, ?3, ?4, 0)");
  if (!put) return tl::unexpected{put.error()};
  put->bind(1, terminal.value).bind(2, static_cast<std::int64_t>(files.now));
  put->bind(3, static_cast<std::int64_t>(files.turn)).bind(4, now);
  if (auto done = put->run(); !done || files.gone.size() <= kMaxGone) return done;
  auto done = run(db,
                  "DELETE FROM live_files WHERE terminal = ?1 AND gone = 1 AND epoch NOT IN (SELECT epoch FROM "
                  "live_files WHERE terminal = ?1 AND gone = 1 ORDER BY since DESC LIMIT 32)",
                  terminal.value);
  return done ? load_files(db) : done;
}

/// Whether what a terminal says of budgets is of the file that counts; a new one takes the old one's place.
Result<bool> HqBudgets::believe(Database& db, Held const& held, std::int64_t now, Heard& out) {
  auto const known = files_.find(held.terminal);
  bool const first = known == files_.end();
  if (!first && held.epoch != Epoch{}) {
    auto& files = known->second;
    auto const before = std::exchange(files.last, held.epoch);
    out.by_turns = before && *before != held.epoch && (files.now == held.epoch || files.gone.contains(held.epoch));
  }
  if (!first && known->second.now == held.epoch) {
    if (held.turn <= known->second.turn) return true;
    known->second.turn = held.turn;
    auto done = run(db, "UPDATE live_files SET turn = ?2 WHERE terminal = ?1 AND gone = 0", held.terminal.value,
                    static_cast<std::int64_t>(held.turn));
    return done ? Result<bool>{true} : tl::unexpected{done.error()};
  }
  // A program that cannot open its file tells none, and spends nothing.
  if (!first && held.epoch == Epoch{} && held.budgets.empty()) return false;
  if (!first && held.epoch != Epoch{} && known->second.gone.contains(held.epoch)) {
    out.notice = "an earlier file of it speaks again: do two terminals have this name, or was an old disk put back?";
    return false;
  }
  auto& files = files_[held.terminal];
  if (!first) {
    files.gone.insert(files.now);
    files.gone.erase(held.epoch);
    out.notice = "it was set up anew: what its file before may have spent counts as spent";
  }
  files.now = held.epoch;
  files.turn = held.turn;
  auto const done = keep_file(db, held.terminal, files, now);
  return done ? Result<bool>{true} : tl::unexpected{done.error()};
}

Result<void> HqBudgets::end(Database& db, std::string const& name) {
  if (budgets_.erase(name) == 0) return fail(Code::not_found, "there is no budget \"" + name + "\"; see `budget list`");
  for (auto const* table : {"budgets", "accounts", "grants"}) {
    if (auto done = run(db, "DELETE FROM " + std::string{table} + " WHERE name = ?1", name); !done) return done;
  }
  return {};
}

Result<void> HqBudgets::keep(Database& db, Entry const& entry, TerminalId const& terminal) {
  auto const& account = entry.ledger.accounts().at(terminal);
  auto put = db.prepare(
      "INSERT OR REPLACE INTO accounts(name, terminal, confirmed, minor, issues, epoch, files, before_minor, "
      "before_issues) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  if (!put) return tl::unexpected{put.error()};
  put->bind(6, static_cast<std::int64_t>(account.epoch)).bind(7, std::int64_t{account.files});
  put->bind(8, account.before.minor).bind(9, account.before.issues);
  put->bind(1, entry.plan.name).bind(2, terminal.value).bind(3, std::int64_t{account.confirmed});
  put->bind(4, account.spent.minor).bind(5, account.spent.issues);
  if (auto done = put->run(); !done) return done;
  auto done = run(db, "DELETE FROM grants WHERE name = ?1 AND terminal = ?2", entry.plan.name, terminal.value);
  if (!done) return done;
  auto grant = db.prepare("INSERT INTO grants VALUES(?1, ?2, ?3, ?4, ?5)");
  if (!grant) return tl::unexpected{grant.error()};
  for (auto const& [number, share] : account.open) {
    grant->bind(1, entry.plan.name).bind(2, terminal.value).bind(3, std::int64_t{number});
    grant->bind(4, share.minor).bind(5, share.issues);
    if (auto added = grant->run(); !added) return added;
  }
  return {};
}

/// Brings a terminal's rest up to a slice, out of what nobody has or of what another one does not use.
Result<void> HqBudgets::supply(Database& db, Entry& entry, TerminalId const& terminal,
                               std::set<TerminalId> const& online, std::set<TerminalId>& changed) {
  auto& ledger = entry.ledger;
  (void)ledger.counts_in(terminal, epoch_of(terminal));
  auto const sharers = std::max(ledger.accounts().size(), online.size());
  auto const wanted = slice(entry.plan.total, sharers);
  auto const has = rest(ledger, terminal);
  auto const enough = [](std::int64_t there, std::int64_t of) { return of == 0 || (there > 0 && 2 * there >= of); };
  if (enough(has.minor, wanted.minor) && enough(has.issues, wanted.issues)) return {};
  auto const before = ledger.grant_of(terminal).number;
  (void)ledger.give(terminal, {std::max<std::int64_t>(wanted.minor - has.minor, 0),
                               std::max<std::int64_t>(wanted.issues - has.issues, 0)});
  if (ledger.grant_of(terminal).number != before) changed.insert(terminal);
  if (auto done = keep(db, entry, terminal); !done) return done;

  auto const now = rest(ledger, terminal);
  bool const money = 4 * now.minor < wanted.minor, offers = 4 * now.issues < wanted.issues;
  if (!money && !offers) return {};
  TerminalId const* richest = nullptr;
  auto const richer = [&](Allotment a, Allotment b) { return money ? a.minor > b.minor : a.issues > b.issues; };
  for (auto const& other : online) {
    auto const theirs = rest(ledger, other);
    bool const richer_than_this = money ? theirs.minor > 2 * now.minor + 1 : theirs.issues > 2 * now.issues + 1;
    if (other == terminal || !richer_than_this) continue;
    if (richest == nullptr || richer(theirs, rest(ledger, *richest))) richest = &other;
  }
  if (richest == nullptr) return {};
  auto const theirs = rest(ledger, *richest);
  auto const number = ledger.grant_of(*richest).number;
  // Only what is scarce: taking back what there is plenty of would be work for nothing.
  Allotment const leave{money ? theirs.minor / 2 : theirs.minor, offers ? theirs.issues / 2 : theirs.issues};
  if (ledger.take_back(*richest, leave).number != number) changed.insert(*richest);
  return keep(db, entry, *richest);
}

Result<HqBudgets::Heard> HqBudgets::heard(Database& db, Held const& held, std::set<TerminalId> const& online,
                                          std::int64_t now) {
  Heard out;
  auto const believed = believe(db, held, now, out);
  if (!believed) return tl::unexpected{believed.error()};
  if (!*believed) return out;
  if (auto known = learn_currency(db, held.terminal, currencies_); !known) return tl::unexpected{known.error()};
  for (auto& [name, entry] : budgets_) {
    if (other_money(entry, held.terminal)) continue;
    bool news = entry.ledger.counts_in(held.terminal, held.epoch);
    if (news) out.changed.insert(held.terminal);
    auto const said = held.budgets.find(name);
    auto const& account = entry.ledger.accounts().at(held.terminal);
    auto const spent_before = account.spent;
    auto const confirmed_before = account.confirmed;
    // Nothing said of it: nothing spent and no share, or all that was spent was given back.
    auto const spent = said == held.budgets.end() ? Held::Spent{} : said->second;
    bool const cut = said == held.budgets.end() && held.budgets.size() >= kMaxHeldBudgets;
    if (!cut) entry.ledger.reported(held.terminal, {spent.grant, spent.amount, held.epoch, held.turn});
    news = news || account.spent != spent_before || account.confirmed != confirmed_before;
    auto done = news ? keep(db, entry, held.terminal) : Result<void>{};
    if (done) done = supply(db, entry, held.terminal, online, out.changed);
    if (!done) return tl::unexpected{done.error()};
  }
  return out;
}

/// What it spends under that name is of another currency: cents of one are no cents of the other.
bool HqBudgets::other_money(Entry const& entry, TerminalId const& terminal) const {
  auto const known = currencies_.find(terminal);
  return known != currencies_.end() && !entry.plan.currency.empty() && known->second != entry.plan.currency;
}

Result<std::set<TerminalId>> HqBudgets::share_out(Database& db, std::set<TerminalId> const& online) {
  std::set<TerminalId> changed;
  for (auto const& terminal : online) {
    if (auto known = learn_currency(db, terminal, currencies_); !known) return tl::unexpected{known.error()};
  }
  for (auto& [name, entry] : budgets_) {
    for (auto const& terminal : online) {
      if (!files_.contains(terminal)) continue;  // it will say what it counts in
      if (other_money(entry, terminal)) continue;
      if (auto done = supply(db, entry, terminal, online, changed); !done) return tl::unexpected{done.error()};
    }
  }
  return changed;
}

std::map<std::string, LiveContent::Grant> HqBudgets::grants_of(TerminalId const& terminal) const {
  std::map<std::string, LiveContent::Grant> grants;
  for (auto const& [name, entry] : budgets_) {
    if (!entry.ledger.accounts().contains(terminal)) continue;
    auto const grant = entry.ledger.grant_of(terminal);
    auto share = grant.share;
    if (entry.plan.total.minor == Allotment::kUnlimited) share.minor = Allotment::kUnlimited;
    if (entry.plan.total.issues == Allotment::kUnlimited) share.issues = Allotment::kUnlimited;
    grants[name] = {grant.number, share};
  }
  return grants;
}

Epoch HqBudgets::epoch_of(TerminalId const& terminal) const {
  auto const found = files_.find(terminal);
  return found == files_.end() ? Epoch{} : found->second.now;
}

std::set<TerminalId> HqBudgets::holders() const {
  std::set<TerminalId> all;
  for (auto const& [name, entry] : budgets_) {
    for (auto const& [terminal, account] : entry.ledger.accounts()) all.insert(terminal);
  }
  return all;
}

}  // namespace tillcue::sync
