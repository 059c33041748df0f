#include "tillcue/models/off_policy.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "models/log_world.hpp"
#include "models/made.hpp"

using namespace tillcue;
using namespace tillcue::models;
using made::LogWorld;

namespace {

std::vector<Trial> rehearsed(LogWorld& world, std::size_t sales, std::mt19937_64& random) {
  Rehearsal rehearsal(world.candidate.bundle, {world.then.bundle});
  for (std::size_t n = 0; n < sales; ++n) {
    auto made = world.sale(random);
    made.row.sale = made.sale;
    made.row.item = made.item;
    made.row.replay = made.replay;
    auto const complaint = rehearsal.take(made.row);
    REQUIRE_MESSAGE(complaint.empty(), complaint);
  }
  auto const trials = rehearsal.trials();
  return {trials.begin(), trials.end()};
}

/// In how many of the logs each interval held the truth.
struct Covered {
  double ips = 0, self_normalised = 0, doubly_robust = 0, lead = 0, log = 0;
};

bool holds(Interval const& interval, double truth) { return interval.low <= truth && truth <= interval.high; }

Covered covered(std::vector<std::vector<Trial>> const& logs, LogWorld::Truth const& truth, std::size_t earning) {
  Covered out;
  auto const part = 1.0 / static_cast<double>(logs.size());
  for (auto const& log : logs) {
    auto const earned = estimate(log).earned[earning];
    auto const real = truth.candidate[earning];
    out.log += holds(earned.log, truth.log[earning]) ? part : 0;
    out.ips += holds(earned.ips, real) ? part : 0;
    out.self_normalised += holds(earned.self_normalised, real) ? part : 0;
    out.doubly_robust += holds(earned.doubly_robust, real) ? part : 0;
    out.lead += holds(earned.lead, real - truth.log[earning]) ? part : 0;
  }
  return out;
}

/// The same for all cases.
std::vector<std::vector<Trial>> const& many_logs(LogWorld& world) {
  static auto const logs = [&] {
    std::mt19937_64 random(11);
    std::vector<std::vector<Trial>> all;
    for (int n = 0; n < 120; ++n) all.push_back(rehearsed(world, 1500, random));
    return all;
  }();
  return logs;
}

std::string told(std::string const& csv, LogWorld const& world, double bad_share = 0.001) {
  made::Folder folder;
  made::put_file(folder.file("d.csv"), csv);
  BadRows bad;
  auto const result =
      off_policy({folder.file("d.csv")}, world.candidate.bundle, {world.then.bundle}, kUsualClip, bad_share, bad);
  if (!result) return result.error().what;
  std::string out;
  for (auto const& line : bad.shown()) out += line + '\n';
  return out + off_policy_text(*result);
}

bool says(std::string const& text, std::string const& part) {
  CHECK_MESSAGE(text.find(part) != std::string::npos, text, " lacks ", part);
  return text.find(part) != std::string::npos;
}

constexpr char const* kHead = "terminal,sale,stage,arm,item,propensity_ppm,response,bought,replay\n";

}  // namespace

TEST_CASE("intervals of simulated logs hold what the candidate really earns, at the stated rate") {
  LogWorld world(400);
  auto const truth = world.truth();
  auto logs = many_logs(world);  // a copy
  CHECK(truth.candidate[0] - truth.log[0] > 0.03);
  // Of 120 logs 95 % are 114, give or take 2.4.
  for (std::size_t earning = 0; earning < kEarnings; ++earning) {
    CAPTURE(earning);
    auto const right = covered(logs, truth, earning);
    for (auto const rate : {right.log, right.ips, right.self_normalised, right.doubly_robust, right.lead}) {
      CHECK(rate >= 0.9);
      CHECK(rate < 1);
    }
  }
  SUBCASE("and do not when propensities are wrong") {
    for (auto& log : logs) {
      for (auto& trial : log) trial.propensity = 1;
    }
    auto const wrong = covered(logs, truth, 0);
    CHECK(wrong.ips < 0.2);
    CHECK(wrong.self_normalised < 0.6);
    CHECK(wrong.lead < 0.6);
  }
  SUBCASE("nor when all are said to be alike") {
    for (auto& log : logs) {
      for (auto& trial : log) trial.propensity = 0.4;
    }
    CHECK(covered(logs, truth, 0).ips < 0.6);
  }
  SUBCASE("the doubly robust ones are the narrowest of those without bias") {
    double robust = 0, plain = 0;
    for (auto const& log : logs) {
      auto const earned = estimate(log).earned[0];
      robust += earned.doubly_robust.high - earned.doubly_robust.low;
      plain += earned.ips.high - earned.ips.low;
    }
    CHECK(robust < plain);
  }
}

TEST_CASE("the bundle that made the log earns what the log did, but for what exploring cost") {
  LogWorld world(400);
  std::mt19937_64 random(5);
  Rehearsal rehearsal(world.then.bundle, {world.then.bundle});
  for (int n = 0; n < 2000; ++n) {
    auto made = world.sale(random);
    made.row.sale = made.sale;
    made.row.item = made.item;
    made.row.replay = made.replay;
    REQUIRE(rehearsal.take(made.row).empty());
  }
  auto const result = rehearsal.finish({}, kUsualClip);
  CHECK(result.answer == LogAnswer::yes);
  CHECK(result.possible == result.situations);
  CHECK(result.same > result.situations / 2);
  CHECK(result.rows == 2000);
  CHECK(result.held_out + result.situations == 2000);
}

TEST_CASE("a log without exploration, one with too little in common and a short one do not answer, and say why") {
  LogWorld greedy(0);
  auto const nothing = told(greedy.csv(500, 3), greedy);
  says(nothing, "the log cannot answer: nothing in it was drawn by chance");
  says(nothing, "set exploration_percent");

  LogWorld world(400);
  says(told(world.csv(60, 3), world), "effective offers, 100 are needed; give a longer log");

  std::mt19937_64 random(2);
  auto trials = rehearsed(world, 1000, random);
  for (std::size_t n = 0; n < trials.size(); n += 3) {
    trials[n].speaks = true;
    trials[n].possible = false;
  }
  auto const little = estimate(trials);
  CHECK(little.answer == LogAnswer::little_common);
  says(off_policy_verdict(little), "says what the log could not have said; try it in some shops");
  CHECK(estimate(std::vector<Trial>{}).situations == 0);
}

TEST_CASE("where the candidate is silent it earns nothing, whatever the log drew") {
  std::vector<Trial> trials(100);
  for (std::size_t n = 0; n < trials.size(); ++n) {
    trials[n].sale = n;
    trials[n].earned = {1, 1, 5};
  }
  auto const result = estimate(trials);
  CHECK(result.answer == LogAnswer::yes);
  CHECK(result.silences == 100);
  CHECK(result.earned[0].doubly_robust.mean == 0);
  CHECK(result.earned[2].lead.mean == doctest::Approx(-5));
  says(off_policy_verdict(result), "less accepted");
}

TEST_CASE("large weights are cut, and it is told") {
  std::vector<Trial> trials;
  for (std::uint64_t n = 0; n < 400; ++n) {
    Trial trial;
    trial.sale = n;
    trial.speaks = true;
    trial.same = n % 2 == 0;
    trial.propensity = n == 0 ? 0.001 : 0.5;
    trial.earned = {trial.same ? 1.0 : 0.0, 0, 0};
    trials.push_back(trial);
  }
  auto const result = estimate(trials, 20);
  CHECK(result.clipped == 1);
  CHECK(result.largest_weight == doctest::Approx(1000));
  CHECK(result.earned[0].ips.mean == doctest::Approx((20 + 199 * 2) / 400.0));
  says(off_policy_basis(result), "1 cut to 20");
}

TEST_CASE("a log's file is read whole: text, JSON and page say the same") {
  LogWorld world(400);
  auto const csv = world.csv(3000, 9);
  auto const text = told(csv, world);
  says(text, "held out");
  says(text, "more accepted");
  BadRows bad;
  Rehearsal rehearsal(world.candidate.bundle, {world.then.bundle});
  REQUIRE(read_decisions(from_memory(csv, 7), "d.csv", bad, [&](auto const& row) { return rehearsal.take(row); }));
  CHECK(bad.bad() == 0);
  auto const result = rehearsal.finish(bad, kUsualClip);
  auto const json = nlohmann::json::parse(off_policy_json(result));
  CHECK(json["answer"] == "yes");
  CHECK(json["rows"]["all"] == 3000);
  CHECK(json["earned"]["accepted"]["lead"]["mean"] == result.earned[0].lead.mean);
  auto const truth = world.truth();
  CHECK(result.earned[0].doubly_robust.mean == doctest::Approx(truth.candidate[0]).epsilon(0.3));
  auto const page = off_policy_html(result, "<week>.csv");
  says(page, "&lt;week&gt;.csv");
  says(page, "What would it have earned on the log?");
  CHECK(page.find("@") == page.find("@media"));
}

TEST_CASE("bad rows are told by file, line and field, with the mend") {
  LogWorld world(400);
  auto const good = world.csv(50, 4);
  auto const row = [&](std::string const& stage, std::string const& arm, std::string const& ppm,
                       std::string const& response, std::string const& bought, std::string const& record) {
    return "T1,s," + stage + ',' + arm + ",S1," + ppm + ',' + response + ',' + bought + ',' + record + '\n';
  };
  auto const bad = good + row("scam", "treated", "1", "", "", "") + row("scan", "both", "1", "", "", "") +
                   row("scan", "treated", "0", "", "", "") + row("scan", "treated", "1", "yes", "", "") +
                   row("scan", "treated", "1", "ignored", "2", "") + row("scan", "treated", "1", "ignored", "0", "!") +
                   "T1,,scan,treated,S1,1,,,\nT1,x\n";
  auto const text = told(bad, world, 1);
  says(text, "d.csv:52: stage: 'scam' is none of scan, subtotal, tender; export the decisions again");
  says(text, "d.csv:53: arm: 'both' is none of treated, holdout");
  says(text, "d.csv:54: propensity_ppm: '0' is no whole number from 1 to 1000000");
  says(text, "d.csv:55: response: 'yes' is none of nothing, none, accepted, declined, ignored");
  says(text, "d.csv:56: bought: '2' is none of nothing, 0, 1");
  says(text, "d.csv:57: replay: replay record: is not base64url text");
  says(text, "d.csv:58: sale: is empty");
  says(text, "d.csv:59: row: has 2 fields, the header has 9");
  says(told(bad, world), "of 58 rows are bad");
  says(told("", world), "is empty; a header line is needed");
  says(told("sale,item\n", world), "column 'stage' is missing");
  says(told(kHead, world), "decisions: nothing to go by: the file has no rows");
}

TEST_CASE("a propensity that the bundle did not give is refused, and what it did not decide is told apart") {
  LogWorld world(400);
  auto csv = world.csv(50, 4);
  // 0.9 of a greedy choice among two is 720000; none has this one.
  auto const at = csv.find(",subtotal,treated,");
  auto const ppm = csv.find(',', at + 18) + 1;
  csv.replace(ppm, csv.find(',', ppm) - ppm, "123456");
  says(told(csv, world, 1), "propensity_ppm: 123456 was ");
  LogWorld other(400, 77);
  says(told(other.csv(50, 4), world), "decisions: nothing to go by:");
  says(told(other.csv(50, 4), world), "decided by other bundles (give those with --decided-by)");
}
