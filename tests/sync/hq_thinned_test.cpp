// Sums in the place of detail at HQ: the same totals, each number once.

#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "hq_scene.hpp"
#include "tillcue/sync/hq_report.hpp"
#include "tillcue/sync/hq_terminals.hpp"
#include "tillcue/sync/thinned.hpp"

using namespace tillcue;
using namespace tillcue::sync;
using namespace tillcue::sync::hq_test;

namespace {

struct Store {
  test::TempDir folder;
  std::filesystem::path db = folder / "hq.sqlite";
  Inbox inbox = *Inbox::open(db);

  Stored store(Batch const& batch) {
    auto stored = inbox.store(*decode_batch(*encode_batch(batch)), at(100));
    REQUIRE_MESSAGE(stored, (stored ? "" : stored.error().what));
    return *stored;
  }
  Report report(ReportOptions const& options = {}) {
    auto reader = *open_hq_reader(db);
    auto made = make_report(reader, options);
    REQUIRE_MESSAGE(made, (made ? "" : made.error().what));
    return *made;
  }
};

/// A busy day: offers with every answer, coupons, both arms, two currencies, sales without a bundle.
std::vector<Outcome> day_of_sales(int sales, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Outcome> out;
  for (int n = 0; n < sales; ++n) {
    auto const id = "S" + std::to_string(n);
    bool const held = random() % 4 == 0;
    if (held) out.push_back(silent_decision(id, Arm::holdout, Silence::holdout));
    for (std::uint32_t offer = 1; !held && offer <= random() % 3; ++offer) {
      out.push_back(decision(id, offer, "item-" + std::to_string(random() % 5), 1'000 * (random() % 400)));
      auto const response = static_cast<Response>(random() % 4);
      if (response != Response::none) out.push_back(answer(id, offer, response, random() % 2 == 0));
    }
    if (random() % 3 == 0) out.push_back(coupon(id, static_cast<PrintFate>(random() % 3), "paper out"));
    auto const end = random() % 10 == 0 ? SaleEnd::voided : SaleEnd::finished;
    auto sale = closed(id, held ? Arm::holdout : Arm::treated, 100 + static_cast<std::int64_t>(random() % 9'000),
                       random() % 3, random() % 2, end);
    if (random() % 5 == 0) {
      auto& what = std::get<SaleClosed>(sale.what);
      what.total.currency = {{'J', 'P', 'Y'}, 0};
      for (auto& line : what.lines) line.unit_price.currency = what.total.currency;
    }
    if (random() % 7 == 0) std::get<SaleClosed>(sale.what).decided = false;
    out.push_back(sale);
  }
  return out;
}

/// The event that stands for all of them.
std::string sums(std::vector<Outcome> const& outcomes) {
  Thinning thinning;
  for (auto const& outcome : outcomes) thinning.add(outcome);
  return *encode_thinned(thinning.finish());
}

Batch one(std::uint64_t first, std::string event, std::string const& terminal = "T1") {
  return {TerminalId{terminal}, kEpoch, first, {std::move(event)}};
}

void same(Moments const& a, Moments const& b) {
  CHECK(a.count() == b.count());
  CHECK(a.mean() == doctest::Approx(b.mean()).epsilon(1e-12));
  CHECK(a.variance() == doctest::Approx(b.variance()).epsilon(1e-9));
}

void same(Report::Answers const& a, Report::Answers const& b) {
  CHECK(a.shown == b.shown);
  CHECK(a.accepted == b.accepted);
  CHECK(a.declined == b.declined);
  CHECK(a.ignored == b.ignored);
  CHECK(a.unanswered == b.unanswered);
  CHECK(a.bought == b.bought);
}

void same(Report const& a, Report const& b) {
  CHECK(a.events == b.events);
  CHECK(a.from == b.from);
  CHECK(a.to == b.to);
  CHECK(a.decisions == b.decisions);
  CHECK(a.notices == b.notices);
  CHECK(a.without_bundle == b.without_bundle);
  CHECK(a.hinted_sales == b.hinted_sales);
  CHECK(a.accepted_sales == b.accepted_sales);
  for (auto const arm : {&Report::treated, &Report::holdout}) {
    CHECK((a.*arm).finished == (b.*arm).finished);
    CHECK((a.*arm).voided == (b.*arm).voided);
    same((a.*arm).lines, (b.*arm).lines);
  }
  REQUIRE(a.impact.size() == b.impact.size());
  for (std::size_t n = 0; n < a.impact.size(); ++n) {
    CHECK(a.impact[n].currency == b.impact[n].currency);
    same(a.impact[n].treated, b.impact[n].treated);
    same(a.impact[n].holdout, b.impact[n].holdout);
    auto const &was = a.impact[n].compared.difference, &is = b.impact[n].compared.difference;
    REQUIRE(was.has_value() == is.has_value());
    if (was) CHECK(was->low == doctest::Approx(is->low));
  }
  same(a.answers, b.answers);
  CHECK(a.coupons.printed == b.coupons.printed);
  CHECK(a.coupons.unconfirmed == b.coupons.unconfirmed);
  CHECK(a.coupons.dropped_total() == b.coupons.dropped_total());
  REQUIRE(a.offers.size() == b.offers.size());
  for (auto const& offer : a.offers) {
    auto const other =
        std::find_if(b.offers.begin(), b.offers.end(), [&](auto const& o) { return o.item == offer.item; });
    REQUIRE(other != b.offers.end());
    same(offer.answers, other->answers);
    CHECK(offer.predicted == doctest::Approx(other->predicted));
  }
  REQUIRE(a.kinds.size() == b.kinds.size());
  for (std::size_t n = 0; n < a.kinds.size(); ++n) same(a.kinds[n].answers, b.kinds[n].answers);
  REQUIRE(a.tills.size() == b.tills.size());
  for (std::size_t n = 0; n < a.tills.size(); ++n) {
    CHECK(a.tills[n].sales == b.tills[n].sales);
    CHECK(a.tills[n].treated == b.tills[n].treated);
    CHECK(a.tills[n].hinted == b.tills[n].hinted);
    CHECK(a.tills[n].accepted == b.tills[n].accepted);
    CHECK(a.tills[n].without_bundle == b.tills[n].without_bundle);
    CHECK(a.tills[n].last_event == b.tills[n].last_event);
  }
}

}  // namespace

TEST_CASE("a report of sums says what the report of the detail says") {
  auto const outcomes = day_of_sales(150, 3);
  Store whole, thinned;
  std::uint64_t next = 1;
  for (std::size_t n = 0; n < outcomes.size(); n += 100) {
    auto const end = std::min(n + 100, outcomes.size());
    whole.store(batch(
        "T1", next,
        {outcomes.begin() + static_cast<std::ptrdiff_t>(n), outcomes.begin() + static_cast<std::ptrdiff_t>(end)}));
    next += end - n;
  }
  auto const stored = thinned.store(one(1, sums(outcomes)));
  CHECK(stored.thinned == outcomes.size());
  CHECK(stored.ack.through == outcomes.size());
  auto const detail = whole.report();
  auto const summed = thinned.report();
  CHECK(detail.impact.size() == 2);
  same(detail, summed);
  CHECK(summed.thinned.at("T1") == outcomes.size());
  CHECK(summed.gaps.empty());
  CHECK(summed.lost.empty());
  CHECK(summed.alarm_count == 0);
  auto const text = to_text(summed);
  CHECK(text.find("THINNED") != std::string::npos);
  CHECK(text.find(std::to_string(outcomes.size()) + " results came as sums by day") != std::string::npos);
  for (std::size_t line = 0; line < text.size(); line = text.find('\n', line) + 1) {
    CHECK(text.find('\n', line) - line <= 80);
  }
  CHECK(nlohmann::json::parse(to_json(summed))["thinned"]["T1"] == outcomes.size());
}

TEST_CASE("half detail, half sums, two tills: the totals are those of all") {
  auto const outcomes = day_of_sales(60, 5);
  auto const cut = std::find_if(outcomes.begin() + 60, outcomes.end(),
                                [](auto const& o) { return std::holds_alternative<SaleClosed>(o.what); }) +
                   1;
  std::vector<Outcome> const first(outcomes.begin(), cut), second(cut, outcomes.end());
  Store whole, mixed;
  for (auto const* terminal : {"T1", "T2"}) {
    whole.store(batch(terminal, 1, first));
    whole.store(batch(terminal, first.size() + 1, second));
    mixed.store(batch(terminal, 1, first));
    CHECK(mixed.store(one(first.size() + 1, sums(second), terminal)).ack.through == outcomes.size());
  }
  same(whole.report(), mixed.report());
}

TEST_CASE("an answer that comes when its decision is in sums counts in the totals") {
  Store hq;
  hq.store(one(1, sums({decision("S1", 1, "a"), decision("S1", 2, "b")})));
  hq.store(batch("T1", 3, {answer("S1", 1, Response::accepted, true)}));
  auto const report = hq.report();
  CHECK(report.answers.shown == 2);
  CHECK(report.answers.accepted == 1);
  CHECK(report.answers.bought == 1);
  CHECK(report.answers.unanswered == 1);
}

TEST_CASE("sums come once however often they come, and days before --since stay out") {
  Store hq;
  auto const event = sums({decision("S1", 1, "a"), closed("S1", Arm::treated, 500)});
  CHECK(hq.store(one(1, event)).added == 1);
  auto const again = hq.store(one(1, event));
  CHECK(again.duplicates == 1);
  CHECK(again.thinned == 0);
  CHECK(again.ack.through == 2);
  CHECK(hq.report().treated.finished == 1);
  auto const day = std::chrono::hours{24};
  CHECK(hq.report({.since = at(0) + day}).treated.finished == 0);
  CHECK(hq.report({.since = at(3'600)}).treated.finished == 1);
}

TEST_CASE("numbers that sums stand for do not come again by themselves, nor the other way round") {
  Store hq;
  auto const event = sums({decision("S1", 1, "a"), decision("S1", 2, "b"), closed("S1", Arm::treated, 500)});
  hq.store(one(1, event));
  auto const detail = hq.store(batch("T1", 2, {decision("S1", 2, "b")}));
  CHECK(detail.changed == 1);
  CHECK(detail.ack.through == 3);
  CHECK(ask(hq.db, "SELECT count(*) FROM inbox") == 1);
  hq.store(batch("T2", 2, {decision("S1", 2, "b")}));
  auto const over = hq.store(one(1, event, "T2"));
  CHECK(over.changed == 1);
  CHECK(over.thinned == 0);
  CHECK(over.ack.through == 3);
  CHECK(ask(hq.db, "SELECT count(*) FROM alarms WHERE kind = 'changed_content'") == 2);
  CHECK(hq.report().answers.shown == 3);
}

TEST_CASE("sums in the middle of a batch, or over the end of all numbers, are kept unread and acknowledged") {
  Store hq;
  auto const event = sums({decision("S1", 1, "a"), decision("S1", 2, "b")});
  Batch middle{TerminalId{"T1"}, kEpoch, 1, {event, *encode_event(closed("S1", Arm::treated, 500))}};
  auto const stored = hq.store(middle);
  CHECK(stored.unread == 1);
  CHECK(stored.ack.through == 2);
  auto const beyond = hq.store(one(3, R"({"at":0,"numbers":9007199254740991,"t":"thinned"})"));
  CHECK(beyond.unread == 1);
  CHECK(beyond.ack.through == 3);
  CHECK(hq.report().alarm_count == 2);
}

TEST_CASE("what is lost in sums is counted as lost") {
  Store hq;
  Thinned nothing;
  nothing.lose(30);
  auto const stored = hq.store(one(1, *encode_thinned(nothing)));
  CHECK(stored.lost == 30);
  CHECK(stored.ack.through == 30);
  auto const report = hq.report();
  CHECK(report.lost.at("T1") == 30);
  CHECK(report.thinned.empty());
  CHECK(report.events == 0);
}

TEST_CASE("what looks like a card's number is not stored, from nobody, and holds nothing up") {
  Store hq;
  auto event = *encode_event(decision("S1", 1, "a"));
  event.replace(event.find("\"S1\""), 4, "\"4111 1111 1111 1111\"");
  Batch const sent{TerminalId{"T1"}, kEpoch, 1, {event, *encode_event(closed("S2", Arm::treated, 500))}};
  auto const stored = hq.store(sent);
  CHECK(stored.unread == 1);
  CHECK(stored.ack.through == 2);
  CHECK(hq.store(sent).duplicates == 2);
  CHECK(hq.store(one(2, event)).changed == 1);
  CHECK(ask(hq.db, "SELECT count(*) FROM alarms WHERE kind = 'card_number'") == 2);
  for (auto const* where :
       {"SELECT group_concat(body) FROM inbox", "SELECT group_concat(body || detail) FROM alarms"}) {
    CHECK(ask_text(hq.db, where).find("4111") == std::string::npos);
  }
  CHECK_FALSE(holds_card_number(
      R"({"at":4111111111111111,"customer":"41111111111111114111111111111111","serial":"4111111111111111"})"));
  CHECK(holds_card_number(R"({"x":[{"y":"no 4111-1111-1111-1111"}]})"));
}

TEST_CASE("terminals tell who is short of room and what was summed up") {
  Store hq;
  TerminalState state;
  state.terminal = TerminalId{"T1"};
  state.thinned = 12'345;
  state.shortage = "disk nearly full: 5120 KiB free";
  REQUIRE(hq.inbox.note_state(*decode_state(*encode_state(state)), false, at(5)));
  auto reader = *open_hq_reader(hq.db);
  auto const fleet = *read_fleet(reader);
  auto const text = to_text(fleet, at(6));
  CHECK(text.find("short of room: disk nearly full: 5120 KiB free") != std::string::npos);
  CHECK(text.find("12,345 results") != std::string::npos);
  auto const json = nlohmann::json::parse(to_json(fleet));
  CHECK(json["terminals"][0]["thinned"] == 12'345);
}
