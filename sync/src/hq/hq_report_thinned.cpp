#include "hq_report_thinned.hpp"

#include <algorithm>
#include <string_view>

#include "hq_rows.hpp"

namespace tillcue::sync {
namespace {

using Row = Statement const&;
Result<void> read_heads(Database& db, std::int64_t since, Report& report) {
  constexpr std::string_view kHeads =
      "SELECT t.terminal, sum(n.results), min(n.since), max(n.until), sum(n.decisions) FROM thinned n JOIN streams t "
      "ON t.id = n.stream WHERE n.results > 0 AND n.until >= ?1 GROUP BY 1";
  return each_row(db, kHeads, since, [&](Row row) {
    report.thinned[std::string{row.text(0)}] = number(row, 1);
    report.events += number(row, 1);
    report.from = report.from == 0 ? row.integer(2) : std::min(report.from, row.integer(2));
    report.to = std::max(report.to, row.integer(3));
    report.decisions += number(row, 4);
  });
}

Report::Answers answers_of(Row row, int column) {
  Report::Answers answers;
  answers.shown = number(row, column);
  answers.accepted = number(row, column + 1);
  answers.declined = number(row, column + 2);
  answers.ignored = number(row, column + 3);
  answers.bought = number(row, column + 4);
  auto const answered = answers.accepted + answers.declined + answers.ignored;
  answers.unanswered = answers.shown > answered ? answers.shown - answered : 0;
  return answers;
}

void take_offer(Report& report, Row row) {
  auto const answers = answers_of(row, 3);
  report.answers += answers;
  report.notices += number(row, 8);
  report.coupons.printed += number(row, 10);
  report.coupons.unconfirmed += number(row, 11);
  if (number(row, 12) > 0) report.coupons.dropped["reason no longer known"] += number(row, 12);
  if (answers.shown == 0) return;
  report.offers.push_back({std::string{row.text(0)}, answers, static_cast<double>(row.integer(9)) / 1e6});
  report.kinds.push_back({std::string{row.text(1)}, std::string{row.text(2)}, answers});
}

Result<void> read_offers(Database& db, std::int64_t since, Report& report) {
  constexpr std::string_view kOffers =
      "SELECT item, type, reason, sum(shown), sum(accepted), sum(declined), sum(ignored), sum(bought), sum(notices), "
      "sum(predicted), sum(printed), sum(unconfirmed), sum(dropped) FROM thinned_offers WHERE day >= ?1 "
      "GROUP BY 1, 2, 3";
  return each_row(db, kOffers, since / kDay, [&](Row row) { take_offer(report, row); });
}

void take_sales(Report& report, Row row) {
  auto const finished = number(row, 5);
  if (row.integer(2) == 0) {
    report.without_bundle += finished;
    return;
  }
  bool const held_out = row.text(1) == "holdout";
  auto& arm = held_out ? report.holdout : report.treated;
  arm.finished += finished;
  arm.voided += number(row, 6);
  arm.abandoned += number(row, 7);
  arm.lines.add(finished, row.real(10), row.real(11));
  auto& impact = impact_in(report, currency_of(row.text(3), row.integer(4)));
  (held_out ? impact.holdout : impact.treated).add(finished, row.real(12), row.real(13));
  impact.arms.add(stratum(row.text(0), day_of(row.integer(15))), !held_out, finished, row.real(12), row.real(13));
  impact.summed += finished;
  if (held_out) return;
  report.hinted_sales += number(row, 8);
  report.accepted_sales += number(row, 9);
}

void take_till(Report& report, Row row) {
  auto found = std::find_if(report.tills.begin(), report.tills.end(),
                            [&](auto const& till) { return till.terminal == row.text(0); });
  if (found == report.tills.end()) {
    found = report.tills.insert(found, Report::Till{});
    found->terminal = row.text(0);
  }
  auto const finished = number(row, 5);
  found->sales += finished;
  found->last_event = std::max(found->last_event, row.integer(14));
  if (row.integer(2) == 0) found->without_bundle += finished;
  if (row.text(1) == "holdout") return;
  found->treated += row.integer(2) == 0 ? 0 : finished;
  found->hinted += number(row, 8);
  found->accepted += number(row, 9);
}

Result<void> read_sales(Database& db, std::int64_t since, Report& report) {
  constexpr std::string_view kSales =
      "SELECT t.terminal, arm, decided, currency, digits, sum(finished), sum(voided), sum(abandoned), sum(hinted), "
      "sum(accepted), sum(1.0 * lines), sum(line_squares), sum(1.0 * value), sum(value_squares), max(n.until), day "
      "FROM thinned_sales s JOIN thinned n ON n.event = s.event JOIN streams t ON t.id = n.stream WHERE day >= ?1 "
      "GROUP BY 1, 2, 3, 4, 5, day";
  return each_row(db, kSales, since / kDay, [&](Row row) {
    take_sales(report, row);
    take_till(report, row);
  });
}

}  // namespace

std::string stratum(std::string_view terminal, std::string const& drawn_with) {
  return std::string{terminal} + ' ' + drawn_with;
}

std::string day_of(std::int64_t day) { return "day " + std::to_string(day); }

Report::Impact& impact_in(Report& report, Currency currency) {
  for (auto& impact : report.impact) {
    if (impact.currency == currency) return impact;
  }
  return report.impact.emplace_back(Report::Impact{.currency = currency});
}

Result<void> read_thinned(Database& db, ReportOptions const& options, Report& report) {
  auto const day = std::max<std::int64_t>(0, millis(options.since) / kDay) * kDay;
  Result<void> done;
  for (auto const read : {read_heads, read_offers, read_sales}) {
    if (done) done = read(db, day, report);
  }
  return done;
}

}  // namespace tillcue::sync
