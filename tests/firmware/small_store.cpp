#include "small_store.hpp"

#include <stdexcept>

namespace tillcue::terminal {
namespace {

struct Held {
  std::vector<std::byte> bytes;
  Bundle bundle;
};

}  // namespace

BundleSource small_store() {
  BundleSource source;
  source.currency = *parse_currency("EUR");
  source.created = 1'700'000'000;
  source.baskets = 1000;
  source.categories = {"Snacks"};
  auto const item = [&](char const* sku, char const* name, std::int64_t price) {
    ItemSource made;
    made.sku = sku;
    made.name = name;
    made.category = 0;
    made.price_minor = price;
    made.unit_cost_minor = price / 2;
    source.items.push_back(made);
  };
  item("nachos", "Nachos 200 g", 299);
  item("salsa", "Salsa dip", 199);
  item("beer", "Beer 0.5 l", 149);
  item("bread", "Bread", 250);
  item("butter", "Butter", 189);
  item("jam", "Jam", 249);
  item("milk", "Milk", 119);
  item("caviar", "Caviar", 9900);
  source.items[2].flags = static_cast<std::uint16_t>(ItemFlag::age_restricted);
  source.rows.resize(source.items.size());
  source.rows[0] = {{1, 0.5F}, {2, 0.6F}, {6, 0.3F}, {7, 0.9F}};
  source.rows[3] = {{4, 0.4F}, {5, 0.3F}};
  source.bias.assign(source.items.size(), 0.01F);
  source.calibration = {{{{0.0F, 10'000}, {0.05F, 50'000}, {0.25F, 250'000}, {0.45F, 400'000}}}};
  source.policy.holdout_permille = 0;
  return source;
}

std::shared_ptr<Bundle const> open_bundle(BundleSource const& source) {
  auto bytes = write_bundle(source);
  if (!bytes) throw std::runtime_error(bytes.error().what);
  auto bundle = Bundle::from_bytes(*bytes);
  if (!bundle) throw std::runtime_error(bundle.error().what);
  // Moving a vector keeps its bytes in place, so the bundle's borrow holds.
  auto held = std::make_shared<Held>(Held{std::move(*bytes), std::move(*bundle)});
  return {held, &held->bundle};
}

StoreConfig corner_shop() { return {"store-1", "Corner Shop", "demo", *parse_currency("EUR"), "en"}; }

}  // namespace tillcue::terminal
