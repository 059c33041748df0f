#include "tillcue/models/compile.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <unordered_map>

#include "item_order.hpp"
#include "sticky_order.hpp"
#include "tillcue/models/campaign_check.hpp"
#include "tillcue/models/campaign_compile.hpp"
#include "tillcue/models/field.hpp"

namespace tillcue::models {
namespace {

constexpr std::uint32_t kNever = 0xFFFF'FFFF;

class Assembly {
 public:
  Assembly(Counts const& counts, Catalogue const& catalogue, CompileOptions const& options)
      : counts_(counts), catalogue_(catalogue), options_(options) {}

  BundleSource items() {
    std::vector<std::uint32_t> order(counts_.items.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return counts_.items[a].baskets > counts_.items[b].baskets; });
    place_.resize(order.size());
    for (auto const counted : order) {
      place_[counted] = static_cast<std::uint32_t>(out_.items.size());
      add(counts_.items[counted].sku, &counts_.items[counted]);
    }
    for (auto const& item : catalogue_.items) {
      if (place_of_.count(item.sku) == 0) add(item.sku, nullptr);
    }
    return std::move(out_);
  }

  [[nodiscard]] std::uint32_t place(std::uint32_t counted) const { return place_[counted]; }
  [[nodiscard]] std::uint32_t place(std::string const& sku) const {
    auto const found = place_of_.find(sku);
    return found == place_of_.end() ? kNever : found->second;
  }

 private:
  void add(std::string const& sku, CountedItem const* sold) {
    ItemSource item;
    item.sku = item.name = sku;
    if (auto const* const known = catalogue_.find(sku)) describe(*known, item);
    std::int64_t micro = 0;
    if (!item.price_minor && sold != nullptr && sold_price(*sold, micro)) item.price_minor = minor(micro);
    place_of_.emplace(sku, static_cast<std::uint32_t>(out_.items.size()));
    out_.items.push_back(std::move(item));
  }

  void describe(CatalogueItem const& known, ItemSource& item) {
    item.name = known.name;
    item.flags = known.flags;
    if (!known.gtin.empty() && known.gtin != known.sku) item.codes.push_back(known.gtin);
    if (known.price_micro) item.price_minor = minor(*known.price_micro);
    if (known.unit_cost_micro) item.unit_cost_minor = minor(*known.unit_cost_micro);
    if (known.category.empty()) return;
    auto const [found, fresh] =
        category_of_.try_emplace(known.category, static_cast<std::int32_t>(out_.categories.size()));
    if (fresh) out_.categories.push_back(known.category);
    item.category = found->second;
  }

  [[nodiscard]] std::int64_t minor(std::int64_t micro) const { return micro_to_minor(micro, options_.currency.digits); }

  Counts const& counts_;
  Catalogue const& catalogue_;
  CompileOptions const& options_;
  BundleSource out_;
  std::vector<std::uint32_t> place_;
  std::unordered_map<std::string, std::uint32_t> place_of_;
  std::unordered_map<std::string, std::int32_t> category_of_;
};

void drop_taken_codes(Assembly const& places, BundleSource& source, std::vector<std::string>& notes) {
  for (auto& item : source.items) {
    std::erase_if(item.codes, [&](std::string const& code) {
      if (places.place(code) == kNever) return false;
      notes.push_back("items: GTIN " + code + " of '" + item.sku + "' is another item's SKU; left out");
      return true;
    });
  }
}

/// Head office's ladders, and what is bought as the larger or better one of two.
void add_ladders(Campaigns const& campaigns, Counts const& counts, Catalogue const& catalogue,
                 LadderOptions const& options, BundleSource& source) {
  std::vector<LadderStep> manual;
  for (auto const& rule : campaigns.ladders) {
    auto const steps = manual_steps(rule, counts, catalogue, source, options.most_steps);
    manual.insert(manual.end(), steps.begin(), steps.end());
  }
  source.ladders = join_ladders(manual, mine_ladders(counts, catalogue, source, options), options.most_steps);
}

void place_weights(Weights const& weights, Assembly const& places, ColdStartOptions const& cold, BundleSource& source) {
  source.rows.resize(source.items.size());
  source.bias.assign(source.items.size(), plain_intercept(0, static_cast<double>(source.baskets), cold));
  for (std::uint32_t n = 0; n < weights.rows.size(); ++n) {
    source.bias[places.place(n)] = weights.bias[n];
    auto& row = source.rows[places.place(n)];
    for (auto const& one : weights.rows[n]) row.push_back({places.place(one.target), one.weight, one.significant});
  }
}

/// In how many baskets each item of the bundle was, in whole ones as source.baskets.
std::vector<std::uint32_t> basket_counts(Counts const& counts, Assembly const& places, BundleSource const& source) {
  std::vector<std::uint32_t> baskets(source.items.size(), 0);
  for (std::uint32_t n = 0; n < counts.items.size(); ++n) {
    baskets[places.place(n)] = counts.items[n].baskets >> counts.unit_bits;
  }
  return baskets;
}

void warm_up(Counts const& counts, Catalogue const& catalogue, Assembly const& places, CompileOptions const& options,
             BundleSource& source) {
  auto const report = warm_up(source, basket_counts(counts, places, source), catalogue, options.cold);
  if (report.cold == 0) return;
  char text[160];
  std::snprintf(text, sizeof text,
                "cold_items=%zu\nborrowed_rows=%zu\nborrowed_by_name=%.3f\nborrowed_by_category=%.3f\n", report.cold,
                report.borrowed, report.name_weight, report.category_weight);
  source.note += text;
}

}  // namespace

Assortment assortment_of(Counts const& counts, Catalogue const& catalogue) {
  Assortment assortment;
  for (auto const& item : counts.items) assortment.skus.insert(item.sku);
  for (auto const& item : catalogue.items) {
    assortment.skus.insert(item.sku);
    if (!item.category.empty()) assortment.categories.insert(item.category);
  }
  return assortment;
}

BundleSource assemble(Counts const& counts, Weights const& weights, Catalogue const& catalogue,
                      Campaigns const& campaigns, Calibration calibration, CompileOptions const& options,
                      std::vector<std::string>& notes) {
  Assembly places(counts, catalogue, options);
  auto source = places.items();
  if (counts.time_kind == TimeKind::calendar) {
    source.created = source.data_to = counts.to;
    source.data_from = counts.from;
  }
  source.baskets = counts.baskets >> counts.unit_bits;
  source.currency = options.currency;
  source.language = options.language;
  source.note = options.note;
  source.weight_bits = options.weight_bits.value_or(counts.items.size() > kSmallMenu ? 5 : 6);
  source.calibration = std::move(calibration.maps);
  source.calibration_sizes = std::move(calibration.sizes);
  drop_taken_codes(places, source, notes);
  place_weights(weights, places, options.cold, source);
  warm_up(counts, catalogue, places, options, source);
  auto const applied = apply_campaigns(campaigns, source);
  add_ladders(campaigns, counts, catalogue, options.ladders, source);
  if (auto note = language_note(campaigns, source.language); !note.empty()) notes.push_back("language: " + note);
  for (auto& note : legal_notes(applied, source, 3)) notes.push_back(std::move(note));
  for (auto const& finding : cross_check(campaigns, applied, source))
    notes.push_back(text_of(finding, options.campaigns_name));
  // Last, because everything above knows the items by their first numbers.
  if (options.previous == nullptr) {
    renumber(source, item_order(source, 0));
  } else {
    source.note += "kept_weights=" + std::to_string(keep_weights(source, *options.previous)) + "\n";
    renumber(source, sticky_order(source, *options.previous, 0));
  }
  return source;
}

}  // namespace tillcue::models
