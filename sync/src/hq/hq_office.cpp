#include "tillcue/sync/hq_office.hpp"

#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "hq_budgets.hpp"
#include "hq_names.hpp"
#include "hq_rollout.hpp"
#include "hq_rows.hpp"
#include "hq_words.hpp"
#include "tillcue/sync/hq_key_words.hpp"
#include "tillcue/sync/hq_time.hpp"
#include "tillcue/sync/settings.hpp"
#include "wire/json_fields.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMaxLine = std::size_t{1} << 20U;
constexpr std::size_t kMaxNames = 10'000;  // of a request
constexpr std::int64_t kRenewEvery = 3'600;

Result<std::set<TerminalId>> online_terminals(Database& db) {
  auto names = texts(db, "SELECT terminal FROM terminals WHERE online = 1");
  if (!names) return tl::unexpected{names.error()};
  std::set<TerminalId> online;
  for (auto& name : *names) online.insert(TerminalId{std::move(name)});
  return online;
}

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

}  // namespace

struct HqOffice::State {
  OfficeParts parts;
  std::string chain;
  std::mutex mutex{};
  HqWords words;
  HqRollout rollout;
  HqBudgets budgets{};
  std::int64_t renewed = 0;

  [[nodiscard]] std::int64_t now() const { return unix_seconds(parts.now()); }
  Result<void> together(std::function<Result<void>(Database&)> const& task);
  Result<std::uint64_t> say_live(Database& db, Scope const& scope);
  Result<void> say_grants(Database& db, std::set<TerminalId> const& terminals);

  using Answer = Result<Json>;
  /// Changes what holds for a scope and says it.
  Answer say_changed(Scope const& scope, std::function<Result<void>(Database&)> const& change);
  Answer stop(Fields& fields, bool on);
  Answer stock(Fields& fields);
  Answer names(Fields& fields);
  Answer budget_set(Fields& fields);
  Answer budget_end(Fields& fields);
  Answer config(Fields& fields, Json const& request);
  Answer keys(Fields& fields);
  Answer show();
  Answer holders(Fields& fields);
  Answer rollout_start(Fields& fields);
  Answer rollout_change(std::string_view what);
  Answer answer(Json const& request);
};

/// One transaction; what it says goes to the broker after the commit. Nothing of ours is locked around the link.
Result<void> HqOffice::State::together(std::function<Result<void>(Database&)> const& task) {
  std::vector<MqttPublish> outgoing;
  {
    std::lock_guard const lock{mutex};
    auto const done = parts.inbox.together(task);
    if (!done) {
      words.forget_outgoing();
      rollout.forget_outgoing();
      // What memory holds may be ahead of the disk now.
      (void)parts.inbox.together([&](Database& db) { return budgets.load(db); });
      return done;
    }
    outgoing = words.take_outgoing();
    for (auto& message : rollout.take_outgoing()) outgoing.push_back(std::move(message));
  }
  for (auto& message : outgoing) {
    auto topic = message.topic;
    parts.link.publish(std::move(message), [log = parts.log, topic = std::move(topic)](Result<void> const& sent) {
      // Said again with the next connection.
      if (!sent) log(LogLevel::warning, log_line("word.unsent", {{"topic", topic}, {"why", sent.error().what}}));
    });
  }
  return {};
}

/// Everything that holds for a scope, as its next live word.
Result<std::uint64_t> HqOffice::State::say_live(Database& db, Scope const& scope) {
  LiveContent live;
  auto stops = texts(db, "SELECT campaign FROM stops WHERE scope = ?1 ORDER BY campaign", scope.text());
  if (!stops) return tl::unexpected{stops.error()};
  for (auto& campaign : *stops) {
    if (campaign.empty()) live.stop_all = true;
    if (!campaign.empty()) live.stop.push_back(std::move(campaign));
  }
  auto stock = texts(db, "SELECT sku FROM stock WHERE scope = ?1 ORDER BY sku", scope.text());
  if (!stock) return tl::unexpected{stock.error()};
  live.out_of_stock = std::move(*stock);
  auto names = assigned_names(db, scope);
  if (!names) return tl::unexpected{names.error()};
  live.names = std::move(*names);
  if (scope.kind == Scope::Kind::terminal) live.grants = budgets.grants_of(TerminalId{scope.name});
  return words.say(db, WordKind::live, scope, encode_live(live), now());
}

Result<void> HqOffice::State::say_grants(Database& db, std::set<TerminalId> const& terminals) {
  for (auto const& terminal : terminals) {
    auto const said = say_live(db, {Scope::Kind::terminal, terminal.value});
    if (!said) return tl::unexpected{said.error()};
  }
  return {};
}

HqOffice::State::Answer HqOffice::State::say_changed(Scope const& scope,
                                                     std::function<Result<void>(Database&)> const& change) {
  std::uint64_t number = 0;
  auto const done = together([&](Database& db) -> Result<void> {
    if (auto changed = change(db); !changed) return changed;
    auto const said = say_live(db, scope);
    if (said) number = *said;
    return said ? Result<void>{} : tl::unexpected{said.error()};
  });
  if (!done) return tl::unexpected{done.error()};
  return Json{{"word", held_name(WordKind::live, scope)}, {"number", number}};
}

HqOffice::State::Answer HqOffice::State::stop(Fields& fields, bool on) {
  auto const scope = Scope::parse(fields.text("scope", 2 * kMaxIdentifier, 1));
  auto const campaign = fields.optional_text("campaign", kMaxIdentifier);
  if (!fields.ok()) return fields.error();
  if (!scope) return tl::unexpected{scope.error()};
  auto said = say_changed(*scope, [&](Database& db) -> Result<void> {
    auto change = db.prepare(on ? "INSERT OR IGNORE INTO stops VALUES(?1, ?2, ?3)"
                                : "DELETE FROM stops WHERE scope = ?1 AND campaign = ?2 AND ?3 > 0");
    if (!change) return tl::unexpected{change.error()};
    change->bind(1, scope->text()).bind(2, campaign).bind(3, now());
    if (auto ok = change->run(); !ok) return ok;
    if (!on && db.changes() == 0) {
      return fail(Code::not_found,
                  "nothing of that name is stopped for " + scope->text() + "; see `tillcue-hq stop --list`");
    }
    return {};
  });
  if (!said) return said;
  auto const what = campaign.empty() ? std::string{"everything"} : campaign;
  parts.log(LogLevel::warning, log_line(on ? "stopped" : "resumed", {{"what", what}, {"scope", scope->text()}}));
  return said;
}

HqOffice::State::Answer HqOffice::State::stock(Fields& fields) {
  auto const scope = Scope::parse(fields.text("scope", 2 * kMaxIdentifier, 1));
  auto const out = names_field(fields, "out", 0);
  auto const back = names_field(fields, "back", 0);
  if (!out || !back) return tl::unexpected{(out ? back : out).error()};
  if (!scope) return tl::unexpected{scope.error()};
  return say_changed(*scope, [&](Database& db) -> Result<void> {
    for (auto const& [skus, sql] : {std::pair{&*out, "INSERT OR IGNORE INTO stock VALUES(?1, ?2, ?3)"},
                                    std::pair{&*back, "DELETE FROM stock WHERE scope = ?1 AND sku = ?2 AND ?3 > 0"}}) {
      auto change = db.prepare(sql);
      if (!change) return tl::unexpected{change.error()};
      for (auto const& sku : *skus) {
        change->bind(1, scope->text()).bind(2, sku).bind(3, now());
        if (auto ok = change->run(); !ok) return ok;
      }
    }
    return {};
  });
}

HqOffice::State::Answer HqOffice::State::names(Fields& fields) {
  auto const scope = Scope::parse(fields.text("scope", 2 * kMaxIdentifier, 1));
  auto const change = read_names_change(fields);
  if (!scope) return tl::unexpected{scope.error()};
  if (!change) return tl::unexpected{change.error()};
  return say_changed(*scope, [&](Database& db) { return change_names(db, *scope, *change, now()); });
}

HqOffice::State::Answer HqOffice::State::budget_set(Fields& fields) {
  auto const amount = [&](char const* name, std::int64_t otherwise) {
    return fields.has(name) ? fields.integer(name, 0, 1'000'000'000'000) : otherwise;
  };
  EnteredBudget plan;
  plan.name = fields.text("name", kMaxIdentifier + 8, 1);
  plan.total = {amount("amount", Allotment::kUnlimited), amount("issues", Allotment::kUnlimited)};
  plan.free = {amount("free_amount", 0), amount("free_issues", 0)};
  plan.terminals = static_cast<std::uint32_t>(fields.optional_number("terminals", 0, 0, 1'000'000));
  if (!fields.ok()) return fields.error();
  auto const done = together([&](Database& db) -> Result<void> {
    if (auto ok = budgets.enter(db, plan, now()); !ok) return ok;
    auto const online = online_terminals(db);
    if (!online) return tl::unexpected{online.error()};
    auto const changed = budgets.share_out(db, *online);
    return changed ? say_grants(db, *changed) : tl::unexpected{changed.error()};
  });
  if (!done) return tl::unexpected{done.error()};
  return Json::object();
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
             {"terminals", Json::array()}};
    for (auto const& [terminal, account] : entry.ledger.accounts()) {
      auto const share = account.last();
      row["terminals"].push_back({{"terminal", terminal.value},
                                  {"grant", share.number},
                                  {"confirmed", account.confirmed},
                                  {"amount", part(share.share.minor, total.minor)},
                                  {"issues", part(share.share.issues, total.issues)},
                                  {"spent_amount", account.spent.minor},
                                  {"spent_issues", account.spent.issues}});
    }
    out["budgets"].push_back(std::move(row));
  }
  return out;
}

/// A scope's configuration document with some settings set and others taken out, as its next word.
HqOffice::State::Answer HqOffice::State::config(Fields& fields, Json const& request) {
  auto const scope = Scope::parse(fields.text("scope", 2 * kMaxIdentifier, 1));
  auto const unset = names_field(fields, "unset", 0);
  if (!scope) return tl::unexpected{scope.error()};
  if (!unset) return tl::unexpected{unset.error()};
  auto const set = read_settings(request.value("set", Json::object()).dump(), "set");
  if (!set) return tl::unexpected{set.error()};
  std::uint64_t number = 0;
  auto const done = together([&](Database& db) -> Result<void> {
    auto const before = HqWords::last(db, WordKind::config, *scope);
    if (!before) return tl::unexpected{before.error()};
    auto said_before = *before ? read_settings((*before)->content, "what " + scope->text() + " says") : Settings{};
    if (!said_before) return tl::unexpected{said_before.error()};  // of a newer program: not to be lost by this one
    auto& document = *said_before;
    for (auto const& [name, value] : *set) document[name] = value;
    for (auto const& name : *unset) {
      if (document.erase(name) == 0) return fail(Code::not_found, name + " is not set for " + scope->text());
    }
    auto const said = words.say(db, WordKind::config, *scope, encode_settings(document), now());
    if (said) number = *said;
    return said ? Result<void>{} : tl::unexpected{said.error()};
  });
  if (!done) return tl::unexpected{done.error()};
  parts.log(LogLevel::info, log_line("config.said", {{"scope", scope->text()}, {"number", number}}));
  return Json{{"word", held_name(WordKind::config, *scope)}, {"number", number}};
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

HqOffice::State::Answer HqOffice::State::rollout_start(Fields& fields) {
  auto const manifest = decode_manifest(fields.text("manifest", kMaxEnvelope, 1));
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
  if (!manifest) return tl::unexpected{manifest.error()};
  if (!first) return tl::unexpected{first.error()};
  plan.first = *first;
  std::uint64_t release = 0;
  auto const done = together([&](Database& db) -> Result<void> {
    auto const begun = rollout.start(db, *manifest, plan, now());
    if (begun) release = *begun;
    return begun ? Result<void>{} : tl::unexpected{begun.error()};
  });
  if (!done) return tl::unexpected{done.error()};
  parts.log(LogLevel::info, log_line("rollout.started", {{"release", release}}));
  return Json{{"release", release}};
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

HqOffice::State::Answer HqOffice::State::answer(Json const& request) {
  Fields fields(request, "request");
  if (!request.contains("envelope") && !request.contains("manifest") && holds_card_number(request.dump())) {
    return fail(Code::rejected, "a name or text of this looks like a payment card number; nothing was done");
  }
  auto const what = fields.text("do", 40, 1);
  if (!fields.ok()) return fields.error();
  if (what == "stop") return stop(fields, true);
  if (what == "resume") return stop(fields, false);
  if (what == "stock") return stock(fields);
  if (what == "names") return names(fields);
  if (what == "budget set") return budget_set(fields);
  if (what == "budget end") return budget_end(fields);
  if (what == "config") return config(fields, request);
  if (what == "keys") return keys(fields);
  if (what == "show") return show();
  if (what == "holders") return holders(fields);
  if (what == "rollout start") return rollout_start(fields);
  if (what.starts_with("rollout ")) return rollout_change(std::string_view{what}.substr(8));
  return fail(Code::unsupported, "\"" + what + "\" is nothing that this serve does: is it older than the command?");
}

HqOffice::HqOffice(std::string chain, OfficeParts parts) {
  HqWords words{chain, parts.key};
  HqRollout rollout{chain, parts.key};
  state_.reset(new State{
      .parts = std::move(parts), .chain = std::move(chain), .words = std::move(words), .rollout = std::move(rollout)});
}

HqOffice::~HqOffice() = default;

Result<void> HqOffice::open() {
  auto& s = *state_;
  return s.together([&](Database& db) -> Result<void> {
    auto const believed = believed_keys(db, s.chain);
    if (!believed) return tl::unexpected{believed.error()};
    if (auto good = check_believed(*believed, s.parts.key.id()); !good) return good;
    return s.budgets.load(db);
  });
}

void HqOffice::connected() {
  auto& s = *state_;
  auto const done = s.together([&](Database& db) {
    auto said = s.words.repeat(db, s.now());
    return said ? s.rollout.repeat(db, s.now()) : said;
  });
  if (!done) s.parts.log(LogLevel::error, log_line("words.unsaid", {{"why", done.error().what}}));
}

Result<void> HqOffice::heard(Held const& held) {
  auto& s = *state_;
  auto const body = encode_held(held);
  if (!body) return tl::unexpected{body.error()};
  return s.together([&](Database& db) -> Result<void> {
    auto put = db.prepare("INSERT OR REPLACE INTO held VALUES(?1, ?2, ?3)");
    if (!put) return tl::unexpected{put.error()};
    put->bind(1, held.terminal.value).bind(2, s.now()).bind(3, *body);
    if (auto done = put->run(); !done) return done;
    auto const online = online_terminals(db);
    if (!online) return tl::unexpected{online.error()};
    auto const changed = s.budgets.heard(db, held, *online);
    return changed ? s.say_grants(db, *changed) : tl::unexpected{changed.error()};
  });
}

void HqOffice::tick() {
  auto& s = *state_;
  auto const now = s.now();
  auto const driven = s.together([&](Database& db) { return s.rollout.tick(db, now); });
  if (!driven) s.parts.log(LogLevel::error, log_line("rollout.stuck", {{"why", driven.error().what}}));
  if (now < s.renewed + kRenewEvery && now >= s.renewed) return;
  s.renewed = now;
  auto const done = s.together([&](Database& db) { return s.words.renew(db, now); });
  if (!done) s.parts.log(LogLevel::error, log_line("words.unsaid", {{"why", done.error().what}}));
}

std::string HqOffice::request(std::string_view line) {
  auto const request = parse_json(line, kMaxLine, 4, "request");
  auto answer = request ? state_->answer(*request) : Result<Json>(tl::unexpected(request.error()));
  auto said = answer ? std::move(*answer) : Json::object();
  said["ok"] = answer.has_value();
  if (!answer) {
    said["code"] = std::string(name(answer.error().code));
    said["error"] = answer.error().what;
  }
  return said.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tillcue::sync
