#include "tillcue/core/engine.hpp"

#include <algorithm>
#include <limits>
#include <random>

#include <doctest/doctest.h>

#include "core/shop.hpp"

using namespace tillcue;

namespace {

bool same(Decision const& a, Decision const& b) {
  if (a.silence != b.silence || a.eligible_count != b.eligible_count || a.offer_count != b.offer_count) return false;
  for (std::size_t n = 0; n < a.eligible_count; ++n) {
    if (a.eligible[n].item != b.eligible[n].item || a.eligible[n].score != b.eligible[n].score) return false;
  }
  for (std::size_t n = 0; n < a.offer_count; ++n) {
    auto const &x = a.offers[n], &y = b.offers[n];
    if (x.item != y.item || x.number != y.number || x.probability != y.probability || x.campaign != y.campaign ||
        x.reason.trigger != y.reason.trigger || x.reason.share != y.reason.share || !(x.price == y.price) ||
        x.expected_margin_micro != y.expected_margin_micro) {
      return false;
    }
  }
  return true;
}

void put(Sale& sale, std::uint32_t line, ItemIx item, std::int64_t milli = 1000) {
  BasketLine l;
  l.line = LineNo{line};
  l.sku = Sku{std::to_string(line)};
  l.item = item;
  l.quantity.milli = milli;
  REQUIRE(sale.basket.put(l));
}

BundleSource busy_source() {
  auto source = shop::random_source(1500, 24, 31);
  source.policy.max_hints_per_sale = 1000;
  source.policy.max_hints_per_stage = 1000;
  source.policy.price_guard_percent = 65'535;
  CampaignSource campaign;
  campaign.id = "all";
  source.campaigns = {campaign};
  return source;
}

}  // namespace

TEST_CASE("a decision depends on nothing but bundle, sale, stage and time") {
  auto const bundle = shop::open(busy_source());
  Engine engine(bundle.bundle);
  std::mt19937 random(17);
  std::vector<Sale> sales(3);  // open at the same time, served in turn
  std::uint32_t line = 0;
  for (int step = 0; step < 600; ++step) {
    auto& sale = sales[random() % sales.size()];
    auto const& lines = sale.basket.lines();
    auto const draw = random() % 10;
    if (draw < 6 || lines.empty()) {
      put(sale, line++, ItemIx{static_cast<std::uint32_t>(random() % 1600)});  // some of them unknown
    } else if (draw < 8) {
      sale.basket.remove(lines[random() % lines.size()].line);
    } else {
      auto const changed = lines[random() % lines.size()];
      put(sale, static_cast<std::uint32_t>(changed.line), changed.item,
          static_cast<std::int64_t>(random() % 3) * 1000 - 1000);
    }
    auto const stage = static_cast<Stage>(random() % 3);
    auto const decision = engine.decide(sale, stage, {});
    Engine fresh(bundle.bundle);
    REQUIRE(same(decision, fresh.decide(sale, stage, {})));
    REQUIRE(same(decision, engine.decide(sale, stage, {})));
    if (step % 50 == 0) sale = Sale{};
  }
}

TEST_CASE("what is bought of an item is the sum of its lines, refunds taken off") {
  Sale sale;
  CHECK(bought(sale.basket, ItemIx{10}).milli == 0);
  put(sale, 1, ItemIx{10}, 2000);
  put(sale, 2, ItemIx{10}, -500);
  put(sale, 3, ItemIx{11}, -1000);
  put(sale, 4, kNoItem);
  CHECK(bought(sale.basket, ItemIx{10}).milli == 1500);
  CHECK(bought(sale.basket, ItemIx{11}).milli == -1000);
  CHECK(bought(sale.basket, kNoItem).milli == 0);
  using Limits = std::numeric_limits<std::int64_t>;
  put(sale, 5, ItemIx{12}, Limits::max());
  put(sale, 6, ItemIx{12}, Limits::max());
  CHECK(bought(sale.basket, ItemIx{12}).milli == Limits::max());
}

TEST_CASE("the same item on several lines counts once, and stays while one of them stays") {
  auto const bundle = shop::open(shop::source());
  Engine engine(bundle.bundle);
  auto sale = shop::sale_with(*bundle, {shop::bread});
  auto const once = engine.decide(sale, Stage::scan, {});
  put(sale, 50, ItemIx{shop::bread});
  put(sale, 51, ItemIx{shop::bread});
  CHECK(same(once, engine.decide(sale, Stage::scan, {})));
  sale.basket.remove(LineNo{51});
  CHECK(same(once, engine.decide(sale, Stage::scan, {})));
  sale.basket.remove(LineNo{1});
  CHECK(engine.decide(sale, Stage::scan, {}).eligible[0].score == once.eligible[0].score);
}

TEST_CASE("a full basket of 1,000 lines is decided like any other") {
  auto const bundle = shop::open(busy_source());
  Engine engine(bundle.bundle);
  Sale sale;
  for (std::uint32_t n = 0; n < Basket::kMaxLines; ++n) {
    put(sale, n, ItemIx{n});
    if (n % 100 == 99) {
      Engine fresh(bundle.bundle);
      REQUIRE(same(engine.decide(sale, Stage::scan, {}), fresh.decide(sale, Stage::scan, {})));
    }
  }
}

TEST_CASE("a sale survives a change of the bundle under it") {
  auto const before = shop::open(shop::source());
  auto source = shop::source();
  // The new bundle has everything but Jam, in another order.
  auto const old_items = source.items;
  source.items = {old_items[shop::honey], old_items[shop::butter], old_items[shop::bread], old_items[shop::torch]};
  source.rows.assign(4, {});
  source.rows[2] = {{1, 0.3F}, {0, 0.2F}};
  source.bias.assign(4, 0.01F);
  auto const after = shop::open(source);

  Engine first(before.bundle), second(after.bundle);
  auto sale = shop::sale_with(*before, {shop::bread, shop::jam});
  remember(sale, first.decide(sale, Stage::scan, {}));
  REQUIRE(sale.shown.size() == 1);
  CHECK(sale.shown[0].offer.item == ItemIx{shop::butter});

  second.rebind(sale, before.bundle.get());
  CHECK(sale.basket.lines()[0].item == ItemIx{2});
  CHECK(sale.basket.lines()[1].item == kNoItem);
  CHECK(sale.shown[0].offer.item == ItemIx{1});
  CHECK(sale.shown[0].offer.reason.trigger == ItemIx{2});
  auto const decision = second.decide(sale, Stage::scan, {});
  REQUIRE(decision.eligible_count > 0);
  for (std::size_t n = 0; n < decision.eligible_count; ++n) CHECK(decision.eligible[n].item != ItemIx{1});

  second.rebind(sale);
  CHECK(sale.shown[0].offer.item == kNoItem);
}

TEST_CASE("a campaign keeps its place by id when the bundle changes") {
  auto source = shop::source();
  CampaignSource a, b;
  a.id = "a";
  b.id = "b";
  source.campaigns = {a, b};
  auto const before = shop::open(source);
  source.campaigns = {b};
  auto const after = shop::open(source);
  Sale sale;
  Shown shown;
  shown.offer.campaign = 1;
  sale.shown = {shown, shown};
  sale.shown[1].offer.campaign = 0;
  Engine(after.bundle).rebind(sale, before.bundle.get());
  CHECK(sale.shown[0].offer.campaign == 0);
  CHECK(sale.shown[1].offer.campaign == Offer::kNoCampaign);
}

TEST_CASE("a sale of another bundle is decided without harm even before it is bound again") {
  auto const big = shop::open(busy_source());
  auto const small = shop::open(shop::source());
  auto const sale = shop::sale_with(*big, {1400, 3, 900});
  Engine engine(small.bundle);
  for (auto stage : {Stage::scan, Stage::subtotal, Stage::tender}) (void)engine.decide(sale, stage, {});
}

TEST_CASE("the ranking without policy suggests anything but the basket, with probability and reason by rank") {
  auto const bundle = shop::open(shop::source());
  shop::Scoring scoring(*bundle);
  std::array<Suggestion, 20> out{};
  std::vector<ItemIx> const basket{ItemIx{shop::bread}};
  auto const count = rank(*bundle, scoring.scorer, basket, out);
  REQUIRE(count == shop::item_count - 1);
  CHECK(out[0].item == ItemIx{shop::butter});
  CHECK(out[1].item == ItemIx{shop::wine});  // policy would not
  for (std::size_t n = 0; n < count; ++n) {
    CHECK(out[n].item != ItemIx{shop::bread});
    CHECK(out[n].probability == bundle->probability(out[n].score, n, basket.size()));
    CHECK(out[n].reason.share == out[n].probability);
    if (n > 0) CHECK(out[n - 1].score >= out[n].score);
  }
  CHECK(out[0].reason.trigger == ItemIx{shop::bread});
  CHECK(rank(*bundle, scoring.scorer, {}, out) == shop::item_count);
  CHECK(out[0].item == ItemIx{shop::bread});
  CHECK(out[0].reason.code == ReasonCode::popular);
}

TEST_CASE("a favourite is only called what sells, and what nothing speaks for is from the range") {
  auto source = shop::random_source(200, 30, 12);
  for (auto& row : source.rows) {
    for (auto& entry : row) entry.significant = false;
  }
  auto const bundle = shop::open(source);
  shop::Scoring scoring(*bundle);
  std::array<Suggestion, 100> out{};
  REQUIRE(rank(*bundle, scoring.scorer, std::array{ItemIx{3}, ItemIx{77}}, out) == out.size());
  std::size_t favourites = 0;
  for (auto const& suggestion : out) {
    std::size_t before = 0;
    for (std::uint32_t n = 0; n < bundle->item_count(); ++n) {
      before += bundle->bias(ItemIx{n}) > bundle->bias(suggestion.item) ? 1 : 0;
    }
    CHECK(suggestion.reason.code == (before < 50 ? ReasonCode::popular : ReasonCode::category));
    CHECK(suggestion.reason.trigger == kNoItem);
    favourites += before < 50 ? 1 : 0;
  }
  CHECK(favourites > 20);
  CHECK(favourites < out.size() - 5);
}

TEST_CASE("the ranking fills at most its documented number") {
  auto const bundle = shop::open(busy_source());
  shop::Scoring scoring(*bundle);
  std::vector<Suggestion> out(1000);
  CHECK(rank(*bundle, scoring.scorer, {}, out) == kMaxRank);
  CHECK(rank(*bundle, scoring.scorer, {}, std::span(out).first(7)) == 7);
}

TEST_CASE("the stages of an offer type are those the stage table tries it at") {
  CHECK(stages_of(OfferType::upgrade) == mask_of(Stage::scan));
  CHECK(stages_of(OfferType::threshold) == mask_of(Stage::subtotal));
  CHECK(stages_of(OfferType::coupon) == mask_of(Stage::tender));
  CHECK(stages_of(OfferType::notice) == (mask_of(Stage::scan) | mask_of(Stage::subtotal)));
  for (std::size_t n = 0; n < kOfferTypes; ++n) CHECK(stages_of(static_cast<OfferType>(n)) != 0);
}
