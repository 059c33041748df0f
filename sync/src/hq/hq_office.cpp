#include <utility>
#include <vector>

#include "hq_forgotten.hpp"
#include "hq_names.hpp"
#include "hq_office_state.hpp"
#include "hq_rows.hpp"
#include "tillcue/sync/hq_bond.hpp"
#include "tillcue/sync/hq_known.hpp"
#include "wire/card_check.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMaxLine = std::size_t{1} << 20U;
constexpr std::int64_t kRenewEvery = 3'600;

/// For `terminals`, as long as it goes on, and for the report.
Result<void> note_twice(Database& db, TerminalId const& terminal, Timestamp now) {
  for (auto const* sql :
       {"UPDATE terminals SET twice_at = ?2 WHERE terminal = ?1",
        "INSERT INTO alarms(kind, terminal, epoch, seq, first_at, last_at, detail, body) VALUES('name_twice', ?1, 0, "
        "0, "
        "?2, ?2, 'two terminals have this name: a copy of its configuration?', '') ON CONFLICT(kind, terminal, epoch, "
        "seq) DO UPDATE SET last_at = excluded.last_at, times = times + 1"}) {
    auto put = db.prepare(sql);
    if (!put) return tl::unexpected{put.error()};
    put->bind(1, terminal.value).bind(2, std::int64_t{now.time_since_epoch().count()});
    if (auto done = put->run(); !done) return done;
  }
  return {};
}

}  // namespace

Result<std::set<TerminalId>> online_terminals(Database& db) {
  auto names = texts(db, "SELECT terminal FROM terminals WHERE online = 1");
  if (!names) return tl::unexpected{names.error()};
  std::set<TerminalId> online;
  for (auto& name : *names) online.insert(TerminalId{std::move(name)});
  return online;
}

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
  auto names = names_said(db, scope);
  if (!names) return tl::unexpected{names.error()};
  live.names = std::move(*names);
  if (scope.kind == Scope::Kind::terminal) {
    live.grants = budgets.grants_of(TerminalId{scope.name});
    live.epoch = budgets.epoch_of(TerminalId{scope.name});
  }
  return words.say(db, WordKind::live, scope, encode_live(live), now());
}

Result<void> HqOffice::State::say_grants(Database& db, std::set<TerminalId> const& terminals) {
  for (auto const& terminal : terminals) {
    auto const said = say_live(db, {Scope::Kind::terminal, terminal.value});
    if (!said) return tl::unexpected{said.error()};
  }
  return {};
}

HqOffice::State::Answer HqOffice::State::say_word(WordKind kind, Scope const& scope,
                                                  std::function<Result<Said>(Database&)> const& say) {
  Said told;
  auto const done = together([&](Database& db) -> Result<void> {
    auto said = say(db);
    if (!said) return tl::unexpected{said.error()};
    told = std::move(*said);
    auto const unknown = unknown_scope(db, scope);
    if (!unknown) return tl::unexpected{unknown.error()};
    told.note += (told.note.empty() || unknown->empty() ? "" : "; ") + *unknown;
    return {};
  });
  if (!done) return tl::unexpected{done.error()};
  Json answer{{"word", held_name(kind, scope)}, {"number", told.number}};
  if (!told.note.empty()) answer["note"] = told.note;
  return answer;
}

HqOffice::State::Answer HqOffice::State::say_changed(Scope const& scope,
                                                     std::function<Result<std::string>(Database&)> const& change) {
  return say_word(WordKind::live, scope, [&](Database& db) -> Result<Said> {
    auto note = change(db);
    if (!note) return tl::unexpected{note.error()};
    auto const number = say_live(db, scope);
    if (!number) return tl::unexpected{number.error()};
    return Said{*number, std::move(*note)};
  });
}

HqOffice::State::Answer HqOffice::State::answer(Json const& request) {
  Fields fields(request, "request");
  auto const what = fields.text("do", 40, 1);
  if (!fields.ok()) return fields.error();
  // What was published is looked at when it is built; its SKUs are long numbers, of which some look like it by chance.
  bool const published = what == "items" || request.contains("envelope") || request.contains("manifest");
  if (!published && holds_card_number(request)) {
    return fail(Code::rejected, "a name or text of this looks like a payment card number; nothing was done");
  }
  if (what == "stop") return stop(fields, true);
  if (what == "resume") return stop(fields, false);
  if (what == "stock") return stock(fields);
  if (what == "campaigns") return campaigns(fields);
  if (what == "items") return items(fields);
  if (what == "names") return names(fields);
  if (what == "budget set") return budget_set(fields);
  if (what == "budget end") return budget_end(fields);
  if (what == "config") return config(fields, request);
  if (what == "keys") return keys(fields);
  if (what == "forget") return forget(fields);
  if (what == "show") return show();
  if (what == "holders") return holders(fields);
  if (what == "rollout start" || what == "rollout check") return rollout_start(fields, what == "rollout check");
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
  s.away_since = s.now();
  return s.together([&](Database& db) -> Result<void> {
    auto const trusted = s.parts.trusted == nullptr ? KeyRing{} : *s.parts.trusted;
    if (auto bound = bind_database(db, s.chain, s.parts.key.id(), trusted); !bound) return bound;
    return s.budgets.load(db);
  });
}

void HqOffice::lost() {
  std::int64_t there = 0;
  state_->away_since.compare_exchange_strong(there, state_->now());  // each attempt that fails comes here
}

void HqOffice::connected() {
  auto& s = *state_;
  s.away_since = 0;
  auto const done = s.together([&](Database& db) {
    auto said = s.say_grants(db, s.budgets.holders());  // as this program says them, when an older one said them last
    if (said) said = s.words.repeat(db, s.now());
    return said ? s.rollout.repeat(db) : said;
  });
  if (!done) s.parts.log(LogLevel::error, log_line("words.unsaid", {{"why", done.error().what}}));
}

Result<void> HqOffice::heard(Held const& held, bool retained) {
  auto& s = *state_;
  auto const body = encode_held(held);
  if (!body) return tl::unexpected{body.error()};
  return s.together([&](Database& db) -> Result<void> {
    auto const news = is_news(db, held.terminal, !retained);
    if (!news) return tl::unexpected{news.error()};
    if (!*news) return {};
    auto put = db.prepare("INSERT OR REPLACE INTO held VALUES(?1, ?2, ?3)");
    if (!put) return tl::unexpected{put.error()};
    put->bind(1, held.terminal.value).bind(2, s.now()).bind(3, *body);
    if (auto done = put->run(); !done) return done;
    auto const online = online_terminals(db);
    if (!online) return tl::unexpected{online.error()};
    auto const done = s.budgets.heard(db, held, *online, s.now());
    if (!done) return tl::unexpected{done.error()};
    if (!done->notice.empty()) {
      s.parts.log(LogLevel::warning,
                  log_line("budget.file", {{"terminal", held.terminal.value}, {"what", done->notice}}));
    }
    if (done->by_turns) {
      if (auto noted = note_twice(db, held.terminal, s.parts.now()); !noted) return noted;
    }
    return s.say_grants(db, done->changed);
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
  if (!state_->parts.link.connected()) {
    auto const since = state_->away_since.load();
    said["no_broker_since"] = since == 0 ? state_->now() : since;
  }
  return said.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tillcue::sync
