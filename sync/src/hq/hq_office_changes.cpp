#include <algorithm>
#include <utility>
#include <vector>

#include "hq_forgotten.hpp"
#include "hq_names.hpp"
#include "hq_office_state.hpp"
#include "hq_rows.hpp"
#include "tillcue/sync/hq_key_words.hpp"
#include "tillcue/sync/hq_known.hpp"
#include "tillcue/sync/settings.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMaxNames = 10'000;  // of a request

Result<std::vector<std::string>> names_field(Fields& fields, char const* name, std::size_t least) {
  auto const* list = fields.array(name, kMaxNames);
  std::vector<std::string> names;
  if (list != nullptr && list->size() < least) fields.reject(name, "is empty");
  for (auto const& entry : list == nullptr ? Json::array() : *list) {
    bool const fits = entry.is_string() && !entry.get_ref<std::string const&>().empty() &&
                      entry.get_ref<std::string const&>().size() <= kMaxIdentifier;
    if (!fits) fields.reject(name, "must hold texts of 1 to 64 bytes");
    if (fits) names.push_back(entry.get<std::string>());
  }
  if (!fields.ok()) return fields.error();
  return names;
}

Result<RolloutPlan> plan_field(Fields& fields) {
  auto const first = names_field(fields, "first", 0);
  RolloutPlan plan;
  auto const* shares = fields.array("shares", 20);
  plan.soak = static_cast<std::int64_t>(fields.optional_number("soak", 1'800, 0, 30 * 86'400));
  plan.deadline = static_cast<std::int64_t>(fields.optional_number("deadline", 86'400, 1, 30 * 86'400));
  plan.spread = static_cast<std::int64_t>(fields.optional_number("spread", 300, 0, 86'400));
  plan.tolerance = static_cast<std::uint32_t>(fields.optional_number("tolerance", 200, 0, 10'000));
  if (shares != nullptr && !shares->empty()) plan.shares.clear();
  for (auto const& share : shares == nullptr ? Json::array() : *shares) {
    bool const fits = share.is_number_unsigned() && share.get<std::uint64_t>() <= 10'000;
    if (!fits) fields.reject("shares", "must hold numbers up to 10,000");
    if (fits) plan.shares.push_back(share.get<std::uint32_t>());
  }
  if (!fields.ok()) return fields.error();
  if (!first) return tl::unexpected{first.error()};
  plan.first = *first;
  return plan;
}

}  // namespace

HqOffice::State::Answer HqOffice::State::stop(Fields& fields, bool on) {
  auto const scope = Scope::parse(fields.text("scope", 2 * kMaxIdentifier, 1));
  auto const campaign = fields.optional_text("campaign", kMaxIdentifier);
  if (!fields.ok()) return fields.error();
  if (!scope) return tl::unexpected{scope.error()};
  auto said = say_changed(*scope, [&](Database& db) -> Result<std::string> {
    auto change = db.prepare(on ? "INSERT OR IGNORE INTO stops VALUES(?1, ?2, ?3)"
                                : "DELETE FROM stops WHERE scope = ?1 AND campaign = ?2 AND ?3 > 0");
    if (!change) return tl::unexpected{change.error()};
    change->bind(1, scope->text()).bind(2, campaign).bind(3, now());
    if (auto ok = change->run(); !ok) return tl::unexpected{ok.error()};
    if (!on && db.changes() == 0) {
      return fail(Code::not_found,
                  "nothing of that name is stopped for " + scope->text() + "; see `tillcue-hq stop --list`");
    }
    return on && !campaign.empty() ? unknown_campaign(db, campaign) : std::string{};
  });
  if (!said) return said;
  auto const what = campaign.empty() ? std::string{"everything"} : campaign;
  parts.log(LogLevel::warning, log_line(on ? "stopped" : "resumed", {{"what", what}, {"scope", scope->text()}}));
  return said;
}

/// Those of a bundle that was published, as many as a request holds: `stock` and `names` know them.
HqOffice::State::Answer HqOffice::State::items(Fields& fields) {
  auto const skus = names_field(fields, "skus", 0);
  if (!skus) return tl::unexpected{skus.error()};
  auto const done = together([&](Database& db) -> Result<void> {
    auto change = db.prepare("INSERT OR IGNORE INTO items VALUES(?1)");
    if (!change) return tl::unexpected{change.error()};
    for (auto const& sku : *skus) {
      if (auto ok = change->bind(1, sku).run(); !ok) return ok;
    }
    return {};
  });
  if (!done) return tl::unexpected{done.error()};
  return Json::object();
}

/// Those of a bundle that was published: `stop` knows them by name. And its currency: budgets are money.
HqOffice::State::Answer HqOffice::State::campaigns(Fields& fields) {
  auto const names = names_field(fields, "names", 0);
  auto const bundle = fields.optional_text("bundle", 64);
  auto const currency = fields.optional_text("currency", 3);
  if (!names) return tl::unexpected{names.error()};
  if (!fields.ok()) return fields.error();
  auto const done = together([&](Database& db) -> Result<void> {
    auto of = db.prepare("INSERT OR REPLACE INTO currencies VALUES(?1, ?2)");
    if (!of) return tl::unexpected{of.error()};
    of->bind(1, bundle).bind(2, currency);
    if (auto ok = bundle.empty() || currency.empty() ? Result<void>{} : of->run(); !ok) return ok;
    auto change = db.prepare("INSERT OR REPLACE INTO campaigns VALUES(?1, ?2)");
    if (!change) return tl::unexpected{change.error()};
    for (auto const& name : *names) {
      change->bind(1, name).bind(2, now());
      if (auto ok = change->run(); !ok) return ok;
    }
    return {};
  });
  if (!done) return tl::unexpected{done.error()};
  return Json::object();
}

HqOffice::State::Answer HqOffice::State::stock(Fields& fields) {
  auto const scope = Scope::parse(fields.text("scope", 2 * kMaxIdentifier, 1));
  auto const out = names_field(fields, "out", 0);
  auto const back = names_field(fields, "back", 0);
  if (!out || !back) return tl::unexpected{(out ? back : out).error()};
  if (!scope) return tl::unexpected{scope.error()};
  return say_changed(*scope, [&](Database& db) -> Result<std::string> {
    auto add = db.prepare("INSERT OR IGNORE INTO stock VALUES(?1, ?2, ?3)");
    auto take = db.prepare("DELETE FROM stock WHERE scope = ?1 AND sku = ?2");
    if (!add || !take) return tl::unexpected{(add ? take : add).error()};
    for (auto const& sku : *out) {
      if (auto ok = add->bind(1, scope->text()).bind(2, sku).bind(3, now()).run(); !ok)
        return tl::unexpected{ok.error()};
    }
    std::vector<std::string> not_out;
    for (auto const& sku : *back) {
      if (auto ok = take->bind(1, scope->text()).bind(2, sku).run(); !ok) return tl::unexpected{ok.error()};
      if (db.changes() == 0) not_out.push_back(sku);
    }
    auto note = unknown_items(db, *out);
    if (!note || not_out.empty()) return note;
    return (note->empty() ? "" : *note + "; ") + "not said to be out of stock for " + scope->text() +
           " before: " + some_of(not_out);
  });
}

HqOffice::State::Answer HqOffice::State::names(Fields& fields) {
  auto const scope = Scope::parse(fields.text("scope", 2 * kMaxIdentifier, 1));
  auto const change = read_names_change(fields);
  if (!scope) return tl::unexpected{scope.error()};
  if (!change) return tl::unexpected{change.error()};
  return say_changed(*scope, [&](Database& db) -> Result<std::string> {
    if (auto ok = change_names(db, *scope, *change, now()); !ok) return tl::unexpected{ok.error()};
    std::vector<std::string> skus;
    for (auto const& name : change->set) skus.push_back(name.sku);
    return unknown_items(db, skus);
  });
}

/// Head office's word, or with `scope` what the bundle of a release for it has.
HqOffice::State::Answer HqOffice::State::budget_set(Fields& fields) {
  auto const amount = [&](char const* name) { return fields.integer(name, 0, 1'000'000'000'000); };
  auto const word = [&](char const* name) -> std::optional<std::int64_t> {
    if (fields.has(name)) return amount(name);
    return std::nullopt;
  };
  BudgetWord said{fields.text("name", kMaxIdentifier + 8, 1), word("amount"), word("issues"), {}, 0};
  if (fields.has("free_amount")) said.free.minor = amount("free_amount");
  if (fields.has("free_issues")) said.free.issues = amount("free_issues");
  said.terminals = static_cast<std::uint32_t>(fields.optional_number("terminals", 0, 0, 1'000'000));
  auto const currency = fields.optional_text("currency", 3);
  auto const scope = fields.optional_text("scope", 2 * kMaxIdentifier);
  for (auto const& [list, value] :
       {std::pair{"no_limit", Allotment::kUnlimited}, std::pair{"as_in_file", BudgetWord::kAsInFile}}) {
    if (!fields.has(list)) continue;
    auto const names = names_field(fields, list, 0);
    if (!names) return tl::unexpected{names.error()};
    for (auto const& name : *names) {
      if (name != "amount" && name != "issues") fields.reject(list, "must hold amount, issues or both");
      (name == "amount" ? said.minor : said.issues) = value;
    }
  }
  if (!fields.ok()) return fields.error();
  // Partners are in no list: any name of one may be right.
  bool const partner = said.name.starts_with("partner:");
  auto out = Json::object();
  auto const done = together([&](Database& db) -> Result<void> {
    auto note = partner || !scope.empty() ? std::string{} : unknown_campaign(db, said.name);
    if (!note) return tl::unexpected{note.error()};
    Allotment const total{said.minor.value_or(Allotment::kUnlimited), said.issues.value_or(Allotment::kUnlimited)};
    auto entered = scope.empty()
                       ? budgets.set(db, said, now())
                       : budgets.bring(db, {said.name, total, said.free, said.terminals, currency, scope}, now());
    if (!entered) return tl::unexpected{entered.error()};
    auto const online = online_terminals(db);
    if (!online) return tl::unexpected{online.error()};
    auto changed = budgets.share_out(db, *online);
    if (!changed) return tl::unexpected{changed.error()};
    changed->merge(entered->changed);
    if (!entered->note.empty()) *note += (note->empty() ? "" : "; ") + entered->note;
    if (!note->empty()) out["note"] = *note;
    return say_grants(db, *changed);
  });
  if (!done) return tl::unexpected{done.error()};
  return out;
}

HqOffice::State::Answer HqOffice::State::budget_end(Fields& fields) {
  auto const name = fields.text("name", kMaxIdentifier + 8, 1);
  if (!fields.ok()) return fields.error();
  auto const done = together([&](Database& db) -> Result<void> {
    auto const holders = budgets.holders();
    if (auto ok = budgets.end(db, name); !ok) return ok;
    return say_grants(db, holders);
  });
  if (!done) return tl::unexpected{done.error()};
  return Json::object();
}

/// A scope's configuration document with some settings set and others taken out, as its next word.
HqOffice::State::Answer HqOffice::State::config(Fields& fields, Json const& request) {
  auto const scope = Scope::parse(fields.text("scope", 2 * kMaxIdentifier, 1));
  auto const unset = names_field(fields, "unset", 0);
  if (!scope) return tl::unexpected{scope.error()};
  if (!unset) return tl::unexpected{unset.error()};
  auto const set = read_settings(request.value("set", Json::object()).dump(), "set");
  if (!set) return tl::unexpected{set.error()};
  auto answer = say_word(WordKind::config, *scope, [&](Database& db) -> Result<Said> {
    auto const before = HqWords::last(db, WordKind::config, *scope);
    if (!before) return tl::unexpected{before.error()};
    auto said_before = *before ? read_settings((*before)->content, "what " + scope->text() + " says") : Settings{};
    if (!said_before) return tl::unexpected{said_before.error()};  // of a newer program: not to be lost by this one
    auto& document = *said_before;
    for (auto const& [name, value] : *set) document[name] = value;
    for (auto const& name : *unset) {
      if (document.erase(name) == 0) return fail(Code::not_found, name + " is not set for " + scope->text());
    }
    auto const number = words.say(db, WordKind::config, *scope, encode_settings(document), now());
    if (!number) return tl::unexpected{number.error()};
    return Said{*number, {}};
  });
  if (!answer) return answer;
  parts.log(LogLevel::info,
            log_line("config.said", {{"scope", scope->text()}, {"number", (*answer)["number"].get<std::uint64_t>()}}));
  return answer;
}

/// Whom terminals are to believe: a word that holders of the keys have signed.
HqOffice::State::Answer HqOffice::State::keys(Fields& fields) {
  auto const envelope = fields.text("envelope", kMaxWord, 1);
  if (!fields.ok()) return fields.error();
  std::uint64_t number = 0;
  auto const done = together([&](Database& db) -> Result<void> {
    auto const word = read_keys_word(db, parts.key, chain, envelope);
    if (!word) return tl::unexpected{word.error()};
    number = word->number;
    if (auto ok = words.take_keys(db, *word, envelope); !ok) return ok;
    return rollout.sign_again(db);
  });
  if (!done) return tl::unexpected{done.error()};
  parts.log(LogLevel::warning, log_line("keys.said", {{"number", number}}));
  return Json{{"word", held_name(WordKind::keys, Scope{})}, {"number", number}};
}

HqOffice::State::Answer HqOffice::State::forget(Fields& fields) {
  auto const terminal = TerminalId{fields.text("terminal", kMaxIdentifier, 1)};
  if (!fields.ok()) return fields.error();
  auto const done = together([&](Database& db) { return forget_terminal(db, terminal, now()); });
  if (!done) return tl::unexpected{done.error()};
  parts.log(LogLevel::info, log_line("terminal.forgotten", {{"terminal", terminal.value}}));
  return Json::object();
}

/// `check`: only whether it would begin, before all the work for it.
HqOffice::State::Answer HqOffice::State::rollout_start(Fields& fields, bool check) {
  auto const manifest =
      check ? Result<Manifest>{Manifest{}} : decode_manifest(fields.text("manifest", kMaxEnvelope, 1));
  auto const plan = plan_field(fields);
  if (!plan) return tl::unexpected{plan.error()};
  if (!manifest) return tl::unexpected{manifest.error()};
  Json out = Json::object();
  auto const done = together([&](Database& db) -> Result<void> {
    auto const note = rollout.may_start(db, *plan);
    if (!note) return tl::unexpected{note.error()};
    if (!note->empty()) out["note"] = *note;
    if (check) return {};
    auto const begun = rollout.start(db, *manifest, *plan, now());
    if (begun) out["release"] = *begun;
    return begun ? Result<void>{} : tl::unexpected{begun.error()};
  });
  if (!done) return tl::unexpected{done.error()};
  if (!check)
    parts.log(LogLevel::info, log_line("rollout.started", {{"release", out["release"].get<std::uint64_t>()}}));
  return out;
}

HqOffice::State::Answer HqOffice::State::rollout_change(std::string_view what) {
  Json out = Json::object();
  auto const done = together([&](Database& db) -> Result<void> {
    if (what == "status") {
      auto seen = rollout.status(db, now());
      if (seen) out = std::move(*seen);
      return seen ? Result<void>{} : tl::unexpected{seen.error()};
    }
    if (what != "pause" && what != "resume" && what != "stop" && what != "back") {
      return fail(Code::unsupported, "\"rollout " + std::string{what} + "\" is nothing that this serve does");
    }
    auto const changed = rollout.change(db, what, now());
    if (changed) out["release"] = *changed;
    return changed ? Result<void>{} : tl::unexpected{changed.error()};
  });
  if (!done) return tl::unexpected{done.error()};
  if (what != "status") parts.log(LogLevel::warning, log_line("rollout.changed", {{"what", std::string{what}}}));
  return out;
}

}  // namespace tillcue::sync
