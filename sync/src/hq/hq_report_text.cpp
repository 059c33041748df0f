#include <cmath>

#include <fmt/format.h>

#include "hq_columns.hpp"
#include "tillcue/sync/hq_report.hpp"
#include "tillcue/sync/hq_time.hpp"
#include "tillcue/sync/results.hpp"

namespace tillcue::sync {
namespace {

Timestamp at(std::int64_t millis) { return Timestamp{std::chrono::milliseconds{millis}}; }

/// A mean or difference of minor units: "12.34"; `sign` adds '+' to what is not negative.
std::string amount(double minor, Currency currency, bool sign = false) {
  double const value = minor / std::pow(10.0, currency.digits);
  return sign ? fmt::format("{:+.{}f}", value, currency.digits) : fmt::format("{:.{}f}", value, currency.digits);
}

std::string heading(std::string_view title, std::string_view first = "", std::string_view second = "") {
  return '\n' + left(title, 30) + right(first, 16) + right(second, 16) + '\n';
}

std::string pair(std::string_view title, std::string_view first, std::string_view second) {
  return "  " + left(title, 28) + right(first, 16) + right(second, 16) + '\n';
}

std::string sales(Report const& report) {
  auto const& t = report.treated;
  auto const& h = report.holdout;
  std::string out = heading("SALES", "with offers", "held out");
  out += pair("finished", grouped(t.finished), grouped(h.finished));
  out += pair("voided", grouped(t.voided), grouped(h.voided));
  out += pair("abandoned", grouped(t.abandoned), grouped(h.abandoned));
  if (report.without_bundle > 0) out += pair("finished without a bundle", grouped(report.without_bundle), "");
  if (t.finished + h.finished == 0) return out;
  out += pair("lines per sale", fmt::format("{:.2f}", t.lines.mean()),
              h.finished == 0 ? "-" : fmt::format("{:.2f}", h.lines.mean()));
  for (auto const& impact : report.impact) {
    auto const value = [&](Moments const& m) { return m.count() == 0 ? "-" : amount(m.mean(), impact.currency); };
    out +=
        pair(fmt::format("average basket, {}", impact.currency.text()), value(impact.treated), value(impact.holdout));
  }
  return out;
}

std::string too_few(Report::Impact const& impact) {
  auto const& c = impact.compared;
  auto const compared = c.treated + c.holdout, all = impact.treated.count() + impact.holdout.count();
  std::string const apart = compared == all ? ""
                                            : fmt::format(
                                                  " {} of {} could be compared: the others are of tills and "
                                                  "releases that have one arm only.",
                                                  grouped(compared), grouped(all));
  // Without anything to compare it is told what there is.
  auto const held_out = compared == 0 ? impact.holdout.count() : c.holdout;
  auto const treated = compared == 0 ? impact.treated.count() : c.treated;
  if (held_out >= Report::Impact::kEnough && treated >= Report::Impact::kEnough && compared > 0) {
    return fmt::format(
        "{}: too few customers and sales were drawn ({} held out, {} with offers) to say anything yet; it takes {} of "
        "each.{}",
        impact.currency.text(), grouped(c.drawn_holdout), grouped(c.drawn_treated), Report::Impact::kEnoughDrawn,
        apart);
  }
  return fmt::format("{}: too few sales ({} held out, {} with offers) to say anything yet; it takes {} of each.{}",
                     impact.currency.text(), grouped(held_out), grouped(treated), Report::Impact::kEnough, apart);
}

std::string impact_line(Report::Impact const& impact) {
  auto const& c = impact.currency;
  if (!impact.enough()) return wrapped(too_few(impact), 2);
  if (!impact.compared.difference) {
    return wrapped(fmt::format("{}: no interval: the sales of an arm all have the same value.", c.text()), 2);
  }
  auto const& d = *impact.compared.difference;
  auto const base = impact.compared.holdout_mean;
  std::string const share = base > 0 ? fmt::format(" ({:+.1f} %)", 100 * d.difference / base) : "";
  return wrapped(
      fmt::format("{} {}{} a basket; 95 % interval {} .. {}. {}", amount(d.difference, c, true), c.text(), share,
                  amount(d.low, c, true), amount(d.high, c, true),
                  d.clear() ? "The interval does not contain 0." : "The interval contains 0: no effect is shown yet."),
      2);
}

/// What was compared with what, where that is not simply all sales.
std::string compared_line(Report::Impact const& impact) {
  auto const& c = impact.compared;
  if (c.strata == 0) return "";
  std::string out;
  auto const left_out = impact.treated.count() + impact.holdout.count() - c.treated - c.holdout;
  if (c.strata > 1 || left_out > 0) {
    out += fmt::format("{}: compared within {} of till and release, whose shares held out may differ.",
                       impact.currency.text(), c.strata == 1 ? "one pair" : grouped(c.strata) + " pairs");
    if (left_out > 0) out += fmt::format(" {} with one arm only are left out.", counted(left_out, "sale"));
  }
  if (impact.summed > 0 && c.drawn_treated + c.drawn_holdout > 0) {
    out += fmt::format(
        "{}{} known by sums only are compared by day, each as drawn by itself: where holdout_by is customer the "
        "interval is too narrow.",
        out.empty() ? "" : " ", counted(impact.summed, "sale"));
  }
  return out.empty() ? out : wrapped(out, 2);
}

std::string impact(Report const& report) {
  std::string out = "\nIMPACT ON THE BASKET (with offers less held out)\n";
  if (report.impact.empty()) return out + "  no finished sales\n";
  for (auto const& one : report.impact) out += impact_line(one) + (one.enough() ? compared_line(one) : "");
  return out + wrapped(
                   "Student's t interval on basket value. Sales are compared within one till and release, which count "
                   "by what both arms have (with offers x held out / both); those of one known customer count as drawn "
                   "together. All sales of each arm whether or not a hint was shown. "
                   "Revenue, not margin. It holds for one look at a date set beforehand: looking every day and "
                   "stopping when it is clear finds effects that are not there.",
                   2);
}

std::string answers(Report const& report) {
  auto const& a = report.answers;
  std::string out = "\nSUGGESTIONS AT THE SCREEN\n";
  auto const line = [&](std::string_view title, std::uint64_t part, std::uint64_t whole, std::string_view of) {
    out += "  " + left(title, 28) + right(grouped(part), 16) + right(percent(part, whole), 10) + ' ';
    out += std::string{of} + '\n';
  };
  line("sales with a hint", report.hinted_sales, report.treated.finished, "of sales with offers");
  line("sales with one accepted", report.accepted_sales, report.treated.finished, "of sales with offers");
  out += "  " + left("suggestions shown", 28) + right(grouped(a.shown), 16) + '\n';
  line("accepted", a.accepted, a.shown, "of shown");
  line("declined", a.declined, a.shown, "of shown");
  line("ignored", a.ignored, a.shown, "of shown");
  line("not answered yet", a.unanswered, a.shown, "of shown");
  line("in the basket at the end", a.bought, a.shown, "of shown");
  if (report.decisions > 0) {
    out += fmt::format("  {} shown or held out: half took up to {} us, 99 % up to {} us\n",
                       counted(report.decisions, "decision"), grouped(static_cast<std::uint64_t>(report.decision_p50)),
                       grouped(static_cast<std::uint64_t>(report.decision_p99)));
  }
  return out;
}

std::string coupons(Report const& report) {
  auto const& c = report.coupons;
  std::string out = fmt::format("\nCOUPONS  printed {}, unconfirmed {}, dropped {}\n", grouped(c.printed),
                                grouped(c.unconfirmed), grouped(c.dropped_total()));
  for (auto const& [why, count] : c.dropped) out += wrapped(fmt::format("{} dropped: {}", grouped(count), why), 2);
  return out;
}

std::string offers(Report const& report, ItemNames const& names) {
  if (report.offers.empty()) return "";
  std::string out = "\n" + left("TOP OFFERS", 38) + right("shown", 9) + right("accepted", 10) + right("bought", 9) +
                    right("predicted", 11) + '\n';
  for (auto const& offer : report.offers) {
    auto const name = names.find(offer.item);
    auto const title = name == names.end() ? offer.item : offer.item + "  " + name->second;
    out += "  " + left(title, 36) + right(grouped(offer.answers.shown), 9) +
           right(grouped(offer.answers.accepted), 10) + right(grouped(offer.answers.bought), 9) +
           right(fmt::format("{:.1f} %", 100 * offer.predicted), 11) + '\n';
  }
  return out;
}

std::string kinds(Report const& report) {
  if (report.kinds.empty() && report.notices == 0) return "";
  std::string out = "\n" + left("SUGGESTIONS BY TYPE AND REASON", 38) + right("shown", 9) + right("accepted", 10) +
                    right("declined", 10) + right("bought", 9) + '\n';
  for (auto const& kind : report.kinds) {
    auto const title = kind.type == kind.reason ? kind.type : kind.type + ", " + kind.reason;
    out += "  " + left(title, 36) + right(grouped(kind.answers.shown), 9) + right(grouped(kind.answers.accepted), 10) +
           right(grouped(kind.answers.declined), 10) + right(grouped(kind.answers.bought), 9) + '\n';
  }
  if (report.notices > 0) out += "  " + left("notices (information)", 36) + right(grouped(report.notices), 9) + '\n';
  return out;
}

std::string tills(Report const& report) {
  if (report.tills.empty()) return "";
  std::string out = "\n" + left("TILLS", 26) + right("sales", 9) + right("hinted", 10) + right("accepted", 10) +
                    "   last event, UTC\n";
  for (auto const& till : report.tills) {
    out += "  " + left(till.terminal, 24) + right(grouped(till.sales), 9) +
           right(percent(till.hinted, till.treated), 10) + right(percent(till.accepted, till.treated), 10) + "   " +
           to_minute(at(till.last_event)) + '\n';
  }
  return out;
}

std::string clock(int minute) {
  auto const two = [](int n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
  return two(minute / 60) + ':' + two(minute % 60);
}

std::string shifts(Report const& report) {
  if (report.shifts.empty()) return "";
  std::string out = "\n" + left("SHIFTS (to coach by)", 26) + right("from", 7) + right("said", 9) +
                    right("accepted", 10) + right("declined", 10) + right("unanswered", 12) + '\n';
  for (auto const& shift : report.shifts) {
    auto const& answers = shift.answers;
    out += "  " + left(shift.terminal, 24) + right(clock(shift.begins), 7) + right(grouped(answers.shown), 9) +
           right(grouped(answers.accepted), 10) + right(grouped(answers.declined), 10) +
           right(grouped(answers.ignored + answers.unanswered), 12) + '\n';
  }
  return out;
}

std::string gaps(Report const& report) {
  if (report.gaps.empty()) return "\nMISSING RESULTS  none\n";
  std::uint64_t missing = 0;
  for (auto const& gap : report.gaps) missing += gap.last - gap.first + 1;
  std::string out = fmt::format("\nMISSING RESULTS  {} (not here yet)\n", grouped(missing));
  constexpr std::size_t kShown = 10;
  for (std::size_t n = 0; n < std::min(kShown, report.gaps.size()); ++n) {
    auto const& gap = report.gaps[n];
    out +=
        "  " + left(gap.terminal, 24) + fmt::format(" epoch {}  {}", to_text(static_cast<Epoch>(gap.epoch)), gap.first);
    out += gap.last == gap.first ? "\n" : fmt::format(" .. {}\n", gap.last);
  }
  if (report.gaps.size() > kShown)
    out += "  and " + counted(report.gaps.size() - kShown, "more gap") + " (--json lists all)\n";
  return out;
}

/// Results known by sums only, and those of which nothing is known.
std::string not_whole(Report const& report) {
  std::string out;
  for (auto const& [terminal, count] : report.thinned) {
    out += "  " + left(terminal, 24) + ' ' + counted(count, "result") + " came as sums by day: it was nearly full\n";
  }
  if (!out.empty()) {
    out = "\nTHINNED\n" + out +
          wrapped(
              "Whole UTC days. They are in all totals, by item, type and till; not in shifts, decision times and "
              "exports.",
              2);
  }
  for (auto const& [terminal, count] : report.lost) {
    out += "  " + left(terminal, 24) + " threw " + counted(count, "result") + " away: its outbox was full\n";
  }
  return out;
}

std::string alarms(Report const& report) {
  if (report.alarm_count == 0) return "\nALARMS  none\n";
  std::string out = fmt::format("\nALARMS  {}\n", grouped(report.alarm_count));
  for (auto const& alarm : report.alarms) {
    out += "  " + to_minute(at(alarm.last_at)) + "  " + left(alarm.terminal, 16) + ' ' + left(alarm.kind, 17) +
           fmt::format(" no. {}{}\n", alarm.seq, alarm.times > 1 ? fmt::format(", {} times", alarm.times) : "");
    out += "    " + left(alarm.detail, 76) + '\n';
  }
  return out;
}

}  // namespace

std::string to_text(Report const& report, ItemNames const& names) {
  std::string out = report.events == 0
                        ? "Tillcue results: none in this period\n"
                        : fmt::format("Tillcue results, {} .. {} UTC, {} events\n", to_minute(at(report.from)),
                                      to_minute(at(report.to)), grouped(report.events));
  return out + sales(report) + impact(report) + answers(report) + coupons(report) + offers(report, names) +
         kinds(report) + tills(report) + shifts(report) + gaps(report) + not_whole(report) + alarms(report);
}

}  // namespace tillcue::sync
