#include "format/bytes.hpp"
#include "format/check.hpp"
#include "format/layout.hpp"
#include "tillcue/core/bundle.hpp"

// What head office wrote into a bundle beside the learned tables: campaigns, sets, ladders, negative pairs.
namespace tillcue {

using format::load;

namespace {

/// The records whose first field is `value`, of records that ascend by it.
Range records_of(format::Records const& records, std::uint32_t value) noexcept {
  auto const first_from = [&](std::uint64_t least) {
    std::uint32_t low = 0, high = records.count;
    while (low < high) {
      auto const middle = low + (high - low) / 2;
      if (load<std::uint32_t>(records.at(middle)) < least) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  auto const first = first_from(value);
  return {first, first_from(std::uint64_t{value} + 1) - first};
}

}  // namespace

std::uint32_t RefList::operator[](std::uint32_t n) const noexcept { return load<std::uint32_t>(refs_->at(first_ + n)); }

bool RefList::has(std::uint32_t value) const noexcept {
  std::uint32_t low = 0, high = count_;
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    auto const at = (*this)[middle];
    if (at == value) return true;
    if (at < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return false;
}

std::size_t Bundle::set_count() const noexcept { return parts_.sets.count; }

SetView Bundle::set(std::size_t n) const noexcept {
  namespace field = format::set;
  SetView view;
  if (n >= parts_.sets.count) return view;
  auto const* at = parts_.sets.at(n);
  view.main = ItemIx{load<std::uint32_t>(at + field::kMain)};
  for (std::size_t k = 0; k < view.extras.size(); ++k) {
    auto const extra = load<std::uint32_t>(at + field::kExtras + 4 * k);
    if (extra != format::kNoExtra) view.extras[view.extra_count++] = ItemIx{extra};
  }
  view.baskets = load<std::uint32_t>(at + field::kBaskets);
  view.main_baskets = load<std::uint32_t>(at + field::kMainBaskets);
  view.lift_milli = load<std::uint32_t>(at + field::kLift);
  return view;
}

Range Bundle::sets_of(ItemIx main) const noexcept {
  return index(main) < item_count_ ? records_of(parts_.sets, index(main)) : Range{};
}

std::size_t Bundle::campaign_count() const noexcept { return parts_.plans.count + parts_.campaigns.count; }

CampaignView Bundle::campaign(std::size_t n) const noexcept {
  if (n >= campaign_count()) return {};
  return parts_.plans.count > 0 ? plan(n) : coupon(n);
}

CampaignView Bundle::plan(std::size_t n) const noexcept {
  namespace field = format::plan;
  auto const* at = parts_.plans.at(n);
  CampaignView view;
  view.id = string(at + field::kId);
  view.headline = string(at + field::kHeadline);
  view.terms = string(at + field::kTerms);
  view.partner = string(at + field::kPartner);
  view.type = static_cast<OfferType>(load<std::uint8_t>(at + field::kType));
  view.stages = load<std::uint8_t>(at + field::kStages);
  view.channels = load<std::uint8_t>(at + field::kChannels);
  view.weekdays = load<std::uint8_t>(at + field::kWeekdays);
  view.discount = static_cast<DiscountKind>(load<std::uint16_t>(at + field::kDiscount));
  view.value = load<std::int64_t>(at + field::kValue);
  view.starts = load<std::int64_t>(at + field::kStarts);
  view.ends = load<std::int64_t>(at + field::kEnds);
  view.from_minute = load<std::uint16_t>(at + field::kFrom);
  view.until_minute = load<std::uint16_t>(at + field::kUntil);
  view.valid_days = load<std::uint16_t>(at + field::kValidDays);
  view.weight_percent = load<std::uint16_t>(at + field::kWeight);
  view.buy_quantity = load<std::uint16_t>(at + field::kBuy);
  view.get_quantity = load<std::uint16_t>(at + field::kGet);
  view.max_per_sale = load<std::uint16_t>(at + field::kPerSale);
  view.max_per_customer_day = load<std::uint16_t>(at + field::kPerCustomerDay);
  view.min_visits = load<std::uint16_t>(at + field::kVisits);
  view.audience = static_cast<Audience>(load<std::uint8_t>(at + field::kAudience));
  auto const flags = load<std::uint8_t>(at + field::kFlags);
  view.needs_trust = (flags & field::kNeedsTrust) != 0;
  view.budgeted = (flags & field::kBudgeted) != 0;
  view.min_probability_ppm = load<std::uint32_t>(at + field::kMinProbability);
  view.probability_ppm = load<std::uint32_t>(at + field::kProbability);
  view.redemption_ppm = load<std::uint32_t>(at + field::kRedemption);
  view.min_basket_minor = load<std::int64_t>(at + field::kMinBasket);
  view.max_basket_minor = load<std::int64_t>(at + field::kMaxBasket);
  view.threshold_minor = load<std::int64_t>(at + field::kThreshold);
  view.free_minor = load<std::int64_t>(at + field::kFreeMinor);
  view.free_issues = load<std::int64_t>(at + field::kFreeIssues);
  return view;
}

/// A campaign of an older file: a coupon at tender.
CampaignView Bundle::coupon(std::size_t n) const noexcept {
  namespace field = format::campaign;
  auto const* at = parts_.campaigns.at(n);
  CampaignView view;
  view.id = string(at + field::kId);
  view.headline = string(at + field::kHeadline);
  view.terms = string(at + field::kTerms);
  view.discount = static_cast<DiscountKind>(load<std::uint16_t>(at + field::kDiscount));
  view.value = load<std::int64_t>(at + field::kValue);
  view.starts = load<std::int64_t>(at + field::kStarts);
  view.ends = load<std::int64_t>(at + field::kEnds);
  view.valid_days = load<std::uint16_t>(at + field::kValidDays);
  view.min_probability_ppm = load<std::uint32_t>(at + field::kMinProbability);
  view.min_basket_minor = load<std::int64_t>(at + field::kMinBasket);
  return view;
}

CampaignLists Bundle::campaign_lists(std::size_t n) const noexcept {
  CampaignLists lists;
  if (n >= campaign_count()) return lists;
  if (parts_.plans.count == 0) {
    auto const* at = parts_.campaigns.at(n);
    lists.target_items = {parts_.targets, load<std::uint32_t>(at + format::campaign::kFirstTarget),
                          load<std::uint32_t>(at + format::campaign::kTargetCount)};
    return lists;
  }
  auto const* at = parts_.plans.at(n);
  auto first = load<std::uint32_t>(at + format::plan::kFirstRef);
  std::size_t field = format::plan::kCounts;
  for (auto* list : {&lists.target_items, &lists.target_categories, &lists.trigger_items, &lists.trigger_categories,
                     &lists.places, &lists.segments}) {
    auto const count = load<std::uint32_t>(at + field);
    *list = {parts_.refs, first, count};
    first += count;
    field += 4;
  }
  return lists;
}

std::string_view Bundle::name(std::uint32_t ref) const noexcept { return format::string_at(parts_, ref); }

std::size_t Bundle::target_count(std::size_t campaign) const noexcept {
  return campaign_lists(campaign).target_items.size();
}

ItemIx Bundle::target(std::size_t campaign, std::size_t n) const noexcept {
  auto const items = campaign_lists(campaign).target_items;
  return n < items.size() ? ItemIx{items[static_cast<std::uint32_t>(n)]} : kNoItem;
}

bool Bundle::targets(std::size_t campaign, ItemIx item) const noexcept {
  if (campaign >= campaign_count() || index(item) >= item_count_) return false;
  auto const lists = campaign_lists(campaign);
  if (lists.target_items.empty() && lists.target_categories.empty()) return true;
  return lists.target_items.has(index(item)) || lists.target_categories.has(index(category(item)));
}

LadderStep Bundle::ladder_step(std::size_t n) const noexcept {
  namespace field = format::ladder;
  auto const* at = parts_.ladders.at(n);
  return {ItemIx{load<std::uint32_t>(at + field::kFrom)},
          ItemIx{load<std::uint32_t>(at + field::kTo)},
          {load<std::uint32_t>(at + field::kShare)},
          load<std::uint16_t>(at + field::kSize),
          (load<std::uint16_t>(at + field::kFlags) & field::kManual) != 0};
}

Range Bundle::ladder_from(ItemIx item) const noexcept {
  return index(item) < item_count_ ? records_of(parts_.ladders, index(item)) : Range{};
}

std::array<Range, 2> Bundle::never_beside(ItemIx in_basket) const noexcept {
  if (index(in_basket) >= item_count_ || parts_.never.count == 0) return {};
  auto const of = category(in_basket);
  return {records_of(parts_.never, index(in_basket)),
          of == kNoCategory ? Range{} : records_of(parts_.never, index(of) | format::kIsCategory)};
}

bool Bundle::forbids(Range records, ItemIx offered) const noexcept {
  auto const of = category(offered);
  for (auto n = records.first; n < records.first + records.count; ++n) {
    auto const key = load<std::uint32_t>(parts_.never.at(n) + format::never::kOffered);
    if (key == index(offered)) return true;
    if (of != kNoCategory && key == (index(of) | format::kIsCategory)) return true;
  }
  return false;
}

BudgetView Bundle::budget(std::size_t n) const noexcept {
  namespace field = format::budget;
  auto const* at = parts_.budgets.at(n);
  return {string(at + field::kName), load<std::int64_t>(at + field::kMinor), load<std::int64_t>(at + field::kIssues),
          load<std::int64_t>(at + field::kFreeMinor), load<std::int64_t>(at + field::kFreeIssues)};
}

std::optional<BudgetView> Bundle::find_budget(std::string_view name) const noexcept {
  std::size_t low = 0, high = budget_count();
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    auto const at = budget(middle);
    if (at.name == name) return at;
    if (at.name < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return std::nullopt;
}

CategoryIx Bundle::category(ItemIx item) const noexcept {
  if (index(item) >= item_count_) return kNoCategory;
  return CategoryIx{load<std::uint32_t>(parts_.items.at(index(item)) + format::item::kCategory)};
}

std::uint16_t Bundle::boost_percent(ItemIx item) const noexcept {
  if (index(item) >= item_count_) return 0;
  return load<std::uint16_t>(parts_.items.at(index(item)) + format::item::kBoost);
}

std::string_view Bundle::category_name(CategoryIx category) const noexcept {
  return index(category) < parts_.categories.count ? string(parts_.categories.at(index(category))) : std::string_view();
}

Technique Bundle::technique(CategoryIx category) const noexcept {
  if (index(category) >= parts_.categories.count || parts_.categories.stride < format::kCategoryGrown) {
    return Technique::both;
  }
  return static_cast<Technique>(
      load<std::uint16_t>(parts_.categories.at(index(category)) + format::category::kTechnique));
}

}  // namespace tillcue
