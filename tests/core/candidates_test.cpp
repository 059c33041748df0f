#include "tillcue/core/candidates.hpp"

#include <algorithm>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "core/shop.hpp"

using namespace tillcue;

namespace {

/// What the scorer must say, computed the slow way.
std::vector<Scored> by_hand(Bundle const& bundle, std::vector<ItemIx> const& basket) {
  std::vector<Score> scores(bundle.item_count());
  for (std::uint32_t n = 0; n < scores.size(); ++n) scores[n] = bundle.bias(ItemIx{n});
  std::vector<ItemIx> distinct;
  for (auto item : basket) {
    if (std::find(distinct.begin(), distinct.end(), item) == distinct.end()) distinct.push_back(item);
  }
  for (std::size_t n = 0; n < std::min(distinct.size(), kMaxScoredItems); ++n) {
    auto const row = bundle.row(distinct[n]);
    for (auto const& entry : row) scores[index(entry.target)] += entry.contribution;
  }
  std::vector<Scored> ranked;
  for (std::uint32_t n = 0; n < scores.size(); ++n) {
    if (std::find(basket.begin(), basket.end(), ItemIx{n}) == basket.end()) ranked.push_back({ItemIx{n}, scores[n]});
  }
  std::sort(ranked.begin(), ranked.end(),
            [](Scored a, Scored b) { return a.score != b.score ? a.score > b.score : index(a.item) < index(b.item); });
  return ranked;
}

void check_top(Scorer& scorer, std::vector<Scored> const& expected, std::size_t k) {
  std::vector<Scored> top(k);
  auto const count = scorer.top(top);
  REQUIRE(count == std::min(k, expected.size()));
  for (std::size_t n = 0; n < count; ++n) {
    REQUIRE(top[n].item == expected[n].item);
    REQUIRE(top[n].score == expected[n].score);
    REQUIRE(scorer.score(top[n].item) == top[n].score);
  }
}

std::vector<Instructions> every_instructions() {
  std::vector<Instructions> all{Instructions::portable};
  if (best_instructions() != Instructions::portable) all.push_back(best_instructions());
  return all;
}

std::vector<ItemIx> random_basket(std::mt19937& random, std::uint32_t items, std::size_t size) {
  std::vector<ItemIx> basket;
  for (std::size_t n = 0; n < size; ++n) basket.push_back(ItemIx{static_cast<std::uint32_t>(random() % items)});
  return basket;
}

/// Scans and refunds at random, one by one or some together before the top is asked for.
void check_changes(Bundle const& bundle, Instructions instructions, std::mt19937& random) {
  auto const items = bundle.item_count();
  shop::Scoring scoring(bundle, instructions);
  std::vector<ItemIx> basket;
  std::array<Scored, 5> top{};
  for (int step = 0; step < 1500; ++step) {
    // What was just suggested is often what comes next.
    bool const taken = step > 0 && random() % 3 == 0 && top[0].item != kNoItem;
    auto const item = taken ? top[random() % 5].item : ItemIx{static_cast<std::uint32_t>(random() % items)};
    auto const held = std::find(basket.begin(), basket.end(), item);
    if (held != basket.end() || basket.size() > 30) {
      auto const gone = held != basket.end() ? held : basket.begin();
      scoring.scorer.remove(*gone);
      basket.erase(gone);
    } else if (index(item) < items) {
      scoring.scorer.add(item);
      basket.push_back(item);
    }
    if (random() % 3 == 0) continue;
    auto const expected = by_hand(bundle, basket);
    auto const count = scoring.scorer.top(top);
    REQUIRE(count == std::min<std::size_t>(5, expected.size()));
    for (std::size_t n = 0; n < count; ++n) REQUIRE(top[n].item == expected[n].item);
    for (std::size_t n = 0; n < count; ++n) REQUIRE(top[n].score == expected[n].score);
    if (step % 50 == 0) check_top(scoring.scorer, expected, 1 + random() % 64);
  }
}

}  // namespace

TEST_CASE("the scorer agrees with brute force on random bundles, baskets, depths, weights and instructions") {
  std::mt19937 random(11);
  for (std::uint32_t items : {1U, 2U, 30U, 700U, 3000U, 70'000U}) {
    auto source = shop::random_source(items, 20, items);
    source.weight_bits = 4 + items % 5;
    auto const bundle = shop::open(source);
    for (auto instructions : every_instructions()) {
      shop::Scoring scoring(*bundle, instructions);
      for (int round = 0; round < (items > 10'000 ? 3 : 25); ++round) {
        auto const basket = random_basket(random, items, random() % 40);
        auto const expected = by_hand(*bundle, basket);
        scoring.scorer.assign(basket);
        for (std::size_t k : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{64}, std::size_t{300}}) {
          check_top(scoring.scorer, expected, k);
        }
      }
    }
  }
}

TEST_CASE("after every scan and refund the top is what a fresh ranking says, with all instructions") {
  std::mt19937 random(6);
  for (auto instructions : every_instructions()) {
    for (std::uint32_t items : {40U, 3000U}) {
      auto source = shop::random_source(items, 30, 13);
      check_changes(*shop::open(source), instructions, random);
      // Where intercepts are as large as weights, they decide what comes near the top.
      for (auto& bias : source.bias) bias *= 10;
      check_changes(*shop::open(source), instructions, random);
    }
    auto const plain = shop::golden("bundle-v1.tcb");
    check_changes(*Bundle::from_bytes(plain), instructions, random);
  }
}

TEST_CASE("a ranking that is asked for again deeper or less deep stays exact") {
  std::mt19937 random(7);
  auto const bundle = shop::open(shop::random_source(2000, 25, 14));
  shop::Scoring scoring(*bundle);
  std::vector<ItemIx> basket;
  for (int round = 0; round < 200; ++round) {
    basket.push_back(ItemIx{static_cast<std::uint32_t>(random() % 2000)});
    if (std::count(basket.begin(), basket.end(), basket.back()) > 1) basket.pop_back();
    scoring.scorer.add(basket.back());
    auto const expected = by_hand(*bundle, basket);
    for (int again = 0; again < 3; ++again) check_top(scoring.scorer, expected, 1 + random() % 80);
  }
}

TEST_CASE("the top is exact even when the popular list is used up") {
  // 1,024 popular items, all but a few of them in the basket or touched: the answer lies behind the list.
  auto source = shop::random_source(4000, 0, 9);
  for (std::uint32_t n = 0; n < 4000; ++n) source.bias[n] = static_cast<float>(4000 - n) / 4000;
  for (std::uint32_t n = 0; n < 1020; ++n) source.rows[3999].push_back({n, -5.0F});
  auto const bundle = shop::open(source);
  shop::Scoring scoring(*bundle);
  std::vector<ItemIx> const basket{ItemIx{3999}};
  scoring.scorer.assign(basket);
  auto const expected = by_hand(*bundle, basket);
  CHECK(index(expected[4].item) == 1024);
  for (std::size_t k : {4, 5, 100, 3000, 4000}) check_top(scoring.scorer, expected, k);
}

TEST_CASE("adding and removing in any order ends where a fresh start ends") {
  std::mt19937 random(5);
  auto const bundle = shop::open(shop::random_source(900, 25, 77));
  shop::Scoring scoring(*bundle);
  std::vector<ItemIx> basket;
  for (int step = 0; step < 2000; ++step) {
    if (basket.empty() || random() % 100 < 55) {
      auto const item = ItemIx{static_cast<std::uint32_t>(random() % 900)};
      scoring.scorer.add(item);
      if (std::find(basket.begin(), basket.end(), item) == basket.end()) basket.push_back(item);
    } else {
      auto const at = basket.begin() + static_cast<std::ptrdiff_t>(random() % basket.size());
      scoring.scorer.remove(*at);
      basket.erase(at);
    }
    if (step % 20 == 0) check_top(scoring.scorer, by_hand(*bundle, basket), 10);
  }
  scoring.scorer.clear();
  check_top(scoring.scorer, by_hand(*bundle, {}), 50);
}

TEST_CASE("adding twice, removing what is not there and unknown items change nothing") {
  auto const bundle = shop::open(shop::source());
  shop::Scoring scoring(*bundle);
  scoring.scorer.add(ItemIx{shop::bread});
  auto const once = scoring.scorer.score(ItemIx{shop::butter});
  scoring.scorer.add(ItemIx{shop::bread});
  scoring.scorer.remove(ItemIx{shop::torch});
  scoring.scorer.add(kNoItem);
  scoring.scorer.remove(kNoItem);
  scoring.scorer.add(ItemIx{shop::item_count});
  CHECK(scoring.scorer.score(ItemIx{shop::butter}) == once);
  CHECK(scoring.scorer.holds(ItemIx{shop::bread}));
  CHECK_FALSE(scoring.scorer.holds(kNoItem));
  CHECK(scoring.scorer.score(kNoItem) == 0);
  scoring.scorer.remove(ItemIx{shop::bread});
  CHECK(scoring.scorer.score(ItemIx{shop::butter}) == bundle->bias(ItemIx{shop::butter}));
}

TEST_CASE("beyond 512 items a basket still scores exactly its first 512 and suggests none of them") {
  std::mt19937 random(3);
  auto const bundle = shop::open(shop::random_source(2000, 30, 21));
  shop::Scoring scoring(*bundle);
  std::vector<ItemIx> basket;
  for (std::uint32_t n = 0; n < 800; ++n) basket.push_back(ItemIx{n * 2});
  std::shuffle(basket.begin(), basket.end(), random);
  scoring.scorer.assign(basket);
  check_top(scoring.scorer, by_hand(*bundle, basket), 30);
}

TEST_CASE("the largest possible scores do not overflow") {
  // 512 sources with the greatest weight for one target, which has the greatest intercept; and all of it negative.
  for (float sign : {1.0F, -1.0F}) {
    auto source = shop::random_source(600, 0, 1);
    for (auto& b : source.bias) b = 0;
    source.bias[599] = sign * 520.0F;
    for (std::uint32_t n = 0; n < 599; ++n) source.rows[n] = {{599, sign}};
    source.weight_bits = sign > 0 ? 4 : 8;
    auto const bundle = shop::open(source);
    std::vector<ItemIx> basket;
    for (std::uint32_t n = 0; n < 512; ++n) basket.push_back(ItemIx{n});
    shop::Scoring scoring(*bundle);
    scoring.scorer.assign(basket);
    auto const expected = (520.0 + 512.0) * static_cast<double>(sign);
    CHECK(scoring.scorer.score(ItemIx{599}) * bundle->info().score_unit == doctest::Approx(expected).epsilon(0.001));
  }
}

TEST_CASE("explain names the largest positive terms, each item once, ties by position") {
  auto const bundle = shop::open(shop::random_source(300, 120, 4));
  std::mt19937 random(8);
  for (int round = 0; round < 200; ++round) {
    auto const basket = random_basket(random, 300, 25);
    auto const candidate = ItemIx{static_cast<std::uint32_t>(random() % 300)};
    std::set<std::pair<Score, std::uint32_t>> expected;  // falling weight, rising position
    for (auto source : basket) {
      auto const row = bundle->row(source);
      for (auto const& [target, contribution, significant] : row) {
        if (target == candidate && contribution > 0) expected.insert({-contribution, index(source)});
      }
    }
    std::array<Term, 4> terms{};
    auto const count = explain(*bundle, basket, candidate, terms);
    REQUIRE(count == std::min(expected.size(), terms.size()));
    auto wanted = expected.begin();
    for (std::size_t n = 0; n < count; ++n, ++wanted) {
      CHECK(terms[n].weight == -wanted->first);
      CHECK(index(terms[n].source) == wanted->second);
    }
  }
  CHECK(explain(*bundle, std::array{ItemIx{1}}, kNoItem, {}) == 0);
}

namespace {

/// What in the basket speaks loudest for an item, looked up entry by entry.
Term loudest_by_hand(Bundle const& bundle, std::vector<ItemIx> const& basket, ItemIx candidate) {
  Term best;
  for (auto source : basket) {
    if (bundle.has(source, ItemFlag::not_for_sale)) continue;
    for (auto const& [target, weight, significant] : bundle.row(source)) {
      if (target != candidate || weight <= 0 || !significant) continue;
      if (weight > best.weight || (weight == best.weight && index(source) < index(best.source)))
        best = {source, weight};
    }
  }
  return best;
}

void check_explain(Scorer const& scorer, Bundle const& bundle, std::vector<ItemIx> const& basket,
                   std::vector<ItemIx> const& candidates) {
  std::vector<Term> terms(candidates.size(), Term{ItemIx{3}, 5});
  scorer.explain(candidates, terms);
  for (std::size_t n = 0; n < candidates.size(); ++n) {
    auto const expected = loudest_by_hand(bundle, basket, candidates[n]);
    REQUIRE(terms[n].source == expected.source);
    REQUIRE(terms[n].weight == expected.weight);
  }
}

}  // namespace

TEST_CASE("explain names what speaks loudest for each of many candidates, never a bag fee, ties by position") {
  std::mt19937 random(8);
  std::size_t spoken = 0;
  // Also as bundles are that tell pairs which may be coincidence.
  for (auto const& [items, doubted] : {std::pair{300U, false}, {300U, true}, {9000U, false}, {9000U, true}}) {
    auto source = shop::random_source(items, 120, 4);
    if (doubted) shop::doubt(source);
    source.weight_bits = 4;  // few levels: many ties
    for (std::uint32_t n = 0; n < items; n += 7)
      source.items[n].flags |= static_cast<std::uint16_t>(ItemFlag::not_for_sale);
    auto const bundle = shop::open(source);
    REQUIRE(bundle->tells_significance() == doubted);
    for (auto instructions : every_instructions()) {
      shop::Scoring scoring(*bundle, instructions);
      for (std::size_t count : {0, 1, 3, 10, 64, 256}) {
        auto const basket = random_basket(random, items, 25);
        scoring.scorer.assign(basket);
        std::vector<Scored> top(count);
        std::vector<ItemIx> candidates;
        for (std::size_t n = 0, found = scoring.scorer.top(top); n < found; ++n) candidates.push_back(top[n].item);
        check_explain(scoring.scorer, *bundle, basket, candidates);
        for (auto const item : candidates) spoken += loudest_by_hand(*bundle, basket, item).source != kNoItem ? 1 : 0;
      }
    }
  }
  CHECK(spoken > 500);
}

TEST_CASE("explain keeps up with the basket, knows older tables, and finds nothing for nothing") {
  auto const bytes = shop::golden("bundle-v1.tcb");
  auto const bundle = Bundle::from_bytes(bytes);
  REQUIRE(bundle);
  shop::Scoring scoring(*bundle);
  std::vector<ItemIx> every, basket;
  for (std::uint32_t n = 0; n < bundle->item_count(); ++n) every.push_back(ItemIx{n});
  check_explain(scoring.scorer, *bundle, basket, every);
  for (auto const item : every) {
    scoring.scorer.add(item);
    basket.push_back(item);
    check_explain(scoring.scorer, *bundle, basket, every);
  }
  scoring.scorer.remove(basket.front());
  basket.erase(basket.begin());
  check_explain(scoring.scorer, *bundle, basket, every);
  scoring.scorer.explain({}, {});
}
