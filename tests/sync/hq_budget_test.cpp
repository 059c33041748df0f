#include <memory>
#include <random>
#include <vector>

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
  Till(Bundle const& bundle, Epoch file) : epoch(file) { live.use(bundle); }

  /// A word: numbered, for the file it names.
  void apply(std::uint64_t number, BudgetGrant const& grant, Epoch file) {
    if (number <= word) return;
    word = number;
    last = file == epoch ? grant.number : 0;
    live.grant("week", file == epoch ? grant.share : Allotment{});
  }
  [[nodiscard]] BudgetReport report() const { return {last, spent, epoch, told_turns ? turn : 0}; }
  void sell(std::int64_t cost) {
    if (!live.affords(0, cost)) return;
    live.spend(0, cost);
    spent.minor += cost;
    ++spent.issues;
    costs.push_back(cost);
    ++turn;
  }
  /// What a customer did not take after all.
  void give_back() {
    if (costs.empty()) return;
    auto const cost = costs.back();
    costs.pop_back();
    live.give_back(0, cost);
    spent.minor -= cost;
    --spent.issues;
    ++turn;
  }

  Live live;
  Epoch epoch;
  bool told_turns = true;
  std::uint64_t word = 0, turn = 0;
  std::uint32_t last = 0;
  Allotment spent;
  std::vector<std::int64_t> costs;
};

/// Terminals that share a budget at random: sell, give back, lose their disks; every message may be lost, doubled,
/// late.
struct Chain {
  struct Message {
    std::uint32_t till;
    bool up;
    std::uint64_t number;
    BudgetGrant grant;
    Epoch epoch;
    BudgetReport report;
  };

  Chain(std::uint32_t seed, Allotment total, Allotment free, std::uint32_t planned, bool turns)
      : random(seed), bundle(bundle_with_budget(free)), ledger(total, free, planned), told_turns(turns) {
    for (std::uint32_t n = 0; n < kTerminals; ++n) tills.push_back(fresh(turns ? files : 0));
  }
  [[nodiscard]] std::unique_ptr<Till> fresh(std::uint64_t epoch) {
    ++files;
    auto till = std::make_unique<Till>(*bundle, Epoch{epoch});
    till->told_turns = told_turns;
    return till;
  }
  std::int64_t any(std::int64_t below) { return static_cast<std::int64_t>(random()) % below; }
  void say(std::uint32_t n, BudgetGrant const& grant) {
    auto const found = ledger.accounts().find(name_of(n));
    wire.push_back({n, false, ++words, grant, found->second.epoch, {}});
  }
  void deliver() {
    if (wire.empty()) return;
    auto const at = random() % wire.size();
    auto const message = wire[at];
    if (random() % 3 != 0) wire.erase(wire.begin() + static_cast<std::ptrdiff_t>(at));  // else it comes again
    if (random() % 4 == 0) return;                                                      // lost
    if (message.up) {
      ledger.reported(name_of(message.till), message.report);
    } else {
      tills[message.till]->apply(message.number, message.grant, message.epoch);
    }
  }
  void step(bool disks_are_lost) {
    auto const n = static_cast<std::uint32_t>(random() % kTerminals);
    switch (random() % 14) {
      case 0:
        return say(n, ledger.give(name_of(n), {any(600), any(30)}));
      case 1:
        return say(n, ledger.take_back(name_of(n), {any(60), any(3)}));
      case 2:
        return wire.push_back({n, true, 0, {}, {}, tills[n]->report()});
      case 3:
      case 4:
        return tills[n]->sell(1 + any(40));
      case 5:
        if (random() % 3 == 0) tills[n]->give_back();
        if (disks_are_lost && random() % 60 == 0) {
          gone = {gone.minor + tills[n]->spent.minor, gone.issues + tills[n]->spent.issues};
          tills[n] = fresh(files);
        }
        return;
      default:
        return deliver();
    }
  }
  [[nodiscard]] Allotment spent() const {
    auto sum = gone;
    for (auto const& till : tills) sum = {sum.minor + till->spent.minor, sum.issues + till->spent.issues};
    return sum;
  }

  std::mt19937 random;
  shop::Opened bundle;
  BudgetLedger ledger;
  bool told_turns;
  std::uint64_t files = 1, words = 0;
  std::vector<std::unique_ptr<Till>> tills;
  std::vector<Message> wire;
  Allotment gone;  ///< by files that are lost
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
  // Of older programs, which tell neither file nor turn, and of today's.
  for (bool const turns : {false, true}) {
    std::int64_t used = 0;
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
      Allotment const total{5000, 300}, free{seed % 100, seed % 10};
      Chain chain(seed, total, free, kTerminals, turns);
      std::int64_t most = 0;
      for (int step = 0; step < 5000; ++step) {
        chain.step(false);
        auto const spent = chain.spent();
        REQUIRE(spent.minor <= total.minor);
        REQUIRE(spent.issues <= total.issues);
        most = std::max(most, spent.minor);
      }
      used += most;
    }
    CHECK(used > 40 * 5000 / 4);  // it was used
  }
}

TEST_CASE("nor when terminals lose their disks again and again, and words and reports of before come late") {
  std::uint64_t files = 0;
  std::int64_t used = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    // The free share of each file is the bundle's: head office can only plan for so many files.
    Allotment const total{9000, 600}, free = seed % 2 == 0 ? Allotment{} : Allotment{30, 2};
    Chain chain(seed, total, free, 200, true);
    std::int64_t most = 0;
    for (int step = 0; step < 6000; ++step) {
      chain.step(chain.files < 180);
      auto const spent = chain.spent();
      REQUIRE(spent.minor <= total.minor);
      REQUIRE(spent.issues <= total.issues);
      most = std::max(most, spent.minor);
    }
    used += most;
    files += chain.files - kTerminals;
  }
  MESSAGE(files, " files lost");
  CHECK(files > 400);
  CHECK(used > 60 * 9000 / 20);  // most goes with the files
}

TEST_CASE("a file that takes another's place begins with nothing, and what the old one may have spent is spent") {
  BudgetLedger ledger({1000, 100}, {0, 0}, 2);
  auto const a = TerminalId{"a"};
  CHECK(ledger.counts_in(a, Epoch{1}));
  CHECK_FALSE(ledger.counts_in(a, Epoch{1}));
  CHECK(ledger.give(a, {600, 60}).share == Allotment{600, 60});
  ledger.reported(a, {1, {100, 5}, Epoch{1}, 7});
  CHECK(ledger.spent() == Allotment{100, 5});

  ledger.reported(a, {0, {}, Epoch{2}, 0});
  CHECK(ledger.grant_of(a).share == Allotment{0, 0});
  CHECK(ledger.spent() == Allotment{600, 60});
  CHECK(ledger.left() == Allotment{400, 40});
  CHECK(ledger.give(a, {900, 90}).share == Allotment{400, 40});

  // What was put back after a restart says the same.
  BudgetLedger again({1000, 100}, {0, 0}, 2);
  again.restore(a, ledger.accounts().at(a));
  CHECK(again.spent() == Allotment{600, 60});
  CHECK(again.left() == Allotment{0, 0});
}

TEST_CASE("of what is not limited a file that is gone has spent what it told") {
  BudgetLedger ledger({Allotment::kUnlimited, 100}, {0, 0}, 2);
  auto const a = TerminalId{"a"};
  CHECK(ledger.counts_in(a, Epoch{1}));
  (void)ledger.give(a, {Allotment::kUnlimited, 60});
  ledger.reported(a, {1, {700, 5}, Epoch{1}, 7});
  for (std::uint64_t file = 2; file < 5; ++file) ledger.reported(a, {0, {}, Epoch{file}, 0});
  CHECK(ledger.spent() == Allotment{700, 60});
  CHECK(ledger.left() == Allotment{Allotment::kUnlimited, 40});

  // A limit that comes later: what is given begins behind what was spent without one.
  ledger.set_total({1000, 100});
  ledger.reported(a, {0, {200, 0}, Epoch{4}, 1});
  CHECK(ledger.left().minor == 100);
  CHECK(ledger.give(a, {500, 0}).share.minor == 300);
}

TEST_CASE("what a terminal gives back is free again, and a late report of before does not take it away") {
  BudgetLedger ledger({1000, 100}, {0, 0}, 1);
  auto const a = TerminalId{"a"};
  (void)ledger.give(a, {500, 50});
  ledger.reported(a, {1, {400, 40}, {}, 5});
  (void)ledger.take_back(a, {0, 0});
  ledger.reported(a, {2, {400, 40}, {}, 5});
  CHECK(ledger.left() == Allotment{600, 60});
  ledger.reported(a, {2, {390, 39}, {}, 6});
  CHECK(ledger.spent() == Allotment{390, 39});
  CHECK(ledger.left() == Allotment{600, 60});  // it may spend that again
  (void)ledger.take_back(a, {0, 0});
  ledger.reported(a, {3, {390, 39}, {}, 6});
  CHECK(ledger.left() == Allotment{610, 61});
  ledger.reported(a, {2, {400, 40}, {}, 5});
  CHECK(ledger.left() == Allotment{610, 61});
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
