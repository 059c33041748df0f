#include "hq_rollout_health.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "hq_rows.hpp"
#include "tillcue/sync/hq_numbers.hpp"
#include "wire/json_fields.hpp"

namespace tillcue::sync {
namespace {

constexpr std::int64_t kWeek = 7 * 86'400;
constexpr std::int64_t kManyErrors = 20;  // more than before, while it runs the release
constexpr std::int64_t kManyRestarts = 3;
constexpr std::int64_t kSalesToJudge = 20;  // without a single decision

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
    return counted(static_cast<std::uint64_t>(now.errors - mark.pulse.errors), "error") + " since";
  }
  bool const sells = now.sales - mark.pulse.sales >= kSalesToJudge;
  if (sells && now.decisions == mark.pulse.decisions) return "sells and decides nothing";
  return {};
}

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
  member.running = number(row, 1);
  member.pulse = pulse_of(row.text(2));
  member.last_seen = row.integer(3);
  member.last_error = row.text(4);
  member.reads_stages = reads_stages(row.text(5));
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

using Terms = RolloutTerms;
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

bool reads_stages(std::string_view can) { return can.find(" stages ") != std::string_view::npos; }

void RolloutHealth::add(std::string const& terminal, RolloutVerdict verdict, std::string why) {
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

Result<RolloutHealth> look_at(Database& db, Manifest::Stage const& stage, RolloutTerms const& terms) {
  RolloutHealth health;
  auto rows = db.prepare(
      "SELECT terminal, release, counters, last_seen / 1000, last_error, can, left_at, online FROM terminals");
  if (!rows) return tl::unexpected{rows.error()};
  std::map<std::string, std::string> silent;
  for (auto there = rows->step();; there = rows->step()) {
    if (!there) return tl::unexpected{there.error()};
    if (!*there) break;
    auto const member = member_of(*rows);
    if (!stage.includes(terms.release, member.terminal)) continue;
    auto judged = member.running < terms.release ? judge_without(db, terms, member) : judge_with(db, terms, member);
    if (!judged) return tl::unexpected{judged.error()};
    if (judged->verdict == Verdict::silent) silent[member.terminal] = std::move(judged->why);
    if (judged->verdict != Verdict::silent) health.add(member.terminal, judged->verdict, std::move(judged->why));
  }
  if (silent.empty()) return health;
  auto const dark = in_dark_stores(db, terms.release, terms.now - terms.deadline);
  if (!dark) return tl::unexpected{dark.error()};
  for (auto& [terminal, why] : silent) {
    auto const verdict = dark->contains(terminal) ? Verdict::away : Verdict::failed;
    health.add(terminal, verdict, std::move(why));
  }
  return health;
}

}  // namespace tillcue::sync
