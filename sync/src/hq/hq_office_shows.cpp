#include <utility>

#include "hq_office_state.hpp"

namespace tillcue::sync {

HqOffice::State::Answer HqOffice::State::show() {
  Json out{{"stops", Json::array()}, {"stock", Json::array()}, {"budgets", Json::array()}};
  auto const done = together([&](Database& db) -> Result<void> {
    for (auto const* table : {"stops", "stock"}) {
      auto rows = db.prepare("SELECT * FROM " + std::string{table});
      if (!rows) return tl::unexpected{rows.error()};
      for (auto there = rows->step();; there = rows->step()) {
        if (!there) return tl::unexpected{there.error()};
        if (!*there) break;
        out[table].push_back({{"scope", rows->text(0)}, {"name", rows->text(1)}, {"since", rows->integer(2)}});
      }
    }
    return {};
  });
  if (!done) return tl::unexpected{done.error()};
  std::lock_guard const lock{mutex};
  auto const part = [](std::int64_t value, std::int64_t total) {
    return total == Allotment::kUnlimited ? Json(nullptr) : Json(value);
  };
  for (auto const& [name, entry] : budgets.all()) {
    auto const total = entry.plan.total;
    auto const spent = entry.ledger.spent();
    auto const left = entry.ledger.left();
    Json row{{"name", name},
             {"amount", part(total.minor, total.minor)},
             {"issues", part(total.issues, total.issues)},
             {"spent_amount", spent.minor},
             {"spent_issues", spent.issues},
             {"left_amount", part(left.minor, total.minor)},
             {"left_issues", part(left.issues, total.issues)},
             {"currency", entry.plan.currency},
             {"scope", entry.plan.scope},
             {"terminals", Json::array()}};
    auto const file = entry.plan.file;
    if (file.minor != EnteredBudget::kNotKnown) {
      row["file_amount"] = part(file.minor, file.minor);
      row["file_issues"] = part(file.issues, file.issues);
    }
    for (auto const& [terminal, account] : entry.ledger.accounts()) {
      auto const share = account.last();
      row["terminals"].push_back({{"terminal", terminal.value},
                                  {"grant", share.number},
                                  {"confirmed", account.confirmed},
                                  {"amount", part(share.share.minor, total.minor)},
                                  {"issues", part(share.share.issues, total.issues)},
                                  {"spent_amount", account.spent.minor},
                                  {"spent_issues", account.spent.issues},
                                  {"before_amount", account.before.minor},
                                  {"before_issues", account.before.issues}});
    }
    out["budgets"].push_back(std::move(row));
  }
  return out;
}

/// Who of those online that a word is for holds it.
HqOffice::State::Answer HqOffice::State::holders(Fields& fields) {
  auto const word = fields.text("word", 200, 1);
  auto const number = fields.number("number", 0, INT64_MAX);
  if (!fields.ok()) return fields.error();
  auto const scope = Scope::parse(word.substr(word.find(' ') + 1));
  if (!scope) return tl::unexpected{scope.error()};
  Json out{{"online", 0}, {"holding", 0}, {"refused", Json::array()}, {"waiting", Json::array()}};
  std::size_t online = 0, holding = 0;
  auto const done = together([&](Database& db) -> Result<void> {
    auto rows =
        db.prepare("SELECT t.terminal, h.body FROM terminals t LEFT JOIN held h USING(terminal) WHERE t.online = 1");
    if (!rows) return tl::unexpected{rows.error()};
    for (auto there = rows->step();; there = rows->step()) {
      if (!there) return tl::unexpected{there.error()};
      if (!*there) return {};
      auto const held = decode_held(rows->text(1)).value_or(Held{});
      auto const terminal = std::string{rows->text(0)};
      bool const meant =
          scope->kind == Scope::Kind::all || scope->name == (scope->kind == Scope::Kind::terminal ? terminal
                                                             : scope->kind == Scope::Kind::store  ? held.store
                                                                                                  : held.group);
      if (!meant) continue;
      ++online;
      auto const has = held.words.find(word);
      bool const there_already = has != held.words.end() && has->second >= number;
      holding += there_already ? 1 : 0;
      if (there_already) continue;
      auto const why = held.refused.find(word);
      if (why != held.refused.end()) out["refused"].push_back({{"terminal", terminal}, {"why", why->second}});
      if (why == held.refused.end()) out["waiting"].push_back(terminal);
    }
  });
  if (!done) return tl::unexpected{done.error()};
  out["online"] = online;
  out["holding"] = holding;
  return out;
}

}  // namespace tillcue::sync
