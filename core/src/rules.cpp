#include "rules.hpp"

#include <algorithm>
#include <chrono>

#include "format/layout.hpp"
#include "tillcue/core/paid.hpp"

namespace tillcue {
namespace {

// What the POS charged, else the shelf price, else 0.
std::int64_t price_of_line(Bundle const& bundle, BasketLine const& line) noexcept {
  if (line.unit_price.minor > 0 && line.unit_price.currency == bundle.info().currency) {
    return std::min(line.unit_price.minor, format::kMaxPrice);
  }
  auto const shelf = bundle.price(line.item);
  return shelf ? shelf->minor : 0;
}

template <class Which>
std::uint32_t count_shown(Sale const& sale, Which which) noexcept {
  return static_cast<std::uint32_t>(std::count_if(sale.shown.begin(), sale.shown.end(), which));
}

bool within(std::uint32_t minute, std::uint16_t from, std::uint16_t until) noexcept {
  if (from == until) return true;
  return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

}  // namespace

bool is_goods(Bundle const& bundle, ItemIx item) noexcept {
  return index(item) < bundle.item_count() && !bundle.has(item, ItemFlag::not_for_sale);
}

bool may_trigger(Bundle const& bundle, ItemIx item) noexcept {
  return is_goods(bundle, item) && !bundle.has(item, ItemFlag::no_trigger);
}

Rules::Rules(Bundle const& bundle, CampaignTable const& campaigns, Sale const& sale, Stage stage,
             Context const& context, std::vector<InBasket>& room) noexcept
    : bundle_(bundle),
      campaigns_(campaigns),
      sale_(sale),
      context_(context),
      stage_(stage),
      total_(sale.basket.total(bundle.info().currency).minor),
      counted_total_(counted_total(bundle, sale.basket).minor) {
  read_basket(room);
  read_clock();
  find_declined();
}

/// `room` has place for every line a basket may have: nothing is allocated.
void Rules::read_basket(std::vector<InBasket>& room) noexcept {
  room.clear();
  for (auto const& line : sale_.basket.lines()) {
    bool const known = index(line.item) < bundle_.item_count();
    constexpr std::int64_t kMost = 1'000'000'000;
    auto const price = line.quantity.milli > 0 ? price_of_line(bundle_, line) : 0;
    if (known) room.push_back({line.item, price, std::clamp(line.quantity.milli, -kMost, kMost), Rule::none});
    priced_ = priced_ || line.unit_price.minor != 0;
  }
  std::sort(room.begin(), room.end(),
            [](InBasket const& a, InBasket const& b) { return index(a.item) < index(b.item); });
  std::size_t kept = 0;
  for (auto const& one : room) {
    if (kept > 0 && room[kept - 1].item == one.item) {
      room[kept - 1].price = std::max(room[kept - 1].price, one.price);
      room[kept - 1].quantity_milli += one.quantity_milli;
    } else {
      room[kept++] = one;
    }
  }
  room.resize(kept);
  for (auto& one : room) {
    // Rung up and taken back is not sold.
    if (one.quantity_milli <= 0) one = {one.item, 0, 0, Rule::none};
    one.as_trigger = one.quantity_milli > 0 ? trigger(one.item, Technique::cross_sell) : Rule::no_trigger;
    if (one.quantity_milli <= 0 || !is_goods(bundle_, one.item)) continue;
    for (auto const& range : bundle_.never_beside(one.item)) {
      if (range.count == 0) continue;
      all_forbidding_ = all_forbidding_ && forbidding_count_ < kMaxForbidding;
      if (all_forbidding_) forbidding_[forbidding_count_++] = range;
    }
  }
  basket_ = room;
  count_sold();
}

void Rules::count_sold() noexcept {
  for (auto const& line : sale_.basket.lines()) {
    bool const known = index(line.item) < bundle_.item_count();
    if (line.quantity.milli <= 0 || (known && !may_trigger(bundle_, line.item))) continue;
    if (known && quantity_milli(line.item) <= 0) continue;
    dearest_ = std::max(dearest_, price_of_line(bundle_, line));
    if (!known) continue;
    ++known_items_;
    last_ = line.item;
  }
}

InBasket const* Rules::find(ItemIx item) const noexcept {
  auto const at = std::lower_bound(basket_.begin(), basket_.end(), item,
                                   [](InBasket const& a, ItemIx i) { return index(a.item) < index(i); });
  return at != basket_.end() && at->item == item ? &*at : nullptr;
}

void Rules::read_clock() noexcept {
  auto const local = context_.now + std::chrono::minutes(context_.utc_offset_minutes);
  auto const day = std::chrono::floor<std::chrono::days>(local);
  seconds_ = std::chrono::floor<std::chrono::seconds>(context_.now).time_since_epoch().count();
  weekday_ = std::chrono::weekday(day).iso_encoding() - 1;
  minute_ = static_cast<std::uint32_t>(std::chrono::floor<std::chrono::minutes>(local - day).count());
}

void Rules::find_declined() noexcept {
  if (stage_ == Stage::tender) return;
  auto const cheaper = [](Shown const& s) { return s.offer.reason.code == ReasonCode::cheaper; };
  if (count_shown(sale_, cheaper) >= bundle_.policy().max_down_sells) return;
  for (auto shown = sale_.shown.rbegin(); shown != sale_.shown.rend(); ++shown) {
    if (shown->offer.kind != OfferKind::suggestion) continue;
    if (shown->response == Response::declined) declined_ = &*shown;
    return;
  }
}

Silence Rules::silence() const noexcept {
  if (known_items_ < bundle_.policy().min_items_before_hint) return Silence::too_few_items;
  if (stage_ == Stage::tender) {
    // Nothing was sold on balance: who returns as much as he buys could have as many coupons as he likes.
    if (total_ <= 0 && (priced_ || sale_.basket.lines().empty())) return Silence::too_few_items;
    if (sale_.shopper.no_paper || (context_.channels & mask_of(Channel::receipt)) == 0) return Silence::no_channel;
    return cap_reached() ? Silence::cap_reached : Silence::none;
  }
  if ((context_.channels & (mask_of(Channel::screen) | mask_of(Channel::display))) == 0) return Silence::no_channel;
  auto const& policy = bundle_.policy();
  if (stage_ == Stage::scan && policy.quiet_scans_per_minute > 0 &&
      sale_.pace.per_minute(context_.moment()) >= policy.quiet_scans_per_minute) {
    return Silence::busy;
  }
  if (cap_reached()) return Silence::cap_reached;
  auto const cooldown = std::chrono::seconds(policy.cooldown_seconds);
  bool const recent = std::any_of(sale_.shown.begin(), sale_.shown.end(), [&](Shown const& shown) {
    return shown.offer.kind == OfferKind::suggestion && context_.moment() - shown.at < cooldown;
  });
  return recent ? Silence::cooling_down : Silence::none;
}

bool Rules::only_alternative(Silence silence) const noexcept {
  if (declined_ == nullptr) return false;
  return silence == Silence::cooling_down || (silence == Silence::cap_reached && !sale_cap_reached());
}

bool Rules::sale_cap_reached() const noexcept {
  auto const& policy = bundle_.policy();
  auto const hints = count_shown(sale_, [](Shown const& s) { return s.offer.kind == OfferKind::suggestion; });
  return hints >= policy.max_hints_per_sale || (policy.max_hints_per_customer_day > 0 &&
                                                hints + sale_.shopper.hints_today >= policy.max_hints_per_customer_day);
}

bool Rules::cap_reached() const noexcept {
  auto const& policy = bundle_.policy();
  if (stage_ == Stage::tender) {
    auto const coupons = count_shown(sale_, [](Shown const& s) { return s.offer.kind == OfferKind::coupon; });
    return coupons >= policy.max_coupons_per_sale ||
           (policy.max_coupons_per_customer_day > 0 &&
            coupons + sale_.shopper.coupons_today >= policy.max_coupons_per_customer_day);
  }
  auto const of_stage = count_shown(sale_, [this](Shown const& s) {
    return s.offer.kind == OfferKind::suggestion && s.offer.stage == stage_ &&
           s.offer.reason.code != ReasonCode::cheaper;
  });
  return sale_cap_reached() || of_stage >= policy.max_hints_per_stage;
}

Rule Rules::calendar(CampaignRules const& rules) const noexcept {
  if (rules.starts != 0 && seconds_ < rules.starts) return Rule::not_started;
  if (rules.ends != 0 && seconds_ >= rules.ends) return Rule::ended;
  if ((rules.weekdays & (1U << weekday_)) == 0) return Rule::weekday;
  return within(minute_, rules.from_minute, rules.until_minute) ? Rule::none : Rule::daypart;
}

Rule Rules::audience(std::size_t n, CampaignRules const& rules) const noexcept {
  bool const known = !sale_.customer.empty();
  if (rules.audience != Audience::everyone && known != (rules.audience == Audience::known)) return Rule::audience;
  if (sale_.shopper.visits < rules.min_visits) return Rule::visits;
  if (rules.needs_trust && !trusted()) return Rule::trust;
  return !campaigns_.has_segments(n) || campaigns_.for_segment(n, sale_.shopper.segment) ? Rule::none : Rule::segment;
}

Rule Rules::campaign(std::size_t n, std::uint32_t times) const noexcept {
  auto const& rules = campaigns_.rules(n);
  if (!campaigns_.here(n)) return Rule::place;
  if (context_.live != nullptr && context_.live->stopped(n)) return Rule::stopped;
  if (auto const rule = calendar(rules); rule != Rule::none) return rule;
  if (auto const rule = audience(n, rules); rule != Rule::none) return rule;
  if (counted_total_ < rules.min_basket_minor) return Rule::basket_too_small;
  if (rules.max_basket_minor > 0 && counted_total_ > rules.max_basket_minor) return Rule::basket_too_large;
  auto const now =
      stage_ == Stage::tender ? mask_of(Channel::receipt) : mask_of(Channel::screen) | mask_of(Channel::display);
  if ((rules.channels & context_.channels & now) == 0) return Rule::channel;
  if (times >= rules.max_per_sale) return Rule::per_sale;
  if (rules.max_per_customer_day > 0) {
    std::uint32_t today = times;
    for (auto const& [id, count] : sale_.shopper.campaigns_today) {
      if (id == bundle_.campaign(n).id) today += count;
    }
    if (today >= rules.max_per_customer_day) return Rule::per_customer_day;
  }
  if (rules.type != OfferType::thank_you) return Rule::none;
  auto const accepted = count_shown(
      sale_, [](Shown const& s) { return s.offer.kind == OfferKind::suggestion && s.response == Response::accepted; });
  return accepted > 0 ? Rule::none : Rule::nothing_accepted;
}

Rule Rules::triggers(std::size_t n, CampaignTable::Chance const& chance) const noexcept {
  if (!campaigns_.has_triggers(n)) return Rule::none;
  if (chance.trigger == kNoItem) return Rule::no_trigger;
  auto const needed = std::int64_t{campaigns_.rules(n).buy_quantity} * 1000;
  // More of the same is said to whoever has some, before they have it all.
  if (campaigns_.rules(n).type == OfferType::multi_buy) return Rule::none;
  return chance.quantity_milli >= needed ? Rule::none : Rule::too_few_triggers;
}

Rule Rules::amounts(std::size_t n) const noexcept {
  auto const& rules = campaigns_.rules(n);
  if (rules.type == OfferType::gift) return gap(n) <= 0 ? Rule::none : Rule::threshold_not_reached;
  if (rules.type != OfferType::threshold) return Rule::none;
  if (gap(n) <= 0) return Rule::threshold_reached;
  auto const most = rules.threshold_minor / 100 * bundle_.policy().gap_percent +
                    rules.threshold_minor % 100 * bundle_.policy().gap_percent / 100;
  return gap(n) <= most ? Rule::none : Rule::threshold_far;
}

Rule Rules::fits_gap(std::size_t n, ItemIx item) const noexcept {
  auto const price = bundle_.price(item);
  bool const counts = price && !bundle_.has(item, ItemFlag::not_counted);
  auto const most = 2 * gap(n) + campaigns_.rules(n).threshold_minor / 20;
  return counts && price->minor >= gap(n) && price->minor <= most ? Rule::none : Rule::gap;
}

bool Rules::affords(std::size_t n, std::int64_t cost) const noexcept {
  if (context_.live != nullptr) return context_.live->affords(n, cost);
  auto const free = campaigns_.free(n);
  return free.issues > 0 && cost <= free.minor;
}

bool Rules::has_what_it_needs(std::uint16_t n) const noexcept {
  return std::any_of(basket_.begin(), basket_.end(), [&](InBasket const& held) {
    return held.quantity_milli > 0 && CampaignTable::names(campaigns_.targeting(held.item), n) &&
           !CampaignTable::names(campaigns_.triggered_by(held.item), n);
  });
}

bool Rules::forbidden(ItemIx item) const noexcept {
  if (all_forbidding_) {
    return std::any_of(forbidding_.begin(), forbidding_.begin() + static_cast<std::ptrdiff_t>(forbidding_count_),
                       [&](Range range) { return bundle_.forbids(range, item); });
  }
  for (auto const& one : basket_) {
    if (one.quantity_milli <= 0 || !is_goods(bundle_, one.item)) continue;
    for (auto const& range : bundle_.never_beside(one.item)) {
      if (bundle_.forbids(range, item)) return true;
    }
  }
  return false;
}

Rule Rules::item(ItemIx item, bool same_item) const noexcept {
  auto const flags = bundle_.flags(item);
  auto const has = [flags](ItemFlag flag) { return (flags & static_cast<std::uint16_t>(flag)) != 0; };
  if (has(ItemFlag::age_restricted)) return Rule::age_restricted;
  if (has(ItemFlag::excluded)) return Rule::excluded;
  if (has(ItemFlag::not_for_sale)) return Rule::not_for_sale;
  if (!same_item && find(item) != nullptr) return Rule::in_basket;
  if (bundle_.technique(bundle_.category(item)) == Technique::none) return Rule::category_silent;
  if (context_.live != nullptr && context_.live->out_of_stock(item)) {
    return context_.live->only_probably_out(item) ? Rule::probably_out_of_stock : Rule::out_of_stock;
  }
  auto const shown = [item](Shown const& s) {
    return s.offer.item == item || std::find(s.offer.more.begin(), s.offer.more.end(), item) != s.offer.more.end();
  };
  if (std::any_of(sale_.shown.begin(), sale_.shown.end(), shown)) return Rule::shown_before;
  // Not by another way either: what was learned of it was learned from those who do.
  if (!trusted() && campaigns_.sold_on_trust(item, seconds_)) return Rule::trust;
  return forbidden(item) ? Rule::never_beside : Rule::none;
}

bool Rules::passes_second_item_guard(std::int64_t paid, ItemIx main) const noexcept {
  auto const beside = main == kNoItem ? dearest_ : price_of(main);
  return paid * 100 <= beside * bundle_.policy().second_item_percent;
}

Rule Rules::trigger(ItemIx trigger, Technique technique) const noexcept {
  // A bag fee may be bought with everything; nobody wants to hear that.
  if (!is_goods(bundle_, trigger)) return Rule::not_for_sale;
  if (bundle_.has(trigger, ItemFlag::no_trigger)) return Rule::never_trigger;
  if (technique == Technique::both) return Rule::none;
  auto const allowed = bundle_.technique(bundle_.category(trigger));
  if (allowed == Technique::none) return Rule::category_silent;
  if (allowed != Technique::both && allowed != technique) return Rule::technique;
  // One technique for each trigger (D2).
  auto const used = [&](Shown const& s) {
    auto const other = technique_of(s.offer.type);
    return s.offer.kind == OfferKind::suggestion && s.offer.reason.trigger == trigger && other != Technique::both &&
           other != technique;
  };
  return std::any_of(sale_.shown.begin(), sale_.shown.end(), used) ? Rule::trigger_used : Rule::none;
}

}  // namespace tillcue
