#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "hq_scene.hpp"
#include "tillcue/sync/hq_report.hpp"

using namespace tillcue;
using namespace tillcue::sync;
using namespace tillcue::sync::hq_test;

namespace {

Outcome under(Outcome sale, std::uint64_t release, std::string const& customer = "") {
  std::get<SaleClosed>(sale.what).release = release;
  std::get<SaleClosed>(sale.what).customer = customer;
  return sale;
}

std::string impact_of(Hq const& hq) {
  auto const text = unwrapped(to_text(report_of(hq)));
  auto const from = text.find("IMPACT");
  return text.substr(from, text.find("SUGGESTIONS") - from);
}

}  // namespace

TEST_CASE("uplift is the difference of the arms' mean baskets with Welch's interval") {
  Hq hq;
  hq.receive(
      batch("T1", 1,
            {closed("A", Arm::treated, 1'000), closed("B", Arm::treated, 1'200), closed("C", Arm::treated, 1'400),
             closed("D", Arm::holdout, 900), closed("E", Arm::holdout, 1'100)}));
  auto const r = report_of(hq);
  REQUIRE(r.impact.size() == 1);
  CHECK(r.impact[0].currency == kEuro);
  CHECK(r.impact[0].treated.mean() == doctest::Approx(1'200));
  CHECK(r.impact[0].holdout.mean() == doctest::Approx(1'000));
  auto const& d = r.impact[0].compared.difference;
  REQUIRE(d);
  CHECK(d->difference == doctest::Approx(200));
  CHECK(d->low == doctest::Approx(-297.546760).epsilon(1e-4));
  auto const json = nlohmann::json::parse(to_json(r))["impact"][0];
  CHECK(json["difference"]["mean"] == doctest::Approx(200));
  CHECK(json["method"] == "stratified_t_95_fixed_horizon");
  CHECK(unwrapped(to_text(r)).find("EUR: too few sales (2 held out, 3 with offers) to say anything yet") !=
        std::string::npos);
  CHECK(to_text(r).find("interval -2.98") == std::string::npos);
}

TEST_CASE("from thirty finished sales in each arm on the interval is told, below it is not") {
  Hq hq;
  std::vector<Outcome> sales;
  for (int n = 0; n < 30; ++n) {
    sales.push_back(closed("T" + std::to_string(n), Arm::treated, 1'100 + 10 * (n % 2)));
    if (n < 29) sales.push_back(closed("H" + std::to_string(n), Arm::holdout, 1'000 + 10 * (n % 2)));
  }
  hq.receive(batch("T1", 1, sales));
  CHECK(unwrapped(to_text(report_of(hq))).find("too few sales (29 held out, 30 with offers)") != std::string::npos);
  hq.receive(batch("T1", 60, {closed("H29", Arm::holdout, 1'010)}));
  auto const text = unwrapped(to_text(report_of(hq)));
  CHECK(text.find("too few") == std::string::npos);
  CHECK(text.find("+1.00 EUR (+10.0 %) a basket; 95 % interval +0.97 .. +1.03.") != std::string::npos);
}

TEST_CASE("a share held out that changed with a release, or that differs between tills, is no effect") {
  for (bool const two_tills : {false, true}) {
    CAPTURE(two_tills);
    Hq hq;
    // 10 of 20 held out at 10 EUR, then 2 of 40 at 20 EUR; in each arm as often a cent more as a cent less.
    std::vector<Outcome> first, then;
    for (int n = 0; n < 80; ++n) {
      first.push_back(under(
          closed("A" + std::to_string(n), n % 4 < 2 ? Arm::holdout : Arm::treated, 1'000 + (n % 2 == 0 ? 1 : -1)), 1));
      then.push_back(under(
          closed("B" + std::to_string(n), n % 40 < 2 ? Arm::holdout : Arm::treated, 2'000 + (n % 2 == 0 ? 1 : -1)),
          two_tills ? 1 : 2));
    }
    hq.receive(batch("T1", 1, first));
    hq.receive(batch(two_tills ? "T2" : "T1", two_tills ? 1 : 81, then));
    auto const r = report_of(hq);
    REQUIRE(r.impact.size() == 1);
    CHECK(r.impact[0].treated.mean() - r.impact[0].holdout.mean() > 500);
    CHECK(r.impact[0].compared.strata == 2);
    REQUIRE(r.impact[0].compared.difference);
    CHECK(r.impact[0].compared.difference->difference == doctest::Approx(0));
    auto const text = impact_of(hq);
    CHECK(text.find("The interval contains 0") != std::string::npos);
    CHECK(text.find("EUR: compared within 2 pairs of till and release") != std::string::npos);
    auto const json = nlohmann::json::parse(to_json(r))["impact"][0];
    CHECK(json["compared"]["strata"] == 2);
    CHECK(json["compared"]["holdout"] == 44);
    std::istringstream lines{to_text(r)};
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
  }
}

TEST_CASE("a till whose sales are all of one arm is left out of the comparison, and counted") {
  Hq hq;
  std::vector<Outcome> both, treated;
  for (int n = 0; n < 80; ++n) {
    both.push_back(under(closed("A" + std::to_string(n), n < 40 ? Arm::holdout : Arm::treated, 1'000 + n % 2), 1));
    treated.push_back(under(closed("B" + std::to_string(n), Arm::treated, 9'000), 1));
  }
  hq.receive(batch("T1", 1, both));
  hq.receive(batch("T2", 1, treated));
  auto const text = impact_of(hq);
  CHECK(text.find("+0.00 EUR") != std::string::npos);
  CHECK(text.find("80 sales with one arm only are left out") != std::string::npos);
}

TEST_CASE("the sales of one known customer were drawn together") {
  Hq hq;
  std::vector<Outcome> sales;
  // Twelve customers an arm; one of the treated always buys six times as much, ten times.
  for (int n = 0; n < 120; ++n) {
    for (auto const arm : {Arm::treated, Arm::holdout}) {
      auto const who = (arm == Arm::treated ? "T" : "H") + std::to_string(n % 12);
      auto const large = who == "T0" ? 6 : 1;
      sales.push_back(under(closed(who + "-" + std::to_string(n), arm, large * 1'000 + 10 * (n % 3)), 1, who));
    }
  }
  hq.receive(batch("T1", 1, {sales.begin(), sales.begin() + 120}));
  hq.receive(batch("T1", 121, {sales.begin() + 120, sales.end()}));
  auto const r = report_of(hq);
  CHECK(r.impact[0].compared.drawn_treated == 12);
  CHECK(r.impact[0].compared.drawn_holdout == 12);
  CHECK(impact_of(hq).find("The interval contains 0") != std::string::npos);
}

TEST_CASE("thirty sales of a few customers are too few customers") {
  Hq hq;
  std::vector<Outcome> sales;
  for (int n = 0; n < 90; ++n) {
    sales.push_back(under(closed("S" + std::to_string(n), n % 2 == 0 ? Arm::treated : Arm::holdout, 1'000 + n), 1,
                          n % 2 == 0 ? "" : "H" + std::to_string(n % 3)));
  }
  hq.receive(batch("T1", 1, sales));
  CHECK(impact_of(hq).find("too few customers and sales were drawn (3 held out, 45 with offers)") != std::string::npos);
}

TEST_CASE("the report says what its interval can and cannot do") {
  Hq hq;
  hq.receive(batch("T1", 1, {closed("A", Arm::treated, 1'000)}));
  auto const text = unwrapped(to_text(report_of(hq)));
  CHECK(text.find("Student's t interval") != std::string::npos);
  CHECK(text.find("one look") != std::string::npos);
}
