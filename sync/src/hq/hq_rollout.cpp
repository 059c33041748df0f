#include "hq_rollout.hpp"

#include <algorithm>
#include <set>

#include "hq_rows.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

constexpr std::int64_t kWeek = 7 * 86'400;
constexpr std::int64_t kManyErrors = 20;  // more than before, while it runs the release
constexpr std::int64_t kManyRestarts = 3;
constexpr std::int64_t kSalesToJudge = 20;  // without a single decision
constexpr std::int64_t kLifetime = 90 * 86'400;

std::int64_t integer(std::uint64_t number) { return static_cast<std::int64_t>(number); }

Json to_json(RolloutPlan const& plan) {
  return {{"first", plan.first},       {"shares", plan.shares}, {"soak", plan.soak},
          {"deadline", plan.deadline}, {"spread", plan.spread}, {"tolerance", plan.tolerance}};
}

RolloutPlan plan_of(Json const& json) {
  RolloutPlan plan;
  plan.first = json.value("first", plan.first);
  plan.shares = json.value("shares", plan.shares);
  plan.soak = json.value("soak", plan.soak);
  plan.deadline = json.value("deadline", plan.deadline);
  plan.spread = json.value("spread", plan.spread);
  plan.tolerance = json.value("tolerance", plan.tolerance);
  return plan;
}

Result<void> check(RolloutPlan const& plan) {
  bool rises = !plan.shares.empty() && plan.shares.back() == 10'000;
  for (std::size_t n = 1; n < plan.shares.size(); ++n) rises = rises && plan.shares[n - 1] < plan.shares[n];
  if (!rises) return fail(Code::invalid, "rollout: the stages must rise and end with 100 %");
  bool const named = std::all_of(plan.first.begin(), plan.first.end(), is_topic_name);
  if (!named || plan.first.size() > kMaxFirst)
    return fail(Code::invalid, "rollout: name at most 50 canaries by their terminal ids");
  if (plan.soak < 0 || plan.deadline < 1 || plan.spread < 0)
    return fail(Code::invalid, "rollout: times must not be negative");
  return {};
}

/// What a terminal's state says of its health.
struct Pulse {
  std::int64_t sales = 0, decisions = 0, errors = 0, started = 0, refused = 0;
};

Pulse pulse_of(std::string_view counters) {
  auto const json = Json::parse(counters.begin(), counters.end(), nullptr, false);
  auto const number = [&](char const* name) {
    auto const found = json.is_object() ? json.find(name) : json.end();
    return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
  };
  return {number("sales"), number("decisions"), number("errors"), number("started"), number("refused_release")};
}

/// Where the counters stood when the terminal first ran the release, and how often it started since.
struct Mark {
  Pulse pulse;
  std::int64_t restarts = 0;
};

Result<Mark> mark_of(Database& db, std::uint64_t release, std::string const& terminal, Pulse const& now) {
  auto row = db.prepare(
      "SELECT sales, decisions, errors, started, restarts FROM rollout_marks WHERE release = ?1 AND terminal = ?2");
  if (!row) return tl::unexpected{row.error()};
  row->bind(1, integer(release)).bind(2, terminal);
  auto const there = row->step();
  if (!there) return tl::unexpected{there.error()};
  Mark mark{now, 0};
  if (*there) mark = {{row->integer(0), row->integer(1), row->integer(2), row->integer(3), 0}, row->integer(4)};
  if (*there && mark.pulse.started == now.started) return mark;
  // The program has started anew: its counters began at nothing.
  if (*there) mark = {{0, 0, 0, now.started, 0}, mark.restarts + 1};
  auto put = db.prepare("INSERT OR REPLACE INTO rollout_marks VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  if (!put) return tl::unexpected{put.error()};
  put->bind(1, integer(release)).bind(2, terminal).bind(3, mark.pulse.sales).bind(4, mark.pulse.decisions);
  put->bind(5, mark.pulse.errors).bind(6, mark.pulse.started).bind(7, mark.restarts);
  if (auto done = put->run(); !done) return tl::unexpected{done.error()};
  return mark;
}

/// Empty: in health.
std::string ailment(Mark const& mark, Pulse const& now) {
  if (mark.restarts > kManyRestarts) return "started " + std::to_string(mark.restarts) + " times since";
  if (now.errors - mark.pulse.errors > kManyErrors) {
    return std::to_string(now.errors - mark.pulse.errors) + " errors since";
  }
  bool const sells = now.sales - mark.pulse.sales >= kSalesToJudge;
  if (sells && now.decisions == mark.pulse.decisions) return "sells and decides nothing";
  return {};
}

}  // namespace

struct HqRollout::Row {
  std::uint64_t release = 0;
  std::string state;      ///< running, paused, stopped, done, back
  std::size_t stage = 0;  ///< 0: the canaries
  std::uint64_t revision = 1;
  std::int64_t since = 0;    ///< the stage began
  std::string body, before;  ///< manifests: of this release, and of what all had before
  RolloutPlan plan;
  std::string why;

  [[nodiscard]] bool open() const { return state == "running" || state == "paused"; }
  [[nodiscard]] std::uint32_t share() const { return stage == 0 ? 0 : plan.shares[stage - 1]; }
};

Result<std::optional<HqRollout::Row>> HqRollout::last(Database& db) const {
  auto row = db.prepare(
      "SELECT release, state, stage, revision, since, body, before, plan, why FROM rollouts ORDER BY release DESC "
      "LIMIT 1");
  if (!row) return tl::unexpected{row.error()};
  auto const there = row->step();
  if (!there) return tl::unexpected{there.error()};
  if (!*there) return std::nullopt;
  Row found;
  found.release = static_cast<std::uint64_t>(row->integer(0));
  found.state = row->text(1);
  found.stage = static_cast<std::size_t>(row->integer(2));
  found.revision = static_cast<std::uint64_t>(row->integer(3));
  found.since = row->integer(4);
  found.body = row->text(5);
  found.before = row->text(6);
  found.plan = plan_of(Json::parse(row->text(7), nullptr, false));
  found.why = row->text(8);
  return std::optional{std::move(found)};
}

Result<void> HqRollout::keep(Database& db, Row const& row) const {
  auto put = db.prepare("INSERT OR REPLACE INTO rollouts VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  if (!put) return tl::unexpected{put.error()};
  put->bind(1, integer(row.release)).bind(2, row.state).bind(3, static_cast<std::int64_t>(row.stage));
  put->bind(4, integer(row.revision)).bind(5, row.since).bind(6, row.body).bind(7, row.before);
  put->bind(8, to_json(row.plan).dump()).bind(9, row.why);
  return put->run();
}

Result<std::uint64_t> HqRollout::newest(Database& db) {
  // What was said a moment ago is among the manifests, and becomes a release when the broker brings it back.
  auto row = db.prepare(
      "SELECT max(release) FROM (SELECT release FROM releases UNION ALL SELECT release FROM rollouts UNION ALL "
      "SELECT release FROM manifests)");
  if (!row) return tl::unexpected{row.error()};
  auto const there = row->step();
  if (!there) return tl::unexpected{there.error()};
  return *there ? static_cast<std::uint64_t>(row->integer(0)) : 0;
}

/// What the broker holds under m/next: the release with its stage.
Result<void> HqRollout::say_next(Row const& row, bool paused) {
  auto manifest = decode_manifest(row.body);
  if (!manifest) return tl::unexpected{manifest.error()};
  manifest->scope = kNextScope;
  manifest->stage =
      Manifest::Stage{row.share(), row.revision, paused, static_cast<std::uint32_t>(row.plan.spread), row.plan.first};
  auto const body = encode_manifest(*manifest);
  auto envelope = body ? seal(*key_, *body) : Result<std::string>(tl::unexpected(body.error()));
  if (!envelope) return tl::unexpected{envelope.error()};
  outgoing_.push_back({Topics(chain_).manifest(kNextScope), std::move(*envelope), true});
  return {};
}

void HqRollout::clear_next() { outgoing_.push_back({Topics(chain_).manifest(kNextScope), "", true}); }

Result<void> HqRollout::say_all(Database& db, Manifest manifest) {
  manifest.scope = "all";
  manifest.stage.reset();
  auto const body = encode_manifest(manifest);
  auto envelope = body ? seal(*key_, *body) : Result<std::string>(tl::unexpected(body.error()));
  if (!envelope) return tl::unexpected{envelope.error()};
  outgoing_.push_back({Topics(chain_).manifest(), std::move(*envelope), true});
  auto put = db.prepare("INSERT OR REPLACE INTO manifests VALUES('all', ?1, ?2)");
  if (!put) return tl::unexpected{put.error()};
  put->bind(1, integer(manifest.release)).bind(2, *body);
  return put->run();
}

Result<std::uint64_t> HqRollout::start(Database& db, Manifest manifest, RolloutPlan const& plan, std::int64_t now) {
  if (auto ok = check(plan); !ok) return tl::unexpected{ok.error()};
  auto const before = last(db);
  if (!before) return tl::unexpected{before.error()};
  if (*before && (*before)->open()) {
    return fail(Code::rejected, "rollout: release " + std::to_string((*before)->release) + " is under way (" +
                                    (*before)->state + "); `rollout stop` or `rollout back` ends it");
  }
  auto const known = newest(db);
  if (!known) return tl::unexpected{known.error()};
  auto const all = texts(db, "SELECT body FROM manifests WHERE scope = 'all'");
  if (!all) return tl::unexpected{all.error()};
  manifest.release = *known + 1;
  manifest.scope = "all";
  manifest.stage.reset();
  auto const body = encode_manifest(manifest);
  if (!body) return tl::unexpected{body.error()};
  Row row;
  row.release = manifest.release;
  row.state = "running";
  row.stage = plan.first.empty() ? 1 : 0;
  row.since = now;
  row.body = *body;
  row.before = all->empty() ? std::string{} : all->front();
  row.plan = plan;
  if (auto done = keep(db, row); !done) return tl::unexpected{done.error()};
  if (auto done = say_next(row, false); !done) return tl::unexpected{done.error()};
  return row.release;
}

Result<std::uint64_t> HqRollout::change(Database& db, std::string_view what, std::int64_t now) {
  auto const found = last(db);
  if (!found) return tl::unexpected{found.error()};
  if (!*found) return fail(Code::not_found, "rollout: there never was one; `rollout start` begins one");
  auto row = **found;
  auto const refuse = [&](std::string const& why) {
    return fail(Code::rejected, "rollout: release " + std::to_string(row.release) + " is " + row.state + ": " + why);
  };
  ++row.revision;
  if (what == "pause" || what == "resume") {
    auto const from = what == "pause" ? "running" : "paused";
    if (row.state != from) return refuse("nothing to " + std::string(what));
    row.state = what == "pause" ? "paused" : "running";
    row.why = what == "pause" ? "paused by hand" : "";
    row.since = what == "pause" ? row.since : now;
    if (auto done = keep(db, row); !done) return tl::unexpected{done.error()};
    if (auto done = say_next(row, what == "pause"); !done) return tl::unexpected{done.error()};
    return row.release;
  }
  if (what == "stop") {
    if (!row.open()) return refuse("nothing to stop");
    row.state = "stopped";
    row.why = "stopped by hand; who runs it goes on running it";
    clear_next();
    if (auto done = keep(db, row); !done) return tl::unexpected{done.error()};
    return 0;
  }
  if (row.state == "back") return refuse("it was taken back already");
  if (row.before.empty()) return refuse("there is no release before it to go back to; publish one");
  auto manifest = decode_manifest(row.before);
  if (!manifest) return tl::unexpected{manifest.error()};
  auto const known = newest(db);
  if (!known) return tl::unexpected{known.error()};
  manifest->release = *known + 1;
  manifest->created = now;
  manifest->expires = now + kLifetime;
  row.state = "back";
  row.why = "taken back by release " + std::to_string(manifest->release);
  clear_next();
  if (auto done = keep(db, row); !done) return tl::unexpected{done.error()};
  if (auto done = say_all(db, *manifest); !done) return tl::unexpected{done.error()};
  return manifest->release;
}

namespace {

/// One terminal in the stage, as HQ's tables have it.
struct Member {
  std::string terminal, last_error;
  std::uint64_t running = 0;
  Pulse pulse;
  std::int64_t last_seen = 0;
  bool online = false, reads_stages = false, said_good_bye = false;
};

Member member_of(Statement const& row) {
  Member member;
  member.terminal = row.text(0);
  member.running = static_cast<std::uint64_t>(row.integer(1));
  member.pulse = pulse_of(row.text(2));
  member.last_seen = row.integer(3);
  member.last_error = row.text(4);
  member.reads_stages = row.text(5).find(" stages ") != std::string_view::npos;
  member.said_good_bye = row.integer(6) != 0;
  member.online = row.integer(7) != 0;
  return member;
}

/// Since when it has been there without a break of an hour, while it does not run the release: from then on it has
/// its time.
Result<std::int64_t> there_since(Database& db, std::uint64_t release, Member const& member) {
  constexpr std::int64_t kBreak = 3'600;
  auto row = db.prepare("SELECT since, last FROM rollout_seen WHERE release = ?1 AND terminal = ?2");
  if (!row) return tl::unexpected{row.error()};
  auto const there = row->bind(1, integer(release)).bind(2, member.terminal).step();
  if (!there) return tl::unexpected{there.error()};
  auto const last = *there ? row->integer(1) : 0;
  auto const since = *there && member.last_seen - last < kBreak ? row->integer(0) : member.last_seen;
  if (*there && last == member.last_seen) return since;
  auto put = db.prepare("INSERT OR REPLACE INTO rollout_seen VALUES(?1, ?2, ?3, ?4)");
  if (!put) return tl::unexpected{put.error()};
  put->bind(1, integer(release)).bind(2, member.terminal).bind(3, since).bind(4, member.last_seen);
  if (auto done = put->run(); !done) return tl::unexpected{done.error()};
  return since;
}

/// Terminals whose whole store is silent, those without the release too: the power is off there, or it is closed.
Result<std::set<std::string>> in_dark_stores(Database& db, std::uint64_t release, std::int64_t silent_since) {
  auto rows = db.prepare(
      "WITH s AS (SELECT t.terminal, t.release, t.last_seen / 1000 AS seen, json_extract(h.body, '$.store') AS store "
      "FROM terminals t JOIN held h USING(terminal)) SELECT terminal FROM s WHERE store IN (SELECT store FROM s WHERE "
      "store <> '' GROUP BY store HAVING max(seen) < ?1 AND min(release) < ?2)");
  if (!rows) return tl::unexpected{rows.error()};
  rows->bind(1, silent_since).bind(2, integer(release));
  std::set<std::string> dark;
  for (auto there = rows->step();; there = rows->step()) {
    if (!there) return tl::unexpected{there.error()};
    if (!*there) return dark;
    dark.emplace(rows->text(0));
  }
}

/// What a stage asks of its terminals.
struct Terms {
  std::uint64_t release = 0;
  std::int64_t since = 0, deadline = 0, now = 0;
};
using Verdict = RolloutVerdict;
struct Judged {
  Verdict verdict = Verdict::healthy;
  std::string why{};
};

/// Silence counts where the release can have caused it: who has not been there since the stage began cannot have it,
/// and who said good-bye was switched off.
Result<Judged> judge_without(Database& db, Terms const& terms, Member const& member) {
  if (member.pulse.refused == integer(terms.release))
    return Judged{Verdict::failed, "refused it: " + member.last_error};
  if (!member.reads_stages) return Judged{Verdict::older};
  bool const heard = member.last_seen >= terms.since || (member.online && member.last_seen > terms.since - kWeek);
  if (!heard || member.said_good_bye) return Judged{Verdict::away};
  auto const there = there_since(db, terms.release, member);
  if (!there) return tl::unexpected{there.error()};
  if (terms.now - std::max(terms.since, *there) <= terms.deadline) return Judged{Verdict::waiting};
  return Judged{Verdict::silent, "does not run it by the deadline"};
}

Result<Judged> judge_with(Database& db, Terms const& terms, Member const& member) {
  auto const mark = mark_of(db, terms.release, member.terminal, member.pulse);
  if (!mark) return tl::unexpected{mark.error()};
  if (auto ill = ailment(*mark, member.pulse); !ill.empty()) return Judged{Verdict::failed, std::move(ill)};
  bool const quiet = terms.now - std::max(member.last_seen, terms.since) > terms.deadline;
  return quiet && !member.said_good_bye ? Judged{Verdict::silent, "fell silent"} : Judged{Verdict::healthy};
}

}  // namespace

void HqRollout::Health::add(std::string const& terminal, RolloutVerdict verdict, std::string why) {
  switch (verdict) {
    case Verdict::healthy:
      ++healthy;
      break;
    case Verdict::waiting:
      ++waiting;
      break;
    case Verdict::away:
      ++away;
      break;
    case Verdict::older:
      ++older;
      return;
    case Verdict::silent:
    case Verdict::failed:
      failed[terminal] = std::move(why);
      break;
  }
  ++included;
}

Result<HqRollout::Health> HqRollout::look(Database& db, Row const& row, std::int64_t now) const {
  Health health;
  Manifest::Stage const stage{row.share(), row.revision, false, 0, row.plan.first};
  Terms const terms{row.release, row.since, row.plan.deadline, now};
  auto rows = db.prepare(
      "SELECT terminal, release, counters, last_seen / 1000, last_error, can, left_at, online FROM terminals");
  if (!rows) return tl::unexpected{rows.error()};
  std::map<std::string, std::string> silent;
  for (auto there = rows->step();; there = rows->step()) {
    if (!there) return tl::unexpected{there.error()};
    if (!*there) break;
    auto const member = member_of(*rows);
    if (!stage.includes(row.release, member.terminal)) continue;
    auto judged = member.running < row.release ? judge_without(db, terms, member) : judge_with(db, terms, member);
    if (!judged) return tl::unexpected{judged.error()};
    if (judged->verdict == Verdict::silent) silent[member.terminal] = std::move(judged->why);
    if (judged->verdict != Verdict::silent) health.add(member.terminal, judged->verdict, std::move(judged->why));
  }
  if (silent.empty()) return health;
  auto const dark = in_dark_stores(db, row.release, now - row.plan.deadline);
  if (!dark) return tl::unexpected{dark.error()};
  for (auto& [terminal, why] : silent) {
    auto const verdict = dark->contains(terminal) ? Verdict::away : Verdict::failed;
    health.add(terminal, verdict, std::move(why));
  }
  return health;
}

std::size_t RolloutPlan::stage_of(std::uint64_t release, std::string_view terminal) const {
  if (std::find(this->first.begin(), this->first.end(), terminal) != this->first.end()) return 0;
  std::size_t stage = 1;
  while (stage < shares.size() && !Manifest::Stage{shares[stage - 1], 1, false, 0, {}}.includes(release, terminal))
    ++stage;
  return stage;
}

Result<std::optional<RolloutSeen>> last_rollout(Database& db) {
  auto row = db.prepare("SELECT release, state, stage, plan FROM rollouts ORDER BY release DESC LIMIT 1");
  if (!row) return tl::unexpected{row.error()};
  auto const there = row->step();
  if (!there) return tl::unexpected{there.error()};
  if (!*there) return std::nullopt;
  return RolloutSeen{static_cast<std::uint64_t>(row->integer(0)), std::string{row->text(1)},
                     static_cast<std::size_t>(row->integer(2)), plan_of(Json::parse(row->text(3), nullptr, false))};
}

Result<void> HqRollout::next_stage(Database& db, Row row, std::int64_t now) {
  if (row.share() < 10'000) {
    ++row.stage;
    ++row.revision;
    row.since = now;
    if (auto done = keep(db, row); !done) return done;
    return say_next(row, false);
  }
  auto manifest = decode_manifest(row.body);
  if (!manifest) return tl::unexpected{manifest.error()};
  row.state = "done";
  row.why = "everybody has it";
  if (auto done = keep(db, row); !done) return done;
  // First to all, then away from the stage: nobody must be without for a moment.
  if (auto done = say_all(db, std::move(*manifest)); !done) return done;
  clear_next();
  return {};
}

Result<void> HqRollout::tick(Database& db, std::int64_t now) {
  auto const found = last(db);
  if (!found) return tl::unexpected{found.error()};
  if (!*found || (*found)->state != "running") return {};
  auto row = **found;
  auto const health = look(db, row, now);
  if (!health) return tl::unexpected{health.error()};
  auto const borne = row.stage == 0 ? 0 : health->included * row.plan.tolerance / 10'000;
  if (health->failed.size() > borne) {
    auto const& [terminal, why] = *health->failed.begin();
    row.state = "paused";
    row.why = std::to_string(health->failed.size()) + " of " + std::to_string(health->included) + " failed; " +
              terminal + " " + why;
    ++row.revision;
    if (auto done = keep(db, row); !done) return done;
    return say_next(row, true);
  }
  bool const nobody = health->included == 0;
  // A canary must have sung; later stages go on without those who are away.
  bool const sung = row.stage > 0 || health->healthy > 0;
  bool const ready = health->waiting == 0 && (nobody || (sung && now - row.since >= row.plan.soak));
  return ready ? next_stage(db, std::move(row), now) : Result<void>{};
}

/// Manifests under the key that signs now: who does not believe the old one any more could not take them.
Result<void> HqRollout::sign_again(Database& db) {
  auto const bodies = texts(db, "SELECT body FROM manifests WHERE scope <> 'next'");
  if (!bodies) return tl::unexpected{bodies.error()};
  for (auto const& body : *bodies) {
    auto const manifest = decode_manifest(body);
    auto envelope = manifest ? seal(*key_, body) : Result<std::string>(tl::unexpected(manifest.error()));
    if (!envelope) return tl::unexpected{envelope.error()};
    outgoing_.push_back({Topics(chain_).manifest(manifest->scope), std::move(*envelope), true});
  }
  return repeat(db, 0);
}

Result<void> HqRollout::repeat(Database& db, std::int64_t) {
  auto const found = last(db);
  if (!found) return tl::unexpected{found.error()};
  if (!*found || !(*found)->open()) return {};
  return say_next(**found, (*found)->state == "paused");
}

Result<Json> HqRollout::status(Database& db, std::int64_t now) {
  auto const found = last(db);
  if (!found) return tl::unexpected{found.error()};
  if (!*found) return Json::object();
  auto const& row = **found;
  auto const health = look(db, row, now);
  if (!health) return tl::unexpected{health.error()};
  return Json{{"release", row.release},
              {"state", row.state},
              {"stage", row.stage},
              {"share", row.share()},
              {"canaries", row.plan.first},
              {"since", row.since},
              {"included", health->included},
              {"healthy", health->healthy},
              {"waiting", health->waiting},
              {"away", health->away},
              {"older", health->older},
              {"failed", health->failed},
              {"shares", row.plan.shares},
              {"soak", row.plan.soak},
              {"deadline", row.plan.deadline},
              {"why", row.why}};
}

}  // namespace tillcue::sync
