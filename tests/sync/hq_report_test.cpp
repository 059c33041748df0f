#include "tillcue/sync/hq_report.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "hq_scene.hpp"

using namespace tillcue;
using namespace tillcue::sync;
using namespace tillcue::sync::hq_test;

namespace {

/// Two tills, five finished sales in two arms, three suggestions: small enough to add up by hand.
void fill(Hq& hq) {
  hq.receive(batch("T1", 1,
                   {decision("A", 1, "jam", 300'000), answer("A", 1, Response::accepted, true),
                    closed("A", Arm::treated, 1'000, 1, 1), decision("B", 1, "jam", 100'000),
                    answer("B", 1, Response::declined, false), closed("B", Arm::treated, 1'200, 1, 0),
                    silent_decision("C", Arm::treated, Silence::nothing_fits), closed("C", Arm::treated, 1'400),
                    coupon("A", PrintFate::printed), coupon("B", PrintFate::dropped, "printer: paper out"),
                    coupon("C", PrintFate::unconfirmed)}));
  hq.receive(batch(
      "T2", 1,
      {silent_decision("A", Arm::holdout, Silence::holdout), closed("A", Arm::holdout, 900),
       closed("B", Arm::holdout, 1'100), decision("C", 2, "honey", 50'000),
       closed("C", Arm::treated, 777, 1, 0, SaleEnd::voided), closed("D", Arm::holdout, 0, 0, 0, SaleEnd::abandoned)}));
}

std::size_t longest_line(std::string const& text) {
  std::size_t longest = 0;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    std::size_t columns = 0;
    for (char const c : line) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    longest = std::max(longest, columns);
  }
  return longest;
}

}  // namespace

TEST_CASE("the report adds up as by hand") {
  Hq hq;
  fill(hq);
  auto const r = report_of(hq);
  CHECK(r.events == 17);
  CHECK(r.treated.finished == 3);
  CHECK(r.treated.voided == 1);
  CHECK(r.holdout.finished == 2);
  CHECK(r.holdout.abandoned == 1);
  CHECK(r.hinted_sales == 2);
  CHECK(r.accepted_sales == 1);
  CHECK(r.answers.shown == 3);
  CHECK(r.answers.accepted == 1);
  CHECK(r.answers.declined == 1);
  CHECK(r.answers.unanswered == 1);
  CHECK(r.answers.bought == 1);
  CHECK(r.coupons.printed == 1);
  CHECK(r.coupons.unconfirmed == 1);
  CHECK(r.coupons.dropped_total() == 1);
  CHECK(r.coupons.dropped.at("printer: paper out") == 1);
  CHECK(r.decisions == 5);
  CHECK(r.decision_p50 == 10);
  CHECK(r.decision_p99 == 20);
  CHECK(r.from == at(10).time_since_epoch().count());
  CHECK(r.to == at(40).time_since_epoch().count());
}

TEST_CASE("what was said and answered is told by till and shift, by the stores' clock") {
  Hq hq;
  fill(hq);
  ReportOptions options;
  auto const of = [&](Report const& r, std::string const& till) {
    auto const found =
        std::find_if(r.shifts.begin(), r.shifts.end(), [&](Report::Shift const& s) { return s.terminal == till; });
    REQUIRE(found != r.shifts.end());
    return *found;
  };
  // All of it is from one minute of one night.
  auto const minute =
      static_cast<int>(std::chrono::floor<std::chrono::minutes>(at(10).time_since_epoch()).count() % 1440);
  options.shifts = {minute, (minute + 60) % 1440};
  std::sort(options.shifts.begin(), options.shifts.end());
  auto const r = report_of(hq, options);
  REQUIRE(r.shifts.size() == 2);
  CHECK(of(r, "T1").begins == minute);
  CHECK(of(r, "T1").answers.shown == 2);
  CHECK(of(r, "T1").answers.accepted == 1);
  CHECK(of(r, "T1").answers.declined == 1);
  CHECK(of(r, "T2").answers.unanswered == 1);
  CHECK(to_text(r).find("SHIFTS (to coach by)") != std::string::npos);
  CHECK(longest_line(to_text(r)) <= 80);
  CHECK(nlohmann::json::parse(to_json(r))["shifts"].size() == 2);

  options.utc_offset = 60;  // an hour later by the stores' clock: the next shift
  CHECK(of(report_of(hq, options), "T1").begins == (minute + 60) % 1440);
}

TEST_CASE("currencies are never added") {
  Hq hq;
  fill(hq);
  auto yen = closed("Y", Arm::treated, 500);
  auto& sale = std::get<SaleClosed>(yen.what);
  sale.total.currency = {{'J', 'P', 'Y'}, 0};
  sale.lines[0].unit_price.currency = sale.total.currency;
  hq.receive(batch("T3", 1, {yen}));
  auto const r = report_of(hq);
  REQUIRE(r.impact.size() == 2);
  CHECK(r.impact[0].currency == kEuro);
  CHECK(r.impact[1].treated.mean() == doctest::Approx(500));
  CHECK_FALSE(r.impact[1].compared.difference);
  CHECK(unwrapped(to_text(r)).find("JPY: too few sales (0 held out, 1 with offers)") != std::string::npos);
}

TEST_CASE("offers are listed by item with what became of them and what was predicted") {
  Hq hq;
  fill(hq);
  auto const r = report_of(hq);
  REQUIRE(r.offers.size() == 2);
  CHECK(r.offers[0].item == "jam");
  CHECK(r.offers[0].answers.shown == 2);
  CHECK(r.offers[0].answers.accepted == 1);
  CHECK(r.offers[0].answers.bought == 1);
  CHECK(r.offers[0].predicted == doctest::Approx(0.2));
  CHECK(r.offers[1].item == "honey");
  CHECK(report_of(hq, {{}, 1}).offers.size() == 1);
}

TEST_CASE("an offer's latest answer counts, once") {
  Hq hq;
  hq.receive(batch(
      "T1", 1,
      {decision("A", 1, "jam"), answer("A", 1, Response::ignored, false), answer("A", 1, Response::accepted, true)}));
  auto const r = report_of(hq);
  CHECK(r.answers.shown == 1);
  CHECK(r.answers.accepted == 1);
  CHECK(r.answers.ignored == 0);
  CHECK(r.answers.bought == 1);
}

TEST_CASE("the same sale number at two tills is two sales") {
  Hq hq;
  hq.receive(batch("T1", 1, {decision("A", 1, "jam"), answer("A", 1, Response::accepted, true)}));
  hq.receive(batch("T2", 1, {decision("A", 1, "jam")}));
  auto const r = report_of(hq);
  CHECK(r.answers.shown == 2);
  CHECK(r.answers.accepted == 1);
  CHECK(r.answers.unanswered == 1);
}

TEST_CASE("an answer counts for one decision, the latest before it, when sale and offer numbers come again") {
  Hq hq;
  hq.receive(batch("T1", 1,
                   {decision("A", 1, "jam"), answer("A", 1, Response::accepted, true), decision("A", 1, "jam"),
                    decision("A", 1, "jam"), answer("A", 1, Response::declined, false)}));
  auto const r = report_of(hq);
  CHECK(r.answers.shown == 3);
  CHECK(r.answers.accepted == 1);
  CHECK(r.answers.bought == 1);
  CHECK(r.answers.declined == 1);
  CHECK(r.answers.unanswered == 1);
  CHECK(ask(hq.db, "SELECT count(*) FROM sqlite_master WHERE name = 'decisions_offer'") == 1);
}

TEST_CASE("reasons for dropped coupons are told whole") {
  Hq hq;
  std::string const why = "printer: cover open; the coupon was for a visit that is over, and nobody came back for it";
  hq.receive(batch("T1", 1, {coupon("A", PrintFate::dropped, why)}));
  CHECK(unwrapped(to_text(report_of(hq))).find("1 dropped: " + why) != std::string::npos);
}

TEST_CASE("coupons at tender are not counted as suggestions") {
  Hq hq;
  auto made = decision("A", 1, "jam");
  std::get<DecisionMade>(made.what).stage = Stage::tender;
  hq.receive(batch("T1", 1, {made}));
  CHECK(report_of(hq).answers.shown == 0);
}

TEST_CASE("suggestions are told by type and reason, notices apart from them") {
  Hq hq;
  auto const of = [](std::uint32_t offer, OfferType type, ReasonCode reason) {
    auto made = decision("A", offer, "jam");
    std::get<DecisionMade>(made.what).type = type;
    std::get<DecisionMade>(made.what).reason = reason;
    return made;
  };
  hq.receive(batch("T1", 1,
                   {of(1, OfferType::upgrade, ReasonCode::upgrade), answer("A", 1, Response::accepted, true),
                    of(2, OfferType::upgrade, ReasonCode::upgrade), answer("A", 2, Response::declined, false),
                    of(3, OfferType::suggestion, ReasonCode::cheaper), answer("A", 3, Response::accepted, true),
                    of(4, OfferType::notice, ReasonCode::required)}));
  auto const r = report_of(hq);
  CHECK(r.answers.shown == 3);
  CHECK(r.notices == 1);
  REQUIRE(r.kinds.size() == 2);
  CHECK(r.kinds[0].type == "upgrade");
  CHECK(r.kinds[0].answers.shown == 2);
  CHECK(r.kinds[0].answers.accepted == 1);
  CHECK(r.kinds[1].type == "suggestion");
  CHECK(r.kinds[1].reason == "cheaper");
  auto const text = unwrapped(to_text(r));
  CHECK(text.find("upgrade 2 1 1 1 suggestion, cheaper 1 1 0 1 notices (information) 1") != std::string::npos);
  auto const json = nlohmann::json::parse(to_json(r));
  CHECK(json["by_type_and_reason"][0]["type"] == "upgrade");
  CHECK(json["notices"] == 1);
}

TEST_CASE("a sale without a bundle is in no arm") {
  Hq hq;
  auto lone = closed("A", Arm::treated, 1'000);
  std::get<SaleClosed>(lone.what).decided = false;
  hq.receive(batch("T1", 1, {lone, closed("B", Arm::treated, 1'200)}));
  auto const r = report_of(hq);
  CHECK(r.treated.finished == 1);
  CHECK(r.without_bundle == 1);
  REQUIRE(r.impact.size() == 1);
  CHECK(r.impact[0].treated.count() == 1);
  CHECK(r.tills[0].sales == 2);
  CHECK(r.tills[0].treated == 1);
  CHECK(unwrapped(to_text(r)).find("finished without a bundle 1") != std::string::npos);
}

TEST_CASE("tills are listed with their own rates") {
  Hq hq;
  fill(hq);
  auto const r = report_of(hq);
  REQUIRE(r.tills.size() == 2);
  CHECK(r.tills[0].terminal == "T1");
  CHECK(r.tills[0].sales == 3);
  CHECK(r.tills[0].hinted == 2);
  CHECK(r.tills[0].accepted == 1);
  CHECK(r.tills[1].sales == 2);
  CHECK(r.tills[1].treated == 0);
}

TEST_CASE("missing numbers are named by terminal and epoch until they arrive") {
  Hq hq;
  hq.receive(plain_batch("T1", 1, 2));
  hq.receive(plain_batch("T1", 5, 1));
  hq.receive(plain_batch("T2", 4, 1, Epoch{7}));
  auto const r = report_of(hq);
  REQUIRE(r.gaps.size() == 2);
  CHECK(r.gaps[0].terminal == "T1");
  CHECK(r.gaps[0].first == 3);
  CHECK(r.gaps[0].last == 4);
  CHECK(r.gaps[1].epoch == 7);
  CHECK(r.gaps[1].first == 1);
  CHECK(r.gaps[1].last == 3);
  CHECK(to_text(r).find("MISSING RESULTS  5") != std::string::npos);
  hq.receive(plain_batch("T1", 3, 2));
  CHECK(report_of(hq).gaps.size() == 1);
}

TEST_CASE("results a full terminal threw away are counted, not taken for missing nor for unreadable") {
  Hq hq;
  auto mixed = plain_batch("T1", 1, 3);
  mixed.events[0] = R"({"at":0,"t":"lost"})";
  mixed.events[1] = mixed.events[0];
  hq.receive(mixed);
  hq.receive(mixed);
  auto const r = report_of(hq);
  CHECK(r.lost.at("T1") == 2);
  CHECK(r.gaps.empty());
  CHECK(r.alarm_count == 0);
  CHECK(hq.counters.events_lost == 2);
  CHECK(to_text(r).find("threw 2 results away") != std::string::npos);
}

TEST_CASE("alarms are counted and shown") {
  Hq hq;
  hq.receive(plain_batch("T1", 1, 1));
  hq.receive(batch("T1", 1, {answer("forged", 1, Response::accepted, true)}));
  auto const r = report_of(hq);
  CHECK(r.alarm_count == 1);
  CHECK(to_text(r).find("changed_content") != std::string::npos);
}

TEST_CASE("--since leaves out what is older") {
  Hq hq;
  fill(hq);
  auto const r = report_of(hq, {at(25), 10});
  CHECK(r.treated.finished == 3);
  CHECK(r.answers.shown == 0);
  CHECK(report_of(hq, {at(41), 10}).events == 0);
}

TEST_CASE("the text fits 80 columns, long and foreign names included") {
  Hq hq;
  fill(hq);
  hq.receive(batch("terminal-with-a-name-of-sixty-four-characters-in-the-north-store", 9,
                   {decision("Z", 1, std::string(64, 'W')), coupon("Z", PrintFate::dropped, std::string(150, 'y'))}));
  ItemNames const names{{"jam", "Варенье клубничное домашнее, очень большая банка"}, {"honey", "Honey\n\x1b[31m"}};
  auto const text = to_text(report_of(hq), names);
  CHECK(longest_line(text) <= 80);
  CHECK(text.find("jam  Варенье") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(longest_line(to_text(Report{})) <= 80);
  CHECK(to_text(Report{}).find("none in this period") != std::string::npos);
}

TEST_CASE("the JSON report holds the same numbers") {
  Hq hq;
  fill(hq);
  auto const json = nlohmann::json::parse(to_json(report_of(hq), {{"jam", "Jam"}}));
  CHECK(json["sales"]["treated"]["finished"] == 3);
  CHECK(json["suggestions"]["accepted"] == 1);
  CHECK(json["offers"][0]["name"] == "Jam");
  CHECK(json["coupons"]["dropped"]["printer: paper out"] == 1);
  CHECK(json["gaps"].empty());
}

TEST_CASE("item names are read from a catalogue with quotes, other columns and a BOM") {
  test::TempDir folder;
  auto const file = (folder / "items.csv").string();
  std::ofstream{file} << "\xEF\xBB\xBFsku,category,name\r\n1,x,\"Jam, \"\"fine\"\"\"\r\n2,,\"two\nlines\"\n3,x,plain\n";
  auto const names = read_item_names(file);
  REQUIRE(names);
  CHECK(names->at("1") == "Jam, \"fine\"");
  CHECK(names->at("2") == "two\nlines");
  CHECK(names->at("3") == "plain");
}

TEST_CASE("a catalogue that cannot be read is named with its line") {
  test::TempDir folder;
  auto const file = (folder / "items.csv").string();
  auto const read = [&](char const* text) {
    std::ofstream{file, std::ios::trunc} << text;
    return read_item_names(file);
  };
  CHECK(read_item_names((folder / "absent").string()).error().code == Code::not_found);
  CHECK(read("").error().what.find("is empty") != std::string::npos);
  CHECK(read("sku,price\n1,2\n").error().what.find(":1: column name is missing") != std::string::npos);
  CHECK(read("sku,name\n1,a\n2\n").error().what.find(":3: has 1 columns") != std::string::npos);
  CHECK(read("sku,name\n1,\"a\n").error().what.find(":2: a quoted field has no end") != std::string::npos);
}
