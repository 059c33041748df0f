#include "tillcue/sync/hq_report.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

#include "hq_report_thinned.hpp"
#include "hq_rows.hpp"

namespace tillcue::sync {
namespace {

using Row = Statement const&;

Result<void> each(Database& db, std::string_view sql, ReportOptions const& options,
                  std::function<void(Row)> const& take) {
  return each_row(db, sql, millis(options.since), take);
}

Result<void> read_period(Database& db, ReportOptions const& options, Report& report) {
  constexpr std::string_view kPeriod =
      "SELECT count(*), min(at), max(at) FROM (SELECT at FROM sales WHERE at >= ?1 UNION ALL SELECT at FROM decisions "
      "WHERE at >= ?1 UNION ALL SELECT at FROM answers WHERE at >= ?1 UNION ALL SELECT at FROM coupons WHERE at >= ?1)";
  return each(db, kPeriod, options, [&](Row row) {
    if (number(row, 0) == 0) return;
    report.events += number(row, 0);
    report.from = report.from == 0 ? row.integer(1) : std::min(report.from, row.integer(1));
    report.to = std::max(report.to, row.integer(2));
  });
}

void take_sale(Report& report, Row row) {
  if (row.integer(8) == 0) {
    if (row.text(1) == "finished") ++report.without_bundle;
    return;
  }
  bool const held_out = row.text(0) == "holdout";
  auto& arm = held_out ? report.holdout : report.treated;
  if (row.text(1) == "voided") ++arm.voided;
  if (row.text(1) == "abandoned") ++arm.abandoned;
  if (row.text(1) != "finished") return;
  ++arm.finished;
  arm.lines.add(static_cast<double>(row.integer(3)));
  auto& impact = impact_in(report, currency_of(row.text(4), row.integer(5)));
  auto const value = static_cast<double>(row.integer(2));
  (held_out ? impact.holdout : impact.treated).add(value);
  auto const release = row.integer(10);
  auto const drawn_with = release > 0 ? "release " + std::to_string(release) : day_of(row.integer(11) / kDay);
  impact.arms.add(stratum(row.text(9), drawn_with), !held_out, value, row.text(12));
  if (held_out) return;
  if (row.integer(6) > 0) ++report.hinted_sales;
  if (row.integer(7) > 0) ++report.accepted_sales;
}

Result<void> read_sales(Database& db, ReportOptions const& options, Report& report) {
  auto done =
      each(db,
           "SELECT arm, ending, total, line_count, currency, digits, hints, accepted, decided, terminal, release, at, "
           "customer FROM sales JOIN streams t ON t.id = stream WHERE at >= ?1",
           options, [&](Row row) { take_sale(report, row); });
  for (auto& impact : report.impact) impact.compared = impact.arms.compare();
  std::stable_sort(report.impact.begin(), report.impact.end(), [](auto const& a, auto const& b) {
    return a.treated.count() + a.holdout.count() > b.treated.count() + b.holdout.count();
  });
  return done;
}

/// A result comes late for its decision when that went into sums before: it counts in the totals.
Result<void> read_late_answers(Database& db, ReportOptions const& options, Report& report) {
  constexpr std::string_view kLate =
      "SELECT x.response, count(*), coalesce(sum(x.bought), 0) FROM answers x WHERE x.at >= ?1 AND EXISTS (SELECT 1 "
      "FROM thinned n WHERE n.stream = x.stream AND n.event < x.event AND n.results > 0) AND NOT EXISTS (SELECT 1 FROM "
      "decisions d WHERE d.stream = x.stream AND d.sale = x.sale AND d.offer = x.offer AND d.event < x.event) GROUP BY "
      "1";
  return each(db, kLate, options, [&](Row row) {
    auto& answers = report.answers;
    auto const count = number(row, 1);
    (row.text(0) == "accepted"   ? answers.accepted
     : row.text(0) == "declined" ? answers.declined
                                 : answers.ignored) += row.text(0) == "none" ? 0 : count;
    answers.bought += number(row, 2);
    answers.unanswered -= row.text(0) == "none" ? 0 : std::min(answers.unanswered, count);
  });
}

void add(Report::Answers& answers, std::string_view response, std::uint64_t count, std::uint64_t bought) {
  answers.shown += count;
  answers.bought += bought;
  (response == "accepted"   ? answers.accepted
   : response == "declined" ? answers.declined
   : response == "ignored"  ? answers.ignored
                            : answers.unanswered) += count;
}

// Sale and offer numbers come again (another day, a till set up anew): an answer belongs to the latest decision of its
// key before it, in the order of arrival, which a till's clock cannot upset. Coupons are decided at tender and answered
// at the next visit: they are counted apart.
constexpr std::string_view kGiven =
    "WITH given AS (SELECT decision, response, bought, max(event) FROM (SELECT x.event, x.response, x.bought, "
    "(SELECT max(event) FROM decisions o WHERE o.stream = x.stream AND o.sale = x.sale AND o.offer = x.offer "
    "AND o.event <= x.event) AS decision FROM answers x) GROUP BY decision) ";
constexpr std::string_view kSaid =
    "FROM decisions d LEFT JOIN given a ON a.decision = d.event JOIN streams t ON t.id = d.stream "
    "WHERE d.at >= ?1 AND d.offer > 0 AND d.stage <> 'tender' AND d.type <> 'notice' ";

Result<void> read_offers(Database& db, ReportOptions const& options, Report& report) {
  auto const offers_said = std::string{kGiven} +
                           "SELECT d.item, coalesce(a.response, 'none'), count(*), coalesce(sum(a.bought), 0), "
                           "sum(d.probability), d.type, d.reason " +
                           std::string{kSaid} + "GROUP BY 1, 2, 6, 7";
  std::map<std::string, Report::Offer> offers;
  std::map<std::pair<std::string, std::string>, Report::Kind> kinds;
  for (auto const& sums : report.offers) {
    auto& offer = offers[sums.item];
    offer.item = sums.item;
    offer.answers += sums.answers;
    offer.predicted += sums.predicted;
  }
  for (auto const& sums : report.kinds) kinds[{sums.type, sums.reason}].answers += sums.answers;
  report.offers.clear();
  report.kinds.clear();
  auto done = each(db, offers_said, options, [&](Row row) {
    auto& offer = offers[std::string{row.text(0)}];
    offer.item = row.text(0);
    add(offer.answers, row.text(1), number(row, 2), number(row, 3));
    add(report.answers, row.text(1), number(row, 2), number(row, 3));
    offer.predicted += static_cast<double>(row.integer(4)) / 1e6;
    auto& kind = kinds[{std::string{row.text(5)}, std::string{row.text(6)}}];
    add(kind.answers, row.text(1), number(row, 2), number(row, 3));
  });
  for (auto& [key, kind] : kinds) report.kinds.push_back({key.first, key.second, kind.answers});
  std::stable_sort(report.kinds.begin(), report.kinds.end(),
                   [](auto const& a, auto const& b) { return a.answers.shown > b.answers.shown; });
  for (auto& [item, offer] : offers) {
    offer.predicted /= static_cast<double>(offer.answers.shown);
    report.offers.push_back(offer);
  }
  std::stable_sort(report.offers.begin(), report.offers.end(),
                   [](auto const& a, auto const& b) { return a.answers.shown > b.answers.shown; });
  if (report.offers.size() > options.top) report.offers.resize(options.top);
  return done;
}

Result<void> read_notices(Database& db, ReportOptions const& options, Report& report) {
  return each(db, "SELECT count(*) FROM decisions WHERE at >= ?1 AND offer > 0 AND type = 'notice'", options,
              [&](Row row) { report.notices += number(row, 0); });
}

Result<void> read_coupons(Database& db, ReportOptions const& options, Report& report) {
  return each(db, "SELECT fate, why, count(*) FROM coupons WHERE at >= ?1 GROUP BY fate, why", options, [&](Row row) {
    if (row.text(0) == "printed") report.coupons.printed += number(row, 2);
    if (row.text(0) == "unconfirmed") report.coupons.unconfirmed += number(row, 2);
    if (row.text(0) == "dropped") {
      report.coupons.dropped[row.text(1).empty() ? "no reason given" : std::string{row.text(1)}] += number(row, 2);
    }
  });
}

Result<void> read_speed(Database& db, ReportOptions const& options, Report& report) {
  std::vector<std::int64_t> micros;
  auto done = each(db, "SELECT micros FROM decisions WHERE at >= ?1", options,
                   [&](Row row) { micros.push_back(row.integer(0)); });
  report.decisions += micros.size();
  if (micros.empty()) return done;
  std::sort(micros.begin(), micros.end());
  // Nearest rank: the smallest value that 50 (99) of 100 do not exceed.
  report.decision_p50 = micros[(micros.size() + 1) / 2 - 1];
  report.decision_p99 = micros[(micros.size() * 99 + 99) / 100 - 1];
  return done;
}

Result<void> read_tills(Database& db, ReportOptions const& options, Report& report) {
  constexpr std::string_view kTills =
      "SELECT t.terminal, count(*), sum(s.arm = 'treated' AND s.decided), "
      "sum(s.arm = 'treated' AND s.hints > 0), sum(s.arm = 'treated' AND s.accepted > 0), max(s.at), "
      "sum(NOT s.decided) FROM sales s JOIN streams t ON t.id = s.stream "
      "WHERE s.at >= ?1 AND s.ending = 'finished' GROUP BY 1 ORDER BY 1";
  std::map<std::string, Report::Till> tills;
  for (auto const& sums : report.tills) tills[sums.terminal] = sums;
  report.tills.clear();
  auto done = each(db, kTills, options, [&](Row row) {
    auto& till = tills[std::string{row.text(0)}];
    till.terminal = row.text(0);
    till.sales += number(row, 1);
    till.treated += number(row, 2);
    till.hinted += number(row, 3);
    till.accepted += number(row, 4);
    till.last_event = std::max(till.last_event, row.integer(5));
    till.without_bundle += number(row, 6);
  });
  for (auto const& [terminal, till] : tills) report.tills.push_back(till);
  return done;
}

/// The shift that is on at a minute of the day.
int shift_at(std::vector<int> const& begins, int minute) {
  auto const next = std::upper_bound(begins.begin(), begins.end(), minute);
  return next == begins.begin() ? begins.back() : next[-1];
}

Result<void> read_shifts(Database& db, ReportOptions const& options, Report& report) {
  if (options.shifts.empty()) return {};
  auto const by_minute = std::string{kGiven} + "SELECT t.terminal, (d.at / 60000 + 2880 + " +
                         std::to_string(options.utc_offset) +
                         ") % 1440, coalesce(a.response, 'none'), count(*), coalesce(sum(a.bought), 0) " +
                         std::string{kSaid} + "GROUP BY 1, 2, 3";
  std::map<std::pair<std::string, int>, Report::Answers> shifts;
  auto done = each(db, by_minute, options, [&](Row row) {
    auto& answers = shifts[{std::string{row.text(0)}, shift_at(options.shifts, static_cast<int>(row.integer(1)))}];
    add(answers, row.text(2), number(row, 3), number(row, 4));
  });
  for (auto const& [key, answers] : shifts) report.shifts.push_back({key.first, key.second, answers});
  return done;
}

Result<void> read_gaps(Database& db, ReportOptions const& options, Report& report) {
  constexpr std::string_view kGaps =
      "SELECT t.terminal, t.epoch, r.first, r.last FROM ranges r JOIN streams t ON t.id = r.stream ORDER BY 1, 2, 3";
  std::pair<std::string, std::uint64_t> stream;
  std::uint64_t next = 1;
  return each(db, kGaps, options, [&](Row row) {
    std::pair const here{std::string{row.text(0)}, number(row, 1)};
    if (here != stream) next = 1;
    stream = here;
    if (number(row, 2) > next) report.gaps.push_back({here.first, here.second, next, number(row, 2) - 1});
    next = number(row, 3) + 1;
  });
}

Result<void> read_lost(Database& db, ReportOptions const& options, Report& report) {
  return each(db, "SELECT terminal, sum(lost) FROM streams GROUP BY 1 HAVING sum(lost) > 0", options,
              [&](Row row) { report.lost[std::string{row.text(0)}] = number(row, 1); });
}

Result<void> read_alarms(Database& db, ReportOptions const& options, Report& report) {
  auto done =
      each(db,
           "SELECT kind, terminal, detail, seq, times, last_at FROM alarms WHERE last_at >= ?1 "
           "ORDER BY last_at DESC, id DESC LIMIT 20",
           options, [&](Row row) {
             report.alarms.push_back({std::string{row.text(0)}, std::string{row.text(1)}, std::string{row.text(2)},
                                      number(row, 3), number(row, 4), row.integer(5)});
           });
  if (!done) return done;
  return each(db, "SELECT count(*) FROM alarms WHERE last_at >= ?1", options,
              [&](Row row) { report.alarm_count = number(row, 0); });
}

}  // namespace

Report::Answers& Report::Answers::operator+=(Answers const& more) noexcept {
  shown += more.shown;
  accepted += more.accepted;
  declined += more.declined;
  ignored += more.ignored;
  unanswered += more.unanswered;
  bought += more.bought;
  return *this;
}

std::uint64_t Report::Coupons::dropped_total() const {
  std::uint64_t total = 0;
  for (auto const& [why, count] : dropped) total += count;
  return total;
}

Result<Report> make_report(Database& db, ReportOptions const& options) {
  // One read transaction: the collector goes on writing, and the parts must add up.
  if (auto done = db.execute("BEGIN"); !done) return tl::unexpected{done.error()};
  Report report;
  Result<void> done;
  for (auto const read : {read_thinned, read_period, read_sales, read_offers, read_late_answers, read_notices,
                          read_coupons, read_speed, read_tills, read_shifts, read_gaps, read_lost, read_alarms}) {
    done = read(db, options, report);
    if (!done) break;
  }
  auto const ended = db.execute("COMMIT");
  if (!done) return tl::unexpected{done.error()};
  if (!ended) return tl::unexpected{ended.error()};
  return report;
}

}  // namespace tillcue::sync
