#include <deque>
#include <random>

#include <doctest/doctest.h>

#include "core/shop.hpp"
#include "tillcue/sync/hq_budget_ledger.hpp"

using namespace tillcue;
using namespace tillcue::sync;

namespace {

constexpr std::uint32_t kTerminals = 12;

TerminalId name_of(std::uint32_t n) { return TerminalId{"till-" + std::to_string(n)}; }

shop::Opened bundle_with_budget(Allotment free) {
  auto source = shop::source();
  source.campaigns = {shop::coupon("week")};
  source.campaigns[0].budgeted = true;
  source.campaigns[0].free_minor = free.minor;
  source.campaigns[0].free_issues = free.issues;
  return shop::open(source);
}

/// A terminal with the engine's own purse, and a line to head office that loses, repeats and reorders.
struct Till {
  explicit Till(Bundle const& bundle) { live.use(bundle); }

  void apply(BudgetGrant const& grant) {
    if (grant.number <= last.number) return;
    last = grant;
    live.grant("week", grant.share);
  }
  [[nodiscard]] BudgetReport report() const { return {last.number, spent}; }
  void sell(std::int64_t cost) {
    if (!live.affords(0, cost)) return;
    live.spend(0, cost);
    spent.minor += cost;
    ++spent.issues;
  }

  Live live;
  BudgetGrant last;
  Allotment spent;
};

}  // namespace

TEST_CASE("a budget is split, given back unused and never given twice") {
  BudgetLedger ledger({1000, 100}, {0, 0}, 2);
  auto const a = TerminalId{"a"}, b = TerminalId{"b"};
  auto const first = ledger.give(a, {600, 60});
  CHECK(first.number == 1);
  CHECK(first.share == Allotment{600, 60});
  CHECK(ledger.give(b, {600, 60}).share == Allotment{400, 40});
  CHECK(ledger.left() == Allotment{0, 0});

  ledger.reported(a, {1, {100, 5}});
  auto const back = ledger.take_back(a, {50, 5});
  CHECK(back.share == Allotment{150, 10});
  CHECK(ledger.left() == Allotment{0, 0});  // it may not know yet
  ledger.reported(a, {1, {300, 9}});        // and has spent on
  CHECK(ledger.left() == Allotment{0, 0});
  ledger.reported(a, {2, {300, 9}});
  CHECK(ledger.left() == Allotment{300, 50});  // 1000 - 300 spent - 400; 100 - 10 - 40
  CHECK(ledger.spent() == Allotment{300, 9});
}

TEST_CASE("free allotments count as given to every terminal that is planned for") {
  BudgetLedger ledger({1000, 100}, {50, 5}, 10);
  CHECK(ledger.left() == Allotment{500, 50});
  CHECK(ledger.give(TerminalId{"a"}, {100, 10}).share == Allotment{150, 15});
  CHECK(ledger.left() == Allotment{400, 40});
  CHECK(ledger.grant_of(TerminalId{"b"}).share == Allotment{50, 5});
}

TEST_CASE("terminals together never exceed a budget, whatever the network does to the messages") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    Allotment const total{5000, 300},
        free{static_cast<std::int64_t>(random() % 100), static_cast<std::int64_t>(random() % 10)};
    auto const bundle = bundle_with_budget(free);
    BudgetLedger ledger(total, free, kTerminals);
    std::deque<Till> tills;
    for (std::uint32_t n = 0; n < kTerminals; ++n) tills.emplace_back(*bundle);
    struct Message {
      std::uint32_t till;
      bool up;
      BudgetGrant grant;
      BudgetReport report;
    };
    std::vector<Message> wire;
    std::int64_t most = 0;
    for (int step = 0; step < 4000; ++step) {
      auto const n = static_cast<std::uint32_t>(random() % kTerminals);
      switch (random() % 6) {
        case 0:
          wire.push_back({n,
                          false,
                          ledger.give(name_of(n), {static_cast<std::int64_t>(random() % 600),
                                                   static_cast<std::int64_t>(random() % 30)}),
                          {}});
          break;
        case 1:
          wire.push_back({n,
                          false,
                          ledger.take_back(name_of(n), {static_cast<std::int64_t>(random() % 60),
                                                        static_cast<std::int64_t>(random() % 3)}),
                          {}});
          break;
        case 2:
          wire.push_back({n, true, {}, tills[n].report()});
          break;
        case 3:
          tills[n].sell(1 + static_cast<std::int64_t>(random() % 40));
          break;
        default: {
          if (wire.empty()) break;
          auto const at = random() % wire.size();
          auto const message = wire[at];
          if (random() % 3 != 0) wire.erase(wire.begin() + static_cast<std::ptrdiff_t>(at));  // else it comes again
          if (random() % 4 == 0) break;                                                       // lost
          if (message.up) {
            ledger.reported(name_of(message.till), message.report);
          } else {
            tills[message.till].apply(message.grant);
          }
        }
      }
      Allotment spent;
      for (auto const& till : tills) spent = {spent.minor + till.spent.minor, spent.issues + till.spent.issues};
      REQUIRE(spent.minor <= total.minor);
      REQUIRE(spent.issues <= total.issues);
      most = std::max(most, spent.minor);
    }
    CHECK(most > total.minor / 5);  // it was used
  }
}

TEST_CASE("reports of grants that were never made are ignored") {
  BudgetLedger ledger({1000, 100}, {0, 0}, 1);
  ledger.reported(TerminalId{"a"}, {7, {900, 90}});
  CHECK(ledger.left() == Allotment{1000, 100});
}

TEST_CASE("what the campaigns file says of budgets is what head office splits, whatever it leaves unlimited") {
  auto source = shop::source();
  source.campaigns = {shop::coupon("week")};
  source.campaigns[0].budgeted = true;
  source.budgets = {{"week", 5000, 0, 100, 1'000'000}, {"partner:ACME", 0, 300, 0, 5}};
  auto const opened = shop::open(source);
  auto const plans = budget_plans(*opened.bundle);
  REQUIRE(plans.size() == 2);
  CHECK(plans[0].name == "partner:ACME");
  CHECK(plans[0].total == Allotment{Allotment::kUnlimited, 300});
  CHECK(plans[0].free == Allotment{0, 5});
  CHECK(plans[1].name == "week");
  CHECK(plans[1].total == Allotment{5000, Allotment::kUnlimited});

  BudgetLedger ledger(plans[1].total, plans[1].free, 2);
  CHECK(ledger.left() == Allotment{4800, Allotment::kUnlimited});
  for (auto const* const till : {"a", "b"}) {
    auto const grant = ledger.give(TerminalId{till}, {1000, Allotment::kUnlimited});
    CHECK(grant.share == Allotment{1100, Allotment::kUnlimited});
  }
  CHECK(ledger.left() == Allotment{2800, Allotment::kUnlimited});
}
