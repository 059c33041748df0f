#include "core/decide_world.hpp"

#include <algorithm>

namespace world {

using namespace tillcue;

char const* const kSegments[3] = {"family", "student", "trade"};

namespace {

constexpr std::uint32_t kItems = 60, kCategories = 6;
constexpr std::int64_t kNow = 1'795'000'000;

bool chance(Random& random, unsigned percent) { return random() % 100 < percent; }

std::vector<std::uint32_t> some(Random& random, std::uint32_t count, std::uint32_t below) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t n = 0; n < count; ++n) out.push_back(random() % below);
  return out;
}

void add_items(BundleSource& s, Random& random) {
  for (std::uint32_t n = 0; n < kItems; ++n) {
    ItemSource item;
    item.sku = std::to_string(1000 + n);
    item.name = "Item " + std::to_string(n);
    item.category = static_cast<std::int32_t>(random() % kCategories);
    if (!chance(random, 5)) item.price_minor = 20 + static_cast<std::int64_t>(random() % 2000);
    if (item.price_minor && chance(random, 60)) item.unit_cost_minor = *item.price_minor * 7 / 10;
    if (chance(random, 20)) item.flags = static_cast<std::uint16_t>(1U << random() % 6);
    if (chance(random, 10)) item.boost_percent = 50;
    s.items.push_back(std::move(item));
  }
}

void add_table(BundleSource& s, Random& random) {
  std::uniform_real_distribution<float> weight(-0.1F, 0.6F), bias(0.0F, 0.1F);
  s.rows.resize(kItems);
  for (std::uint32_t n = 0; n < kItems; ++n) {
    auto targets = some(random, 14, kItems);
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    for (auto target : targets) {
      if (target != n) s.rows[n].push_back({target, weight(random)});
    }
    s.bias.push_back(bias(random));
  }
  s.calibration = {{{{-1.0F, 5'000}, {0.05F, 15'000}, {0.1F, 60'000}, {0.4F, 200'000}, {0.9F, 500'000}}}};
}

void add_conditions(CampaignSource& c, Random& random) {
  if (chance(random, 15)) c.starts = kNow + static_cast<std::int64_t>(random() % 400'000) - 200'000;
  if (chance(random, 15))
    c.ends = std::max(c.starts, kNow - 200'000) + 1 + static_cast<std::int64_t>(random() % 400'000);
  if (chance(random, 15)) c.weekdays = static_cast<std::uint8_t>(random() % 0x80);
  if (chance(random, 15)) c.from_minute = static_cast<std::uint16_t>(random() % 1440), c.until_minute = 700;
  if (chance(random, 10)) c.places = {chance(random, 50) ? "store:17" : "store:18", "group:south"};
  if (chance(random, 10)) c.segments = {kSegments[random() % 3]};
  if (chance(random, 10)) c.audience = static_cast<Audience>(random() % 3);
  if (chance(random, 10)) c.min_visits = static_cast<std::uint16_t>(random() % 6);
  if (chance(random, 10)) c.needs_trust = true;
  if (chance(random, 10)) c.channels = static_cast<std::uint8_t>(random() % 8);
  if (chance(random, 10)) c.min_basket_minor = 1500;
  if (chance(random, 10)) c.max_basket_minor = 3000;
  if (chance(random, 10)) c.min_probability_ppm = 60'000;
  if (chance(random, 10)) c.max_per_customer_day = 1;
  if (chance(random, 20)) c.weight_percent = static_cast<std::uint16_t>(random() % 400);
  if (chance(random, 20)) c.partner = chance(random, 50) ? "acme" : "bolt";
  if (chance(random, 20)) c.redemption_ppm = 30'000;
  if (chance(random, 25)) {
    c.budgeted = true;
    c.free_minor = static_cast<std::int64_t>(random() % 3000);
    c.free_issues = static_cast<std::int64_t>(random() % 20);
  }
}

void add_discount(CampaignSource& c, Random& random) {
  c.discount = static_cast<DiscountKind>(random() % 3);
  if (c.type == OfferType::set) c.discount = DiscountKind::price;
  if (c.type == OfferType::second_item) c.discount = DiscountKind::percent;
  if (c.discount == DiscountKind::percent) c.value = 1 + static_cast<std::int64_t>(random() % 100);
  if (c.discount == DiscountKind::amount) c.value = 1 + static_cast<std::int64_t>(random() % 300);
  if (c.discount == DiscountKind::price) c.value = 500 + static_cast<std::int64_t>(random() % 2000);
}

void add_lists(CampaignSource& c, Random& random) {
  bool const coupon = c.type == OfferType::coupon || c.type == OfferType::thank_you;
  if (coupon || c.type == OfferType::threshold) {
    if (chance(random, 50)) c.items = some(random, 5, kItems);
    if (chance(random, 30)) c.categories = some(random, 1, kCategories);
    return;
  }
  if (c.type == OfferType::gift) {
    c.items = some(random, 2, kItems);
    return;
  }
  c.items = some(random, c.type == OfferType::set ? 2 : 3, kItems);
  c.trigger_items = some(random, 6, kItems);
  if (chance(random, 40)) c.trigger_categories = some(random, 1, kCategories);
}

void add_campaigns(BundleSource& s, Random& random) {
  for (std::uint32_t n = 0; n < 60; ++n) {
    CampaignSource c;
    c.id = "c" + std::to_string(n);
    c.type = static_cast<OfferType>(n % kOfferTypes);
    c.stages = static_cast<std::uint8_t>(1U + random() % 7);
    if (chance(random, 80)) c.stages = 7;
    add_lists(c, random);
    add_discount(c, random);
    add_conditions(c, random);
    if (chance(random, 30)) c.buy_quantity = static_cast<std::uint16_t>(1 + random() % 3);
    if (chance(random, 30)) c.get_quantity = static_cast<std::uint16_t>(1 + random() % 2);
    if (c.type == OfferType::threshold || c.type == OfferType::gift) c.threshold_minor = 1000 + 500 * (n % 7);
    s.campaigns.push_back(std::move(c));
  }
}

void add_ladders(BundleSource& s, Random& random) {
  for (std::uint32_t n = 0; n < 25; ++n) {
    auto const from = random() % kItems, to = random() % kItems;
    if (from == to) continue;
    s.ladders.push_back({ItemIx{from}, ItemIx{to}, {random() % 400'000}, 150, n % 2 == 0});
  }
}

}  // namespace

BundleSource source(std::uint32_t seed) {
  Random random(seed);
  BundleSource s;
  s.currency = {{'E', 'U', 'R'}, 2};
  for (std::uint32_t n = 0; n < kCategories; ++n) {
    s.categories.push_back("Category " + std::to_string(n));
    s.techniques.push_back(chance(random, 60) ? Technique::both : static_cast<Technique>(random() % 4));
  }
  add_items(s, random);
  add_table(s, random);
  add_campaigns(s, random);
  add_ladders(s, random);
  if (chance(random, 50)) s.budgets = {{"partner:bolt", 4000, 40, 600, 6}};
  for (std::uint32_t n = 0; n < 8; ++n) {
    std::uint32_t const main = random() % kItems, a = (main + 1 + random() % 29) % kItems;
    s.sets.push_back({main, {a, (a + 30) % kItems == main ? (a + 31) % kItems : (a + 30) % kItems}, 20, 100, 2000});
  }
  for (std::uint32_t n = 0; n < 12; ++n) {
    bool const category = n % 4 == 0;
    s.never.push_back({{category, random() % (category ? kCategories : kItems)},
                       {n % 3 == 0, random() % (n % 3 == 0 ? kCategories : kItems)}});
  }
  auto& p = s.policy;
  p.max_hints_per_sale = static_cast<std::uint16_t>(1 + random() % 5);
  p.max_hints_per_stage = static_cast<std::uint16_t>(1 + random() % 3);
  p.max_coupons_per_sale = static_cast<std::uint16_t>(random() % 3);
  p.price_guard_percent = chance(random, 50) ? 100 : 60;
  p.holdout_permille = chance(random, 50) ? 0 : 100;
  p.exploration_permille = chance(random, 50) ? 0 : 300;
  p.min_items_before_hint = chance(random, 70) ? 1 : 3;
  p.upsell_least_percent = chance(random, 50) ? 0 : 50;
  p.second_item_percent = 20;
  p.cooldown_seconds = chance(random, 50) ? 0 : 20;
  p.max_hints_per_customer_day = chance(random, 50) ? 0 : 3;
  p.max_coupons_per_customer_day = chance(random, 50) ? 0 : 1;
  p.large_upgrade_percent = chance(random, 50) ? 0 : 50;
  return s;
}

void Moving::tell(Live& live) const {
  for (auto const& id : stopped) live.stop(id, true);
  for (auto const& [name, share] : shares) live.grant(name, share);
  for (auto const& sku : missing) live.out_of_stock(sku, true);
  for (auto const& sku : probable) live.probably_out(sku, true);
}

Moving moving(BundleSource const& source, Random& random) {
  Moving moving;
  for (auto const& c : source.campaigns) {
    if (chance(random, 10)) moving.stopped.push_back(c.id);
    if (c.budgeted && chance(random, 50)) {
      moving.shares.push_back({c.id, {static_cast<std::int64_t>(random() % 5000), std::int64_t{1} + random() % 30}});
    }
  }
  if (chance(random, 50)) moving.shares.push_back({"partner:acme", {2000, 15}});
  for (auto const& item : source.items) {
    if (chance(random, 8)) moving.missing.push_back(item.sku);
    if (chance(random, 4)) moving.probable.push_back(item.sku);
  }
  return moving;
}

Sale begin(Bundle const& bundle, std::uint32_t number, Random& random) {
  Sale sale;
  sale.id = SaleId{"17-3/" + std::to_string(number)};
  if (chance(random, 50)) {
    sale.customer = CustomerId{"card-" + std::to_string(random() % 50)};
    auto& shopper = sale.shopper;
    shopper.visits = static_cast<std::uint16_t>(random() % 8);
    if (chance(random, 50)) shopper.segment = kSegments[random() % 3];
    shopper.no_paper = chance(random, 10);
    shopper.hints_today = static_cast<std::uint16_t>(random() % 4);
    shopper.coupons_today = static_cast<std::uint16_t>(random() % 2);
    if (chance(random, 30)) shopper.campaigns_today = {{"c" + std::to_string(random() % 60), 1}};
    for (auto item : some(random, 2, kItems)) {
      shopper.usual.push_back({Sku{std::string(bundle.item(ItemIx{item}).sku)}, ItemIx{item}, {300'000}});
    }
  }
  return sale;
}

void scan(Sale& sale, Bundle const& bundle, Random& random) {
  auto const view = bundle.item(ItemIx{random() % kItems});
  BasketLine line;
  line.line = LineNo{static_cast<std::uint32_t>(sale.basket.lines().size() + 1)};
  line.sku = Sku{std::string(view.sku)};
  line.item = bundle.find(view.sku);
  line.unit_price = view.price.value_or(Money{0, bundle.info().currency});
  if (chance(random, 5)) line.item = kNoItem;
  if (chance(random, 20)) line.quantity.milli = 1 + static_cast<std::int64_t>(random() % 4000);
  if (chance(random, 5)) line.quantity.milli = -1000;
  if (chance(random, 10)) line.unit_price.minor = static_cast<std::int64_t>(random() % 3000);
  (void)sale.basket.put(std::move(line));
}

}  // namespace world
