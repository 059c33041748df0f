#include "tillcue/firmware/metrics.hpp"

#include <doctest/doctest.h>

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

}  // namespace tillcue::terminal
