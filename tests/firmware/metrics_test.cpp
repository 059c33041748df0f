#include "tillcue/firmware/metrics.hpp"

#include <map>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "terminal_metrics.hpp"
#include "wall_clock.hpp"

namespace tillcue::terminal {

TEST_CASE("metrics read as Prometheus text, durations in seconds and cumulative") {
  Histogram histogram;
  histogram.add(30);
  histogram.add(200'000);
  MetricsText text;
  text.counter("sales_total", "Sales.", 3);
  text.gauge("outbox_pending", "Waiting.", -1);
  text.histogram("decision_seconds", "Time to decide.", histogram);
  auto const has = [&](char const* line) { return text.text().find(line) != std::string::npos; };
  CHECK(has("# TYPE tillcue_sales_total counter\ntillcue_sales_total 3\n"));
  CHECK(has("tillcue_outbox_pending -1\n"));
  CHECK(has("tillcue_decision_seconds_bucket{le=\"2.5e-05\"} 0\n"));
  CHECK(has("tillcue_decision_seconds_bucket{le=\"5e-05\"} 1\n"));
  CHECK(has("tillcue_decision_seconds_bucket{le=\"+Inf\"} 2\n"));
  CHECK(has("tillcue_decision_seconds_count 2\n"));
}

TEST_CASE("the log's time is written to the millisecond, also by a clock before 1970") {
  CHECK(log_time(Timestamp{std::chrono::milliseconds{1'700'000'000'007}}) == "2023-11-14T22:13:20.007Z");
  CHECK(log_time(Timestamp{std::chrono::milliseconds{-3'589'348}}) == "1969-12-31T23:00:10.652Z");
}

TEST_CASE("what is wrong at the counter is told to head office and in the metrics, of what there is") {
  using Flags = std::map<std::string, std::int64_t>;
  CHECK(flags_of({}).empty());
  CounterHealth health;
  health.printer = CounterHealth::Printer{"10.0.3.9:9100: paper out", true};
  health.customer_display = true;
  health.print_line = false;
  CHECK(flags_of(health) == Flags{{"customer_display_lost", 0},
                                  {"print_line_lost", 1},
                                  {"printer_cover_open", 0},
                                  {"printer_failed", 0},
                                  {"printer_paper_low", 1},
                                  {"printer_paper_out", 1}});
  health.printer = CounterHealth::Printer{"cover open", false};
  CHECK(flags_of(health)["printer_cover_open"] == 1);
  health.printer = CounterHealth::Printer{"offline", false};
  CHECK(flags_of(health)["printer_failed"] == 1);
  // Behind a bypass a slip may find no place: the printer is well.
  health.printer = CounterHealth::Printer{"the POS went on printing", false};
  CHECK(flags_of(health)["printer_failed"] == 0);
  auto own = health;
  own.print_line.reset();
  own.printer = CounterHealth::Printer{"10.0.3.9:9100: Connection refused", false};
  CHECK(flags_of(own)["printer_failed"] == 1);
  health.printer = CounterHealth::Printer{"", false};
  CHECK(flags_of(health)["printer_failed"] == 0);

  TerminalReading reading;
  reading.health = health;
  reading.counter.emplace();
  reading.layout_learned = true;
  auto const told = report_of(reading);
  CHECK(told.at("print_line_lost") == 1);
  CHECK(told.at("layout_learned") == 1);
  CHECK(told.size() + 3 <= 32);  // what a state document takes, with what the daemon and its uplink add
  auto const text = metrics_text(reading);
  CHECK(text.find("tillcue_print_line_lost 1\n") != std::string::npos);
  CHECK(text.find("tillcue_customer_display_lost 0\n") != std::string::npos);
  CHECK(text.find("display_line_lost") == std::string::npos);
  CHECK(text.find("tillcue_layout_learned 1\n") != std::string::npos);
}

TEST_CASE("no metric stands twice, with everything configured") {
  TerminalReading reading;
  reading.counter.emplace();
  reading.proxy.emplace();
  reading.layout_learned = reading.layout_refused = true;
  reading.agent.emplace();
  reading.health = {
      .printer = CounterHealth::Printer{}, .customer_display = true, .print_line = true, .display_line = true};
  std::istringstream lines(metrics_text(reading));
  std::map<std::string, int> heads;
  std::size_t shown = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# ")) continue;
    ++shown;
    auto const name = line.substr(0, line.find(' ', line.find("tillcue_")));
    CHECK_MESSAGE(++heads[name] == 1, name);
  }
  CHECK(shown > 100);
}

}  // namespace tillcue::terminal
