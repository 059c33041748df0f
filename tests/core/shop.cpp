#include "core/shop.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include <doctest/doctest.h>

namespace shop {

using namespace tillcue;

namespace {

ItemSource item(std::string sku, std::string name, std::int32_t category, std::optional<std::int64_t> price,
                std::optional<std::int64_t> cost, std::uint16_t flags = 0) {
  ItemSource out;
  out.sku = std::move(sku);
  out.name = std::move(name);
  out.category = category;
  out.price_minor = price;
  out.unit_cost_minor = cost;
  out.flags = flags;
  return out;
}

constexpr auto flag(ItemFlag f) { return static_cast<std::uint16_t>(f); }

}  // namespace

BundleSource source() {
  BundleSource s;
  s.created = 1'795'000'000;
  s.data_from = 1'780'000'000;
  s.data_to = 1'794'000'000;
  s.baskets = 1000;
  s.currency = {{'E', 'U', 'R'}, 2};
  s.note = "builder=test";
  s.categories = {"Food", "Household"};
  s.items = {item("100", "Bread", 0, 250, 150),     item("200", "Butter", 0, 199, 149),
             item("300", "Jam", 0, 180, {}),        item("400", "Wine", 0, 120, 100, flag(ItemFlag::age_restricted)),
             item("500", "Batteries", 1, 399, 100), item("600", "Bag", 1, 10, 5, flag(ItemFlag::not_for_sale)),
             item("700", "Torch", 1, 1500, 900),    item("800", "Saffron", 0, 2500, 500),
             item("900", "Honey", 0, {}, {})};
  s.items[bread].codes = {"4006381333931"};
  s.rows.resize(item_count);
  s.rows[bread] = {{butter, 0.30F}, {jam, 0.20F}, {wine, 0.25F}, {saffron, 0.18F}, {honey, 0.10F}, {batteries, -0.10F}};
  s.rows[torch] = {{batteries, 0.60F}};
  s.rows[bag] = {{butter, 0.40F}};
  s.bias = {0.20F, 0.05F, 0.04F, 0.06F, 0.02F, 0.15F, 0.01F, 0.001F, 0.03F};
  s.calibration = {{{{0.0F, 10'000}, {0.1F, 100'000}, {0.2F, 200'000}, {0.3F, 300'000}, {0.6F, 600'000}}},
                   {{{0.0F, 5'000}, {0.1F, 90'000}, {0.2F, 180'000}}}};
  s.policy.holdout_permille = 0;
  s.policy.max_hints_per_sale = 5;
  s.policy.max_hints_per_stage = 5;
  return s;
}

CalibrationSource& calibrate_by_size(BundleSource& source) {
  source.calibration_sizes = {0, 3};
  for (auto& map : source.calibration) {
    for (auto& point : map.points) point.by_size = {point.ppm * 3 / 2, point.ppm / 2};
  }
  return source.calibration.front();
}

BundleSource random_source(std::uint32_t items, std::uint32_t row, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> weight(-0.3F, 1.0F), bias(-0.05F, 0.1F);
  BundleSource s;
  s.currency = {{'E', 'U', 'R'}, 2};
  s.calibration = {{{{0.0F, 50'000}, {0.5F, 400'000}}}};
  s.rows.resize(items);
  for (std::uint32_t n = 0; n < items; ++n) {
    s.items.push_back(item("S" + std::to_string(n), "Item " + std::to_string(n), -1, 100 + n, {}));
    // Whole hundredths, so that equal scores do occur.
    s.bias.push_back(static_cast<float>(static_cast<int>(bias(random) * 100)) / 100);
    std::set<std::uint32_t> targets;
    for (std::uint32_t k = 0; k < row && items > 1; ++k) targets.insert(random() % items);
    targets.erase(n);
    for (auto target : targets) s.rows[n].push_back({target, weight(random)});
  }
  return s;
}

void doubt(BundleSource& source) {
  for (std::uint32_t n = 0; n < source.rows.size(); ++n) {
    for (auto& entry : source.rows[n]) entry.significant = (n + entry.target) % 2 == 0;
  }
}

CampaignSource coupon(std::string id, DiscountKind kind, std::int64_t value) {
  CampaignSource campaign;
  campaign.id = std::move(id);
  campaign.discount = kind;
  campaign.value = value;
  return campaign;
}

Opened open(BundleSource const& source) {
  Opened opened;
  auto bytes = write_bundle(source);
  REQUIRE_MESSAGE(bytes, (bytes ? "" : bytes.error().what));
  opened.bytes = std::move(*bytes);
  auto bundle = Bundle::from_bytes(opened.bytes);
  REQUIRE_MESSAGE(bundle, (bundle ? "" : bundle.error().what));
  opened.bundle = std::make_shared<Bundle const>(*bundle);
  return opened;
}

std::vector<std::byte> golden(std::string const& name) {
  std::ifstream in(std::string(TILLCUE_SOURCE_DIR) + "/tests/golden/" + name, std::ios::binary);
  REQUIRE_MESSAGE(in, name);
  std::string const content{std::istreambuf_iterator<char>(in), {}};
  auto const* const first = reinterpret_cast<std::byte const*>(content.data());
  return {first, first + content.size()};
}

void scan(Sale& sale, Bundle const& bundle, std::uint32_t item) {
  auto const view = bundle.item(ItemIx{item});
  BasketLine line;
  line.line = LineNo{static_cast<std::uint32_t>(sale.basket.lines().size() + 1)};
  line.sku = Sku{std::string(view.sku)};
  line.item = ItemIx{item};
  line.unit_price = view.price.value_or(Money{0, bundle.info().currency});
  REQUIRE(sale.basket.put(std::move(line)));
}

Sale sale_with(Bundle const& bundle, std::vector<std::uint32_t> const& items) {
  Sale sale;
  sale.id = SaleId{"till-1/42"};
  for (auto item : items) scan(sale, bundle, item);
  return sale;
}

}  // namespace shop
