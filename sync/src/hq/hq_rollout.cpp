#include "hq_rollout.hpp"

#include <algorithm>

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

Result<HqRollout::Health> HqRollout::look(Database& db, Row const& row, std::int64_t now) const {
  Health health;
  auto const manifest = decode_manifest(row.body);
  if (!manifest) return tl::unexpected{manifest.error()};
  Manifest::Stage const stage{row.share(), row.revision, false, 0, row.plan.first};
  auto rows = db.prepare("SELECT terminal, release, counters, last_seen / 1000, last_error FROM terminals");
  if (!rows) return tl::unexpected{rows.error()};
  for (auto there = rows->step();; there = rows->step()) {
    if (!there) return tl::unexpected{there.error()};
    if (!*there) return health;
    std::string const terminal{rows->text(0)};
    if (!stage.includes(row.release, terminal)) continue;
    ++health.included;
    auto const running = static_cast<std::uint64_t>(rows->integer(1));
    auto const pulse = pulse_of(rows->text(2));
    if (running < row.release) {
      bool const expected = rows->integer(3) > row.since - kWeek;
      if (pulse.refused == integer(row.release)) {
        health.failed[terminal] = "refused it: " + std::string(rows->text(4));
      } else if (!expected) {
        ++health.away;
      } else if (now - row.since > row.plan.deadline) {
        health.failed[terminal] = "does not run it by the deadline";
      } else {
        ++health.waiting;
      }
      continue;
    }
    auto const mark = mark_of(db, row.release, terminal, pulse);
    if (!mark) return tl::unexpected{mark.error()};
    auto ill = ailment(*mark, pulse);
    // It has run it, and now nobody hears of it.
    if (ill.empty() && now - std::max(rows->integer(3), row.since) > row.plan.deadline) ill = "fell silent";
    if (ill.empty()) ++health.healthy;
    if (!ill.empty()) health.failed[terminal] = ill;
  }
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
  bool const ready = health->waiting == 0 && (nobody || now - row.since >= row.plan.soak);
  return ready ? next_stage(db, std::move(row), now) : Result<void>{};
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
  return Json{{"release", row.release},       {"state", row.state},         {"stage", row.stage},
              {"share", row.share()},         {"canaries", row.plan.first}, {"since", row.since},
              {"included", health->included}, {"healthy", health->healthy}, {"waiting", health->waiting},
              {"away", health->away},         {"failed", health->failed},   {"why", row.why}};
}

}  // namespace tillcue::sync
