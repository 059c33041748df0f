#include "rules.hpp"

#include <algorithm>
#include <chrono>

#include "format/layout.hpp"

namespace tillcue {
namespace {

// What the POS charged, else the shelf price, else 0.
std::int64_t price_of(Bundle const& bundle, BasketLine const& line) noexcept {
  if (line.unit_price.minor > 0 && line.unit_price.currency == bundle.info().currency) {
    return std::min(line.unit_price.minor, format::kMaxPrice);
  }
  auto const shelf = bundle.price(line.item);
  return shelf ? shelf->minor : 0;
}

std::uint32_t count_shown(Sale const& sale, OfferKind kind) noexcept {
  return static_cast<std::uint32_t>(
      std::count_if(sale.shown.begin(), sale.shown.end(), [kind](Shown const& s) { return s.offer.kind == kind; }));
}

std::uint32_t count_hints(Sale const& sale, Stage stage) noexcept {
  return static_cast<std::uint32_t>(std::count_if(sale.shown.begin(), sale.shown.end(), [stage](Shown const& s) {
    return s.offer.kind == OfferKind::suggestion && s.offer.stage == stage;
  }));
}

}  // namespace

bool is_goods(Bundle const& bundle, ItemIx item) noexcept {
  return index(item) < bundle.item_count() && !bundle.has(item, ItemFlag::not_for_sale);
}

Rules::Rules(Bundle const& bundle, Sale const& sale, Stage stage) noexcept
    : bundle_(bundle), sale_(sale), stage_(stage), total_(sale.basket.total(bundle.info().currency).minor) {
  for (auto const& line : sale.basket.lines()) {
    bool const known = index(line.item) < bundle.item_count();
    if (line.quantity.milli <= 0 || (known && !is_goods(bundle, line.item))) continue;
    if (known) ++known_items_;
    dearest_ = std::max(dearest_, price_of(bundle, line));
  }
}

bool Rules::too_few_items() const noexcept { return known_items_ < bundle_.policy().min_items_before_hint; }

bool Rules::cap_reached() const noexcept {
  auto const& policy = bundle_.policy();
  if (stage_ == Stage::tender) return count_shown(sale_, OfferKind::coupon) >= policy.max_coupons_per_sale;
  return count_shown(sale_, OfferKind::suggestion) >= policy.max_hints_per_sale ||
         count_hints(sale_, stage_) >= policy.max_hints_per_stage;
}

bool Rules::may_offer(ItemIx item) const noexcept {
  for (auto flag : {ItemFlag::age_restricted, ItemFlag::excluded, ItemFlag::not_for_sale}) {
    if (bundle_.has(item, flag)) return false;
  }
  if (sale_.basket.contains(item)) return false;
  return std::none_of(sale_.shown.begin(), sale_.shown.end(), [item](Shown const& s) { return s.offer.item == item; });
}

bool Rules::passes_guard(ItemIx item) const noexcept {
  auto const price = bundle_.price(item);
  if (!price || dearest_ == 0) return true;
  return price->minor * 100 < dearest_ * bundle_.policy().price_guard_percent;
}

bool Rules::may_suggest(ItemIx item, Probability probability) const noexcept {
  return probability.ppm >= bundle_.policy().min_probability_ppm && may_offer(item) && passes_guard(item);
}

bool Rules::runs(CampaignView const& campaign, Timestamp now) const noexcept {
  auto const seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (campaign.starts != 0 && seconds < campaign.starts) return false;
  if (campaign.ends != 0 && seconds >= campaign.ends) return false;
  return total_ >= campaign.min_basket_minor;
}

}  // namespace tillcue
