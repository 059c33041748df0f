#include "tillcue/sync/hq_known.hpp"

#include <algorithm>

#include "hq_rollout_health.hpp"
#include "hq_rows.hpp"

namespace tillcue::sync {
namespace {

/// Who was here last comes first: of many that is whom one may mean.
Result<std::vector<std::string>> terminals_known(Database& db) {
  return texts(db, "SELECT terminal FROM terminals ORDER BY online DESC, last_seen / 60000 DESC, terminal");
}

/// `field`: store or group, as terminals say it with the words they hold.
Result<std::vector<std::string>> places_known(Database& db, std::string const& field) {
  return texts(db, "SELECT DISTINCT json_extract(body, '$." + field + "') AS place FROM held WHERE place <> '' " +
                       "ORDER BY place");
}

bool holds(std::vector<std::string> const& names, std::string const& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string nobody_called(std::vector<std::string> const& unknown, std::vector<std::string> const& known) {
  return "no terminal has ever called itself " + some_of(unknown) +
         (known.empty() ? "; none is known yet" : "; known terminals: " + some_of(known));
}

}  // namespace

std::string some_of(std::vector<std::string> const& names) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t n = 0; n < std::min(kShown, names.size()); ++n) text += (n == 0 ? "" : ", ") + names[n];
  return names.size() > kShown ? text + ", ..." : text;
}

Result<std::string> unknown_campaign(Database& db, std::string const& campaign) {
  auto const known = texts(db, "SELECT name FROM campaigns ORDER BY last DESC, name");
  if (!known) return tl::unexpected{known.error()};
  if (known->empty() || holds(*known, campaign)) return std::string{};
  return "no published bundle has a campaign \"" + campaign + "\"; they have: " + some_of(*known);
}

Result<std::string> unknown_items(Database& db, std::vector<std::string> const& skus) {
  auto find = db.prepare("SELECT EXISTS(SELECT 1 FROM items), EXISTS(SELECT 1 FROM items WHERE sku = ?1)");
  if (!find) return tl::unexpected{find.error()};
  std::vector<std::string> unknown;
  for (auto const& sku : skus) {
    find->reset();
    auto const row = find->bind(1, sku).step();
    if (!row) return tl::unexpected{row.error()};
    if (find->integer(0) == 1 && find->integer(1) == 0) unknown.push_back(sku);
  }
  return unknown.empty() ? std::string{} : "no published bundle has an item " + some_of(unknown);
}

Result<std::string> unknown_scope(Database& db, Scope const& scope) {
  if (scope.kind == Scope::Kind::all) return std::string{};
  auto const terminals = terminals_known(db);
  if (!terminals) return tl::unexpected{terminals.error()};
  if (terminals->empty()) return std::string{};
  if (scope.kind == Scope::Kind::terminal) {
    return holds(*terminals, scope.name) ? std::string{} : nobody_called({scope.name}, *terminals);
  }
  std::string const kind = scope.kind == Scope::Kind::store ? "store" : "group";
  auto const known = places_known(db, kind);
  if (!known) return tl::unexpected{known.error()};
  if (holds(*known, scope.name)) return std::string{};
  return "no terminal has ever said it is in " + scope.text() +
         (known->empty() ? ", nor in any " + kind : "; known " + kind + "s: " + some_of(*known));
}

Result<std::vector<std::string>> never_heard_of(Database& db, std::vector<std::string> const& terminals) {
  auto const known = terminals_known(db);
  if (!known) return tl::unexpected{known.error()};
  std::vector<std::string> unheard;
  for (auto const& terminal : terminals) {
    if (!holds(*known, terminal)) unheard.push_back(terminal);
  }
  return unheard;
}

Result<std::string> unknown_canaries(Database& db, std::vector<std::string> const& canaries) {
  auto const known = terminals_known(db);
  auto const unheard = never_heard_of(db, canaries);
  if (!known || !unheard) return tl::unexpected{(known ? unheard : known).error()};
  std::vector<std::string> older;
  for (auto const& canary : canaries) {
    auto const can = texts(db, "SELECT can FROM terminals WHERE terminal = ?1", canary);
    if (!can) return tl::unexpected{can.error()};
    if (!can->empty() && !reads_stages(can->front())) older.push_back(canary);
  }
  std::string note = unheard->empty() ? "" : nobody_called(*unheard, *known);
  if (!older.empty()) {
    note += (note.empty() ? "" : "; ") + some_of(older) + ": a program that reads no stages, which gets the release " +
            "with everybody";
  }
  if (!canaries.empty() && unheard->size() + older.size() == canaries.size()) {
    return fail(Code::rejected, "rollout: none of the canaries can run it first: " + note);
  }
  return note;
}

Result<void> check_budget_currency(Database& db, std::vector<BudgetPlan> const& plans, std::string_view currency) {
  auto find = db.prepare("SELECT currency, scope FROM budgets WHERE name = ?1 AND currency NOT IN ('', ?2)");
  if (!find) return tl::unexpected{find.error()};
  for (auto const& plan : plans) {
    find->reset();
    auto const there = find->bind(1, plan.name).bind(2, currency).step();
    if (!there) return tl::unexpected{there.error()};
    if (!*there) continue;
    auto const partner = plan.name.starts_with("partner:");
    return fail(Code::rejected,
                "budget " + plan.name + " is money in " + std::string{find->text(0)} + " (release for " +
                    std::string{find->text(1)} + "), this bundle's is in " + std::string{currency} + ": give the " +
                    (partner ? "partner another name" : "campaign another id") +
                    " in the campaigns file for that currency, so that it has a budget of its own, or end the other "
                    "with `tillcue-hq budget end --name " +
                    plan.name + "`");
  }
  return {};
}

}  // namespace tillcue::sync
