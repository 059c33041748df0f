#include <unordered_map>

#include "tillcue/models/campaign_compile.hpp"
#include "tillcue/models/field.hpp"

namespace tillcue::models {

BundleSource source_of(Bundle const& bundle) {
  BundleSource source;
  auto const& info = bundle.info();
  source.created = info.created;
  source.data_from = info.data_from;
  source.data_to = info.data_to;
  source.baskets = info.baskets;
  source.currency = info.currency;
  source.language = info.language;
  source.note = info.note;
  source.weight_bits = bundle.weight_bits();
  for (std::uint32_t n = 0; n < bundle.category_count(); ++n) {
    source.categories.emplace_back(bundle.category_name(CategoryIx{n}));
  }
  for (std::uint32_t n = 0; n < bundle.item_count(); ++n) {
    auto const view = bundle.item(ItemIx{n});
    ItemSource item;
    item.sku = view.sku;
    item.name = view.name;
    item.flags = view.flags;
    if (auto const category = bundle.category(ItemIx{n}); category != kNoCategory) {
      item.category = static_cast<std::int32_t>(index(category));
    }
    if (view.price) item.price_minor = view.price->minor;
    if (view.unit_cost) item.unit_cost_minor = view.unit_cost->minor;
    source.items.push_back(std::move(item));
  }
  for (std::size_t n = 0; n < bundle.set_count(); ++n) {
    auto const view = bundle.set(n);
    SetSource set{index(view.main), {}, view.baskets, view.main_baskets, view.lift_milli};
    for (std::size_t e = 0; e < view.extra_count; ++e) set.extras.push_back(index(view.extras[e]));
    source.sets.push_back(std::move(set));
  }
  for (std::size_t n = 0; n < bundle.ladder_count(); ++n) {
    if (auto const step = bundle.ladder_step(n); !step.manual) source.ladders.push_back(step);
  }
  return source;
}

BundleSource source_of(Catalogue const& catalogue, std::vector<std::string> const& sold, Currency currency,
                       std::string language) {
  BundleSource source;
  source.currency = currency;
  source.language = std::move(language);
  std::unordered_map<std::string, std::int32_t> categories;
  for (auto const& known : catalogue.items) {
    ItemSource item;
    item.sku = known.sku;
    item.name = known.name;
    item.flags = known.flags;
    if (known.price_micro) item.price_minor = micro_to_minor(*known.price_micro, currency.digits);
    if (known.unit_cost_micro) item.unit_cost_minor = micro_to_minor(*known.unit_cost_micro, currency.digits);
    if (!known.category.empty()) {
      auto const [at, fresh] =
          categories.try_emplace(known.category, static_cast<std::int32_t>(source.categories.size()));
      if (fresh) source.categories.push_back(known.category);
      item.category = at->second;
    }
    source.items.push_back(std::move(item));
  }
  for (auto const& sku : sold) {
    if (catalogue.find(sku) != nullptr) continue;
    ItemSource item;
    item.sku = item.name = sku;
    source.items.push_back(std::move(item));
  }
  return source;
}

Assortment assortment_of(BundleSource const& source) {
  Assortment assortment;
  for (auto const& item : source.items) assortment.skus.insert(item.sku);
  assortment.categories.insert(source.categories.begin(), source.categories.end());
  return assortment;
}

}  // namespace tillcue::models
