#include "core/decide_checker.hpp"

#include <algorithm>
#include <chrono>
#include <set>

using namespace tillcue;

namespace {

using Names = std::vector<std::string>;

template <class List, class Value>
bool has(List const& list, Value const& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool is_add_on(OfferType type) {
  return type == OfferType::suggestion || type == OfferType::second_item || type == OfferType::buy_get ||
         type == OfferType::set;
}

}  // namespace

class DecideChecker::Case {
 public:
  Case(DecideChecker const& rules, Sale const& sale, Context const& context, Decision const& decision)
      : rules_(rules), s_(rules.source_), sale_(sale), context_(context), decision_(decision) {}

  Names run() {
    for (std::size_t n = 0; n < decision_.offer_count; ++n) {
      must(n == 0 || decision_.offers[n].discount == DiscountKind::none, "smaller");
      item(decision_.offers[n], decision_.offers[n].item);
      for (auto extra : decision_.offers[n].more) {
        if (extra != kNoItem) item(decision_.offers[n], extra);
      }
      guards(decision_.offers[n]);
      if (decision_.offers[n].campaign != Offer::kNoCampaign) campaign(decision_.offers[n]);
    }
    if (decision_.offer_count > 0) whole();
    return std::move(broken_);
  }

 private:
  void must(bool fine, char const* rule) {
    if (!fine) broken_.emplace_back(rule);
  }
  ItemSource const& source(ItemIx item) const { return s_.items[index(item)]; }
  bool flag(ItemIx item, ItemFlag f) const { return (source(item).flags & static_cast<std::uint16_t>(f)) != 0; }
  std::int64_t price(ItemIx item) const { return source(item).price_minor.value_or(0); }
  Technique technique(ItemIx item) const { return s_.techniques[static_cast<std::size_t>(source(item).category)]; }
  /// Nothing but goods brings offers about; the law leaves some out.
  bool silent(ItemIx item) const { return flag(item, ItemFlag::not_for_sale) || flag(item, ItemFlag::no_trigger); }
  std::int64_t price_in_basket(ItemIx item) const {
    std::int64_t most = 0;
    for (auto const& line : sale_.basket.lines()) {
      if (item != kNoItem ? line.item != item : line.item != kNoItem && silent(line.item)) continue;
      if (!sold(line)) continue;
      auto const shelf = line.item == kNoItem ? 0 : price(line.item);
      most = std::max(most, line.unit_price.minor > 0 ? line.unit_price.minor : shelf);
    }
    return most;
  }
  std::int64_t total(bool counted) const {
    std::int64_t sum = 0;
    for (auto const& line : sale_.basket.lines()) {
      if (counted && line.item != kNoItem && flag(line.item, ItemFlag::not_counted)) continue;
      sum += extended(line.unit_price, line.quantity).minor;
    }
    return sum;
  }
  std::int64_t pieces(ItemIx item) const {
    std::int64_t sum = 0;
    for (auto const& line : sale_.basket.lines()) {
      if (line.item == item) sum += line.quantity.milli;
    }
    return std::max<std::int64_t>(sum, 0);
  }
  /// And not all of it given back.
  bool sold(BasketLine const& line) const {
    return line.quantity.milli > 0 && (line.item == kNoItem || pieces(line.item) > 0);
  }
  bool names(CampaignSource const& c, ItemIx item) const {
    return has(c.items, index(item)) || has(c.categories, static_cast<std::uint32_t>(source(item).category));
  }
  static bool here(CampaignSource const& c) {
    return c.places.empty() || has(c.places, "store:" + world::kPlace.store) ||
           has(c.places, "group:" + world::kPlace.group);
  }
  /// Every campaign that sells it here needs trust, and there is one.
  bool on_trust(ItemIx item) const {
    bool sells = false;
    for (auto const& c : s_.campaigns) {
      auto const now = std::chrono::floor<std::chrono::seconds>(context_.now).time_since_epoch().count();
      if (c.type == OfferType::notice || !names(c, item) || !here(c) || (c.ends != 0 && now >= c.ends)) continue;
      if (!c.needs_trust) return false;
      sells = true;
    }
    return sells;
  }
  std::uint32_t shown(OfferKind kind) const {
    return static_cast<std::uint32_t>(
        std::count_if(sale_.shown.begin(), sale_.shown.end(), [&](Shown const& s) { return s.offer.kind == kind; }));
  }

  void item(Offer const& offer, ItemIx item) {
    must(!flag(item, ItemFlag::age_restricted), "age_restricted");
    must(!flag(item, ItemFlag::excluded), "excluded");
    must(!flag(item, ItemFlag::not_for_sale), "not_for_sale");
    must(technique(item) != Technique::none, "category_silent");
    must(offer.type == OfferType::multi_buy || !sale_.basket.contains(item), "in_basket");
    for (auto const& s : sale_.shown) must(s.offer.item != item && !has(s.offer.more, item), "shown_before");
    must(!on_trust(item) || sale_.shopper.visits >= s_.policy.trust_visits, "trust");
    must(!has(rules_.moving_.missing, source(item).sku), "out_of_stock");
    must(!has(rules_.moving_.probable, source(item).sku), "probably_out_of_stock");
    for (auto const& line : sale_.basket.lines()) {
      if (line.item == kNoItem || !sold(line) || flag(line.item, ItemFlag::not_for_sale)) continue;
      for (auto const& pair : s_.never)
        must(!(is(pair.in_basket, line.item) && is(pair.offered, item)), "never_beside");
    }
  }
  bool is(NeverSource::Key key, ItemIx item) const {
    return key.number == (key.category ? static_cast<std::uint32_t>(source(item).category) : index(item));
  }

  void guards(Offer const& offer) {
    auto const trigger = offer.reason.trigger;
    must(trigger == kNoItem || !flag(trigger, ItemFlag::no_trigger), "never_trigger");
    auto const main = price_in_basket(trigger);
    if (is_add_on(offer.type) && offer.stage != Stage::tender && offer.reason.code != ReasonCode::usual &&
        offer.reason.code != ReasonCode::cheaper) {
      must(price(offer.item) == 0 || main == 0 || price(offer.item) * 100 < main * s_.policy.price_guard_percent,
           "price_guard");
    }
    if (offer.type == OfferType::second_item && price(offer.item) > 0) {
      auto const paid = price(offer.item) - (price(offer.item) * offer.discount_value + 50) / 100;
      must(paid * 100 <= main * s_.policy.second_item_percent, "second_item_guard");
    }
    if (offer.type == OfferType::upgrade) {
      must(price(offer.item) > main, "not_dearer");
      auto const large = s_.policy.large_upgrade_percent;
      must(large == 0 || sale_.shopper.visits >= s_.policy.trust_visits || offer.reason.amount * 100 <= main * large,
           "trust");
    }
    if (offer.campaign == Offer::kNoCampaign && offer.reason.code != ReasonCode::upgrade) {
      must(offer.probability.ppm >= s_.policy.min_probability_ppm, "improbable");
    }
    if (offer.reason.code == ReasonCode::cheaper) {
      auto const last = std::find_if(sale_.shown.rbegin(), sale_.shown.rend(),
                                     [](Shown const& s) { return s.offer.kind == OfferKind::suggestion; });
      auto const& declined = *last;
      must(declined.response == Response::declined && price(offer.item) < price(declined.offer.item) &&
               source(offer.item).category == source(declined.offer.item).category,
           "not_cheaper");
    }
    if (trigger == kNoItem) return;
    bool const upsell = offer.type == OfferType::upgrade || offer.type == OfferType::multi_buy;
    bool const cross =
        is_add_on(offer.type) && offer.stage != Stage::tender && offer.reason.code != ReasonCode::cheaper;
    if (!upsell && !cross) return;
    auto const allowed = technique(trigger);
    must(allowed == Technique::both || allowed == (upsell ? Technique::upsell : Technique::cross_sell), "technique");
    for (auto const& s : sale_.shown) {
      if (s.offer.kind != OfferKind::suggestion || s.offer.reason.trigger != trigger) continue;
      bool const other =
          upsell ? is_add_on(s.offer.type) : s.offer.type == OfferType::upgrade || s.offer.type == OfferType::multi_buy;
      must(!other, "trigger_used");
    }
  }

  void campaign(Offer const& offer) {
    auto const& c = s_.campaigns[offer.campaign];
    must((c.stages >> static_cast<unsigned>(decision_.stage) & 1U) != 0, "stage");
    calendar(c);
    must(here(c), "place");
    must(c.segments.empty() || has(c.segments, sale_.shopper.segment), "segment");
    must(c.audience == Audience::everyone || (c.audience == Audience::known) == !sale_.customer.empty(), "audience");
    must(sale_.shopper.visits >= c.min_visits, "visits");
    must(!c.needs_trust || sale_.shopper.visits >= s_.policy.trust_visits, "trust");
    must(total(true) >= c.min_basket_minor, "basket_too_small");
    must(c.max_basket_minor == 0 || total(true) <= c.max_basket_minor, "basket_too_large");
    saves(c, offer);
    if (c.type == OfferType::notice) needs(c);
    must(!has(rules_.moving_.stopped, c.id), "stopped");
    auto const usable = decision_.stage == Stage::tender ? 2U : 5U;
    must((c.channels & context_.channels & usable) != 0, "channel");
    must(offer.probability.ppm >= c.min_probability_ppm, "improbable");
    if (!c.items.empty() || !c.categories.empty()) {
      must(c.type == OfferType::multi_buy || has(c.items, index(offer.item)) ||
               has(c.categories, static_cast<std::uint32_t>(source(offer.item).category)),
           "target");
    }
    counts(c, offer);
    triggers(c, offer);
    amounts(c, offer);
    budget(c);
  }
  void calendar(CampaignSource const& c) {
    auto const seconds = std::chrono::floor<std::chrono::seconds>(context_.now).time_since_epoch().count();
    must(c.starts == 0 || seconds >= c.starts, "not_started");
    must(c.ends == 0 || seconds < c.ends, "ended");
    auto const local = seconds + 60 * context_.utc_offset_minutes;
    // 1970-01-01 was a Thursday.
    must((c.weekdays >> ((local / 86'400 + 3) % 7) & 1U) != 0, "weekday");
    auto const minute = local % 86'400 / 60;
    auto const within = c.from_minute < c.until_minute ? minute >= c.from_minute && minute < c.until_minute
                                                       : minute >= c.from_minute || minute < c.until_minute;
    must(c.from_minute == c.until_minute || within, "daypart");
  }
  void counts(CampaignSource const& c, Offer const& offer) {
    std::uint32_t times = 0;
    for (auto const& s : sale_.shown) times += s.offer.campaign == offer.campaign ? 1 : 0;
    must(times < c.max_per_sale, "per_sale");
    for (auto const& [id, today] : sale_.shopper.campaigns_today) times += id == c.id ? today : 0;
    must(c.max_per_customer_day == 0 || times < c.max_per_customer_day, "per_customer_day");
    if (c.type != OfferType::thank_you) return;
    must(std::any_of(
             sale_.shown.begin(), sale_.shown.end(),
             [](Shown const& s) { return s.offer.kind == OfferKind::suggestion && s.response == Response::accepted; }),
         "nothing_accepted");
  }
  void triggers(CampaignSource const& c, Offer const& offer) {
    if (c.trigger_items.empty() && c.trigger_categories.empty()) return;
    std::int64_t milli = 0;
    std::set<ItemIx> seen;
    for (auto const& line : sale_.basket.lines()) {
      if (line.item == kNoItem || silent(line.item) || !seen.insert(line.item).second) continue;
      bool const by_item = has(c.trigger_items, index(line.item));
      bool const by_category = has(c.trigger_categories, static_cast<std::uint32_t>(source(line.item).category));
      if (by_item || by_category) milli += pieces(line.item);
    }
    must(milli > 0, "no_trigger");
    must(c.type == OfferType::multi_buy || milli >= c.buy_quantity * 1000, "too_few_triggers");
    must(c.type != OfferType::multi_buy || pieces(offer.item) > 0, "no_trigger");
    must(c.type != OfferType::multi_buy || pieces(offer.item) % 1000 == 0, "pieces");
  }
  void saves(CampaignSource const& c, Offer const& offer) {
    if (c.discount != DiscountKind::price) return;
    auto apart = price(offer.item);
    bool known = apart > 0;
    if (c.type == OfferType::set) {
      apart = price_in_basket(offer.reason.trigger);
      known = apart > 0;
      for (auto const n : c.items) {
        auto const charged = price_in_basket(ItemIx{n});
        auto const one = charged > 0 ? charged : price(ItemIx{n});
        known = known && one > 0;
        apart += one;
      }
    }
    must(!known || c.value < apart, "not_cheaper");
  }
  void needs(CampaignSource const& c) {
    for (auto const& line : sale_.basket.lines()) {
      if (line.item == kNoItem || !sold(line)) continue;
      bool const trigger = has(c.trigger_items, index(line.item)) ||
                           has(c.trigger_categories, static_cast<std::uint32_t>(source(line.item).category));
      must(trigger || !names(c, line.item), "has_what_it_needs");
    }
  }
  void amounts(CampaignSource const& c, Offer const& offer) {
    auto const gap = c.threshold_minor - total(true);
    if (c.type == OfferType::gift) must(gap <= 0, "threshold_not_reached");
    if (c.type != OfferType::threshold) return;
    must(gap > 0, "threshold_reached");
    must(gap * 100 <= c.threshold_minor * s_.policy.gap_percent, "threshold_far");
    must(price(offer.item) >= gap && !flag(offer.item, ItemFlag::not_counted), "gap");
  }
  void budget(CampaignSource const& c) {
    auto const fits = [&](std::string const& name, Allotment share) {
      auto const found = rules_.spent_.find(name);
      auto const spent = found == rules_.spent_.end() ? Allotment{} : found->second;
      return spent.issues + 1 <= share.issues && spent.minor + decision_.cost_minor <= share.minor;
    };
    std::string const partner = "partner:" + c.partner;
    bool granted = false, partner_granted = false;
    for (auto const& [name, share] : rules_.moving_.shares) {
      if (name == c.id) granted = true;
      if (name == partner) partner_granted = true;
      if (name == c.id || name == partner) must(!is_first(c) || fits(name, share), "budget");
    }
    if (c.budgeted && !granted) must(!is_first(c) || fits(c.id, {c.free_minor, c.free_issues}), "budget");
    for (auto const& budget : s_.budgets) {
      if (budget.name != partner || partner_granted) continue;
      must(!is_first(c) || fits(partner, {budget.free_minor, budget.free_issues}), "partner_budget");
    }
  }
  // Only what is put to the customer costs anything.
  bool is_first(CampaignSource const& c) const {
    auto const first = decision_.offers[0].campaign;
    return first != Offer::kNoCampaign && s_.campaigns[first].id == c.id;
  }

  void whole() {
    auto const& p = s_.policy;
    auto const& first = decision_.offers[0];
    must(sale_.arm == Arm::treated || first.kind == OfferKind::notice, "holdout");
    if (first.kind == OfferKind::notice) return;
    auto const& lines = sale_.basket.lines();
    auto const goods = std::count_if(lines.begin(), lines.end(), [&](BasketLine const& line) {
      return line.item != kNoItem && sold(line) && !silent(line.item);
    });
    must(goods >= p.min_items_before_hint, "too_few_items");
    if (decision_.stage == Stage::tender) {
      bool const priced =
          std::any_of(lines.begin(), lines.end(), [](auto const& line) { return line.unit_price.minor != 0; });
      must(!lines.empty() && (!priced || total(false) > 0), "nothing_sold");
      must(shown(OfferKind::coupon) < p.max_coupons_per_sale, "coupons_per_sale");
      must(p.max_coupons_per_customer_day == 0 ||
               shown(OfferKind::coupon) + sale_.shopper.coupons_today < p.max_coupons_per_customer_day,
           "coupons_per_day");
      must(!sale_.shopper.no_paper && (context_.channels & 2U) != 0, "no_channel");
      return;
    }
    must((context_.channels & 5U) != 0, "no_channel");
    must(shown(OfferKind::suggestion) < p.max_hints_per_sale, "hints_per_sale");
    must(p.max_hints_per_customer_day == 0 ||
             shown(OfferKind::suggestion) + sale_.shopper.hints_today < p.max_hints_per_customer_day,
         "hints_per_day");
    bool const down_sell = first.reason.code == ReasonCode::cheaper;
    std::uint32_t of_stage = 0, down_sells = 0;
    for (auto const& s : sale_.shown) {
      if (s.offer.kind != OfferKind::suggestion) continue;
      bool const cheaper = s.offer.reason.code == ReasonCode::cheaper;
      down_sells += cheaper ? 1 : 0;
      of_stage += s.offer.stage == decision_.stage && !cheaper ? 1 : 0;
      must(down_sell || context_.moment() - s.at >= std::chrono::seconds(p.cooldown_seconds), "cooldown");
    }
    must(down_sell || of_stage < p.max_hints_per_stage, "hints_per_stage");
    must(!down_sell || down_sells < p.max_down_sells, "down_sells");
    must(decision_.stage != Stage::scan || p.quiet_scans_per_minute == 0 ||
             sale_.pace.per_minute(context_.moment()) < p.quiet_scans_per_minute,
         "busy");
  }

  DecideChecker const& rules_;
  BundleSource const& s_;
  Sale const& sale_;
  Context const& context_;
  Decision const& decision_;
  Names broken_;
};

Names DecideChecker::broken(Sale const& sale, Context const& context, Decision const& decision) const {
  return Case(*this, sale, context, decision).run();
}

void DecideChecker::made(Decision const& decision) {
  if (decision.offer_count == 0 || decision.offers[0].campaign == Offer::kNoCampaign) return;
  auto const& c = source_.campaigns[decision.offers[0].campaign];
  Names names{c.id};
  if (!c.partner.empty()) names.push_back("partner:" + c.partner);
  for (auto const& name : names) {
    spent_[name].minor += decision.cost_minor;
    ++spent_[name].issues;
  }
}
