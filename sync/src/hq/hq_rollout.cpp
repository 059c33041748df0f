#include "hq_rollout.hpp"

#include <algorithm>

#include "hq_rows.hpp"
#include "tillcue/sync/hq_known.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

constexpr std::int64_t kLifetime = 90 * 86'400;

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

Result<std::string> HqRollout::may_start(Database& db, RolloutPlan const& plan) const {
  if (auto ok = check(plan); !ok) return tl::unexpected{ok.error()};
  auto const before = last(db);
  if (!before) return tl::unexpected{before.error()};
  if (*before && (*before)->open()) {
    return fail(Code::rejected, "rollout: release " + std::to_string((*before)->release) + " is under way (" +
                                    (*before)->state + "); `rollout stop` or `rollout back` ends it");
  }
  return unknown_canaries(db, plan.first);
}

Result<std::uint64_t> HqRollout::start(Database& db, Manifest manifest, RolloutPlan const& plan, std::int64_t now) {
  if (auto may = may_start(db, plan); !may) return tl::unexpected{may.error()};
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

Result<RolloutHealth> HqRollout::look(Database& db, Row const& row, std::int64_t now) const {
  return look_at(db, {row.share(), row.revision, false, 0, row.plan.first},
                 {row.release, row.since, row.plan.deadline, now});
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
  // A canary must have sung, however long it is away; a later stage goes on without who is, at once when nobody is in
  // it.
  bool const soaked = now - row.since >= row.plan.soak;
  bool const enough = row.stage == 0 ? soaked && health->healthy > 0 : soaked || health->included == 0;
  bool const ready = health->waiting == 0 && enough;
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
  return repeat(db);
}

Result<void> HqRollout::repeat(Database& db) {
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
  auto const unheard = never_heard_of(db, row.plan.first);
  if (!unheard) return tl::unexpected{unheard.error()};
  return Json{{"release", row.release},
              {"state", row.state},
              {"stage", row.stage},
              {"share", row.share()},
              {"canaries", row.plan.first},
              {"unheard_of", *unheard},
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
