#include "tillcue/sync/hq_terminals.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "hq_columns.hpp"
#include "hq_rollout.hpp"
#include "hq_rows.hpp"
#include "hq_words.hpp"
#include "tillcue/sync/hq_time.hpp"
#include "tillcue/sync/settings.hpp"

namespace tillcue::sync {
namespace {

std::string age(std::int64_t since, Timestamp now) {
  if (since == 0) return "never";
  auto const seconds = std::max<std::int64_t>(0, (now.time_since_epoch().count() - since) / 1000);
  if (seconds < 100) return fmt::format("{} s ago", seconds);
  if (seconds < 6'000) return fmt::format("{} min ago", seconds / 60);
  if (seconds < 200'000) return fmt::format("{} h ago", seconds / 3'600);
  return fmt::format("{} d ago", seconds / 86'400);
}

/// Of one that is online and has not spoken since HQ listens the broker kept what it said last, by its own clock.
std::int64_t seen(TerminalRow const& row) { return row.last_seen == 0 && row.online ? row.state_at : row.last_seen; }

nlohmann::json counters_of(TerminalRow const& row) {
  auto parsed = nlohmann::json::parse(row.counters, nullptr, false);
  return parsed.is_object() ? parsed : nlohmann::json::object();
}

std::string config_numbers(TerminalRow const& row) {
  std::string out;
  for (auto const& [word, number] : row.held.words) {
    if (word.starts_with("config ")) out += fmt::format("; {} {}", printable(word), number);
  }
  return out;
}

/// What a terminal says is wrong at its counter.
constexpr std::pair<char const*, char const*> kCounterTroubles[] = {
    {"printer_paper_out", "receipt printer out of paper"}, {"printer_cover_open", "receipt printer's cover open"},
    {"printer_failed", "receipt printer failed"},          {"printer_paper_low", "receipt paper nears its end"},
    {"customer_display_lost", "customer display lost"},    {"print_line_lost", "no bypass before the printer"},
    {"display_line_lost", "no bypass before the display"}};

std::string counter_troubles(nlohmann::json const& counters) {
  std::string out;
  for (auto const& [name, what] : kCounterTroubles) {
    auto const flag = counters.find(name);
    if (flag != counters.end() && *flag == 1) out += (out.empty() ? "counter: " : ", ") + std::string{what};
  }
  return out;
}

/// Two of one name change every few seconds, at the latest every minute.
constexpr std::int64_t kTwiceShown = 300'000;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kWarnCertificate = 60 * kDay;
constexpr std::int64_t kWarnRelease = 14 * kDay;

/// "ends in 12 days", "is over since 3 days".
std::string end_in_words(std::int64_t end, std::int64_t now) {
  if (end <= now) return "is over since " + counted(static_cast<std::uint64_t>((now - end) / kDay), "day");
  return "ends in " + counted(static_cast<std::uint64_t>((end - now) / kDay), "day");
}

std::string certificate_line(nlohmann::json const& counters, std::int64_t now) {
  auto const end = counters.value("certificate_ends", std::int64_t{0});
  if (end == 0 || end - now > kWarnCertificate) return {};
  return wrapped("its certificate " + end_in_words(end, now), 4);
}

std::string details(TerminalRow const& row, Timestamp now) {
  std::string out;
  auto const counters = counters_of(row);
  if (row.twice_at > now.time_since_epoch().count() - kTwiceShown) {
    out += wrapped("TWO TERMINALS HAVE THIS NAME and throw each other out, last " + age(row.twice_at, now) +
                       ": stop the copy, or give it a \"terminal\" of its own",
                   4);
  }
  if (!row.rollout.empty()) out += wrapped(row.rollout, 4);
  out += certificate_line(counters, unix_seconds(now));
  if (auto const trouble = counter_troubles(counters); !trouble.empty()) out += wrapped(trouble, 4);
  if (!row.phase.empty() && row.phase != "idle") out += wrapped("phase: " + row.phase, 4);
  if (!row.shortage.empty()) out += wrapped("short of room: " + printable(row.shortage), 4);
  if (row.thinned > 0) {
    out += wrapped("sums by day in the place of " + counted(row.thinned, "result") + ": it was nearly full", 4);
  }
  if (row.dropped > 0) out += wrapped("lost " + counted(row.dropped, "result") + ": its outbox was full", 4);
  if (!row.last_error.empty()) out += wrapped("last error: " + row.last_error, 4);
  for (auto const& [word, why] : row.held.refused) out += wrapped("refused " + word + ": " + printable(why), 4);
  std::string settings;
  for (auto const& [name, value] : row.held.config)
    settings += (settings.empty() ? "set by HQ: " : ", ") + printable(name) + ' ' + printable(value);
  if (!settings.empty()) out += wrapped(settings + config_numbers(row), 4);
  std::string numbers;
  for (auto const& [name, value] : counters.items())
    numbers += (numbers.empty() ? "" : ", ") + name + ' ' + value.dump();
  if (!numbers.empty()) out += wrapped(numbers, 4);
  return out;
}

}  // namespace

Result<std::uint64_t> newest_release(Database& db, std::string_view scope) {
  auto statement = db.prepare("SELECT coalesce(max(release), 0) FROM releases WHERE scope = ?1 OR ?1 = ''");
  if (!statement) return tl::unexpected{statement.error()};
  statement->bind(1, scope);
  auto const row = statement->step();
  if (!row) return tl::unexpected{row.error()};
  return static_cast<std::uint64_t>(statement->integer(0));
}

Result<std::vector<Sha256>> bundles_in_use(Database& db, std::size_t most) {
  auto names = texts(db,
                     "SELECT r.bundle FROM terminals t JOIN (SELECT DISTINCT release, bundle FROM releases) r "
                     "ON r.release = t.release GROUP BY r.bundle ORDER BY count(*) DESC");
  if (!names) return tl::unexpected{names.error()};
  std::vector<Sha256> found;
  for (auto const& name : *names) {
    auto const digest = Sha256::parse(name);
    if (digest && found.size() < most) found.push_back(*digest);
  }
  return found;
}

Result<std::vector<SaidSetting>> config_by_scope(Database& db) {
  auto scopes = texts(db, "SELECT scope FROM words WHERE kind = 'config' ORDER BY scope");
  if (!scopes) return tl::unexpected{scopes.error()};
  std::vector<SaidSetting> out;
  for (auto const& name : *scopes) {
    auto const scope = Scope::parse(name);
    if (!scope) return tl::unexpected{scope.error().within("table words")};
    auto const word = HqWords::last(db, WordKind::config, *scope);
    if (!word) return tl::unexpected{word.error()};
    auto const said = *word ? read_settings((*word)->content, name) : Settings{};
    if (!said) return tl::unexpected{said.error()};
    for (auto const& [setting, value] : *said) out.push_back({name, setting, value});
  }
  return out;
}

Result<std::vector<SaidSetting>> config_of(Database& db, TerminalId const& terminal) {
  auto const body = texts(db, "SELECT body FROM held WHERE terminal = ?1", terminal.value);
  if (!body) return tl::unexpected{body.error()};
  if (body->empty()) return fail(Code::not_found, terminal.value + " has never said which store it is in");
  auto const held = decode_held(body->front());
  if (!held) return tl::unexpected{held.error()};
  auto const said = config_by_scope(db);
  if (!said) return said;
  std::map<std::string, SaidSetting> merged;
  for (auto const& scope :
       {std::string{"all"}, "group:" + held->group, "store:" + held->store, "terminal:" + terminal.value}) {
    for (auto const& one : *said) {
      if (one.scope == scope) merged[one.setting] = one;
    }
  }
  std::vector<SaidSetting> out;
  for (auto const& [setting, one] : merged) out.push_back(one);
  return out;
}

Result<std::vector<ReleaseEnd>> release_ends(Database& db) {
  auto rows = db.prepare("SELECT scope, max(release), expires FROM releases GROUP BY scope ORDER BY scope");
  if (!rows) return tl::unexpected{rows.error()};
  std::vector<ReleaseEnd> ends;
  for (auto row = rows->step();; row = rows->step()) {
    if (!row) return tl::unexpected{row.error()};
    if (!*row) return ends;
    ends.push_back({std::string{rows->text(0)}, static_cast<std::uint64_t>(rows->integer(1)), rows->integer(2)});
  }
}

namespace {

std::string percent_text(std::uint32_t share) {
  return share % 100 == 0 ? fmt::format("{} %", share / 100) : fmt::format("{:.2f} %", share / 100.0);
}

std::string stage_text(RolloutSeen const& rollout, std::size_t stage) {
  return stage == 0 ? std::string{"the canaries"}
                    : fmt::format("stage {} of {} ({})", stage, rollout.plan.shares.size(),
                                  percent_text(rollout.plan.shares[std::min(stage, rollout.plan.shares.size()) - 1]));
}

/// Of one terminal in the rollout under way.
std::string place_text(RolloutSeen const& rollout, TerminalRow const& row, bool reads_stages) {
  if (row.release >= rollout.release) return {};
  if (!reads_stages)
    return fmt::format("rollout: its program reads no stages; it gets {} with everybody", rollout.release);
  auto const stage = rollout.plan.stage_of(rollout.release, row.terminal);
  auto const refused = counters_of(row).value("refused_release", std::uint64_t{0});
  auto const* const when = refused == rollout.release ? "it refused it"
                           : stage > rollout.stage    ? "its turn comes later"
                                                      : "its turn, and it does not run it yet";
  return fmt::format("rollout: in {}; {}", stage_text(rollout, stage), when);
}

}  // namespace

Result<Fleet> read_fleet(Database& db) {
  Fleet fleet;
  auto ends = release_ends(db);
  if (!ends) return tl::unexpected{ends.error()};
  fleet.ends = std::move(*ends);
  auto const rollout = last_rollout(db);
  if (!rollout) return tl::unexpected{rollout.error()};
  bool const under_way = *rollout && ((*rollout)->state == "running" || (*rollout)->state == "paused");
  if (under_way) {
    fleet.rollout = fmt::format("rollout of release {}: {}, {} (tillcue-hq rollout status)", (*rollout)->release,
                                (*rollout)->state, stage_text(**rollout, (*rollout)->stage));
  }
  auto const newest = newest_release(db, "all");
  if (!newest) return tl::unexpected{newest.error()};
  fleet.newest_release = *newest;
  auto rows = db.prepare(
      "SELECT t.terminal, online, release, wanted, phase, pending, dropped, last_error, version, counters, state_at, "
      "last_seen, h.body, thinned, shortage, can, twice_at FROM terminals t LEFT JOIN held h USING(terminal) ORDER BY "
      "t.terminal");
  if (!rows) return tl::unexpected{rows.error()};
  for (;;) {
    auto const row = rows->step();
    if (!row) return tl::unexpected{row.error()};
    if (!*row) return fleet;
    auto const number = [&](int column) { return static_cast<std::uint64_t>(rows->integer(column)); };
    TerminalRow one;
    one.terminal = rows->text(0);
    one.online = rows->integer(1) != 0;
    one.release = number(2);
    one.wanted = number(3);
    one.phase = rows->text(4);
    one.pending = number(5);
    one.dropped = number(6);
    one.last_error = rows->text(7);
    one.version = rows->text(8);
    one.counters = rows->text(9);
    one.state_at = rows->integer(10);
    one.last_seen = rows->integer(11);
    one.twice_at = rows->integer(16);
    one.thinned = number(13);
    one.shortage = rows->text(14);
    if (under_way) {
      one.rollout = place_text(**rollout, one, reads_stages(rows->text(15)));
    }
    one.held = decode_held(rows->text(12)).value_or(Held{});
    fleet.terminals.push_back(std::move(one));
  }
}

std::string to_text(Fleet const& fleet, Timestamp now) {
  std::uint64_t online = 0;
  for (auto const& row : fleet.terminals) online += row.online ? 1 : 0;
  std::string out = fmt::format("{} terminal{}, {} online; newest release {}\n\n", fleet.terminals.size(),
                                fleet.terminals.size() == 1 ? "" : "s", online, fleet.newest_release);
  for (auto const& end : fleet.ends) {
    if (end.expires - unix_seconds(now) > kWarnRelease) continue;
    out += wrapped(fmt::format("release {} for {} {}: no terminal switches to it then; publish it again", end.release,
                               printable(end.scope), end_in_words(end.expires, unix_seconds(now))),
                   0);
  }
  if (!fleet.rollout.empty()) out += wrapped(fleet.rollout, 0) + '\n';
  if (fleet.terminals.empty()) return out + "No terminal has spoken yet.\n";
  out += left("TERMINAL", 22) + left("STATE", 9) + right("RELEASE", 8) + right("LAG", 5) + right("PENDING", 9) + "  " +
         left("LAST SEEN", 14) + "VERSION\n";
  for (auto const& row : fleet.terminals) {
    out += left(row.terminal, 22) + left(row.online ? "online" : "offline", 9) + right(std::to_string(row.release), 8) +
           right(std::to_string(fleet.lag(row)), 5) + right(grouped(row.pending), 9) + "  " +
           left(age(seen(row), now), 14) + printable(row.version.substr(0, 11)) + '\n' + details(row, now);
  }
  return out;
}

std::string to_json(Fleet const& fleet) {
  nlohmann::ordered_json out{{"newest_release", fleet.newest_release},
                             {"rollout", fleet.rollout},
                             {"releases", nlohmann::ordered_json::array()},
                             {"terminals", nlohmann::ordered_json::array()}};
  for (auto const& end : fleet.ends) {
    out["releases"].push_back({{"scope", end.scope}, {"release", end.release}, {"expires", end.expires}});
  }
  for (auto const& row : fleet.terminals) {
    out["terminals"].push_back(
        {{"terminal", row.terminal},      {"online", row.online},        {"release", row.release},
         {"lag", fleet.lag(row)},         {"wanted", row.wanted},        {"phase", row.phase},
         {"pending", row.pending},        {"dropped", row.dropped},      {"thinned", row.thinned},
         {"shortage", row.shortage},      {"rollout", row.rollout},      {"last_error", row.last_error},
         {"version", row.version},        {"state_at", row.state_at},    {"last_seen", row.last_seen},
         {"name_twice_at", row.twice_at}, {"words", row.held.words},     {"refused", row.held.refused},
         {"config", row.held.config},     {"counters", counters_of(row)}});
  }
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tillcue::sync
